"""A Plotly chart that changes in place (`Plotly.react`): it never blanks and keeps its zoom."""

from typing import Any

import plotly
import plotly.graph_objects as go
import streamlit as st

from imgcls.ui.components import declare, ignore, sent

PLOTLY_PATH = "imgcls/plotly.min.js"

_mount = declare("plot", html='<div class="plot"></div>', isolate_styles=False)


def plot(figure: go.Figure, *, key: str, alt: str) -> dict[str, Any]:
    """Show `figure` live; `alt` says in a sentence what it shows.

    Returns the point last clicked as {"curve", "point", "x", "y"}, or {} when none was.
    """
    base = st.get_option("server.baseUrlPath").strip("/")
    source = "/".join(part for part in ("", base, PLOTLY_PATH) if part or not base)
    _mount(
        key=key,
        data={
            "key": key,
            "figure": figure.to_json(),
            "alt": alt,
            "source": f"/{source.lstrip('/')}?v={plotly.__version__}",
        },
        default={"clicked": None},
        on_clicked_change=ignore,
    )
    return dict(sent(key, "clicked"))
