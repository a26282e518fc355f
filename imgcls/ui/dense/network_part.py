"""A part of the dense lesson: a drawn network that grows under the sliders."""

import math
from functools import partial
from typing import Any

import streamlit as st

from imgcls.numbers import percent, sides, whole
from imgcls.ops.dense import DenseLayer, dense_layers, first_weights
from imgcls.ui.components.nodes import Connections, Layer, nodes
from imgcls.ui.components.slider import set_slider
from imgcls.ui.components.words import words
from imgcls.ui.shell import code_panel
from imgcls.ui.stage import Dial, Numbers, stage

MOST_DRAWN = 16  # nodes of a layer; with more, the first FEW and three dots
FEW = 6
MOST_EDGES = 300  # between two layers
CLASSES = 10
WIDTHS = (12, 8, 8, 8)  # what the hidden layers start with

EXAMPLES: dict[str, dict[str, int]] = {
    "Small enough to draw": {"size": 4, "channels": 1, "layers": 2, "width1": 12, "width2": 8},
    "A digit, 28 × 28 grey": {"size": 28, "channels": 1, "layers": 1, "width1": 100},
    "A 200 × 200 photo": {"size": 200, "channels": 3, "layers": 1, "width1": 100},
}


def _example(name: str) -> None:
    for setting, number in EXAMPLES[name].items():
        set_slider(f"dense_{setting}", number)


DIALS = (
    Dial("dense_size", "Image size", 2, 224, 1, 4, 0, "px"),
    Dial("dense_channels", "Channels", 1, 3, 1, 1, 0),
    Dial("dense_layers", "Hidden layers", 0, len(WIDTHS), 1, 2, 0),
    *(
        Dial(f"dense_width{i}", f"Width of hidden layer {i}", 1, 512, 1, width, 0)
        for i, width in enumerate(WIDTHS, start=1)
    ),
)


def _network(numbers: Numbers, seed: int) -> dict[str, Any]:
    """The drawn network and its counts in words."""
    size, channels = numbers["dense_size"], numbers["dense_channels"]
    hidden = [numbers[f"dense_width{i}"] for i in range(1, numbers["dense_layers"] + 1)]
    layers = dense_layers(size, channels, hidden, CLASSES)
    counts = [layers[0].inputs, *(layer.outputs for layer in layers)]
    total = sum(layer.parameters for layer in layers)
    titles = ["input", *(f"hidden {i}" for i in range(1, len(hidden) + 1)), "classes"]
    drawn = nodes(
        [Layer(title, count, _drawn(count)) for title, count in zip(titles, counts, strict=True)],
        [_connections(layer, total, seed + i) for i, layer in enumerate(layers)],
        alt=f"A network with {' – '.join(map(whole, counts))} nodes and {whole(total)} parameters.",
    )
    text = words(
        f"**{whole(total)} parameters**: {whole(sum(layer.weights for layer in layers))} weights and "
        f"{whole(sum(layer.outputs for layer in layers))} biases. The input has {sides(size, size, channels)} = "
        f"**{whole(layers[0].inputs)}** values, each with a weight to every node of the next layer: "
        f"**{percent(layers[0].parameters / total, 2)}** of all parameters sit there."
    )
    return {"dense_nodes": drawn, "dense_words": text, "layers": layers, "counts": counts, "total": total}


def _drawn(count: int) -> int:
    return count if count <= MOST_DRAWN else FEW


def _connections(layer: DenseLayer, total: int, seed: int) -> Connections:
    drawn = _drawn(layer.inputs)
    weights = first_weights(layer, _drawn(layer.outputs), seed)[:, :drawn]
    complete = drawn == layer.inputs and len(weights) == layer.outputs
    return Connections(
        layer.weights, layer.parameters / total, weights.numpy(), 1 / math.sqrt(layer.inputs),
        bundled=not complete or layer.weights > MOST_EDGES,
    )  # fmt: skip


@st.fragment
def network_part() -> None:
    """The sliders, the network with the weights that torch would start with, and where its parameters are."""
    with st.container(horizontal=True):
        for name in EXAMPLES:
            st.button(name, on_click=_example, args=(name,), key=f"dense_example:{name}")
    left, right = st.container(key="picture_first").columns([0.3, 0.7], gap="medium")
    place = left.container()
    seed = left.number_input("Seed", 0, 999, 0, key="dense_seed", bind="query-params", persist_state="session")
    live = stage("dense_network", DIALS, partial(_network, seed=seed))
    with place:
        live.show("dense_size")
        narrow, wide = st.columns([0.45, 0.55], gap="small")
        with narrow:
            live.show("dense_channels")
        with wide:
            live.show("dense_layers")
        live.show(*(f"dense_width{i}" for i in range(1, live.numbers["dense_layers"] + 1)))
    with right:
        live.show("dense_nodes", "dense_words")
    layers, counts, total = live["layers"], live["counts"], live["total"]
    sizes = ", ".join(map(str, counts))
    code = f"""
    import torch

    sizes = [{sizes}]
    with torch.device("meta"):  # counts only, no memory
        network = torch.nn.ModuleList(torch.nn.Linear(n, m) for n, m in zip(sizes, sizes[1:]))
    parameters = sum(p.numel() for p in network.parameters())
    bound = sizes[0] ** -0.5  # the weights that torch.nn.Linear starts with, here those of the first node
    first = torch.empty(sizes[0]).uniform_(-bound, bound, generator=torch.Generator().manual_seed({seed}))
    weight = first[0].item()
    """
    weight = float(first_weights(layers[0], 1, seed)[0, 0])
    functions = (dense_layers, first_weights)
    code_panel(code, {"parameters": total, "weight": weight}, functions=functions, key="dense_network")
