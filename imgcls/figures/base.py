"""What all figures share. Colours of text, grid and page come from the theme, in the browser."""

from typing import Any

import plotly.graph_objects as go

FONT = 15


def figure(*traces: Any, height: int = 360, **layout: Any) -> go.Figure:
    """A figure of `traces` without Plotly's own template: small to send, and styled by the page's theme."""
    margin = {"l": 8, "r": 8, "t": 36 if "title" in layout else 12, "b": 8}
    settings = {"template": "none", "height": height, "margin": margin, "font": {"size": FONT}}
    settings |= {"showlegend": len(traces) > 1, "uirevision": "keep"}
    return go.Figure(list(traces), go.Layout(**(settings | layout)))
