"""The learning curves of networks trained side by side."""

from collections.abc import Sequence

import plotly.graph_objects as go

from imgcls.figures.curves import Curve, curves
from imgcls.palette import SERIES
from imgcls.training.experiments import RaceEpoch


def race_curves(
    epochs: Sequence[RaceEpoch], measure: str, *, names: Sequence[str] | None = None, height: int = 320
) -> go.Figure:
    """One colour a contestant; the training curve dotted, the validation curve solid with markers.

    `measure` is "loss" or "accuracy".
    """
    places = [each.epoch for each in epochs]
    lines = []
    for number, name in enumerate(names or list(epochs[0].val_loss)):
        for part, dash in (("train", "dot"), ("val", "solid")):
            values = [getattr(each, f"{part}_{measure}")[name] for each in epochs]
            title = f"{name}, {'training' if part == 'train' else 'validation'}"
            lines.append(Curve(title, places, values, SERIES[number], dash, markers=part == "val"))
    shares = {"tickformat": ".0%"} if measure == "accuracy" else None
    return curves(lines, x_title="epoch", y_title=measure, x_range=(0, epochs[-1].of), y_axis=shares, height=height)
