"""A part of the convolution lesson: one kernel on the photo, drawn live under the finger."""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

import numpy as np
import streamlit as st
from torch import Tensor

from imgcls.numbers import percent, sides
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
from imgcls.ui.components.words import words
from imgcls.ui.convolution.code import one_kernel_code
from imgcls.ui.convolution.kernel_choice import EDITOR, kernel_row, refusal, says, take_edit
from imgcls.ui.convolution.lens import Side, Weights, Window, lens, lens_output
from imgcls.ui.memo import remember
from imgcls.ui.photo import current_photo
from imgcls.ui.shell import choose, code_panel
from imgcls.ui.stage import Dial, Numbers, Picture, Row, Setting, stage

LIMITS = {"weight": WEIGHT_LIMIT, "divisor": DIVISOR_LIMIT, "bias": BIAS_LIMIT}
SHOWN = ("conv_size", "conv_stride", "conv_padding", "conv_dilation")  # from left to right
KERNEL = "conv_kernel"


def one_kernel_part() -> None:
    """The kernel's controls, the lens, the sliders that set its geometry, and what the kernel does."""
    kernel, channels, view = kernel_row(_walk_choices)
    live = stage("conv", _table(kernel), _picture(channels, view, *_walk()))
    about, sizes = st.columns([1.3, 1], gap="small")
    with about:
        st.markdown(says() or "Your own kernel.")
    with sizes:
        live.show("conv_formula")
    live.show(EDITOR)
    if trouble := refusal():
        st.warning(markdown(trouble))
    for column, name in zip(st.columns(4, gap="medium"), SHOWN, strict=True):
        with column:
            live.show(name)
    output = live["output"]
    code_panel(
        one_kernel_code(kernel, live.numbers["conv_size"], channels, live["geometry"]),
        {
            "height": output.shape[1],
            "width": output.shape[2],
            "smallest": output.min().item(),
            "largest": output.max().item(),
            "mean": output.mean().item(),
        },
        functions=(convolve, output_extent),
        photo=True,
        key="conv_kernel",
    )


def _walk_choices() -> None:
    """Padding mode and flip."""
    choose("What the padding is filled with", list(PADDING_MODES), key="conv_mode", labelled=True)
    st.toggle(
        "Flip the kernel by 180°", key="conv_flip", bind="query-params", persist_state="session",
        help="Mathematics calls this convolution. PyTorch, like every network, does not flip: cross-correlation.",
    )  # fmt: skip


def _walk() -> tuple[str, bool]:
    """What `_walk_choices` say."""
    return st.session_state["conv_mode"], st.session_state["conv_flip"]


def _table(kernel: Kernel) -> tuple[Row, ...]:
    """The numbers under the finger: how the kernel lies, and its weights."""

    def dilation(numbers: Mapping[str, Any]) -> tuple[int, str]:
        return dilation_limit(numbers["conv_size"], kernel.side)

    def padding(numbers: Mapping[str, Any]) -> tuple[int, str]:
        return padding_limit(kernel.side, numbers["conv_dilation"])

    def weights(candidate: Any) -> Kernel:
        return kernel_from_numbers(candidate["weights"], candidate["divisor"], candidate["bias"])

    return (
        Dial("conv_size", "photo, pixels a side", 32, 256, 16, 128, 0),
        Dial("conv_stride", "stride", 1, 8, 1, 1, 0),
        Dial("conv_dilation", "dilation", 1, lambda n: dilation(n)[0], 1, 1, 0, help=lambda n: dilation(n)[1]),
        Dial("conv_padding", "padding", 0, lambda n: padding(n)[0], 1, 0, 0, help=lambda n: padding(n)[1]),
        Setting(KERNEL, EDITOR, kernel, weights, kept=False),  # `take_edit` keeps it, for the choices follow it
    )


def _picture(channels: str, view: str, mode: str, flip: bool) -> Picture:
    """The lens and the formula, for these choices and the photo of the moment."""
    summed = channels == "summed"
    pixels_of = _pixels(channels)

    def picture(numbers: Numbers) -> dict[str, Any]:
        size, kernel = numbers["conv_size"], numbers[KERNEL]
        geometry = Geometry(numbers["conv_stride"], numbers["conv_padding"], mode, numbers["conv_dilation"], flip)
        pixels = pixels_of(size)
        result = convolve(pixels, kernel, geometry, summed=summed)
        after, weights = _output_side(kernel, result, view, summed)
        if numbers.moved == {KERNEL}:
            return {EDITOR: lens_output(after, weights)}
        shown = lens(
            _input_side(pixels) if not numbers.moved or "conv_size" in numbers.moved else None,
            after,
            **_windows(kernel, size, geometry),
            caption="pixel × weight = product" + (", turned 180°" if flip else ""),
            weights=weights,
            summed=summed,
            sets=KERNEL,
            on_change=take_edit,
        )
        text = words(formula(size, kernel.side, geometry))
        return {EDITOR: shown, "conv_formula": text, "output": result.output, "geometry": geometry}

    return picture


def _pixels(channels: str) -> Callable[[int], Tensor]:
    """From a size to the photo's pixels; the last few sizes are remembered."""
    photo = current_photo()
    return remember(
        "conv_pixels",
        (photo.digest, channels),
        lambda: lru_cache(4)(partial(working_pixels, photo.image, channels=channels)),
    )


def dilation_limit(size: int, side: int) -> tuple[int, str]:
    """The largest dilation on offer, and why it is no larger."""
    longest = min(8, largest_dilation(size, side))
    span = (longest + 1) * (side - 1) + 1
    return longest, f"at most {longest}: {longest + 1} would span {span} of {size} pixels" if longest < 8 else ""


def padding_limit(side: int, dilation: int) -> tuple[int, str]:
    """The largest padding on offer, and why it is no larger."""
    most = largest_padding(side, dilation)
    return most, f"at most {most}: with more, a window could lie outside the photo altogether"


def _windows(kernel: Kernel, size: int, geometry: Geometry) -> dict[str, Any]:
    """How the windows lie on the padded photo, and where its rows and columns come from, as the lens takes it."""
    sources = padding_sources(size, geometry.padding, geometry.padding_mode).numpy()
    window = Window(kernel.side, kernel.side, geometry.stride, geometry.dilation, geometry.padding, geometry.flip)
    return {"window": window, "row_sources": sources, "column_sources": sources}


def _input_side(pixels: Tensor) -> Side:
    size = pixels.shape[-1]
    return Side(_last(pixels), f"Your photo, {sides(size, size)}", histogram(pixels, 0, 255))


def _output_side(kernel: Kernel, result: Convolution, view: str, summed: bool) -> tuple[Side, Weights]:
    """The right side of the lens, and the weights that made it."""
    limit = signed_limit(result.output)
    counted = histogram(result.output, *((0.0, 255.0) if view == "clipped" else (-limit, limit)))
    height, width = result.output.shape[1:]
    share = (counted.below + counted.above) / result.output.numel()
    caption = f"Output {sides(height, width)}" + (f" ({percent(share, 0)} of it clipped)" if share > 0.0055 else "")
    plain = kernel.divisor == 1 and kernel.bias == 0 and not summed
    sums = None if plain else _last(result.sums)
    return (
        Side(_last(result.output), caption, counted, "activation" if view == "hue" else "pixel"),
        Weights(kernel.weights.numpy(), kernel.divisor, kernel.bias, sums, LIMITS),
    )


def _last(values: Tensor) -> np.ndarray:
    """(C, H, W) -> (H, W, C), as an array."""
    return values.permute(1, 2, 0).contiguous().numpy()


def formula(size: int, side: int, geometry: Geometry) -> str:
    """(W - F + 2P) / S + 1 with the numbers of the moment, and what torch makes of a fraction."""
    extent = output_extent(size, side, stride=geometry.stride, padding=geometry.padding, dilation=geometry.dilation)
    spread = f" with F = {geometry.dilation} · ({side} − 1) + 1 = {extent.span}" if geometry.dilation > 1 else ""
    text = (
        f"W′ = (W − F + 2P) / S + 1 = ({size} − {extent.span} + 2·{geometry.padding}) / {geometry.stride} "
        f"+ 1 = **{extent.exact:g}**{spread}"
    )
    if extent.unused:
        text += (
            f" → PyTorch rounds down to **{extent.size}**: the last {extent.unused} "
            f"{'row and column are' if extent.unused == 1 else 'rows and columns are'} never reached."
        )
    return text
