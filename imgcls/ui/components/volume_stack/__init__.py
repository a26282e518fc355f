"""Two volumes, before and after, as stacks of slices in depth; the chosen slice is pulled out of both."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
import torch
from torch import Tensor
from torch.nn import functional as F

from imgcls.palette import colour_table
from imgcls.ui.components import declare, ignore, sent
from imgcls.ui.packet import pack

THUMBNAIL = 56  # pixels a side: a sheet is drawn about 150 wide, and slanted

_mount = declare("volume_stack")


@dataclass(frozen=True, eq=False)
class Stack:
    """One volume to draw: a thumbnail of each slice as places in the palette, uint8 (C, h, w), and what stands below.

    `shape` is (C, H, W); the sheets of the second stack are drawn in proportion to those of the first.
    """

    thumbnails: np.ndarray
    shape: tuple[int, int, int]
    caption: Sequence[str]


def signed_levels(values: Tensor, largest: Tensor | float) -> np.ndarray:
    """Values of any shape as uint8 places in a signed palette: 0 in the middle, +-`largest` at the ends."""
    return (127.5 + 127.5 * values / largest).round().clamp(0, 255).to(torch.uint8).numpy()


def shade_limit(values: Tensor) -> Tensor:
    """For each slice of (C, H, W) the size (C, 1, 1) of value that gets the darkest shade: only one in 200 is larger.

    A single bright spot would otherwise leave everything else pale.
    """
    sizes = values.flatten(1).abs()
    return sizes.topk(1 + sizes.shape[1] // 200, dim=1).values[:, -1].clamp(min=1e-12)[:, None, None]


def slice_thumbnails(volume: Tensor) -> np.ndarray:
    """A small picture of each slice of (C, H, W), uint8 (C, s, s), each shaded by its own values."""
    small = F.adaptive_avg_pool2d(volume[None], min(THUMBNAIL, volume.shape[-1]))[0]
    return signed_levels(small, shade_limit(small))


def picked_slice(key: str) -> int | None:
    """The slice that was just picked in the stack `key`, once; None if none was."""
    news = sent(key)
    if not news or st.session_state.get(f"{key}:seq") == news.get("seq"):
        return None
    st.session_state[f"{key}:seq"] = news.get("seq")
    return news["slice"] if isinstance(news.get("slice"), int) else None


def volume_stack(
    before: Stack,
    after: Stack,
    chosen: int,
    *,
    between: Sequence[str],
    version: str,
    quantity: str,
    alt: str,
    key: str,
    whole: bool = True,
) -> None:
    """Draw both stacks with slice `chosen` pulled out.

    The thumbnails are sent when `version` changes, not while one slides through the slices; never unless `whole`.
    """
    arrays = {}
    if whole and sent(key).get("have") != version:
        arrays = {"before": before.thumbnails, "after": after.thumbnails, "colours": colour_table(quantity)}
    fields = {
        "ack": sent(key).get("seq"),
        "version": version,
        "count": before.shape[0],
        "extents": [before.shape[1], after.shape[1]],
        "names": [
            [str(extent) for extent in (height, width, depth)] for depth, height, width in (before.shape, after.shape)
        ],
        "chosen": chosen,
        "captions": [list(before.caption), list(between), list(after.caption)],
        "alt": alt,
    }
    _mount(key=key, data=pack(fields, **arrays), default={"value": None}, on_value_change=ignore)
