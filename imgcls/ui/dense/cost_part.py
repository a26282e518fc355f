"""A part of the dense lesson: what a fully connected layer costs beside a convolution with the same output shape."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import streamlit as st

from imgcls.figures.dense import LAYERS, log_log
from imgcls.numbers import sides, whole, written
from imgcls.ops.dense import LayerCost, LayerShape, layer_costs
from imgcls.training.layer_times import LayerTimes, layer_times, same_layer, too_large
from imgcls.ui.components import Element
from imgcls.ui.components.plot import plot
from imgcls.ui.components.slider import set_slider
from imgcls.ui.components.words import table, words
from imgcls.ui.experiment import experiment
from imgcls.ui.shell import code_panel
from imgcls.ui.stage import Dial, Numbers, stage

COUNTS = (1, 3, 10, 16, 32, 64, 96, 128, 256, 512, 1024, 4096)
LARGEST = 512
DEFAULT = LayerShape(channels=3, size=32, kernel=5, filters=16, stride=1, padding=2)
PRESETS: dict[str, LayerShape] = {
    "AlexNet, first layer": LayerShape(3, 227, 11, 96, 4, 0),
    "CS231n: a 200 × 200 photo": LayerShape(3, 200, 5, 10, 1, 2),
    "VGG-16, first dense layer": LayerShape(512, 7, 7, 4096, 1, 0),
    "Small": DEFAULT,
}


def amount(number: float) -> str:
    """A count, exact up to ten billion: "105,705,600", "4.49×10¹⁰"."""
    if number < 1e10:
        return whole(number)
    return written(number, 3)


def in_bytes(number: float) -> str:
    """A size in decimal units, three digits: "423 MB"."""
    for unit in ("B", "kB", "MB", "GB"):
        if number < 999.5:
            return f"{written(number, 3)} {unit}"
        number /= 1000
    return f"{amount(number)} TB" if number >= 999.5 else f"{written(number, 3)} TB"


QUANTITIES: dict[str, tuple[str, Callable[[LayerCost], int], Callable[[float], str]]] = {
    "weights into one output": ("weights", lambda cost: cost.weights_each, amount),
    "weights": ("weights", lambda cost: cost.weights, amount),
    "parameters, with biases": ("parameters", lambda cost: cost.parameters, amount),
    "multiply-adds": ("multiply-adds", lambda cost: cost.multiply_adds, amount),
    "bytes of weights": ("bytes", lambda cost: cost.weight_bytes, in_bytes),
    "bytes of activations": ("bytes", lambda cost: cost.activation_bytes, in_bytes),
}
TIME = "measured time"


def _preset(shape: LayerShape) -> None:
    for name, number in asdict(shape).items():
        if name in ("channels", "filters"):
            st.session_state[f"dense_{name}_in" if name == "channels" else "dense_filters"] = number
        else:
            set_slider(f"dense_cost_{name}", number)


def _least_size(numbers: Mapping[str, Any]) -> int:
    """An image at least as large as the kernel, padding included: an illegal layer cannot be made."""
    return max(4, numbers["dense_cost_kernel"] - 2 * numbers["dense_cost_padding"])


DIALS = (
    Dial("dense_cost_kernel", "Kernel side F", 1, 11, 1, DEFAULT.kernel, 0),
    Dial("dense_cost_stride", "Stride S", 1, 8, 1, DEFAULT.stride, 0),
    Dial("dense_cost_padding", "Padding P", 0, 5, 1, DEFAULT.padding, 0),
    Dial("dense_cost_size", "Image size in pixels", _least_size, 256, 1, DEFAULT.size, 0),
)
SELECTED = {"channels": ("Channels C", "dense_channels_in"), "filters": ("Filters K", "dense_filters")}


def _selected(name: str) -> int:
    """A count that is chosen from a list."""
    label, key = SELECTED[name]
    place = COUNTS.index(getattr(DEFAULT, name))
    return st.selectbox(label, COUNTS, place, key=key, bind="query-params", persist_state="session")


def _opened() -> bool:
    """Whether the controls of the layer stand open: the presets come first, but a link may name a layer of its own."""
    names = [dial.name for dial in DIALS] + [key for _, key in SELECTED.values()]
    return st.session_state.setdefault("dense_cost_opened", any(name in st.query_params for name in names))


@st.fragment
def cost_part() -> None:
    """Layers to choose, their costs for the chosen size, and one quantity over all sizes."""
    with st.container(horizontal=True):
        for name, preset in PRESETS.items():
            st.button(name, on_click=_preset, args=(preset,), key=f"dense_preset:{name}")
    left, right = st.container(key="picture_first").columns([0.3, 0.7], gap="medium")
    with left:
        quantity = st.selectbox(
            "Over the image size", [*QUANTITIES, TIME], index=1, key="dense_quantity", bind="query-params",
            persist_state="session",
        )  # fmt: skip
        more = st.expander("A layer of your own", icon=":material/tune:", expanded=_opened())
        first = more.container()
        with more:
            counts = {name: _selected(name) for name in SELECTED}

    def picture(numbers: Numbers) -> dict[str, Any]:
        own = {dial.name.removeprefix("dense_cost_"): numbers[dial.name] for dial in DIALS}
        shape = LayerShape(**own, **counts)
        drawn = {"dense_costs": _table(shape), "dense_cost_words": _summary(shape), "shape": shape}
        return drawn if quantity == TIME else drawn | {"dense_curves": _curves(shape, quantity)}

    live = stage("dense_cost", DIALS, picture)
    shape = live["shape"]
    with first:
        live.show("dense_cost_size", "dense_cost_kernel", "dense_cost_stride", "dense_cost_padding")
    with right:
        live.show("dense_costs")
        if quantity == TIME:
            _times(shape)
        else:
            live.show("dense_curves")
    live.show("dense_cost_words")
    _panel(shape)


def _summary(shape: LayerShape) -> Element:
    costs = layer_costs(shape)
    return words(
        f"All three turn {sides(shape.size, shape.size, shape.channels)} into "
        f"{sides(shape.side, shape.side, shape.filters)}. The fully connected layer has "
        f"**{whole(costs.dense.weights / costs.conv.weights)} times** the weights of the convolution. Locally "
        f"connected means a window as in the convolution, but separate weights at "
        "every position."
    )


def _table(shape: LayerShape) -> Element:
    """Layers beside each other, a quantity a row."""
    costs = _by_name(shape)
    rows = [["", *(LAYERS[name] for name in costs)]]
    for title, (_, read, said) in QUANTITIES.items():
        rows.append([title, *(said(read(cost)) for cost in costs.values())])
    return table(rows)


def _by_name(shape: LayerShape) -> dict[str, LayerCost]:
    """The costs by layer."""
    costs = layer_costs(shape)
    return {name: getattr(costs, name) for name in LAYERS}


def _sizes(shape: LayerShape) -> list[int]:
    """Image sizes for a curve, evenly spread on a logarithmic axis, with the chosen one."""
    smallest = max(4, shape.kernel - 2 * shape.padding)
    steps = {round(smallest * (LARGEST / smallest) ** (i / 24)) for i in range(25)}
    return sorted(steps | {shape.size})


def _curves(shape: LayerShape, quantity: str) -> Element:
    unit, read, said = QUANTITIES[quantity]
    sizes = _sizes(shape)
    costs = [_by_name(replace(shape, size=size)) for size in sizes]
    values = {name: [read(each[name]) for each in costs] for name in LAYERS}
    here = _by_name(shape)
    alt = "; ".join(f"{LAYERS[name]} {said(read(cost))}" for name, cost in here.items())
    return plot(
        log_log(sizes, values, y_title=unit, at=shape.size, height=268),
        alt=f"{quantity} over the image size. At {shape.size} pixels: {alt}.",
    )


def _times(shape: LayerShape) -> None:
    """Both layers timed on this machine, in a process of its own."""

    def draw(records: Sequence[LayerTimes]) -> None:
        if not same_layer(records[0].shape, shape):
            st.info("The layer has changed since it was measured: measure again.")
            return
        sizes = sorted({record.shape.size for record in records})
        chart = log_log(
            sizes, _by_layer(records, sizes), y_title="milliseconds", at=shape.size, height=225, markers=True
        )
        plot(chart, key="dense_times", alt=_spoken(records, shape).replace("*", ""))
        st.markdown(_spoken(records, shape))

    experiment(
        "Measure", "imgcls.training.layer_times:layer_times", asdict(shape), draw, key="dense_measure",
        idle="One picture forward, the median after a warm-up.", step="measurement",
    )  # fmt: skip


def _by_layer(records: Sequence[LayerTimes], sizes: Sequence[int]) -> dict[str, list[float | None]]:
    values: dict[str, list[float | None]] = {}
    for record in records:
        for name in ("dense", "conv"):
            line = values.setdefault(f"{name} {_device(record)}", [None] * len(sizes))
            line[sizes.index(record.shape.size)] = record.milliseconds.get(name)
    return values


def _device(record: LayerTimes) -> str:
    return "GPU" if record.device == "cuda" else "CPU"


def _spoken(records: Sequence[LayerTimes], shape: LayerShape) -> str:
    """What was measured at the chosen size, or why it was not."""
    parts = []
    for record in records:
        if record.shape.size != shape.size:
            continue
        for name in ("dense", "conv"):
            if name in record.milliseconds:
                parts.append(f"{LAYERS[name]} **{written(record.milliseconds[name], 3)} ms** ({_device(record)})")
            else:
                parts.append(f"{LAYERS[name]} not measured: {record.reasons[name]}")
    if not parts:
        return f"{sides(shape.size, shape.size)} has not been measured: measure again."
    return f"At {sides(shape.size, shape.size)}: " + "; ".join(parts) + "."


def _panel(shape: LayerShape) -> None:
    costs = layer_costs(shape)
    code = f"""
    import torch
    from torch import nn

    with torch.device("meta"):  # shapes without memory: nothing of this size is really made
        conv = nn.Conv2d({shape.channels}, {shape.filters}, {shape.kernel}, {shape.stride}, {shape.padding})
        x = torch.empty(1, {shape.channels}, {shape.size}, {shape.size})
        out = conv(x).numel()
        dense = nn.Linear(x.numel(), out)
    dense_weights = dense.weight.numel()
    conv_weights = conv.weight.numel()
    local_parameters = out * (conv.weight[0].numel() + 1)  # every output with weights and a bias of its own
    conv_parameters = sum(p.numel() for p in conv.parameters())
    dense_multiply_adds = dense.weight.numel()
    conv_multiply_adds = out * conv.weight[0].numel()
    """
    shows = {
        "dense_weights": costs.dense.weights,
        "conv_weights": costs.conv.weights,
        "local_parameters": costs.local.parameters,
        "conv_parameters": costs.conv.parameters,
        "dense_multiply_adds": costs.dense.multiply_adds,
        "conv_multiply_adds": costs.conv.multiply_adds,
    }
    code_panel(code, shows, functions=(layer_costs, layer_times, too_large), key="dense_cost")
