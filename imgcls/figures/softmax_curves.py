"""Probabilities as something else moves: the temperature, or one logit."""

from collections.abc import Sequence

import plotly.graph_objects as go

from imgcls.figures.base import FONT
from imgcls.figures.curves import DASHES, Curve, curves
from imgcls.palette import HUES, SERIES

SHARE = (-0.03, 1.05)
"""The range of a probability axis."""


def temperature_curves(
    names: Sequence[str], temperatures: Sequence[float], probabilities: Sequence[Sequence[float]], now: float
) -> go.Figure:
    """Each class's probability over the temperature; `probabilities` has one row a class, `now` is a temperature."""
    # Past six classes colours repeat, but never the same colour with the same dash.
    lines = [
        Curve(name, temperatures, row, SERIES[i % 6], DASHES[(i + i // 6) % 6])
        for i, (name, row) in enumerate(zip(names, probabilities, strict=True))
    ]
    ticks = [0.1, 0.2, 0.5, 1, 2, 5, 10]
    return curves(
        lines, y_title="probability", y_range=SHARE, at=now,
        xaxis={
            "type": "log", "tickvals": ticks, "ticktext": [f"{t:g}" for t in ticks], "fixedrange": True,
            "title": {"text": "temperature T (sharp → even)", "font": {"size": FONT + 1}},
        },
    )  # fmt: skip


def nudge_curves(
    values: Sequence[float], soft: Sequence[float], hard: Sequence[float], now: float, x_title: str
) -> go.Figure:
    """One class's softmax and hardmax over its own logit; `now` is one of `values`."""
    lines = [
        Curve("softmax", values, soft, HUES["probability"].line, "solid"),
        Curve("hardmax", values, hard, HUES["evidence"].line, "dash"),
    ]
    return curves(lines, x_title=x_title, y_title="output", y_range=SHARE, at=now)
