"""A photo on which a place is pointed at, and the square that one output there sees."""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

from imgcls.ui.components import Element, declare

_mount = declare("convolution/field", says=("value",), html='<div class="field"></div>')
Box = tuple[int, int, int, int]


def field(
    picture: np.ndarray | None, box: Box, inner: Box | None, place: tuple[float, float], *, sets: str, alt: str
) -> Element:
    """The picture, uint8 (S, S, 3), with the boxes (top, left, bottom, right) in its pixels; they may leave it.

    A hand on it moves the row `sets` of the stage's table: `place`, row and column as shares of the side. None in place
    of the picture leaves it as it was, for one that is on the page already.
    """
    fields: Mapping[str, Any] = {"box": box, "inner": inner, "place": place, "sets": sets, "alt": alt}
    arrays = {} if picture is None else {"picture": _file(picture)}
    side = {} if picture is None else {"side": picture.shape[0]}
    return _mount.element({**fields, **side}, arrays)


def _file(picture: np.ndarray) -> np.ndarray:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=88)
    return np.frombuffer(buffer.getvalue(), np.uint8)
