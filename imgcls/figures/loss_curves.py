"""What a forecast costs: log loss over the probability or the logit of the true class."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from imgcls.figures.base import FONT
from imgcls.figures.curves import Curve, curves
from imgcls.palette import HUES

DEAREST = 7.0
"""Where the loss axis ends, unless a point lies higher; -ln 0.001 is 6.9."""


def _legend(x: float, anchor: str) -> dict[str, Any]:
    """A legend inside the chart, at the top: where these curves leave room."""
    return {"x": x, "xanchor": anchor, "y": 1, "yanchor": "top", "font": {"size": FONT}, "bgcolor": "rgba(0,0,0,0)"}


def loss_curve(
    probabilities: Sequence[float],
    losses: Sequence[float],
    now: float,
    smoothed: Sequence[float] | None = None,
    height: int = 196,
) -> go.Figure:
    """-ln p over the true class's probability, a dot at `now` (one of `probabilities`); with smoothing, both curves."""
    line = HUES["loss"].line
    lines = [Curve("−ln p", probabilities, losses, line, "solid" if smoothed is None else "dot")]
    if smoothed is not None:
        lines.append(Curve("with label smoothing", probabilities, smoothed, line, "solid"))
    highest = max(DEAREST, 1.1 * losses[list(probabilities).index(now)])
    return curves(
        lines, x_title="probability p of the true class", y_title="loss", x_range=(-0.01, 1.02),
        y_range=(-0.04 * highest, highest), at=now, height=height, legend=_legend(0.98, "right"),
    )  # fmt: skip


def branch_curves(
    x: Sequence[float], if_one: Sequence[float], if_zero: Sequence[float], now: float, target: int, x_title: str
) -> go.Figure:
    """Both branches of binary log loss; the one that the target picks is drawn solid and carries the dot."""
    branches = [("y = 1:  −ln p", if_one, HUES["loss"].line), ("y = 0:  −ln(1 − p)", if_zero, HUES["activation"].line)]
    lines = []
    for side, (name, losses, colour) in zip((1, 0), branches, strict=True):
        # The branch that does not count gets no point at `now`, so no dot either.
        points = [(a, b) for a, b in zip(x, losses, strict=True) if side == target or a != now]
        lines.append(Curve(name, *zip(*points, strict=True), colour, "solid" if side == target else "dot"))
    return curves(
        lines, x_title=x_title, y_title="loss", y_range=(-0.25, DEAREST), at=now, height=300,
        legend=_legend(0.5, "center"),
    )  # fmt: skip


def way_curves(gaps: Sequence[float], ways: Sequence[tuple[str, Sequence[float]]], now: float, top: float) -> go.Figure:
    """The loss by each way of computing it over how far the true logit trails; a curve ends where it is infinite."""
    styles = [(HUES["loss"].line, "solid"), (HUES["evidence"].line, "dash"), (HUES["activation"].line, "dot")]
    lines = [Curve(name, gaps, losses, *style) for (name, losses), style in zip(ways, styles, strict=True)]
    return curves(
        lines, x_title="how far the true class's logit is behind", y_title="loss", y_range=(-0.03 * top, top), at=now,
        height=340,
    )  # fmt: skip
