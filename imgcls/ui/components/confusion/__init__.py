"""A confusion matrix of buttons: rows are true classes, columns answers; a click chooses a cell."""

from collections.abc import Sequence

import numpy as np

from imgcls.palette import colour_table
from imgcls.ui.components import declare, sent

_mount = declare("confusion", says=("cell",), html='<div class="confusion"></div>')


def confusion_cell(key: str) -> tuple[int, int] | None:
    """Row and column of the cell that was clicked last on `key`; None if none was."""
    news = sent(key, "cell")
    row, column = news.get("row"), news.get("column")
    return (row, column) if isinstance(row, int) and isinstance(column, int) else None


def confusion_matrix(counts: np.ndarray, names: Sequence[str], *, key: str, opens: bool = True) -> None:
    """Show counts (K, K), each cell as dark as its share of its row; `opens`: a click on one shows its pictures."""
    shares = counts / np.maximum(1, counts.sum(1, keepdims=True))
    places = (shares * 255).round().astype(np.uint8)
    fields = {"names": list(names), "chosen": confusion_cell(key), "opens": opens}
    arrays = {"counts": counts.astype(np.int32), "places": places, "colours": colour_table("probability")}
    _mount.element(fields, arrays).show(key)
