"""The inside of a network while it learns: rows of small pictures (kernels, feature maps), and bars for its answer."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imgcls.palette import colour_table
from imgcls.ui.components import declare

_mount = declare("training/film", html='<div class="film"></div>')


@dataclass(frozen=True, eq=False)
class FilmRow:
    """Pictures in a row under a title: uint8 (K, H, W) places in the colours of `quantity`, or (K, H, W, 3) colours."""

    title: str
    pictures: np.ndarray
    quantity: str = "activation"


def film(rows: Sequence[FilmRow], bars: Sequence[tuple[str, float]], *, heading: str, key: str, alt: str) -> None:
    """Show the rows, and under `heading` a bar (name, share from 0 to 1) for each answer; all change in place.

    A share that is no number is written as nan, without a bar.
    """
    fields = {
        "titles": [row.title for row in rows],
        "quantities": [row.quantity for row in rows],
        "bars": [[name, float(share) if math.isfinite(share) else None] for name, share in bars],
        "heading": heading,
        "alt": alt,
    }
    colours = {f"colours_{name}": colour_table(name) for name in {row.quantity for row in rows}}
    _mount.element(fields, colours | {f"row{i}": row.pictures for i, row in enumerate(rows)}).show(key)
