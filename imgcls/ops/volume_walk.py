"""Filters walking over a volume of whole numbers small enough to check by hand (after CS231n's convolution demo)."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from imgcls.ops.convolution import pad

LIMIT = 99
"""The largest whole number in a volume, filter or bias: sums of products stay exact in float32."""


@dataclass(frozen=True, eq=False)
class Volume:
    """A layer's input and parameters: pixels (C, H, W), filters (K, C, F, F), biases (K,), whole numbers as float32.

    Raises:
        ValueError: shapes that do not fit together, or a number that is not whole or beyond LIMIT.
    """

    pixels: Tensor
    filters: Tensor
    biases: Tensor

    def __post_init__(self) -> None:
        shapes = self.pixels.shape, self.filters.shape, self.biases.shape
        fits = [len(shape) for shape in shapes] == [3, 4, 1] and shapes[1][0] == shapes[2][0]
        if not fits or shapes[0][0] != shapes[1][1] or shapes[1][2] != shapes[1][3]:
            raise ValueError(
                f"Pixels, filters and biases do not fit together: {', '.join(str(tuple(s)) for s in shapes)}."
            )
        for numbers in (self.pixels, self.filters, self.biases):
            if not bool(((numbers.abs() <= LIMIT) & (numbers == numbers.round())).all()):
                raise ValueError(f"Every number here is a whole one from -{LIMIT} to {LIMIT}.")

    @property
    def parameters(self) -> int:
        """K (F * F * C + 1): all weights and biases."""
        return self.filters.numel() + self.biases.numel()


@dataclass(frozen=True, eq=False)
class Walk:
    """Every step of the convolution, computed at once.

    `windows` (C, H', W', F, F) are the padded pixels under each window and `products` (K, C, H', W', F, F) what the
    weights make of them; `sums` (K, C, H', W') is what filter k gets from channel c alone; `output` (K, H', W') adds up
    the channels and the bias.
    """

    padded: Tensor
    windows: Tensor
    products: Tensor
    sums: Tensor
    output: Tensor


def random_volume(height: int, width: int, channels: int, filters: int, side: int, *, seed: int) -> Volume:
    """Numbers a student can multiply at sight: pixels 0 to 2, weights -1 to 1, biases 0 or 1."""
    generator = torch.Generator().manual_seed(seed)

    def draw(low: int, high: int, *shape: int) -> Tensor:
        return torch.randint(low, high + 1, shape, generator=generator).float()

    return Volume(draw(0, 2, channels, height, width), draw(-1, 1, filters, channels, side, side), draw(0, 1, filters))


def walk(volume: Volume, *, stride: int = 1, padding: int = 0) -> Walk:
    """All windows of all filters, with zeros as padding.

    Raises:
        ValueError: the filters do not fit into the padded volume.
    """
    padded = pad(volume.pixels, padding)
    filters, channels, side, _ = volume.filters.shape
    if side > min(padded.shape[1:]):
        raise ValueError(f"A {side}x{side} filter does not fit into {padded.shape[1]}x{padded.shape[2]} padded pixels.")
    # One group a channel, each with all K filters' slices for it.
    slices = volume.filters.transpose(0, 1).reshape(channels * filters, 1, side, side)
    sums = F.conv2d(padded[None], slices, stride=stride, groups=channels)[0]
    sums = sums.reshape(channels, filters, *sums.shape[1:]).transpose(0, 1).contiguous()
    windows = padded.unfold(1, side, stride).unfold(2, side, stride)
    products = windows * volume.filters[:, :, None, None]
    return Walk(padded, windows, products, sums, F.conv2d(padded[None], volume.filters, volume.biases, stride)[0])


def as_dense(volume: Volume, *, stride: int = 1, padding: int = 0) -> Tensor:
    """The weights (K H' W', C H W) of the dense layer that does the same: output = weights @ pixels + biases.

    Most are 0, for an output reads its window alone, and all outputs of a filter have the same ones.

    Raises:
        ValueError: the filters do not fit into the padded volume.
    """
    walk(volume, stride=stride, padding=padding)
    one_each = torch.eye(volume.pixels.numel()).reshape(-1, *volume.pixels.shape)  # one pixel lit, one after the other
    return F.conv2d(one_each, volume.filters, stride=stride, padding=padding).flatten(1).T
