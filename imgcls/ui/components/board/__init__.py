"""Functions above, their slopes below, and a cursor through both: the numbers it reads are those that were sent."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from imgcls.ops.activations import ActivationCurve, Zone
from imgcls.palette import SERIES
from imgcls.ui.address import as_number, kept, to_address
from imgcls.ui.components import declare, ignore, is_caught, sent, unheard
from imgcls.ui.packet import pack

DASHES: tuple[tuple[int, ...], ...] = ((), (10, 5), (3, 4), (10, 4, 3, 4), (16, 6), (16, 4, 3, 4))
START = 1.0  # of the cursor
_mount = declare("board")


@dataclass(frozen=True)
class Line:
    """y = w x + b, one of those that Maxout takes the largest of."""

    w: float
    b: float


def dragged_lines(key: str) -> tuple[list[Line], bool] | None:
    """The lines as the student last dragged them and whether the drag has ended: once each, before drawing."""
    news = sent(key)
    if "lines" not in news or st.session_state.get(f"{key}:seq") == news.get("seq"):
        return None
    st.session_state[f"{key}:seq"] = news.get("seq")
    lines = [Line(float(np.clip(w, -5, 5)), float(np.clip(b, -10, 10))) for w, b in news["lines"]]
    return lines, bool(news.get("final"))


def board(
    curves: Sequence[ActivationCurve],
    titles: Sequence[str],
    *,
    key: str,
    zones: Sequence[Zone] = (),
    lines: Sequence[Line] = (),
    y_range: tuple[float, float] = (-2.0, 4.0),
) -> float:
    """Show up to six curves over the same x; returns the cursor's x, which is kept in the address as `key`.

    `zones` are shaded; `lines` are drawn thin, with handles to drag.
    """
    x = curves[0].x
    low, high = float(x[0]), float(x[-1])
    news = sent(key)
    if is_caught():
        cursor = None  # it stays where it is
    else:
        store = f"{key}:cursor"
        heard = unheard(key, f"{store}:seq")
        if (told := as_number(heard.get("cursor"), -math.inf, math.inf)) is not None:
            st.session_state[store] = told
        cursor = kept(key, lambda text: START if (x := as_number(text, low, high)) is None else x, store)
        cursor = float(np.clip(cursor, low, high))
        if told is None or heard.get("final"):
            to_address(key, None if cursor == START else f"{cursor:g}")
    fields = {
        "titles": list(titles),
        "colours": list(SERIES),
        "dashes": DASHES,
        "yRange": y_range,
        "zones": [[zone.kind, zone.low, zone.high] for zone in zones],
        "lines": [[line.w, line.b] for line in lines],
        "cursor": cursor,
        "ack": news.get("seq"),
    }
    y, slope = (np.stack([getattr(curve, name).numpy() for curve in curves]) for name in ("y", "slope"))
    packet = pack(fields, x=x.numpy().astype("f4"), y=y.astype("f4"), slope=slope.astype("f4"))
    _mount(key=key, data=packet, default={"value": None}, on_value_change=ignore)
    return 0.0 if cursor is None else cursor
