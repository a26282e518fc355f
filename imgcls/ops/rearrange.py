"""The same numbers in another shape: reshape and permute, views and copies, and where every number ends up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from imgcls.ops.tensors import Facts, facts, same_memory


@dataclass(frozen=True)
class Operation:
    """What is done with a photo `array` (H, W, 3): its code, the same as a function, and in a sentence what it is.

    In `code` H, W and w stand for numbers; w, the length of a row, counts only where the code names it. The result is
    read as a picture (3, rows, columns) if `channels_first`, else (rows, columns, 3).
    """

    code: str
    apply: Callable[[Tensor, int], Tensor]
    channels_first: bool
    says: str


def _rows_of(array: Tensor, width: int) -> Tensor:
    rows = array.shape[0] * array.shape[1] // width
    return array.flatten()[: rows * width * 3].reshape(rows, width, 3)


OPERATIONS: Mapping[str, Operation] = {
    "permute": Operation(
        "array.permute(2, 0, 1)",
        lambda array, _: array.permute(2, 0, 1),
        True,
        "The dimensions change places, and each number keeps its pixel and its colour. This is what a network needs.",
    ),
    "reshape": Operation(
        "array.reshape(3, H, W)",
        lambda array, _: array.reshape(3, *array.shape[:2]),
        True,
        "The shape is right and the photo is not: the numbers are dealt out again in their old order, so the first "
        "“channel” gets red, green and blue of the first third of the rows.",
    ),
    "back by reshape": Operation(
        "array.permute(2, 0, 1).reshape(H, W, 3)",
        lambda array, _: array.permute(2, 0, 1).reshape(array.shape),
        False,
        "Permuted, then reshaped back to (H, W, 3): three numbers side by side are now neighbours, not one pixel. Only "
        "permute undoes permute.",
    ),
    "back by view": Operation(
        "array.permute(2, 0, 1).view(H, W, 3)",
        lambda array, _: array.permute(2, 0, 1).view(array.shape),
        False,
        "view never copies. Where the memory does not allow the new shape it refuses, and saves you from the bug.",
    ),
    "transpose": Operation(
        "array.transpose(0, 1)",
        lambda array, _: array.transpose(0, 1),
        False,
        "Rows become columns: the photo is mirrored along its diagonal, and no number moves in memory.",
    ),
    "swap by reshape": Operation(
        "array.reshape(W, H, 3)",
        lambda array, _: array.reshape(array.shape[1], array.shape[0], 3),
        False,
        "The same shape as after transpose, but the rows are cut in the wrong places.",
    ),
    "flip": Operation(
        "array.flip(1)",
        lambda array, _: array.flip(1),
        False,
        "Mirrored from left to right. PyTorch allows no negative strides, so this one copies.",
    ),
    "row length": Operation(
        "array.flatten()[: H * W // w * w * 3].reshape(-1, w, 3)",
        _rows_of,
        False,
        "Memory is one long line, and a row is only a length: one pixel too many or too few, and the photo shears.",
    ),
}
"""Name -> operation."""


@dataclass(frozen=True, eq=False)
class Rearranged:
    """What an operation made of an array (H, W, 3).

    `code` has its numbers in place of H, W and w. `tensor`, `facts` and `picture` (rows, columns, 3) are None where
    torch refused, and `trouble` is its reason. `is_view` says whether the memory is the array's own; `moved` counts
    the numbers that lie elsewhere in memory than before, and `kept` those that a reader of the result finds where
    `permute` puts them: None for a result of another shape.
    """

    operation: str
    code: str
    tensor: Tensor | None
    facts: Facts | None
    picture: Tensor | None
    is_view: bool
    moved: int
    kept: int | None
    trouble: str


def rearrange(array: Tensor, operation: str, width: int) -> Rearranged:
    """Apply one of OPERATIONS to an array (H, W, 3); `width` is the row length w, from 1 to H * W.

    Raises:
        KeyError: there is no operation of that name.
        ValueError: a row length that does not fit.
    """
    what = OPERATIONS[operation]
    height, columns = array.shape[:2]
    if not 1 <= width <= height * columns:
        raise ValueError(f"A row has from 1 to {height * columns} pixels here, not {width}.")
    code = what.code.replace("H * W // w * w * 3", str(height * columns // width * width * 3))
    code = code.replace("H", str(height)).replace("W", str(columns)).replace("w,", f"{width},")
    try:
        made = what.apply(array, width)
    except RuntimeError as error:
        return Rearranged(operation, code, None, None, None, False, 0, None, str(error))
    view = same_memory(made, array)
    places = torch.arange(array.numel()).reshape(array.shape)
    # A copy lies in memory in the order in which it is read; a view has moved nothing.
    order = what.apply(places, width)
    moved = 0 if view else int((order.flatten() != torch.arange(order.numel())).sum())
    right = OPERATIONS["permute"].apply(places, width)
    kept = int((order == right).sum()) if order.shape == right.shape else None
    picture = made.permute(1, 2, 0) if what.channels_first else made
    return Rearranged(operation, code, made, facts(made), picture, view, moved, kept, "")


@dataclass(frozen=True)
class Trap:
    """A line of code on pixels of one byte, the value and the dtype that come out of it."""

    code: str
    value: float
    dtype: str


def byte_traps() -> tuple[Trap, ...]:
    """What becomes of a pixel of 100 (uint8): divided well, divided to whole numbers, and carried below 0."""
    pixel = torch.tensor(100, dtype=torch.uint8)
    results = {
        "pixel / 255": pixel / 255,
        "pixel // 255": pixel // 255,
        "(pixel / 255).byte()": (pixel / 255).byte(),
        "pixel - 128": pixel - 128,
    }
    return tuple(Trap(code, value.item(), str(value.dtype).removeprefix("torch.")) for code, value in results.items())
