"""A Plotly chart that changes in place (`Plotly.react`): it never blanks and keeps its zoom."""

from collections.abc import Mapping
from typing import Any

import plotly
import plotly.graph_objects as go
import plotly.io

from imgcls.ui.components import Element, declare, placed

PLOTLY_PATH = "imgcls/plotly.min.js"
_SOURCE = f"{PLOTLY_PATH}?v={plotly.__version__}"

# A translator's elements are nothing inside a drawing: its labels would vanish.
_HTML = '<div class="plot" translate="no"></div><p class="plot-caption"></p>'
_mount = declare("plot", html=_HTML, isolate_styles=False)


def _news(figure: go.Figure) -> dict[str, Any]:
    """The figure as JSON, and beside it the mark that `imgcls.figures.curves.curves` put in."""
    drawn = figure.to_dict()
    mark = (drawn["layout"].pop("meta", None) or {}).get("mark")
    text = plotly.io.to_json(drawn, validate=False)  # the figure was validated when it was made
    return {"figure": text, "mark": mark}


def plot(
    figure: go.Figure, *, alt: str, caption: str = "", mark: Mapping[str, Any] | None = None, key: str | None = None
) -> Element:
    """`figure`, live; `alt` says in a sentence what it shows, `caption` stands below it, with **words** in bold.

    `mark` is from `imgcls.figures.curves.mark`, for a figure that has none: the browser does not draw a figure again
    that is the same as before, however the mark moves.
    """
    news = _news(figure) | ({} if mark is None else {"mark": mark})
    return placed(_mount.element({"source": _SOURCE, **news, "alt": alt, "caption": caption}), key)


def move_mark(mark: Mapping[str, Any], *, alt: str | None = None, key: str | None = None) -> Element:
    """Another place for the mark of a plot, another `alt` if it tells of that, and nothing else.

    `mark` is from `imgcls.figures.curves.mark`. For what follows a drag alone: the plot must be on the page already.
    """
    return placed(_mount.element({"mark": mark} | ({} if alt is None else {"alt": alt})), key)
