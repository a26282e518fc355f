"""Small grids of numbers side by side, coloured by quantity; hover or focus links the same cell in all of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imgcls.palette import colour_table
from imgcls.ui.components import Element, declare, placed

_mount = declare("grids")


@dataclass(frozen=True)
class Grid:
    """Numbers (rows, columns) under a title; `sign` stands between this grid and the next ("×", "=").

    `texts` are the numbers as they are printed, in reading order. `low` and `high` get the first and the
    last colour of `quantity`.
    """

    title: str
    values: np.ndarray
    quantity: str
    low: float
    high: float
    texts: Sequence[str]
    sign: str = ""


def grids(pictures: Sequence[Grid], lines: Sequence[str], *, alt: str, key: str | None = None) -> Element:
    """Show the grids in a row; they must have the same shape. `lines` say what is in one place of all, in words."""
    fields = {
        "alt": alt,
        "lines": list(lines),
        "grids": [
            {"title": g.title, "low": g.low, "high": g.high, "texts": list(g.texts), "sign": g.sign} for g in pictures
        ],
    }
    arrays = {f"values{i}": np.asarray(grid.values, np.float32) for i, grid in enumerate(pictures)}
    colours = {f"colours{i}": colour_table(grid.quantity) for i, grid in enumerate(pictures)}
    return placed(_mount.element(fields, arrays | colours), key)
