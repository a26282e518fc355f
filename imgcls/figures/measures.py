"""The ROC curve, the threshold's place on it, and the reliability diagram."""

import math
from typing import Any

import plotly.graph_objects as go

from imgcls.figures.base import figure
from imgcls.ops.measures import Calibration, Counts, Roc
from imgcls.palette import HUES

_AXIS = {"range": [-0.02, 1.02], "tickvals": [0, 0.25, 0.5, 0.75, 1], "tickformat": ".0%", "fixedrange": True,
         "zeroline": False}  # fmt: skip
_DIAGONAL = {"type": "line", "x0": 0, "y0": 0, "x1": 1, "y1": 1,
             "line": {"color": HUES["pixel"].line, "width": 2, "dash": "dash"}}  # fmt: skip


def roc_curve(curve: Roc, *, height: int = 330) -> go.Figure:
    """Recall over false positive rate, as steps; the diagonal of guessing dashed."""
    line = go.Scatter(
        x=curve.false_rates.tolist(), y=curve.recalls.tolist(), mode="lines", name="all thresholds",
        line={"color": HUES["probability"].line, "width": 3}, customdata=curve.thresholds.tolist(),
        hovertemplate="threshold %{customdata:.2f}: recall %{y:.1%}, false alarms %{x:.1%}<extra></extra>",
    )  # fmt: skip
    return figure(
        line, height=height, showlegend=False, shapes=[_DIAGONAL],
        xaxis={**_AXIS, "title": "false alarms (of the others)"}, yaxis={**_AXIS, "title": "recall"},
    )  # fmt: skip


def roc_mark(now: Counts) -> dict[str, Any]:
    """Where a threshold stands on `roc_curve`, as the plot component's mark."""
    return {"x": now.false_rate, "dots": [[now.recall, HUES["evidence"].line]]}


def reliability(found: Calibration, *, height: int = 330) -> go.Figure:
    """For each bin of confidence how often the answers are right; the diagonal, where both agree, dashed."""
    edges = found.edges.tolist()
    bars = [
        (low, high, share, size)
        for low, high, share, size in zip(
            edges[:-1], edges[1:], found.accuracy.tolist(), found.sizes.tolist(), strict=True
        )
        if not math.isnan(share)
    ]
    trace = go.Bar(
        x=[(low + high) / 2 for low, high, _, _ in bars], y=[share for *_, share, _ in bars],
        width=[0.92 * (high - low) for low, high, _, _ in bars], marker={"color": HUES["probability"].line},
        text=[str(size) for *_, size in bars], textposition="inside", name="right",
        hovertemplate="confidence about %{x:.0%}: %{y:.1%} of %{text} right<extra></extra>",
    )  # fmt: skip
    return figure(
        trace, height=height, showlegend=False, shapes=[_DIAGONAL],
        xaxis={**_AXIS, "title": "confidence"}, yaxis={**_AXIS, "title": "right"},
    )  # fmt: skip
