"""Lines over a common axis: curves, functions, histories; named at their ends, or in a legend."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from imgcls.figures.base import FONT, figure
from imgcls.palette import SERIES
from imgcls.plain import plotly

DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "star")


@dataclass(frozen=True)
class Curve:
    """One line. Without a colour or dash of its own it takes the next of palette.SERIES and DASHES.

    `markers` puts a symbol on each point.
    """

    name: str
    x: Sequence[float]
    y: Sequence[float]
    colour: str = ""
    dash: str = ""
    markers: bool = False


def curves(
    lines: Sequence[Curve],
    *,
    x_title: str = "",
    y_title: str = "",
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    x_step: float | None = None,
    y_axis: Mapping[str, Any] | None = None,
    at: float | None = None,
    end_labels: bool = False,
    height: int = 360,
    **layout: Any,
) -> go.Figure:
    """The lines in one chart.

    `x_step` is the distance of the ticks, `y_axis` holds more of Plotly's settings of that axis. `at` marks one x (see
    `mark`). With `end_labels` (needs `y_range`) each name stands at its curve's end instead of in a legend.

    Raises:
        ValueError: `end_labels` without `y_range`.
    """
    traces = [
        _trace(line, line.colour or SERIES[i % len(SERIES)], line.dash or DASHES[i % len(DASHES)], i)
        for i, line in enumerate(lines)
    ]
    settings: dict[str, Any] = {
        "xaxis": _axis(x_title, x_range) | ({"dtick": x_step} if x_step else {}),
        "yaxis": _axis(y_title, y_range) | dict(y_axis or {}),
        "showlegend": len(lines) > 1 and not end_labels,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": FONT}},
        "hovermode": "x unified",
    }
    if at is not None:
        settings["meta"] = {"mark": mark(lines, at)}
    if end_labels:
        if y_range is None:
            raise ValueError("end labels need y_range, to know how far apart they will stand")
        settings["annotations"] = _names(lines, y_range, height)
        settings["margin"] = {
            "l": 8,
            "r": 30 + round(0.5 * FONT * max(len(line.name) for line in lines)),
            "t": 12,
            "b": 8,
        }
    return figure(*traces, height=height, **(settings | layout))


def mark(lines: Sequence[Curve], at: float) -> dict[str, Any]:
    """The marked place: a vertical line at `x`, and a dot (y, colour) on every curve that has a point there.

    It stands in the figure's `layout.meta`, which Plotly leaves alone: the plot component draws it over the chart, so
    that it moves without drawing the curves again.
    """
    dots = [
        [float(y), line.colour or SERIES[i % len(SERIES)]]
        for i, line in enumerate(lines)
        for x, y in zip(line.x, line.y, strict=True)
        if x == at and y is not None and math.isfinite(y)
    ]
    return {"x": float(at), "dots": dots}


def _axis(title: str, limits: tuple[float, float] | None) -> dict[str, Any]:
    axis: dict[str, Any] = {"title": {"text": plotly(title), "font": {"size": FONT + 1}}, "fixedrange": True}
    return axis | ({"range": list(limits)} if limits else {})


def _trace(line: Curve, colour: str, dash: str, place: int) -> dict[str, Any]:
    """As a plain dict: Plotly checks it once, in the figure, and a graph object a second time.

    Numbers as arrays, which Plotly checks and writes in a third of the time that lists take.
    """
    return {
        "type": "scatter", "x": _numbers(line.x), "y": _numbers(line.y), "name": plotly(line.name),
        "mode": "lines+markers" if line.markers else "lines",
        "line": {"color": colour, "dash": dash, "width": 3},
        "marker": {"symbol": SYMBOLS[place % len(SYMBOLS)], "size": 9, "color": colour},
        "hovertemplate": "%{y:.3~g}",
    }  # fmt: skip


def _numbers(values: Sequence[float | None]) -> np.ndarray:
    """float64, a gap for None."""
    return np.array(values, dtype=np.float64)


def _names(lines: Sequence[Curve], y_range: tuple[float, float], height: int) -> list[dict[str, Any]]:
    """The names beside the curves' ends, moved apart where they would overlap."""
    low, high = y_range
    line_height = (high - low) * (FONT + 5) / max(1, height - 60)
    order = sorted(range(len(lines)), key=lambda i: lines[i].y[-1])
    places: list[float] = []
    for i in order:
        wanted = min(max(lines[i].y[-1], low), high)
        places.append(max(wanted, places[-1] + line_height) if places else wanted)
    # Pushed past the top: push back down.
    limit = high
    for rank in range(len(places) - 1, -1, -1):
        places[rank] = min(places[rank], limit)
        limit = places[rank] - line_height
    return [
        {
            "x": 1, "xref": "paper", "xanchor": "left", "y": place, "yanchor": "middle", "showarrow": False,
            "text": f'<span style="color:{lines[i].colour or SERIES[i % len(SERIES)]}"><b>●</b></span> '
            + plotly(lines[i].name),
            "font": {"size": FONT}, "align": "left",
        }
        for i, place in zip(order, places, strict=True)
    ]  # fmt: skip
