"""Heat maps laid over the picture that the network sees."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imgcls.palette import colour_table
from imgcls.ui.components import declare

_mount = declare("classify/heat_maps")


@dataclass(frozen=True)
class HeatMap:
    """A map to lay over the picture: `values` (h, w) in 0..1, and its title and description."""

    title: str
    values: np.ndarray
    alt: str


def heat_maps(crop: np.ndarray, maps: Sequence[HeatMap], *, key: str) -> None:
    """Show uint8 (S, S, 3) once for every map, side by side, with one slider for their opacity."""
    arrays = {f"map{i}": (each.values * 255).round().astype(np.uint8) for i, each in enumerate(maps)}
    fields = {"maps": [{"title": each.title, "alt": each.alt} for each in maps]}
    _mount.element(fields, {"crop": crop, "colours": colour_table("evidence"), **arrays}).show(key)
