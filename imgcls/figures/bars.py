"""Horizontal bars with their names and numbers: probabilities, logits, drops."""

from collections.abc import Sequence

import plotly.graph_objects as go

from imgcls.figures.base import figure
from imgcls.numbers import percent
from imgcls.palette import HUES
from imgcls.plain import plotly

_PERCENT = {
    "range": [0, 1],
    "tickvals": [0, 0.25, 0.5, 0.75, 1],
    "ticktext": ["0%", "", "50%", "", "100%"],  # five would not stand side by side on a phone
    "tickangle": 0,
    "fixedrange": True,
    "zeroline": False,
}
_ROW = 44  # pixels a bar
_LONG = 15  # letters of a name that leave a phone no room for its bar


def two_lines(name: str) -> str:
    """For Plotly: a long name broken at the space nearest to its middle; else in one line."""
    spaces = [place for place, letter in enumerate(name) if letter == " "]
    if len(name) <= _LONG or not spaces:
        return plotly(name)
    middle = min(spaces, key=lambda place: abs(place - len(name) / 2))
    return f"{plotly(name[:middle])}<br>{plotly(name[middle + 1 :])}"


def probability_bars(
    labels: Sequence[str],
    probabilities: Sequence[float],
    *,
    before: Sequence[float] | None = None,
    threshold: float | None = None,
) -> go.Figure:
    """One bar a label, the first on top, its percentage written at its end.

    `before` adds a thin outlined bar behind each: the value to compare with. `threshold` draws a dashed line
    across all bars.
    """
    places = list(range(len(labels)))
    written = [percent(p) for p in probabilities]
    ends = list(probabilities)
    traces = [
        go.Bar(
            x=list(probabilities),
            y=places,
            orientation="h",
            name="probability",
            width=0.6,
            marker={"color": HUES["probability"].line},
            customdata=[plotly(label) for label in labels],
            hovertemplate="%{customdata}: %{x:.4f}<extra></extra>",
        )
    ]
    clear = "rgba(0,0,0,0)"
    if before is not None:
        written = [f"{now} (was {percent(old)})" for now, old in zip(written, before, strict=True)]
        ends = [max(pair) for pair in zip(ends, before, strict=True)]
        outline = {"color": clear, "line": {"color": HUES["pixel"].line, "width": 2}}
        traces.append(go.Bar(x=list(before), y=places, orientation="h", name="before", width=0.8, marker=outline))
    traces.append(  # the numbers stand behind the longer of the two bars
        go.Bar(
            x=ends,
            y=places,
            orientation="h",
            name="number",
            marker={"color": clear},
            text=written,
            textposition="outside",
            cliponaxis=False,
            textfont={"size": 16},
            hoverinfo="skip",
        )
    )
    line = []
    if threshold is not None:
        line = [{"type": "line", "x0": threshold, "x1": threshold, "y0": 0, "y1": 1, "yref": "paper"}]
        line[0]["line"] = {"color": HUES["evidence"].line, "width": 3, "dash": "dash"}
    names = {"tickvals": places, "ticktext": [two_lines(label) for label in labels], "tickfont": {"size": 16}}
    # In pixels, for a share of the axis would be too narrow for the numbers on a phone.
    room = 58 if before is None else 146
    return figure(
        *traces,
        height=_ROW * len(labels) + 58,
        barmode="overlay",
        showlegend=False,
        shapes=line,
        margin={"l": 8, "r": room, "t": 12, "b": 8},
        xaxis=_PERCENT,
        yaxis={**names, "range": [len(labels) - 0.4, -0.6], "fixedrange": True, "showgrid": False, "zeroline": False},
    )
