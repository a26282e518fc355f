"""Accuracy beside the losses, as one logit moves."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from imgcls.figures.curves import Curve, curves, mark
from imgcls.palette import HUES


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
