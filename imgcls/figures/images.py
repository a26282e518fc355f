"""Numbers as pictures: colours from the palette, no smoothing, no maths beyond the colour scale."""

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from imgcls.palette import HUES, colour_table


def colourise(values: np.ndarray, quantity: str, low: float, high: float) -> np.ndarray:
    """(H, W) numbers as uint8 (H, W, 3): `low` gets the first colour of the quantity, `high` the last."""
    places = np.nan_to_num((np.asarray(values, float) - low) / (high - low))
    return colour_table(quantity)[(places.clip(0, 1) * 255).round().astype(np.uint8)]


def channel_row(values: np.ndarray, quantity: str, low: float, high: float, gap: int = 8) -> np.ndarray:
    """The channels of (C, H, W) side by side, as uint8 (H, C * W + gaps, 3); the gaps are the scale's middle."""
    channels = [colourise(channel, quantity, low, high) for channel in values]
    space = np.full((values.shape[1], gap, 3), colour_table(quantity)[128], np.uint8)
    row = [part for channel in channels for part in (channel, space)][:-1]
    return np.concatenate(row, axis=1)


def with_box(image: Image.Image, box: tuple[float, float, float, float]) -> Image.Image:
    """A copy of the picture with a rectangle (left, top, right, bottom), and what lies outside it dimmed."""
    dimmed = Image.blend(image, Image.new("RGB", image.size, "#777777"), 0.6)
    corners = tuple(round(edge) for edge in box)
    dimmed.paste(image.crop(corners), corners[:2])
    width = max(2, round(max(image.size) / 150))
    ImageDraw.Draw(dimmed).rectangle(corners, outline=HUES["evidence"].line, width=width)
    return dimmed


def signed_levels(values: Tensor, largest: Tensor | float) -> np.ndarray:
    """Values of any shape as uint8 places in a signed palette: 0 in the middle, +-`largest` at the ends."""
    levels = (127.5 * values).div_(largest).add_(127.5).round_().clamp_(0, 255)
    return levels.to(torch.uint8).cpu().numpy()


def shade_limit(values: Tensor) -> Tensor:
    """For each slice of (C, H, W) the size (C, 1, 1) of value that gets the darkest shade: only one in 200 is larger.

    A single bright spot would otherwise leave everything else pale.
    """
    sizes = values.flatten(1).abs()
    return sizes.topk(1 + sizes.shape[1] // 200, dim=1).values[:, -1].clamp(min=1e-12)[:, None, None]
