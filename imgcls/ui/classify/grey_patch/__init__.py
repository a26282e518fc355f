"""The picture as the network sees it, with a grey patch to drag over it."""

from collections.abc import Sequence

import numpy as np

from imgcls.ui.components import Element, declare

_mount = declare("classify/grey_patch", says=("value",))


def grey_patch(crop: np.ndarray | None, place: Sequence[float], size: float, *, sets: str) -> Element:
    """uint8 (S, S, 3) and on it a square of side `size` round `place`, both as shares of the picture's side.

    `place` is x and y, empty for no patch, and sets the number `sets` of a stage. `crop` is None for an element that
    has it already.
    """
    arrays = {} if crop is None else {"crop": crop}
    fields = {"place": list(place), "size": size, "sets": sets}
    return _mount.element(fields, arrays)
