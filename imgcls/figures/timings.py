"""How long operations take: the same on each device, or forward and backward."""

from collections.abc import Sequence

import plotly.graph_objects as go

from imgcls.figures.base import figure
from imgcls.numbers import written
from imgcls.ops.activation_cost import Cost
from imgcls.ops.timing import Timing
from imgcls.palette import SERIES

PATTERNS = ("", "/", "x")


def timing_bars(timings: Sequence[Timing], *, height: int = 330) -> go.Figure:
    """One group of bars an operation, one bar a device, in milliseconds on a logarithmic axis."""
    operations = list(dict.fromkeys(timing.operation for timing in timings))
    traces = []
    for place, device in enumerate(dict.fromkeys(timing.device for timing in timings)):
        found = {timing.operation: timing for timing in timings if timing.device == device}
        there = [name for name in operations if name in found]
        milliseconds = [1000 * found[name].median for name in there]
        traces.append(
            go.Bar(
                y=there, x=milliseconds, name=device, orientation="h", cliponaxis=False,
                text=[f"{written(value, 3)} ms" for value in milliseconds], textposition="outside",
                textfont={"size": 16},
                customdata=[[1000 * found[name].spread, found[name].runs] for name in there],
                hovertemplate="%{x:.3g} ms ± %{customdata[0]:.2g}, %{customdata[1]} runs<extra></extra>",
                marker={"color": SERIES[place], "pattern": {"shape": PATTERNS[place % len(PATTERNS)]}},
            )
        )  # fmt: skip
    slowest, quickest = (pick(1000 * timing.median for timing in timings) for pick in (max, min))
    return figure(
        *traces,
        height=height,
        showlegend=True,
        barmode="group",
        xaxis={"title": "milliseconds, median", "rangemode": "tozero", "range": [0, 1.25 * slowest], "fixedrange": True}
        if slowest < 50 * quickest
        else {"title": "milliseconds, median", "type": "log", "fixedrange": True, "exponentformat": "power"},
        yaxis={"autorange": "reversed", "fixedrange": True, "tickfont": {"size": 16}},
        legend={"orientation": "h", "y": 1.12, "x": 0},
        margin={"l": 8, "r": 40, "t": 30, "b": 8},
    )


def cost_bars(costs: Sequence[Cost], *, height: int = 345) -> go.Figure:
    """A bar for each layer in their order, its backward pass laid behind its forward pass, in milliseconds."""
    names = [cost.title for cost in costs]
    passes = {"forward": [cost.forward for cost in costs], "backward": [cost.backward for cost in costs]}
    traces = [
        go.Bar(
            y=names, x=[1000 * seconds for seconds in times], name=name, orientation="h", cliponaxis=False,
            text=[f"{written(1000 * cost.both, 3)} ms" for cost in costs] if name == "backward" else None,
            textposition="outside", textfont={"size": 15}, hovertemplate="%{x:.3g} ms " + name + "<extra></extra>",
            marker={"color": SERIES[place], "pattern": {"shape": PATTERNS[place]}},
        )
        for place, (name, times) in enumerate(passes.items())
    ]  # fmt: skip
    return figure(
        *traces,
        height=height,
        showlegend=True,
        barmode="stack",
        xaxis={
            "title": "milliseconds, median", "range": [0, 1180 * max(cost.both for cost in costs)], "fixedrange": True,
        },
        yaxis={"autorange": "reversed", "fixedrange": True, "tickfont": {"size": 15}},
        legend={"orientation": "h", "y": 1.12, "x": 0, "traceorder": "normal"},
        margin={"l": 8, "r": 40, "t": 30, "b": 8},
    )  # fmt: skip
