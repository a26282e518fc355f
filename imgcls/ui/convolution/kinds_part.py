"""Special kernels: depthwise and 1 x 1 beside a full convolution, with weights that a network learned."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st
from torch import Tensor

from imgcls.figures.images import colourise
from imgcls.models.registry import load
from imgcls.models.separable import SeparableBlock, separable_block
from imgcls.numbers import percent, sides, whole
from imgcls.ops.convolution import signed_limit
from imgcls.ops.kernel_kinds import KINDS, cost, depthwise, pointwise, separable_as_full
from imgcls.ui.components.map_table import MapRow, map_table
from imgcls.ui.components.words import table, words
from imgcls.ui.memo import remember
from imgcls.ui.photo import current_photo
from imgcls.ui.shell import choose, code_panel
from imgcls.ui.stage import Dial, Numbers, stage

SHOWN = {"depthwise": KINDS["depthwise"].title, "pointwise": KINDS["pointwise"].title, "full": KINDS["full"].title}
ROW = 8  # small maps in a row
SMALL, LARGE = 52, 200  # CSS pixels of a map among many, and of one alone
STEP = 2  # of the 112 x 112 values every second is sent for a small map


@st.fragment
def kinds_part() -> None:
    """What one output map is made of, for each kind of kernel, and what each kind costs."""
    kind = choose("Kernel", SHOWN, key="conv_kind", default="depthwise")
    photo = current_photo()
    block = remember("conv_block", photo.digest, lambda: separable_block(load(), photo.image))
    outputs = len(block.kernels) if kind == "depthwise" else len(block.weights)
    dial = Dial("conv_kind_map", "output map", 0, outputs - 1, 1, 1 if kind == "depthwise" else 3, 0)

    def picture(numbers: Numbers) -> dict[str, Any]:
        k = numbers[dial.name]
        addends, kernels, output = made_of(block, kind, k)
        if kind == "depthwise":
            shown = {"conv_kind_maps": _one(block.maps[k], kernels[0], output)}
        else:
            shown = {
                "conv_kind_maps": _many(addends, block.weights[k] if kind == "pointwise" else None),
                "conv_kind_output": _sum(output),
            }
        return {**shown, "conv_kind_words": words(_told(kind, k, block)), "mean": float(output.mean())}

    live = stage("conv_kinds", [dial], picture)
    live.show(dial.name, "conv_kind_words")
    if kind == "depthwise":
        live.show("conv_kind_maps")
    else:
        left, right = st.columns([2.2, 1], gap="medium")
        with left:
            live.show("conv_kind_maps")
        with right:
            live.show("conv_kind_output")
    costs(block)
    _code(kind, live.numbers[dial.name], live["mean"])


def made_of(block: SeparableBlock, kind: str, k: int) -> tuple[Tensor, Tensor, Tensor]:
    """The addends (n, H, W) of output map `k`, their kernels (n, F, F), and the sum (H, W).

    "full" is the one kernel that does what depthwise and 1 x 1 do with nothing between them.
    """
    if kind == "depthwise":
        return block.filtered[k : k + 1], block.kernels[k : k + 1], block.filtered[k]
    if kind == "pointwise":
        weights = block.weights[k][:, None, None]
        addends = block.activated * weights
        return addends, weights, pointwise(block.activated, block.weights[k : k + 1])[0]
    kernels = separable_as_full(block.kernels, block.weights[k : k + 1])[0]
    addends = depthwise(block.maps, kernels)
    return addends, kernels, addends.sum(0)


def _coloured(values: Tensor, quantity: str = "activation", limit: float | None = None) -> np.ndarray:
    limit = signed_limit(values) if limit is None else limit
    return colourise(values.numpy(), quantity, -limit, limit)


def _one(before: Tensor, kernel: Tensor, after: Tensor) -> Any:
    return map_table(
        [MapRow("", [_coloured(before), _coloured(kernel, "weight"), _coloured(after)])],
        ["its input map", "its kernel, 3 × 3", "output map"],
        quantity="activation",
        side=LARGE,
        alt="One input map, the kernel of that map, and the output map",
    )


def _many(addends: Tensor, weights: Tensor | None) -> Any:
    limit = signed_limit(addends)
    tiles = [_coloured(each[::STEP, ::STEP], limit=limit) for each in addends]
    texts = [f"{weight:+.2f}".replace("-", "−") for weight in weights.tolist()] if weights is not None else []
    rows = [
        MapRow("", tiles[start : start + ROW], texts=texts[start : start + ROW]) for start in range(0, len(tiles), ROW)
    ]
    what = "weight × map" if weights is not None else "3 × 3 slice on map"
    return map_table(
        rows,
        [""] * ROW,
        quantity="activation",
        side=SMALL,
        alt=f"The {len(addends)} addends: {what} for each input map",
    )


def _sum(output: Tensor) -> Any:
    return map_table(
        [MapRow("", [_coloured(output)])], ["added up: the output map"], quantity="activation", side=LARGE,
        alt="The output map: all of them added up",
    )  # fmt: skip


def _told(kind: str, k: int, block: SeparableBlock) -> str:
    count = len(block.maps)
    says = KINDS[kind].says
    if kind == "depthwise":
        return f"{says} Map {k} of {count}: **9** products for one number."
    if kind == "pointwise":
        return f"{says} Below each map its weight in output {k}: **{count}** products for one number."
    return (
        f"{says} Each of the {count} maps has its own 3 × 3 slice for output {k}: **{9 * count}** products for one "
        "number. (These slices do what the network's depthwise and 1 × 1 kernels do with nothing between them.)"
    )


def costs(block: SeparableBlock) -> None:
    """Weights and multiplications of every kind for this block, beside the full one."""
    count, outputs, side = len(block.maps), len(block.weights), block.kernels.shape[-1]
    places = block.maps.shape[1] * block.maps.shape[2]
    full = cost("full", count, outputs, side, places)
    rows = [["kernels", "mixes", "weights", "multiplications", "of a full one"]]
    for name, kind in KINDS.items():
        found = cost(name, count, outputs, side, places)
        mixes = " and ".join(word for word, does in (("places", kind.places), ("maps", kind.channels)) if does)
        share = found.multiplications / full.multiplications
        rows.append([kind.title, mixes, whole(found.parameters), whole(found.multiplications), percent(share)])
    st.markdown(f"**From {count} to {outputs} maps of {sides(block.maps.shape[1], block.maps.shape[2])}**")
    table(rows, key="conv_kind_costs")
    st.markdown(
        f"Depthwise and then 1 × 1 needs 1/{outputs} + 1/{side**2} of a full convolution. EfficientNet and MobileNet "
        "are built of this pair."
    )


def _code(kind: str, k: int, mean: float) -> None:
    lines: Sequence[str] = {
        "depthwise": ["output = F.conv2d(maps, first.weight, padding=1, groups=32)[0]"],
        "pointwise": ["inside = block[0](maps)  # depthwise, batch norm, ReLU6", "output = second(inside)[0]"],
        "full": [
            "# (16, 32, 3, 3): one 3 x 3 slice for each input map",
            "kernels = second.weight * first.weight[:, 0]",
            "output = F.conv2d(maps, kernels, padding=1)[0]",
        ],
    }[kind]
    code_panel(
        "\n".join([
            "import torch",
            "from PIL import Image",
            "from torch.nn import functional as F",
            "",
            "from imgcls.models.registry import load",
            "",
            "network = load()",
            "features = network.module.features",
            "block = features[1][0].block",
            "first, second = block[0][0], block[1][0]  # 3 x 3 for each map alone; 1 x 1 over all 32",
            "with torch.inference_mode():",
            '    maps = features[0](network.preprocess(Image.open("photo.png").convert("RGB")))  # (1, 32, 112, 112)',
            *(f"    {line}" for line in lines),
            f"    mean = output[{k}].mean().item()",
        ]),
        {"mean": mean},
        functions=(depthwise, pointwise, separable_as_full),
        photo=True,
        key="conv_kinds",
    )  # fmt: skip
