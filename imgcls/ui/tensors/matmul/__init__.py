"""A matrix product as it is written on a blackboard: b above the result, a at its left, one cell worked out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor

from imgcls.numbers import bracketed, equation, joined, sides, written
from imgcls.ops.matmul import Product
from imgcls.ui.components import Element, declare

EXACT = 9
"""Decimals beyond which there is nothing but what binary fractions leave: 0.3 − 0.1 − 0.2 is 0, not −5.6×10⁻¹⁷."""
_mount = declare("tensors/matmul", says=("value",))


@dataclass(frozen=True)
class Entries:
    """The numbers of a matrix that a hand can change: all that are kept (rows of `width`), from `low` to `high`.

    `sets` is the row of the stage's table that keeps them. Steps of 1 are whole numbers.
    """

    sets: str
    kept: Sequence[float]
    width: int
    low: float
    high: float
    step: float


def worked(made: Product, row: int, column: int) -> dict[str, Any]:
    """One cell of the result in texts: each product, and the sum after each of them.

    `products` are [a, b, sign, product], `sums` lines such as "6 − 2 = 4", the last one with the bias. They are worked
    from the printed products, and hold to the last printed digit or say ≈.
    """
    if made.terms is None or made.result is None:
        raise ValueError("There is no product to work out.")
    products = []
    for a, b in zip(made.a[row].tolist(), made.b[:, column].tolist(), strict=True):
        shown = equation((a, b), lambda x, y: x * y)
        products.append([shown.operands[0], bracketed(shown.operands[1]), shown.sign, shown.result])
    terms, sums = made.terms[row, column].double(), []
    for count in range(1, len(products) + 1):
        sums.append(_added([each[3] for each in products[:count]], round(float(terms[:count].sum()), EXACT)))
    if made.bias is not None:
        addends = [*(each[3] for each in products), written(made.bias[column])]
        sums.append(_added(addends, round(float(made.result[row, column]), EXACT)))
    return {"products": products, "sums": sums}


def _added(addends: Sequence[str], total: float) -> str:
    if len(addends) == 1:
        return addends[0]
    shown = equation(addends, lambda *numbers: sum(numbers), total)
    return f"{joined(shown.operands)} {shown.sign} {shown.result}"


def matmul_picture(
    made: Product,
    a: Entries | None,
    b: Entries,
    bias: Entries | None,
    *,
    cell: tuple[int, int],
    sets: str,
    titles: tuple[str, str, str],
    rows: Sequence[str] = (),
    columns: Sequence[str] = (),
    photos: Sequence[np.ndarray] = (),
) -> Element:
    """The three matrices, and one `cell` of the result worked out beside them; a hand sets it as the row `sets`.

    `titles` name a, b and the result; `rows` and `columns` name those of the result. `photos`, uint8 (H, W, 3) of one
    size, stand before the rows of a. Without entries a is only read.
    """
    fields: dict[str, Any] = {
        "titles": titles, "rows": list(rows), "columns": list(columns), "trouble": made.trouble,
        "cell": cell, "sets": sets,
        "shapes": [sides(*each.shape) for each in (made.a, made.b)], "inner": [made.a.shape[1], made.b.shape[0]],
        "shape": [made.a.shape[0], made.b.shape[1]],
        "a": _matrix(made.a, a), "b": _matrix(made.b, b),
        "bias": None if made.bias is None else _matrix(made.bias[None], bias),
    }  # fmt: skip
    if made.result is not None:
        height, width = made.result.shape
        fields["result"] = [[written(round(number, EXACT)) for number in row] for row in made.result.tolist()]
        fields["cells"] = [[worked(made, row, column) for column in range(width)] for row in range(height)]
    arrays = {"photos": np.stack(photos)} if photos else {"photos": np.zeros((0, 1, 1, 3), np.uint8)}
    return _mount.element(fields, arrays)


def _matrix(numbers: Tensor, entries: Entries | None) -> dict[str, Any]:
    about: dict[str, Any] = {"texts": [[written(number) for number in row] for row in numbers.tolist()]}
    if entries:
        about |= {
            "sets": entries.sets, "kept": list(entries.kept), "width": entries.width, "low": entries.low,
            "high": entries.high, "step": entries.step,
        }  # fmt: skip
    return about
