"""Part 1 of the convolution lesson: one kernel on the photo, drawn live under the finger."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import streamlit as st
from torch import Tensor

from imgcls.numbers import percent
from imgcls.ops.convolution import (
    PADDING_MODES,
    Convolution,
    Geometry,
    convolve,
    largest_dilation,
    largest_padding,
    output_extent,
    padding_sources,
    signed_limit,
    working_pixels,
)
from imgcls.ops.histogram import histogram
from imgcls.ops.kernels import BIAS_LIMIT, DIVISOR_LIMIT, WEIGHT_LIMIT, Kernel, kernel_from_numbers
from imgcls.plain import markdown
from imgcls.ui.components import let_go
from imgcls.ui.components.lens import Side, Weights, Window, lens, lens_answer, move_lens
from imgcls.ui.components.slider import live_slider, redraw_slider, wanted_number
from imgcls.ui.components.words import words
from imgcls.ui.convolution.kernel_choice import EDITOR, current_kernel, refusal, take_edit
from imgcls.ui.live import offer
from imgcls.ui.memo import remember
from imgcls.ui.photo import current_photo

LIMITS = {"weight": WEIGHT_LIMIT, "divisor": DIVISOR_LIMIT, "bias": BIAS_LIMIT}
SLIDERS = ("conv_size", "conv_stride", "conv_padding", "conv_dilation")


def walk_row() -> tuple[str, bool]:
    """Padding mode and flip."""
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    mode = left.segmented_control(
        "What the padding is filled with", list(PADDING_MODES), default="zeros", required=True, key="conv_mode",
        bind="query-params", persist_state="session",
    )  # fmt: skip
    flip = right.toggle(
        "Flip the kernel by 180°", key="conv_flip", bind="query-params", persist_state="session",
        help="Mathematics calls this convolution. PyTorch, like every network, does not flip: cross-correlation.",
    )  # fmt: skip
    return mode, flip


@st.fragment
def stage(side: int, channels: str, view: str, mode: str, flip: bool, says: str) -> tuple[int, Geometry]:
    """The lens with the sliders that set its geometry; a drag of the kernel or of a slider redraws the lens alone.

    `says` is what the kernel does. Returns the photo's size and the geometry, as they were at the last full run.
    """
    place = st.container()
    columns = st.columns(4, gap="medium")
    wanted: dict[str, int] = {}  # where the sliders stand, even beyond what the others allow just now
    follow = _follower(wanted, side, channels, view, mode, flip)
    settings = {"step": 1, "digits": 0}
    with columns[0]:
        size = live_slider(
            "photo, pixels a side", 32, 256, 128, step=16, key="conv_size", digits=0, follow=follow("conv_size")
        )
    longest, why = dilation_limit(size, side)
    with columns[3]:
        dilation = live_slider(
            "dilation", 1, longest, 1, key="conv_dilation", help=why, follow=follow("conv_dilation"), **settings
        )
    most, why = padding_limit(side, dilation)
    with columns[2]:
        padding = live_slider(
            "padding", 0, most, 0, key="conv_padding", help=why, follow=follow("conv_padding"), **settings
        )
    with columns[1]:
        stride = live_slider("stride", 1, 8, 1, key="conv_stride", follow=follow("conv_stride"), **settings)
    wanted.update({name: round(wanted_number(name)) for name in SLIDERS})
    geometry = Geometry(stride, padding, mode, dilation, flip)
    with place:
        picture(size, channels, view, geometry)
    words(formula(size, side, geometry), key="conv_formula")
    if says:
        st.markdown(says)
    if let_go(*SLIDERS):
        st.rerun()  # the code panel follows when the hand lets go
    return size, geometry


def _follower(
    wanted: Mapping[str, int], side: int, channels: str, view: str, mode: str, flip: bool
) -> Callable[[str], Callable[[int], None]]:
    """What follows a drag of each slider: the lens, the formula, and what the other sliders can still be."""
    photo, kernel = current_photo().image, current_kernel()

    def follow(name: str) -> Callable[[int], None]:
        def draw(number: int) -> None:
            asked = {**wanted, name: number}
            size = asked["conv_size"]
            longest, why_dilation = dilation_limit(size, side)
            dilation = min(asked["conv_dilation"], longest)
            most, why_padding = padding_limit(side, dilation)
            padding = min(asked["conv_padding"], most)
            geometry = Geometry(asked["conv_stride"], padding, mode, dilation, flip)
            pixels = working_pixels(photo, size, channels)
            result = convolve(pixels, kernel, geometry, summed=channels == "summed")
            after, weights = _output_side(kernel, result, view, channels == "summed")
            before = _input_side(pixels) if name == "conv_size" else None
            move_lens(after, **_windows(kernel, size, geometry), key=EDITOR, weights=weights, before=before)
            redraw_slider("conv_dilation", high=longest, number=dilation, help=why_dilation)
            redraw_slider("conv_padding", high=most, number=padding, help=why_padding)
            words(formula(size, side, geometry), key="conv_formula")

        return draw

    return follow


def dilation_limit(size: int, side: int) -> tuple[int, str]:
    """The largest dilation on offer, and why it is no larger."""
    longest = min(8, largest_dilation(size, side))
    span = (longest + 1) * (side - 1) + 1
    return longest, f"at most {longest}: {longest + 1} would span {span} of {size} pixels" if longest < 8 else ""


def padding_limit(side: int, dilation: int) -> tuple[int, str]:
    """The largest padding on offer, and why it is no larger."""
    most = largest_padding(side, dilation)
    return most, f"at most {most}: beyond, a window could miss the photo"


@st.fragment
def picture(size: int, channels: str, view: str, geometry: Geometry) -> None:
    """The lens; while a weight is dragged it asks for the convolution itself, and this runs when the hand lets go."""
    pixels, kernel, result = convolved(size, channels, geometry)
    summed = channels == "summed"

    def answer(question: Mapping[str, Any]) -> bytes:
        dragged = kernel_from_numbers(question["weights"], question["divisor"], question["bias"])
        return lens_answer(*_output_side(dragged, convolve(pixels, dragged, geometry, summed=summed), view, summed))

    after, weights = _output_side(kernel, result, view, summed)
    lens(
        _input_side(pixels),
        after,
        **_windows(kernel, size, geometry),
        key=EDITOR,
        caption="pixel × weight = product" + (", turned 180°" if geometry.flip else ""),
        weights=weights,
        summed=summed,
        ask=offer(EDITOR, answer),
        on_change=take_edit,
    )
    if trouble := refusal():
        st.warning(markdown(trouble))
    if let_go(EDITOR, name="edit"):
        st.rerun()


def _windows(kernel: Kernel, size: int, geometry: Geometry) -> dict[str, Any]:
    """How the windows lie on the padded photo, and where its rows and columns come from, as the lens takes it."""
    sources = padding_sources(size, geometry.padding, geometry.padding_mode).numpy()
    window = Window(kernel.side, kernel.side, geometry.stride, geometry.dilation, geometry.padding, geometry.flip)
    return {"window": window, "row_sources": sources, "column_sources": sources}


def _input_side(pixels: Tensor) -> Side:
    size = pixels.shape[-1]
    return Side(_last(pixels), f"Your photo, {size} × {size}", histogram(pixels, 0, 255))


def _output_side(kernel: Kernel, result: Convolution, view: str, summed: bool) -> tuple[Side, Weights]:
    """The right side of the lens, and the weights that made it."""
    limit = signed_limit(result.output)
    counted = histogram(result.output, *((0.0, 255.0) if view == "clipped" else (-limit, limit)))
    height, width = result.output.shape[1:]
    share = (counted.below + counted.above) / result.output.numel()
    caption = f"Output, {height} × {width}" + (f", {percent(share, 0)} clipped" if share > 0.0055 else "")
    plain = kernel.divisor == 1 and kernel.bias == 0 and not summed
    sums = None if plain else _last(result.sums)
    return (
        Side(_last(result.output), caption, counted, "activation" if view == "hue" else "pixel"),
        Weights(kernel.weights.numpy(), kernel.divisor, kernel.bias, sums, LIMITS),
    )


def convolved(size: int, channels: str, geometry: Geometry) -> tuple[Tensor, Kernel, Convolution]:
    """The photo's pixels, the kernel in use, and what comes out."""
    photo = current_photo()
    pixels = remember(
        "conv_pixels", (photo.digest, size, channels), lambda: working_pixels(photo.image, size, channels)
    )
    kernel = current_kernel()
    return pixels, kernel, convolve(pixels, kernel, geometry, summed=channels == "summed")


def _last(values: Tensor) -> np.ndarray:
    """(C, H, W) -> (H, W, C), as an array."""
    return values.permute(1, 2, 0).contiguous().numpy()


def formula(size: int, side: int, geometry: Geometry) -> str:
    """(W - F + 2P) / S + 1 with the numbers of the moment, and what torch makes of a fraction."""
    extent = output_extent(size, side, stride=geometry.stride, padding=geometry.padding, dilation=geometry.dilation)
    spread = f" with F = {geometry.dilation} · ({side} − 1) + 1 = {extent.span}" if geometry.dilation > 1 else ""
    text = (
        f"**Output size** (W − F + 2P) / S + 1 = ({size} − {extent.span} + 2·{geometry.padding}) / {geometry.stride} "
        f"+ 1 = **{extent.exact:g}**{spread}"
    )
    if extent.unused:
        text += (
            f" → PyTorch rounds down to **{extent.size}**: the last {extent.unused} "
            f"{'row and column are' if extent.unused == 1 else 'rows and columns are'} never reached."
        )
    return text
