"""Many live sliders in one element, one a row, with what follows from each written and drawn beside it.

Pointing at a row, or at its part of the sum, lights both up and costs no message.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import plotly.graph_objects as go

from imgcls.ui.components import Element, declare, placed
from imgcls.ui.components.sliders.state import Rows, SliderRows, joined, set_sliders

__all__ = ["Column", "Drawing", "Rows", "SliderRows", "Stack", "fixed_rows", "joined", "set_sliders", "sliders"]

_mount = declare("sliders", says=("value",), html='<div class="sliders"></div>')


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
    and set **words** in bold. `figure` is the chart that stands beside.
    """

    columns: Sequence[Column]
    stack: Stack | None = None
    details: Sequence[str] = ()
    note: str = ""
    figure: go.Figure | None = None


def sliders(
    rows: SliderRows, names: Sequence[str], drawing: Drawing, *, alt: str, title: str = "logit z", head: str = "class"
) -> Element:
    """The sliders, one a name, and what follows from them.

    `head` names what a row is, `title` what its slider sets, `alt` says in a sentence what the whole is.
    """
    if len(names) != len(rows.numbers):
        raise ValueError("A row has a name and a number.")
    about = {
        "numbers": list(rows.numbers), "low": rows.low, "high": rows.high, "active": rows.active,
        "picked": rows.picked, "least": rows.limits[0], "most": rows.limits[1], "sets": rows.key,
    }  # fmt: skip
    return _element(drawing, about | {"names": list(names), "title": title, "head": head, "alt": alt})


def fixed_rows(
    names: Sequence[str],
    drawing: Drawing,
    *,
    alt: str,
    head: str = "class",
    picked: int | None = None,
    key: str | None = None,
) -> Element:
    """The same rows without sliders: for numbers that are given, not set. `picked` is marked as the true one."""
    about = {"numbers": [], "least": 0, "most": 0, "sets": "", "title": "", "picked": picked, "active": picked or 0}
    return placed(_element(drawing, about | {"names": list(names), "head": head, "alt": alt}), key)


def _element(drawing: Drawing, about: dict[str, Any]) -> Element:
    fields = {
        "columns": [asdict(column) | {"lengths": list(map(_drawn, column.lengths))} for column in drawing.columns],
        "stack": asdict(drawing.stack) if drawing.stack else None,
        "details": list(drawing.details),
        "note": drawing.note,
    }
    return _mount.element(fields | about)


def _drawn(length: float) -> float:
    """What is not a number has no bar (and no place in JSON)."""
    return float(length) if math.isfinite(length) else 0.0
