"""Histograms as stepped curves: how often which value occurs."""

from collections.abc import Mapping

import plotly.graph_objects as go

from imgcls.figures.base import figure
from imgcls.ops.histogram import Histogram
from imgcls.palette import SERIES
from imgcls.plain import plotly

DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


def histogram_curves(histograms: Mapping[str, Histogram], *, x: str = "value", height: int = 300) -> go.Figure:
    """One stepped curve a name: the share of its values in each bin, up to six of them."""
    traces = []
    for place, (name, counted) in enumerate(histograms.items()):
        edges = counted.edges
        shares = counted.counts / counted.counts.sum().clamp(min=1)
        traces.append(
            go.Scatter(
                x=((edges[:-1] + edges[1:]) / 2).tolist(), y=shares.tolist(), name=plotly(name), mode="lines",
                line={"shape": "hvh", "color": SERIES[place], "dash": DASHES[place], "width": 3},
                hovertemplate="%{fullData.name}: %{y:.2%} near %{x:.3g}<extra></extra>",
            )
        )  # fmt: skip
    return figure(
        *traces,
        height=height,
        xaxis={"title": plotly(x), "fixedrange": True},
        yaxis={"title": "share of the values", "tickformat": ".0%", "rangemode": "tozero", "fixedrange": True},
        legend={"orientation": "h", "y": 1.15, "x": 0},
        margin={"l": 8, "r": 8, "t": 40, "b": 8},
    )
