"""The photo as numbers: a window over the photo, its pixels enlarged channel by channel. Hover costs no message."""

import numpy as np
from PIL import Image

from imgcls.ui.components import declare

_mount = declare("home/pixels")


def small_pixels(image: Image.Image, longest_side: int = 256) -> np.ndarray:
    """The picture reduced to at most `longest_side`, as uint8 (H, W, 3): the numbers that are shown."""
    small = image.copy()
    small.thumbnail((longest_side, longest_side), Image.Resampling.BICUBIC)
    return np.asarray(small, np.uint8)


def pixels(array: np.ndarray, *, key: str) -> None:
    """Show a uint8 (H, W, 3) picture with its pixel values under the pointer."""
    _mount.element({}, {"image": array}).show(key)
