"""A Plotly chart that changes in place (`Plotly.react`): it never blanks and keeps its zoom."""

from dataclasses import dataclass
from typing import Any

import plotly
import plotly.graph_objects as go
import streamlit as st

from imgcls.ui.components import declare, ignore, sent

PLOTLY_PATH = "imgcls/plotly.min.js"

_mount = declare(
    "plot", html='<div class="plot"></div><p class="plot-caption"></p>', isolate_styles=False, uses=("text.js",)
)


@dataclass(frozen=True)
class Chart:
    """A figure, a sentence on what it shows, and one to stand below it, with **words** in bold."""

    figure: go.Figure
    alt: str
    caption: str = ""

    def news(self) -> dict[str, str]:
        """As JSON, for a plot that is on the page already."""
        return {"figure": self.figure.to_json(), "alt": self.alt, "caption": self.caption}


def plot(figure: go.Figure, *, key: str, alt: str) -> dict[str, Any]:
    """Show `figure` live; `alt` says in a sentence what it shows.

    Returns the point last clicked as {"curve", "point", "x", "y"}, or {} when none was.
    """
    return show_chart(Chart(figure, alt), key=key)


def show_chart(chart: Chart, *, key: str) -> dict[str, Any]:
    """Show a chart with its caption; returns the point last clicked, as `plot` does."""
    base = st.get_option("server.baseUrlPath").strip("/")
    source = "/".join(part for part in ("", base, PLOTLY_PATH) if part or not base)
    _mount(
        key=key,
        data={
            "key": key,
            "source": f"/{source.lstrip('/')}?v={plotly.__version__}",
            **chart.news(),
        },
        default={"clicked": None},
        on_clicked_change=ignore,
    )
    return dict(sent(key, "clicked"))
