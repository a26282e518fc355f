"""How bright red, green and blue are on average, for each class."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from imgcls.figures.base import figure
from imgcls.plain import plotly

# Not the red, green and blue of signed quantities: each channel also has its own marker.
_CHANNELS = (("red", "#d0524a", "circle"), ("green", "#5c9a2f", "square"), ("blue", "#3a7fc1", "diamond"))
_ROW = 44  # pixels a class


def channel_statistics(classes: Sequence[str], means: np.ndarray, spreads: np.ndarray) -> go.Figure:
    """A row a class: the mean of each channel as a marker, one spread to both sides as a line; both (K, 3), 0 to 1."""
    traces = []
    for channel, (name, colour, symbol) in enumerate(_CHANNELS):
        traces.append(
            go.Scatter(
                x=means[:, channel].tolist(),
                y=[row + (channel - 1) * 0.24 for row in range(len(classes))],
                mode="markers",
                name=name,
                marker={"color": colour, "symbol": symbol, "size": 11},
                error_x={"array": spreads[:, channel].tolist(), "color": colour, "thickness": 2, "width": 0},
                customdata=[
                    [plotly(label), spread] for label, spread in zip(classes, spreads[:, channel].tolist(), strict=True)
                ],
                hovertemplate="%{customdata[0]}, " + name + ": %{x:.3f} ± %{customdata[1]:.3f}<extra></extra>",
            )
        )
    return figure(
        *traces,
        height=_ROW * len(classes) + 90,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        xaxis={"range": [0, 1], "title": {"text": "0 black, 1 full brightness"}, "fixedrange": True},
        yaxis={
            "tickvals": list(range(len(classes))),
            "ticktext": [plotly(name) for name in classes],
            "range": [len(classes) - 0.4, -0.6],
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
        },
    )
