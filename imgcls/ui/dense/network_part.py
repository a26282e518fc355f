"""Part 1 of the dense lesson: a drawn network that grows under the sliders."""

import math

import streamlit as st

from imgcls.ops.dense import DenseLayer, dense_layers, first_weights
from imgcls.ui.components.nodes import Connections, Layer, nodes
from imgcls.ui.components.slider import live_slider, set_slider
from imgcls.ui.shell import code_panel

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


def _settings() -> tuple[int, int, tuple[int, ...], int]:
    """Size, channels, hidden widths and seed."""
    size = live_slider("Image size", 2, 224, 4, step=1, key="dense_size", digits=0, unit="px")
    columns = st.columns([0.45, 0.55], gap="small")
    with columns[0]:
        channels = live_slider("Channels", 1, 3, 1, step=1, key="dense_channels", digits=0)
    with columns[1]:
        count = live_slider("Hidden layers", 0, len(WIDTHS), 2, step=1, key="dense_layers", digits=0)
    hidden = [
        live_slider(f"Width of hidden layer {i}", 1, 512, width, step=1, key=f"dense_width{i}", digits=0)
        for i, width in enumerate(WIDTHS[:count], start=1)
    ]
    seed = st.number_input("Seed", 0, 999, 0, key="dense_seed", bind="query-params", persist_state="session")
    return size, channels, tuple(hidden), int(seed)


def _drawn(count: int) -> int:
    return count if count <= MOST_DRAWN else FEW


def _connections(layer: DenseLayer, total: int, seed: int) -> Connections:
    drawn = _drawn(layer.inputs)
    weights = first_weights(layer, _drawn(layer.outputs), seed)[:, :drawn]
    whole = drawn == layer.inputs and len(weights) == layer.outputs
    return Connections(
        layer.weights, layer.parameters / total, weights.numpy(), 1 / math.sqrt(layer.inputs),
        bundled=not whole or layer.weights > MOST_EDGES,
    )  # fmt: skip


@st.fragment
def network_part() -> None:
    """The sliders, the network with the weights that torch would start with, and where its parameters are."""
    with st.container(horizontal=True):
        for name in EXAMPLES:
            st.button(name, on_click=_example, args=(name,), key=f"dense_example:{name}")
    left, right = st.columns([0.3, 0.7], gap="medium")
    with left:
        size, channels, hidden, seed = _settings()
    layers = dense_layers(size, channels, hidden, CLASSES)
    total = sum(layer.parameters for layer in layers)
    titles = ["input", *(f"hidden {i}" for i in range(1, len(hidden) + 1)), "classes"]
    counts = [layers[0].inputs, *(layer.outputs for layer in layers)]
    first = layers[0].parameters / total
    alt = f"A network with {' – '.join(f'{count:,}' for count in counts)} nodes and {total:,} parameters."
    with right:
        nodes(
            [Layer(title, count, _drawn(count)) for title, count in zip(titles, counts, strict=True)],
            [_connections(layer, total, seed + i) for i, layer in enumerate(layers)],
            key="dense_nodes",
            alt=alt,
        )
        st.markdown(
            f"**{total:,} parameters**: {sum(layer.weights for layer in layers):,} weights and "
            f"{sum(layer.outputs for layer in layers):,} biases. The input has {size} × {size} × {channels} = "
            f"**{layers[0].inputs:,}** values, each with a weight to every node of the next layer: "
            f"**{first:.2%}** of all parameters sit there."
        )
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
