"""Broadcasting: how two shapes are made one, and which element meets which."""

import math
import re
from dataclasses import dataclass

import torch
from torch import Tensor

MAX_DIMENSIONS, MAX_SIZE = 4, 6


class ShapeError(ValueError):
    """A text that is no shape here, with one sentence on what to write."""


def parse_shape(text: str) -> tuple[int, ...]:
    """The shape written as "3, 1, 4" (brackets are welcome, "" is the shape of a single number).

    Raises:
        ShapeError: anything but up to 4 whole numbers from 1 to 6.
    """
    inside = text.strip()[:60].strip("()[] ").rstrip(", ")
    if not inside:
        return ()
    parts = [part.strip() for part in re.split(r"[,x× ]+", inside)]
    if len(parts) > MAX_DIMENSIONS:
        raise ShapeError(f"At most {MAX_DIMENSIONS} dimensions can be drawn; this has {len(parts)}.")
    sizes = []
    for part in parts:
        if not re.fullmatch(r"[0-9]{1,3}", part) or not 1 <= int(part) <= MAX_SIZE:
            raise ShapeError(f"“{part[:12]}” is not a size from 1 to {MAX_SIZE}; write a shape as 3, 1, 4.")
        sizes.append(int(part))
    return tuple(sizes)


@dataclass(frozen=True)
class Axis:
    """One dimension of both shapes, aligned from the right: None where a shape has no such dimension.

    `stretched` names the shapes ("a", "b") that are repeated along it; `result` is its size, None for a clash.
    """

    a: int | None
    b: int | None
    result: int | None
    stretched: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Broadcast:
    """Two tensors filled with small numbers, and their sum.

    `axes` are the aligned dimensions, the first one first. `trouble` is PyTorch's own message where the shapes do not
    fit; `total` is None then. `from_a` and `from_b` (int64, the shape of the sum) are the flat indices of the two
    elements that meet in each place, `strides` those of both tensors after `expand`: 0 along a stretched axis.
    """

    a: Tensor
    b: Tensor
    axes: tuple[Axis, ...]
    total: Tensor | None
    from_a: Tensor | None
    from_b: Tensor | None
    strides: tuple[tuple[int, ...], tuple[int, ...]] | None
    trouble: str


def broadcast(a_shape: tuple[int, ...], b_shape: tuple[int, ...]) -> Broadcast:
    """Fill two shapes (a with 0, 1, 2, ..., b with 0, 10, 20, ...) and add them."""
    a = torch.arange(math.prod(a_shape)).reshape(a_shape)
    b = 10 * torch.arange(math.prod(b_shape)).reshape(b_shape)
    axes = _axes(a_shape, b_shape)
    try:
        total = a + b
    except RuntimeError as error:
        return Broadcast(a, b, axes, None, None, None, None, str(error))
    wide_a, wide_b = a.expand(total.shape), b.expand(total.shape)
    return Broadcast(a, b, axes, total, wide_a, wide_b // 10, (wide_a.stride(), wide_b.stride()), "")


def _axes(a_shape: tuple[int, ...], b_shape: tuple[int, ...]) -> tuple[Axis, ...]:
    count = max(len(a_shape), len(b_shape))
    a_sizes = (None,) * (count - len(a_shape)) + a_shape
    b_sizes = (None,) * (count - len(b_shape)) + b_shape
    axes = []
    for a, b in zip(a_sizes, b_sizes, strict=True):
        sizes = {size for size in (a, b) if size not in (None, 1)}
        result = None if len(sizes) > 1 else sizes.pop() if sizes else 1
        names = (("a", a), ("b", b))
        # A missing dimension counts as 1, and a 1 is stretched to what the other has.
        stretched = tuple(name for name, size in names if result is not None and (size is None or size < result))
        axes.append(Axis(a, b, result, stretched))
    return tuple(axes)
