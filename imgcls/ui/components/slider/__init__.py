"""A slider that sends its value while it is dragged (Streamlit's own sends on release only)."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from imgcls.ui.address import kept_number, store_of, to_address
from imgcls.ui.components import Element, declare, ignore, sent
from imgcls.ui.dials import Dial
from imgcls.ui.live import follow as follow_drag

_mount = declare("slider", html='<div class="slider"></div>', styles=("dials.css",))


def live_slider(
    label: str,
    low: float,
    high: float,
    value: float,
    *,
    step: float,
    key: str,
    digits: int = 2,
    unit: str = "",
    help: str = "",
    follow: Callable[[float], None] | None = None,
) -> float:
    """A slider from `low` to `high` in steps of `step`; returns its value, live during a drag.

    `key` is also its name in the page's address: the value is read from there when the page opens, or Back
    changes it, and written there when the drag ends, unless it is the default. A value that is not a number
    within the limits is ignored. Call it inside the fragment that draws what it changes. An integer slider
    is one whose `step` and `value` are ints; it returns an int.

    With `follow`, a drag does not rerun the script until it ends: `follow(number)` draws what changes meanwhile, with
    live components alone (see `imgcls.ui.live.follow`).
    """
    news, seen = sent(key), f"{store_of(key)}:seq"
    fresh = news.get("seq") != st.session_state.get(seen)
    st.session_state[seen] = news.get("seq")
    number = kept_number(key, low, high, value, news.get("number") if fresh else None)
    whole = isinstance(step, int) and isinstance(value, int)
    if whole:
        number = round(number)
    # At the end of a drag, and when the page opens anew on what was set before: its address has been cleared.
    if news.get("final") or (not news and (key in st.query_params) == (number == value)):
        to_address(key, None if number == value else f"{number:g}")
    _mount(
        key=key,
        data={
            "label": label, "low": low, "high": high, "step": step, "number": number, "digits": digits,
            "unit": unit, "help": help, "ack": news.get("seq"),
            "ask": follow and follow_drag(key, lambda asked: follow(round(asked) if whole else asked), low, high),
        },
        default={"value": None},
        on_value_change=ignore,
    )  # fmt: skip
    return number


def slider(dial: Dial, numbers: Mapping[str, Any]) -> Element:
    """The slider of one number of a live picture; see `imgcls.ui.stage`."""
    about = {"name": dial.name, "label": dial.label, "step": dial.step, "digits": dial.digits, "unit": dial.unit}
    return _mount.element(about | dial.data(numbers), default={"value": None}, on_value_change=ignore)


def wanted_number(key: str) -> float:
    """Where the student put a live slider that is on the page, even if limits that depend on another hold it back."""
    return st.session_state[f"{key}:slider"]


def redraw_slider(key: str, *, high: float, number: float, help: str = "") -> None:
    """A slider's new upper limit and number, while a drag of another is followed (see `imgcls.ui.live.follow`)."""
    _mount(key=key, data={"high": high, "number": number, "help": help})


def set_slider(key: str, number: float, *, final: bool = True) -> None:
    """Set a live slider from code (a preset, another control); takes effect at its next drawing.

    While another control is being dragged, `final=False` leaves the page's address alone.
    """
    st.session_state[store_of(key)] = number
    if final:
        to_address(key, f"{number:g}")
