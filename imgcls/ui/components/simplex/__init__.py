"""Three probabilities as a point in a triangle: each corner is one class for certain. The point can be dragged."""

import math
from collections.abc import Sequence

import streamlit as st

from imgcls.ui.components import declare, ignore, sent

_mount = declare("simplex", html='<div class="simplex"></div>')


def simplex_dragged(key: str) -> tuple[tuple[float, float, float], bool] | None:
    """Where the point has been dragged to since the last run, and whether it was let go; None if it was not.

    The probabilities are all above 0 and sum to 1.
    """
    news = sent(key)
    if not news or news.get("seq") == st.session_state.get(f"{key}:seq"):
        return None
    st.session_state[f"{key}:seq"] = news.get("seq")
    try:
        a, b, c = (float(number) for number in news["probabilities"])
    except (KeyError, TypeError, ValueError):
        return None
    total = a + b + c
    if not (min(a, b, c) > 0 and math.isfinite(total)):
        return None
    return (a / total, b / total, c / total), bool(news.get("final"))


def simplex(
    names: Sequence[str], probabilities: Sequence[float], trail: Sequence[Sequence[float]], *, key: str, alt: str
) -> None:
    """Draw the point `probabilities` (3), and the `trail` of points (N, 3) that it moves along as a setting changes."""
    _mount(
        key=key,
        data={
            "names": list(names),
            "probabilities": [float(p) for p in probabilities],
            "trail": [[round(float(p), 4) for p in point] for point in trail],
            "alt": alt,
            "ack": sent(key).get("seq"),
        },
        default={"value": None},
        on_value_change=ignore,
    )
