"""Weights and gradients, layer by layer, at the step that is looked at."""

import streamlit as st

from imgcls.numbers import percent
from imgcls.training.records import Histogram, LayerView, Snapshot
from imgcls.ui.training.histograms import Spread, histograms
from imgcls.ui.training.run import PageRun


def spreads(run: PageRun, snapshot: Snapshot | None) -> None:
    """Histograms of every layer that has weights, and how many units are silent after it."""
    layers = spread_lines(snapshot) if snapshot else []
    if not layers:
        st.caption("The histograms come with the first steps.")
        return
    histograms(layers, key=f"spreads:{run.id}", alt=f"Weights and gradients of {len(layers)} layers.")
    st.caption(
        "Gradients that are a thousand times smaller in the first layers than in the last ones vanish on their way "
        "back; weights that keep spreading are on their way to diverge."
    )


def spread_lines(snapshot: Snapshot) -> list[Spread]:
    """One line a layer with weights; the silent share of the ReLU behind it stands in its note."""
    lines: list[Spread] = []
    for place, view in enumerate(snapshot.layers):
        if view.weight is None:
            continue
        behind = next((each for each in snapshot.layers[place + 1 :] if each.weight or each.dead is not None), None)
        lines.append(Spread(view.name, _note(view, behind), _pair(view.weight), _pair(view.gradient)))
    return lines


def _note(view: LayerView, behind: LayerView | None) -> str:
    kind = {"Conv2d": "convolution", "Linear": "dense", "Residual": "residual block"}.get(view.kind, view.kind)
    if behind is not None and behind.dead is not None and behind.weight is None:
        return f"{kind}; {percent(behind.dead, 0)} of its units silent"
    return kind


def _pair(histogram: Histogram | None) -> tuple[float, object] | None:
    return (histogram.high, histogram.counts) if histogram else None
