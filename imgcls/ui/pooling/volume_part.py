"""A part of the pooling lesson: real activations of the photo, as stacks of slices before and after."""

from dataclasses import dataclass
from typing import Any

import streamlit as st
from torch import Tensor

from imgcls.models.registry import load
from imgcls.numbers import percent, sides, whole, written
from imgcls.ops.pooling import KINDS, Reduction, pool, sign_pair_volume
from imgcls.ui.components import sent
from imgcls.ui.memo import remember
from imgcls.ui.photo import current_photo
from imgcls.ui.pooling.slice_pair import slice_pair
from imgcls.ui.pooling.volume_stack import Stack, slice_thumbnails, volume_stack
from imgcls.ui.shell import code_panel
from imgcls.ui.stage import Dial, Numbers, stage

STACK, SLICE = "pool_stack", "pool_slice"


@dataclass(frozen=True, eq=False)
class Summary:
    """What is kept of a pooled volume: how much it shrank and its sheets, not its millions of values."""

    reduction: Reduction
    stacks: tuple[Stack, Stack]


def first_kernels() -> Tensor:
    """The classifier's own first layer: 32 learned kernels (32, 3, 3, 3), without the batch norm that follows."""
    return load().module.features[0][0].weight.detach()


def network_input() -> Tensor:
    """The photo as the classifier sees it, (3, 224, 224)."""
    photo = current_photo()
    return remember("pool_input", photo.digest, lambda: load().preprocess(photo.image)[0])


def summary(window: int, stride: int, kind: str) -> Summary:
    """The whole volume, pooled, summed up."""

    def compute() -> Summary:
        pooled = pool(sign_pair_volume(network_input(), first_kernels()), window, stride, kind)
        facts = pooled.reduction
        stacks = (
            _stack(pooled.values, facts.values_before, facts.bytes_before),
            _stack(pooled.output, facts.values_after, facts.bytes_after),
        )
        return Summary(facts, stacks)

    return remember("pool_volume", (current_photo().digest, window, stride, kind), compute)


def _stack(volume: Tensor, values: int, size: int) -> Stack:
    depth, height, width = volume.shape
    caption = (sides(height, width, depth), f"{whole(values)} values", f"{whole(size)} bytes")
    return Stack(slice_thumbnails(volume), (depth, height, width), caption)


@st.fragment
def volume_part(window: int, stride: int, kind: str) -> None:
    """The stacks, the slider through their slices, and the chosen slice at one value a pixel."""
    whole, kernels, photo = summary(window, stride, kind), first_kernels(), network_input()
    facts = whole.reduction
    version = f"{current_photo().digest[:16]}:{window}:{stride}:{kind}"
    has_it = sent(STACK).get("have") == version

    def picture(numbers: Numbers) -> dict[str, Any]:
        number, held = numbers[SLICE], bool(numbers.moved)
        stack = volume_stack(
            *whole.stacks,
            number,
            between=(
                f"{percent(facts.dropped)} dropped",
                f"{kind} {sides(window, window)}, stride {stride}",
                "depth kept",
            ),
            version=version,
            quantity="activation",
            alt=f"{facts.shape_before[0]} slices in depth before and after pooling; arrow keys choose a slice",
            whole=not held and not has_it,
            sets=SLICE,
        )
        which, negative = number % len(kernels), number >= len(kernels)
        pair = sign_pair_volume(photo, kernels[which : which + 1])
        one = pool(pair[int(negative) :][:1], window, stride, kind)
        last = len(kernels) - 1
        shown = slice_pair(
            one,
            number=number,
            captions=(f"slice {number}: kernel {which}{' × (−1)' if negative else ''}", "pooled"),
            note=f"Largest value {written(one.values.max(), 3)}.\n"
            f"Slices 0–{last}: learned kernels.\n{last + 1}–{2 * last + 1}: the same ×\u00a0(−1).",
            exact=not held,
            quantity="activation",
        )
        return {STACK: stack, "pool_pair": shown}

    live = stage(
        "pool_slices_of_volume", [Dial(SLICE, "slice", 0, facts.shape_before[0] - 1, 1, 21, 0, by=STACK)], picture
    )
    left, right = st.columns([1.25, 1], gap="medium")
    with left:
        live.show(SLICE, STACK)
    with right:
        live.show("pool_pair")
    st.caption(volume_note())
    code, shows = volume_code(window, stride, kind)
    code_panel(code, shows, functions=(pool, sign_pair_volume), photo=True, key="volume")


def volume_note() -> str:
    """What the slices are, exactly."""
    kernels = len(first_kernels())
    return (
        f"The {2 * kernels} slices: your photo as the classifier sees it, under the {kernels} kernels (3 × 3 × 3) of "
        "its first layer and under the same kernels times −1, each after ReLU, which sets negative values to 0 "
        "(its lesson comes later). Stride 1 and padding 1 keep 224 × 224 (the classifier itself steps by 2, and "
        "normalises before its ReLU). Every slice is shaded by its own values."
    )


def volume_code(window: int, stride: int, kind: str) -> tuple[str, dict[str, object]]:
    """The lines of torch for the whole volume, and what they give."""
    facts = summary(window, stride, kind).reduction
    step = KINDS[kind].code
    code = f"""
import torch
from PIL import Image
from torch.nn import functional as F

from imgcls.models.registry import load

classifier = load()
photo = classifier.preprocess(Image.open("photo.png"))     # (1, 3, 224, 224)
kernels = classifier.module.features[0][0].weight.detach() # (32, 3, 3, 3)
response = F.conv2d(photo, kernels, padding=1)
volume = torch.cat([response, -response], dim=1).relu()    # (1, 64, 224, 224)
pooled = {step}(volume, kernel_size={window}, stride={stride})

shape = list(pooled.shape[1:])
dropped = 1 - pooled.numel() / volume.numel()
bytes_before = volume.numel() * volume.element_size()
bytes_after = pooled.numel() * pooled.element_size()
"""
    return code, {
        "shape": list(facts.shape_after),
        "dropped": facts.dropped,
        "bytes_before": facts.bytes_before,
        "bytes_after": facts.bytes_after,
    }
