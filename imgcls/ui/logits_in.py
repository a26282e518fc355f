"""A picture of the cross-entropy lesson: why cross_entropy takes logits."""

import math
from collections.abc import Mapping

import streamlit as st
import torch

from imgcls.figures.loss_curves import way_curves
from imgcls.ops.losses import cross_entropy, three_ways, twice_floor
from imgcls.ops.softmax import sweep
from imgcls.ui.components.plot import plot
from imgcls.ui.components.slider import live_slider
from imgcls.ui.components.sliders import Column, draw_rows
from imgcls.ui.cross_entropy_views import Snippet
from imgcls.ui.scores import all_written, including, written

KINDS = {"float16": torch.float16, "float32": torch.float32, "float64": torch.float64}
WAYS = {
    "from_logits": "cross_entropy(z)",
    "from_probabilities": "−log(softmax(z))",
    "softmax_twice": "cross_entropy(softmax(z))",
}
"""The fields of ThreeWays, and how one would write each in torch."""


def logits_in() -> Snippet:
    """Why cross_entropy takes logits: the same loss in three ways, two of which break."""
    left, right = st.columns([1, 1.6], vertical_alignment="bottom", gap="medium")
    with left:
        kind = st.segmented_control(
            "Number format", list(KINDS), default="float32", required=True, key="ce_dtype", bind="query-params",
            persist_state="session", label_visibility="collapsed",
        )  # fmt: skip
    with right:
        behind = live_slider(
            "how far the true class's logit is behind the best of three",
            -20.0,
            200.0,
            20.0,
            step=1.0,
            key="ce_behind",
            digits=0,
        )
    dtype = KINDS[kind]
    z = torch.tensor([-behind, 0.0, -1.0], dtype=dtype)
    now = three_ways(z[None], torch.tensor([0]))
    gaps = including(torch.linspace(-20, 200, 111, dtype=torch.float64), behind)
    line = three_ways(sweep(z.double(), 0, -gaps).to(dtype), torch.zeros(len(gaps), dtype=torch.int64))
    results = {name: getattr(now, name) for name in WAYS}
    losses = {name: float(way.losses[0]) for name, way in results.items()}
    gradients = {name: float(way.gradient[0, 0]) for name, way in results.items()}
    draw_rows(
        list(WAYS.values()),
        [
            Column(f"loss in {kind}", all_written(losses.values()), [x / 200 for x in losses.values()], "loss"),
            Column(
                "gradient at the true logit", all_written(gradients.values()), list(gradients.values()),
                "gradient", signed=True,
            ),
        ],
        key="ce_ways", head="in torch", alt="The loss and its gradient, computed in three ways",
    )  # fmt: skip
    curves = [
        (WAYS[name], [x if math.isfinite(x) else None for x in getattr(line, name).losses.tolist()]) for name in WAYS
    ]
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        plot(
            way_curves(gaps.tolist(), curves, behind, 200.0),
            key="ce_ways_plot",
            alt="The loss over the gap, three ways",
        )
    right.markdown(ways_in_words(losses["from_probabilities"], gradients, kind))
    return Snippet(
        f"""
        import torch
        import torch.nn.functional as F

        z = torch.tensor([[{-behind}, 0.0, -1.0]], dtype=torch.{kind})
        true = torch.tensor([0])
        from_logits = F.cross_entropy(z, true).item()
        from_probabilities = -torch.log(torch.softmax(z, dim=1))[0, 0].item()    # inf once p is 0
        softmax_twice = F.cross_entropy(torch.softmax(z, dim=1), true).item()
        """,
        {"from_logits": losses["from_logits"], "softmax_twice": losses["softmax_twice"]},
        (three_ways, cross_entropy),
    )


def ways_in_words(loss: float, gradients: Mapping[str, float], kind: str) -> str:
    """What broke, if anything, and what softmax twice does in any case."""
    due, found = written(gradients["from_logits"]), written(gradients["softmax_twice"])
    twice = (
        "**cross_entropy(softmax(z))**, softmax done twice, never falls below ln(1 + 2/e) = "
        f"{written(twice_floor(3))}, even for a perfect answer; its gradient is {found} where {due} is due."
    )
    if math.isinf(loss):
        return (
            f"p is too small for **{kind}** and became 0: −ln 0 is **inf**, its gradient 1/0 · 0 is **nan**. " + twice
        )
    if math.isnan(gradients["from_probabilities"]):
        return f"The loss still fits in **{kind}**, but 1/p in its gradient does not: **nan**. " + twice
    return twice
