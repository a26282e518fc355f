"""Three probabilities as a point in a triangle: each corner is one class for certain. The point can be dragged."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from imgcls.ui.components import declare, ignore, sent

_mount = declare("softmax/simplex", html='<div class="simplex"></div>', styles=("text.css",))

Point = tuple[float, float, float]


def point_of(message: Mapping[str, Any]) -> Point | None:
    """The probabilities of a message from the triangle, all above 0 and with sum 1; None if they are not."""
    try:
        a, b, c = (float(number) for number in message["probabilities"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    total = a + b + c
    if not (min(a, b, c) > 0 and math.isfinite(total)):
        return None
    return a / total, b / total, c / total


def simplex_dragged(key: str) -> tuple[Point, bool] | None:
    """Where the point has been dragged to since the last run, and whether it was let go; None if it was not."""
    news = sent(key)
    if not news or news.get("seq") == st.session_state.get(f"{key}:seq"):
        return None
    st.session_state[f"{key}:seq"] = news.get("seq")
    point = point_of(news)
    return None if point is None else (point, bool(news.get("final")))


def simplex(
    names: Sequence[str],
    probabilities: Sequence[float],
    trail: Sequence[Sequence[float]],
    *,
    key: str,
    ask: str,
    alt: str,
) -> None:
    """Draw the point `probabilities` (3), and the `trail` of points (N, 3) that it moves along as a setting changes.

    During a drag it asks at `ask`; the answer's field `beside` has new data for the live elements, by their key.
    """
    _mount(
        key=key,
        data={
            "key": key,
            "names": list(names),
            "probabilities": list(probabilities),
            "trail": [list(point) for point in trail],
            "ask": ask,
            "alt": alt,
            "ack": sent(key).get("seq"),
        },
        default={"value": None},
        on_value_change=ignore,
    )
