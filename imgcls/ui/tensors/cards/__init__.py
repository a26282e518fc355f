"""Pictures standing one behind the other like the photos of a batch; one of them is pulled out."""

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from imgcls.ui.components import Element, declare

_mount = declare("tensors/cards")


def cards(pictures: Sequence[Image.Image], labels: Sequence[str], chosen: int, *, alt: str) -> Element:
    """The pictures, each with its label; number `chosen` stands in front."""
    arrays = {f"picture{i}": _jpeg(picture) for i, picture in enumerate(pictures)}
    return _mount.element({"labels": list(labels), "chosen": chosen, "alt": alt}, arrays)


def _jpeg(picture: Image.Image) -> np.ndarray:
    buffer = io.BytesIO()
    small = picture.copy()
    small.thumbnail((256, 256))
    small.save(buffer, "JPEG", quality=85)
    return np.frombuffer(buffer.getvalue(), np.uint8)
