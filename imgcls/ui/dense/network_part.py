"""Part 1 of the dense lesson: a drawn network that grows under the sliders."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from imgcls.numbers import percent, whole
from imgcls.ops.dense import DenseLayer, dense_layers, first_weights
from imgcls.ui.components.nodes import Connections, Layer, nodes
from imgcls.ui.components.slider import live_slider, set_slider
from imgcls.ui.components.words import words
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


@dataclass(frozen=True)
class _Settings:
    size: int
    channels: int
    hidden: tuple[int, ...]
    seed: int


def _settings(draw: Callable[[_Settings], object]) -> _Settings:
    """What the sliders say; `draw` follows them during a drag."""
    now: dict[str, int] = {}  # complete when the first drag begins

    def put_together(numbers: dict[str, int]) -> _Settings:
        widths = (numbers.get(f"width{i}", width) for i, width in enumerate(WIDTHS[: numbers["layers"]], start=1))
        return _Settings(numbers["size"], numbers["channels"], tuple(widths), numbers["seed"])

    def drag(name: str, label: str, low: int, high: int, start: int, unit: str = "") -> None:
        def follow(number: float) -> None:
            draw(put_together({**now, name: int(number)}))

        key = f"dense_{name}"
        now[name] = live_slider(label, low, high, start, step=1, key=key, digits=0, unit=unit, follow=follow)

    drag("size", "Image size", 2, 224, 4, "px")
    columns = st.columns([0.45, 0.55], gap="small")
    with columns[0]:
        drag("channels", "Channels", 1, 3, 1)
    with columns[1]:
        drag("layers", "Hidden layers", 0, len(WIDTHS), 2)
    for i, width in enumerate(WIDTHS[: now["layers"]], start=1):
        drag(f"width{i}", f"Width of hidden layer {i}", 1, 512, width)
    now["seed"] = int(
        st.number_input("Seed", 0, 999, 0, key="dense_seed", bind="query-params", persist_state="session")
    )
    return put_together(now)


def _counts(settings: _Settings) -> tuple[list[DenseLayer], list[int], int]:
    """The layers, the nodes from the input to the classes, and all parameters."""
    layers = dense_layers(settings.size, settings.channels, settings.hidden, CLASSES)
    return layers, [layers[0].inputs, *(layer.outputs for layer in layers)], sum(layer.parameters for layer in layers)


def _network(settings: _Settings) -> None:
    layers, counts, total = _counts(settings)
    titles = ["input", *(f"hidden {i}" for i in range(1, len(settings.hidden) + 1)), "classes"]
    nodes(
        [Layer(title, count, _drawn(count)) for title, count in zip(titles, counts, strict=True)],
        [_connections(layer, total, settings.seed + i) for i, layer in enumerate(layers)],
        key="dense_nodes",
        alt=f"A network with {' – '.join(whole(count) for count in counts)} nodes and {whole(total)} parameters.",
    )
    size, channels = settings.size, settings.channels
    words(
        f"**{whole(total)} parameters**: {whole(sum(layer.weights for layer in layers))} weights and "
        f"{whole(sum(layer.outputs for layer in layers))} biases. The input has {size} × {size} × {channels} = "
        f"**{whole(layers[0].inputs)}** values, each with a weight to every node of the next layer: "
        f"**{percent(layers[0].parameters / total, 2)}** of all parameters sit there.",
        key="dense_words",
    )


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
    left, right = st.container(key="picture_first").columns([0.3, 0.7], gap="medium")
    with left:
        settings = _settings(_network)
    with right:
        _network(settings)
    layers, counts, total = _counts(settings)
    seed = settings.seed
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
