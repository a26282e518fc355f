"""Letters that name the colours of a picture, for paper in black and white: one in each of 3 × 3 fields."""

import colorsys
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

FIELDS = 3  # a side
NAMES = {"R": "red", "O": "orange or brown", "Y": "yellow", "G": "green", "B": "blue", "P": "purple or pink"}
_UP_TO = ((15, "R"), (45, "O"), (70, "Y"), (180, "G"), (260, "B"), (345, "P"), (360, "R"))  # degrees of hue
_GREY = 0.12  # below this saturation nobody would name a colour


def letters(picture: np.ndarray) -> list[list[str]]:
    """The letter of each field of uint8 (H, W, 3), rows first; "" for grey. H and W are 3 at least."""
    return [
        [_letter(field) for field in np.array_split(row, FIELDS, axis=1)] for row in np.array_split(picture, FIELDS)
    ]


def lettered(picture: np.ndarray) -> np.ndarray:
    """The picture with its letters on it."""
    image = Image.fromarray(np.ascontiguousarray(picture))
    pen, size = ImageDraw.Draw(image), min(image.size) / FIELDS
    font = ImageFont.load_default(0.45 * size)
    for row, names in enumerate(letters(picture)):
        for column, name in enumerate(names):
            middle = (image.width * (column + 0.5) / FIELDS, image.height * (row + 0.5) / FIELDS)
            pen.text(middle, name, "black", font, anchor="mm", stroke_width=round(0.05 * size), stroke_fill="white")
    return np.asarray(image)


def meaning(pictures: Sequence[np.ndarray]) -> str:
    """What the letters on these pictures mean."""
    used = {name for picture in pictures for row in letters(picture) for name in row}
    return ", ".join(f"{letter} {name}" for letter, name in NAMES.items() if letter in used)


def _letter(field: np.ndarray) -> str:
    hue, saturation, _ = colorsys.rgb_to_hsv(*(field.reshape(-1, 3).mean(0) / 255))
    return "" if saturation < _GREY else next(letter for end, letter in _UP_TO if 360 * hue <= end)
