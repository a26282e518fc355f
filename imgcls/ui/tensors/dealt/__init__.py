"""A few pixels whose numbers were dealt into another shape: as they are read, and as they lie in memory."""

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from imgcls.ui.components import Element, declare

_mount = declare("tensors/dealt", html='<div class="dealt"></div>')
LETTERS = "RGB"


def dealt(numbers: Tensor | None, memory: Sequence[int], *, channels_first: bool, alt: str) -> Element:
    """Show `numbers` (3, rows, columns) or (rows, columns, 3): places in the array that was there before.

    Number n was the channel n % 3 of pixel n // 3. `memory` are the same numbers in the order of their addresses. None
    for numbers that torch refused to give such a shape.
    """
    sheets: list[dict[str, object]] = []
    if numbers is not None:
        whole = np.asarray(numbers)
        if channels_first:
            sheets = [
                {"title": f"result[{c}]", "rows": [[[_cell(n)] for n in row] for row in sheet]}
                for c, sheet in enumerate(whole)
            ]
        else:
            rows = [[[_cell(n) for n in pixel] for pixel in row] for row in whole]
            sheets = [{"title": "result[row, column]", "rows": rows}]
    fields = {"sheets": sheets, "memory": [_cell(n) for n in memory], "alt": alt}
    return _mount.element(fields)


def _cell(number: int) -> list[object]:
    return [int(number), f"{LETTERS[number % 3]}{number // 3}", LETTERS[number % 3].lower()]
