"""Gradient descent: the value by step, and the value along one step."""

from collections.abc import Sequence

import plotly.graph_objects as go

from imgcls.figures.base import figure
from imgcls.palette import HUES, NEGATIVE_LINE

LARGEST = 1e100  # beyond it Plotly's axes give up; such a point is left out


def value_path(values: Sequence[float], at: int, *, height: int = 205) -> go.Figure:
    """The value at each step, step `at` marked; a logarithmic axis where positive values differ by over 1000."""
    shown = [value if abs(value) < LARGEST else None for value in values]
    finite = [value for value in shown if value is not None]
    spread = bool(finite) and min(finite) > 0 and max(finite) > 1000 * min(finite)
    line = go.Scatter(
        x=list(range(len(values))), y=shown, mode="lines+markers", name="value",
        line={"color": HUES["loss"].line, "width": 3}, marker={"size": 6},
        hovertemplate="step %{x}: %{y:.5g}<extra></extra>",
    )  # fmt: skip
    here = go.Scatter(
        x=[at], y=[shown[at]], mode="markers", hoverinfo="skip",
        marker={"size": 16, "color": "rgba(0,0,0,0)", "line": {"width": 4, "color": HUES["activation"].line}},
    )  # fmt: skip
    return figure(
        line, here, height=height, showlegend=False,
        xaxis={"title": "step", "range": [-0.5, max(len(values) - 0.5, 10)], "fixedrange": True},
        yaxis={
            "title": "value", "type": "log" if spread else "linear", "exponentformat": "power", "fixedrange": True,
            "nticks": 5,
        },
    )  # fmt: skip


def step_slice(
    shares: Sequence[float],
    values: Sequence[float],
    here: float,
    slope: float,
    landing: float | None,
    *,
    height: int = 205,
) -> go.Figure:
    """The value on the way of one step: the curve, the straight line that the step trusts, its start and landing."""
    shown = [value if abs(value) < LARGEST else None for value in values]
    curve = go.Scatter(
        x=list(shares), y=shown, mode="lines", name="value", line={"color": HUES["loss"].line, "width": 3},
        hovertemplate="%{x:.2f} of the step: %{y:.5g}<extra></extra>",
    )  # fmt: skip
    line = go.Scatter(
        x=[0, 1], y=[here, here + slope], mode="lines", name="what the slope promises", hoverinfo="skip",
        line={"color": HUES["gradient"].line, "width": 2.5, "dash": "dash"},
    )  # fmt: skip
    falls = landing is not None and landing <= here
    ends = go.Scatter(
        x=[0, 1], y=[here, landing], mode="markers+text", name="start and landing", text=["here", "lands"],
        textposition=["top right", "top center"], textfont={"size": 15}, cliponaxis=False,
        marker={
            "size": 13, "symbol": ["circle", "circle" if falls else "x"],
            "color": [HUES["activation"].line, HUES["gradient"].line if falls else NEGATIVE_LINE["gradient"]],
        },
        hovertemplate="%{y:.5g}<extra></extra>",
    )  # fmt: skip
    # The curve near both ends is what matters; far tails would flatten it.
    near = [value for share, value in zip(shares, shown, strict=True) if value is not None and -0.3 <= share <= 1.3]
    low, high = (min(near), max(near)) if near else (0.0, 1.0)
    margin = 0.15 * (high - low) or 1.0
    return figure(
        curve, line, ends, height=height, showlegend=False,
        xaxis={"title": "share of the step", "range": [-0.5, 2], "fixedrange": True, "tickvals": [0, 0.5, 1, 1.5, 2]},
        yaxis={"range": [low - margin, high + margin], "fixedrange": True, "nticks": 5},
    )  # fmt: skip
