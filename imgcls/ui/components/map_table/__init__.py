"""A table of small pictures: feature maps before, after, and their difference."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imgcls.palette import colour_table
from imgcls.ui.components import Element, declare, placed

_mount = declare("map_table")
_BORDERS = {
    "solid": "solid",
    "dash": "dashed",
    "dot": "dotted",
    "dashdot": "dashed",
    "longdash": "dashed",
    "longdashdot": "dashed",
}


@dataclass(frozen=True, eq=False)
class MapRow:
    """One row: its name, the line (colour, Plotly dash) that stands for it in a chart beside, and its pictures.

    A picture is uint8 (H, W), places in the palette, or uint8 (H, W, 3), red, green and blue; None leaves a cell empty.
    `texts` stand below the pictures, **words** in them bold. One that `stays` is on the page already, as it is.
    """

    name: str
    maps: Sequence[np.ndarray | None]
    colour: str = ""
    dash: str = "solid"
    texts: Sequence[str] = ()
    stays: bool = False


def map_table(
    rows: Sequence[MapRow], columns: Sequence[str], *, quantity: str, side: int, alt: str, key: str | None = None
) -> Element:
    """The rows under the names of the columns, each picture `side` CSS pixels high, and as wide as its shape asks.

    Where that is too wide for the place, all pictures shrink.
    """
    arrays = {
        f"m{r}_{c}": picture for r, row in enumerate(rows) for c, picture in enumerate(row.maps) if picture is not None
    }
    about = [
        {
            "name": row.name,
            "colour": row.colour,
            "dash": _BORDERS.get(row.dash, "solid"),
            "texts": list(row.texts),
            "stays": row.stays,
        }
        for row in rows
    ]
    fields = {"rows": about, "columns": list(columns), "side": side, "alt": alt}
    return placed(_mount.element(fields, {**arrays, "colours": colour_table(quantity)}), key)
