"""Horizontal bars with their names and numbers: probabilities, logits, drops."""

from collections.abc import Sequence

import plotly.graph_objects as go

from imgcls.figures.base import figure
from imgcls.palette import HUES


def probability_bars(
    labels: Sequence[str],
    probabilities: Sequence[float],
    *,
    before: Sequence[float] | None = None,
    height: int | None = None,
    quantity: str = "probability",
) -> go.Figure:
    """One bar a label, the first on top, its percentage written at its end.

    `before` adds a thin outlined bar behind each: the value to compare with.
    """
    places = list(range(len(labels)))
    traces = []
    if before is not None:
        traces.append(
            go.Bar(
                x=list(before), y=places, orientation="h", name="before", width=0.86, hoverinfo="skip",
                marker={"color": "rgba(0,0,0,0)", "line": {"color": HUES["pixel"].line, "width": 2}},
            )
        )  # fmt: skip
    traces.append(
        go.Bar(
            x=list(probabilities), y=places, orientation="h", name="now" if before is not None else "probability",
            width=0.62, marker={"color": HUES[quantity].line}, text=[f"{p:.1%}" for p in probabilities],
            textposition="outside", cliponaxis=False, textfont={"size": 16}, customdata=list(labels),
            hovertemplate="%{customdata}: %{x:.4f}<extra></extra>",
        )
    )  # fmt: skip
    return figure(
        *traces,
        height=height or 44 * len(labels) + 30,
        barmode="overlay",
        showlegend=False,
        xaxis={"range": [0, 1.14], "tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1], "fixedrange": True},
        yaxis={
            "tickvals": places, "ticktext": list(labels), "range": [len(labels) - 0.4, -0.6], "fixedrange": True,
            "showgrid": False, "zeroline": False, "tickfont": {"size": 16},
        },
    )  # fmt: skip
