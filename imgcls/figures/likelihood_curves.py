"""The likelihood of ever more answers; and accuracy beside the losses as one logit moves."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from imgcls.figures.base import FONT
from imgcls.figures.curves import Curve, curves, mark
from imgcls.numbers import raised
from imgcls.palette import HUES


def likelihood_curve(
    counts: Sequence[float], powers: Sequence[float], ends: Sequence[tuple[str, float, float]], now: float
) -> go.Figure:
    """The likelihood of the first `counts` answers as a power of ten (`powers`, none above 0), one of them `now`.

    `ends` are number formats, each with the count and the power of ten of the last product that it can hold.
    """
    low = min(-10.0, *powers)
    step = next(size for size in (5, 10, 20, 50, 100, 200, 500) if -low / size <= 6)
    ticks = [-step * k for k in range(int(-low // step) + 1)]
    figure = curves(
        [Curve("sum of logarithms", counts, powers, HUES["loss"].line, "solid")],
        x_title="number of photos", x_range=(-0.03 * max(counts), max(counts)), at=now, height=280,
        yaxis={
            "range": [1.06 * low, -0.04 * low], "tickvals": ticks, "fixedrange": True,
            "ticktext": ["1", *(f"10{raised(tick)}" for tick in ticks[1:])],
            "title": {"text": "likelihood", "font": {"size": FONT + 1}},
        },
    )  # fmt: skip
    places = [(count, power) for _, count, power in ends]
    sides = ["middle right" if count < max(counts) / 2 else "middle left" for count, _ in places]
    figure.add_scatter(
        x=[count for count, _ in places], y=[power for _, power in places], mode="markers+text",
        text=[f"{name}: 0 from here" for name, _, _ in ends], textposition=sides,
        marker={"symbol": "x", "size": 11, "color": HUES["evidence"].line}, textfont={"size": FONT},
        hoverinfo="skip", showlegend=False, cliponaxis=False,
    )  # fmt: skip
    return figure


def accuracy_curve(logits: Sequence[float], accuracy: Sequence[float], x_title: str) -> go.Figure:
    """The accuracy of a batch over the true logit of one of its examples: a staircase."""
    ticks = {"tickvals": [0, 0.5, 1], "ticktext": ["0%", "50%", "100%"]}
    lines = _staircase(logits, accuracy)
    return curves(lines, x_title=x_title, y_title="accuracy", y_range=(-0.08, 1.08), y_axis=ticks, height=190)


def accuracy_mark(now: float, accuracy: float) -> dict[str, Any]:
    """Where the batch stands on `accuracy_curve`."""
    return mark(_staircase([now], [accuracy]), now)


def slope_curves(logits: Sequence[float], loss: Sequence[float], squared: Sequence[float], x_title: str) -> go.Figure:
    """The mean log loss and the mean squared error of the same batch: slopes."""
    lines, most = _slopes(logits, loss, squared), max(loss)
    return curves(lines, x_title=x_title, y_title="mean", y_range=(-0.05 * most, 1.05 * most), height=190)


def slope_mark(now: float, loss: float, squared: float) -> dict[str, Any]:
    """Where the batch stands on `slope_curves`."""
    return mark(_slopes([now], [loss], [squared]), now)


def _staircase(logits: Sequence[float], accuracy: Sequence[float]) -> list[Curve]:
    return [Curve("accuracy", logits, accuracy, HUES["activation"].line, "solid")]


def _slopes(logits: Sequence[float], loss: Sequence[float], squared: Sequence[float]) -> list[Curve]:
    return [
        Curve("log loss", logits, loss, HUES["loss"].line, "solid"),
        Curve("squared error (1 − p)²", logits, squared, HUES["evidence"].line, "dash"),
    ]
