"""A part of the dropout lesson: a dense network that loses other nodes in every training step."""

import math
from itertools import pairwise
from typing import Any

import streamlit as st
import torch

from imgcls.numbers import equation, whole
from imgcls.ops.dense import DenseLayer, first_weights
from imgcls.ops.dropout import thinned
from imgcls.ui.components.nodes import Connections, Layer, nodes
from imgcls.ui.components.words import words
from imgcls.ui.shell import code_panel
from imgcls.ui.stage import Dial, Numbers, stage

WIDTHS = (6, 10, 10, 3)
TITLES = ("input", "hidden 1", "hidden 2", "classes")
STEP = Dial("drop_step", "training step", 1, 50, 1, 1, 0)
P = Dial("drop_node_p", "p, the probability to drop a node", 0.0, 0.95, 0.05, 0.5)


def _picture(numbers: Numbers) -> dict[str, Any]:
    """The network of this step: dropped nodes are crossed out, and their weights are gone."""
    step, p = numbers[STEP.name], numbers[P.name]
    result = thinned(WIDTHS, p, torch.Generator().manual_seed(step))
    off = [tuple((~each).nonzero().flatten().tolist()) for each in result.kept]
    count, hidden = sum(map(len, off)), sum(WIDTHS[1:-1])
    layers = [DenseLayer(inputs, outputs) for inputs, outputs in pairwise(WIDTHS)]
    drawn = nodes(
        [Layer(title, width, width, dropped) for title, width, dropped in zip(TITLES, WIDTHS, off, strict=True)],
        [
            Connections(
                layer.weights, 0.0, first_weights(layer, layer.outputs, i).numpy(), 1 / math.sqrt(layer.inputs), False
            )
            for i, layer in enumerate(layers)
        ],
        shares=False,
        alt=f"A dense network of {' – '.join(map(str, WIDTHS))} nodes; {count} of its {hidden} hidden nodes are "
        "crossed out.",
    )
    scale = equation([p], lambda p: 1 / (1 - p))
    factor = f" What the others pass on is multiplied by 1 / (1 − {scale.operands[0]}) {scale.sign} {scale.result}."
    text = words(
        f"Step {step} trains with **{hidden - count}** of {hidden} hidden nodes and **{result.weights}** of "
        f"{result.of} weights: a dropped node takes its weights with it.{factor if p else ''} The next step drops "
        f"other nodes. With {hidden} hidden nodes there are 2^{{{hidden}}} = {whole(result.networks)} such networks, "
        "and all of them share their weights. No node can count on any other being there."
    )
    return {"drop_nodes": drawn, "drop_words": text, "dropped": count, "weights": result.weights}


@st.fragment
def thinned_part() -> None:
    """The steps and p under the finger, and the network of the step."""
    live = stage("drop_thinned", (STEP, P), _picture)
    left, right = st.columns(2, gap="medium")
    with left:
        live.show(STEP.name)
    with right:
        live.show(P.name)
    live.show("drop_nodes", "drop_words")
    step, p = live.numbers[STEP.name], live.numbers[P.name]
    code = f"""
    import torch

    widths = {list(WIDTHS)}
    generator = torch.Generator().manual_seed({step})
    kept = [torch.rand(width, generator=generator) >= {p:g} for width in widths[1:-1]]
    dropped = sum(int((~each).sum()) for each in kept)
    left = [widths[0], *(int(each.sum()) for each in kept), widths[-1]]
    weights = sum(a * b for a, b in zip(left, left[1:]))
    """
    shows = {"dropped": live["dropped"], "weights": live["weights"]}
    code_panel(code, shows, functions=(thinned,), key="drop_thinned")
