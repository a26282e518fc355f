"""Charts of the dense lesson: costs over the image size, measured times, and the race with shuffled pixels."""

import math
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from imgcls.figures.curves import Curve, curves
from imgcls.palette import SERIES
from imgcls.training.experiments import RaceEpoch

LAYERS = {"dense": "fully connected", "local": "locally connected", "conv": "convolution"}
_LOOKS = {"dense": (SERIES[1], "solid"), "local": (SERIES[5], "dot"), "conv": (SERIES[0], "dash")}


def log_log(
    sizes: Sequence[int],
    values: Mapping[str, Sequence[float | None]],
    *,
    y_title: str,
    at: float,
    height: int = 300,
    markers: bool = False,
) -> go.Figure:
    """Values of each layer (keys of LAYERS, or "key device") over the image size, both axes logarithmic.

    None leaves a gap. `at` is the size that is marked.
    """
    lines = []
    for name, numbers in values.items():
        key, _, device = name.partition(" ")
        colour, dash = _LOOKS[key]
        title = LAYERS[key] + (f", {device}" if device else "")
        lines.append(Curve(title, sizes, numbers, colour, "dashdot" if device == "GPU" else dash, markers=markers))
    chart = curves(lines, x_title="image size in pixels", y_title=y_title, at=at, height=height)
    present = [number for numbers in values.values() for number in numbers if number]
    low, high = (math.log10(limit) for limit in (min(present, default=1), max(present, default=10)))
    ticks = [size for size in (4, 8, 16, 32, 64, 128, 256, 512) if sizes[0] <= size <= sizes[-1]]
    edges = [math.log10(sizes[0]) - 0.02, math.log10(sizes[-1]) + 0.02]
    chart.update_xaxes(type="log", tickvals=ticks, ticktext=list(map(str, ticks)), range=edges)
    return chart.update_yaxes(
        type="log", exponentformat="power", dtick=max(1, math.ceil((high - low) / 6)), range=[low - 0.3, high + 0.3]
    )


def shuffle_curves(epochs: Sequence[RaceEpoch], height: int = 300) -> go.Figure:
    """The validation accuracy of the four networks; dashed where the pixels are shuffled."""
    places = [each.epoch for each in epochs]
    lines = [
        Curve(
            name, places, [each.val_accuracy[name] for each in epochs],
            _LOOKS["dense" if name.startswith("dense") else "conv"][0],
            "dash" if "shuffled" in name else "solid", markers=True,
        )
        for name in epochs[0].val_accuracy
    ]  # fmt: skip
    chart = curves(
        lines, x_title="epoch", y_title="validation accuracy", x_range=(0, epochs[-1].of), y_range=(0, 1), height=height
    )
    return chart.update_yaxes(tickformat=".0%")
