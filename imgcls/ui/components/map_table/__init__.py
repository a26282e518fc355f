"""A table of small pictures: feature maps before, after, and their difference."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imgcls.palette import colour_table
from imgcls.ui.components import declare
from imgcls.ui.packet import pack

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
    """

    name: str
    maps: Sequence[np.ndarray | None]
    colour: str = ""
    dash: str = "solid"


def map_table(rows: Sequence[MapRow], columns: Sequence[str], *, quantity: str, side: int, alt: str, key: str) -> None:
    """Show the rows under the names of the columns, each picture `side` CSS pixels wide and high."""
    arrays = {
        f"m{r}_{c}": picture for r, row in enumerate(rows) for c, picture in enumerate(row.maps) if picture is not None
    }
    names = [{"name": row.name, "colour": row.colour, "dash": _BORDERS.get(row.dash, "solid")} for row in rows]
    fields = {"rows": names, "columns": list(columns), "side": side, "alt": alt}
    _mount(key=key, data=pack(fields, **arrays, colours=colour_table(quantity)))
