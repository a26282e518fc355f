"""Convolution of pictures, as `torch.nn.functional.conv2d` does it, with everything that the lesson shows.

C channels, H rows, W columns, F kernel side, S stride, P padding, D dilation, K filters.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor
from torch.nn import functional as F

from imgcls.ops.kernels import Kernel

PADDING_MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}
"""The names of `torch.nn.Conv2d(padding_mode=...)` -> those of `torch.nn.functional.pad`."""


@dataclass(frozen=True)
class Extent:
    """One axis of a convolution: how many windows fit.

    `span` is D (F - 1) + 1, the pixels that a window reaches over; `exact` is (W - span + 2 P) / S + 1; `size` is
    `exact` rounded down, as torch does; `unused` counts the padded pixels at the far end that no window reaches.
    """

    span: int
    exact: float
    size: int
    unused: int


def output_extent(size: int, kernel: int, *, stride: int = 1, padding: int = 0, dilation: int = 1) -> Extent:
    """The output size along one axis (CS231n; torch.nn.Conv2d's documentation for the dilation).

    Raises:
        ValueError: a window does not fit into the padded input even once.
    """
    span = dilation * (kernel - 1) + 1
    room = size + 2 * padding - span
    if min(size, kernel, stride, dilation) < 1 or padding < 0 or room < 0:
        raise ValueError(f"A window {span} wide does not fit into {size} pixels with {padding} of padding at each end.")
    return Extent(span, room / stride + 1, room // stride + 1, room % stride)


def largest_dilation(size: int, kernel: int) -> int:
    """The largest dilation with which a kernel of that side still spans no more than `size` pixels."""
    return max(1, (size - 1) // max(1, kernel - 1))


def largest_padding(kernel: int, dilation: int = 1) -> int:
    """span - 1: with more, some windows would see padding only."""
    return dilation * (kernel - 1)


def whole_strides(sizes: Sequence[int], kernel: int, padding: int) -> tuple[int, ...]:
    """The strides with which (W - F + 2 P) / S + 1 is whole along every axis, up to one that leaves a single window.

    Empty where the kernel does not fit.
    """
    rooms = [size + 2 * padding - kernel for size in sizes]
    if min(rooms) < 0:
        return ()
    return tuple(s for s in range(1, max(1, min(rooms)) + 1) if all(room % s == 0 for room in rooms))


@dataclass(frozen=True)
class MissingStride:
    """A stride that does not fit: along `size` pixels it would give `exact` windows, which is not a whole number."""

    stride: int
    size: int
    exact: float


def missing_stride(sizes: Sequence[int], kernel: int, padding: int) -> MissingStride | None:
    """The smallest stride below the longest possible that `whole_strides` leaves out, None if there is none."""
    for stride in range(2, min(sizes) + 2 * padding - kernel):
        for size in sizes:
            exact = output_extent(size, kernel, stride=stride, padding=padding).exact
            if exact % 1:
                return MissingStride(stride, size, exact)
    return None


def pad(pixels: Tensor, padding: int, mode: str = "zeros") -> Tensor:
    """(C, H, W) -> (C, H + 2 P, W + 2 P), filled as `mode`, one of PADDING_MODES, says."""
    return F.pad(pixels[None], (padding,) * 4, mode=PADDING_MODES[mode])[0] if padding else pixels


def padding_sources(size: int, padding: int, mode: str = "zeros") -> Tensor:
    """For each of the `size + 2 P` padded places along an axis: the index it copies, int64; -1 for a padded zero."""
    line = torch.arange(1.0, size + 1).expand(1, 1, 1, size)  # counted from 1, so that padded zeros become -1
    return F.pad(line, (padding, padding, 0, 0), mode=PADDING_MODES[mode]).flatten().long() - 1


@dataclass(frozen=True)
class Geometry:
    """How the kernel walks over the picture; `flip` turns it by 180 degrees first: convolution proper."""

    stride: int = 1
    padding: int = 0
    padding_mode: str = "zeros"
    dilation: int = 1
    flip: bool = False


@dataclass(frozen=True, eq=False)
class Convolution:
    """What comes out, float32.

    `sums` (C, H', W') is each channel's own sum of products; `output` is sums / divisor + bias: (C, H', W'), or
    (1, H', W') when the channels are added up.
    """

    sums: Tensor
    output: Tensor


def convolve(pixels: Tensor, kernel: Kernel, geometry: Geometry | None = None, *, summed: bool = False) -> Convolution:
    """Cross-correlate a picture (C, H, W) with a kernel; with `geometry.flip`, convolve it.

    A kernel with one slice serves every channel, one with three needs C = 3. `summed` adds the channels up, as a
    layer of a network does; otherwise each channel stays on its own (a depthwise convolution).

    Raises:
        ValueError: the slices do not fit the channels, or a window does not fit into the padded picture.
    """
    geometry = geometry or Geometry()
    channels, height, width = pixels.shape
    if kernel.slices not in (1, channels):
        raise ValueError(f"A kernel with {kernel.slices} slices does not fit a picture with {channels} channel(s).")
    for size in (height, width):
        output_extent(size, kernel.side, padding=geometry.padding, dilation=geometry.dilation)
    weights = kernel.weights.flip(-2, -1) if geometry.flip else kernel.weights
    weights = weights.expand(channels, -1, -1)  # (C, k, k)
    padded = pad(pixels.float(), geometry.padding, geometry.padding_mode)[None]
    steps = {"stride": geometry.stride, "dilation": geometry.dilation}
    sums = F.conv2d(padded, weights[:, None], **steps, groups=channels)[0]
    total = F.conv2d(padded, weights[None], **steps)[0] if summed else sums
    return Convolution(sums, total / kernel.divisor + kernel.bias)


CHANNELS = {"grey": "L", "red": "R", "green": "G", "blue": "B", "colour": "RGB", "summed": "RGB"}
"""What of the photo is convolved: its grey values, one channel, or all three; each by itself, or summed."""


def working_pixels(image: Image.Image, side: int, channels: str = "grey") -> Tensor:
    """The middle square of a photo reduced to side x side: uint8 (1, side, side), or (3, side, side) in colour."""
    square = ImageOps.fit(image, (side, side), Image.Resampling.BICUBIC)
    if channels == "grey":
        array = np.array(square.convert("L"))
    else:
        array = np.array(square.convert("RGB"))
        if channels in ("red", "green", "blue"):
            array = array[..., ("red", "green", "blue").index(channels)]
    pixels = torch.from_numpy(array)
    return pixels[None] if pixels.ndim == 2 else pixels.permute(2, 0, 1).contiguous()


def signed_limit(values: Tensor, share: float = 0.995) -> float:
    """The size that `share` of the values stay below: both ends of a colour scale with zero in its middle.

    A single outlier would otherwise make everything else pale. At least 1e-6, so that one can divide by it.
    """
    sizes = values.detach().abs().flatten().float().cpu().numpy()
    place = max(1, math.ceil(share * sizes.size)) - 1
    return max(float(np.partition(sizes, place)[place]), 1e-6)  # torch's kthvalue takes ten times as long
