"""Many live sliders in one element, one a row, with what follows from each written and drawn beside it.

During a drag the element asks `imgcls.ui.live` for what follows; Streamlit hears of it when the hand is lifted.
Pointing at a row, or at its part of the sum, lights both up and costs no message.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import plotly.graph_objects as go

from imgcls.ui.components import declare, ignore
from imgcls.ui.components.plot import figure_news
from imgcls.ui.components.sliders.state import SliderRows, asked, joined, read_sliders, set_sliders
from imgcls.ui.dials import Dial
from imgcls.ui.live import offer
from imgcls.ui.packet import pack

__all__ = [
    "Column", "Dial", "Drawing", "SliderRows", "Stack", "asked", "drawing_fields", "fixed_rows", "joined",
    "live_sliders", "read_sliders", "set_sliders",
]  # fmt: skip

_mount = declare("sliders", html='<div class="sliders"></div>', styles=("dials.css", "text.css"))


@dataclass(frozen=True)
class Column:
    """What follows from each row: a text and a bar.

    `lengths` are 0..1, or -1..1 for `signed` bars, which grow from the middle; none for a column without bars. Texts
    and titles may raise an exponent: "e^{z}". A text that is "inf" or "nan" is marked as broken. `total` is written
    below.
    """

    title: str
    texts: Sequence[str]
    lengths: Sequence[float] = ()
    quantity: str = "probability"
    signed: bool = False
    total: str = ""


@dataclass(frozen=True)
class Stack:
    """The rows' parts of a whole, laid end to end: a share (0..1) and a text each, and the whole's own text."""

    title: str
    shares: Sequence[float]
    texts: Sequence[str]
    total: str


@dataclass(frozen=True)
class Drawing:
    """All that follows from the sliders, made without Streamlit.

    `details` has one sentence a row, shown for the row pointed at; `note` is always shown. Both may raise an exponent,
    and set **words** in bold. `figure` is the chart beside the rows, `beside` new data for other live elements, by key.
    """

    columns: Sequence[Column]
    stack: Stack | None = None
    details: Sequence[str] = ()
    note: str = ""
    figure: go.Figure | None = None
    beside: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def live_sliders(
    rows: SliderRows,
    names: Sequence[str],
    picture: Callable[[SliderRows], Drawing],
    *,
    alt: str,
    title: str = "logit z",
    head: str = "class",
    chart: str = "",
) -> Drawing:
    """Draw the sliders with what `picture` makes of them, also during a drag; returns the drawing as it is now.

    `picture` must call nothing of Streamlit. `head` names what a row is, `title` what its slider sets, `alt` says in a
    sentence what the whole is, `chart` is the key of the `plot` that shows the drawing's figure.
    """

    def answer(question: Mapping[str, Any]) -> bytes:
        return pack(drawing_fields(picture(asked(rows, question)), chart))

    drawing = picture(rows)
    about = asdict(rows) | {"least": rows.limits[0], "most": rows.limits[1], "ask": offer(rows.key, answer)}
    _draw(rows.key, about | drawing_fields(drawing) | {"names": list(names), "title": title, "head": head, "alt": alt})
    return drawing


def fixed_rows(
    names: Sequence[str],
    columns: Sequence[Column],
    *,
    key: str,
    head: str = "class",
    picked: int | None = None,
    alt: str,
) -> None:
    """The same rows without sliders: for numbers that are given, not set. `picked` is marked as the true one."""
    about = {
        "key": key,
        "numbers": [],
        "dials": [],
        "settings": {},
        "picked": picked,
        "active": picked or 0,
        "title": "",
    }
    _draw(key, about | drawing_fields(Drawing(columns)) | {"names": list(names), "head": head, "alt": alt})


def drawing_fields(drawing: Drawing, chart: str = "") -> dict[str, Any]:
    """A drawing as JSON, for the element itself or, with `chart` (the key of its figure's plot), for a drag."""
    beside = dict(drawing.beside)
    if chart and drawing.figure is not None:
        beside[chart] = figure_news(drawing.figure)
    return {
        "columns": [asdict(column) | {"lengths": list(map(_drawn, column.lengths))} for column in drawing.columns],
        "stack": asdict(drawing.stack) if drawing.stack else None,
        "details": list(drawing.details),
        "note": drawing.note,
        "beside": beside,
    }


def _drawn(length: float) -> float:
    """What is not a number has no bar (and no place in JSON)."""
    return float(length) if math.isfinite(length) else 0.0


def _draw(key: str, data: Mapping[str, Any]) -> None:
    _mount(key=key, data=dict(data), default={"value": None}, on_value_change=ignore)
