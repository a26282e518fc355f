"""Two volumes, before and after, as stacks of slices in depth; the chosen slice is pulled out of both."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor
from torch.nn import functional as F

from imgcls.figures.images import shade_limit, signed_levels
from imgcls.palette import colour_table
from imgcls.ui.components import Element, declare

THUMBNAIL = 56  # pixels a side: a sheet is drawn about 150 wide, and slanted

_mount = declare("pooling/volume_stack", says=("value",))


@dataclass(frozen=True, eq=False)
class Stack:
    """One volume to draw: a thumbnail of each slice as places in the palette, uint8 (C, h, w), and what stands below.

    `shape` is (C, H, W); the sheets of the second stack are drawn in proportion to those of the first.
    """

    thumbnails: np.ndarray
    shape: tuple[int, int, int]
    caption: Sequence[str]


def slice_thumbnails(volume: Tensor) -> np.ndarray:
    """A small picture of each slice of (C, H, W), uint8 (C, s, s), each shaded by its own values."""
    small = F.adaptive_avg_pool2d(volume[None], min(THUMBNAIL, volume.shape[-1]))[0]
    return signed_levels(small, shade_limit(small))


def volume_stack(
    before: Stack,
    after: Stack,
    chosen: int,
    *,
    between: Sequence[str],
    version: str,
    quantity: str,
    alt: str,
    whole: bool,
    sets: str,
) -> Element:
    """Both stacks with slice `chosen` pulled out; a hand on them moves the row `sets` of the stage's table.

    The thumbnails are sent only if `whole`: the page tells as "have" which `version` it has got already.
    """
    arrays = {}
    if whole:
        arrays = {"before": before.thumbnails, "after": after.thumbnails, "colours": colour_table(quantity)}
    fields = {
        "version": version,
        "count": before.shape[0],
        "extents": [before.shape[1], after.shape[1]],
        "names": [
            [str(extent) for extent in (height, width, depth)] for depth, height, width in (before.shape, after.shape)
        ],
        "chosen": chosen,
        "captions": [list(before.caption), list(between), list(after.caption)],
        "alt": alt,
        "sets": sets,
    }
    return _mount.element(fields, arrays)
