"""Histograms of a photo's three channels before and after normalising, on one axis."""

import plotly.graph_objects as go

from imgcls.figures.base import figure
from imgcls.ops.tensors import SPAN, Normalised
from imgcls.palette import HUES

CHANNELS = (("red", "#d0524a", "solid"), ("green", "#4d8b1f", "dash"), ("blue", "#3a7fc1", "dot"))


def moved_histograms(made: Normalised, *, height: int = 300) -> go.Figure:
    """One curve a channel after normalising, over the grey outline of what it was before."""
    traces = []
    for place, (counted, (_, _, dash)) in enumerate(zip(made.before, CHANNELS, strict=True)):
        traces.append(
            go.Scatter(
                x=_middles(counted.edges), y=counted.counts.tolist(), mode="lines", hoverinfo="skip",
                line={"color": HUES["pixel"].line, "width": 1.5, "dash": dash, "shape": "hvh"},
                name="before, 0 to 1", showlegend=place == 0, legendgroup="before",
            )
        )  # fmt: skip
    for counted, (name, colour, dash) in zip(made.after, CHANNELS, strict=True):
        traces.append(
            go.Scatter(
                x=_middles(counted.edges), y=counted.counts.tolist(), mode="lines", name=name,
                line={"color": colour, "width": 3, "dash": dash, "shape": "hvh"},
                hovertemplate=f"{name}: %{{y}} pixels near %{{x:.2f}}<extra></extra>",
            )
        )  # fmt: skip
    # The same height whatever is chosen, so that widening is seen as getting lower.
    top = 1.08 * max(int(counted.counts.max()) for counted in made.before)
    return figure(
        *traces,
        height=height,
        xaxis={"title": "value", "range": list(SPAN), "fixedrange": True, "dtick": 1},
        yaxis={"title": "pixels", "range": [0, max(top, 1)], "fixedrange": True, "nticks": 4},
        legend={"orientation": "h", "y": 1.18, "x": 0},
        margin={"l": 8, "r": 8, "t": 30, "b": 8},
    )


def _middles(edges: object) -> list[float]:
    return ((edges[:-1] + edges[1:]) / 2).tolist()  # type: ignore[index]
