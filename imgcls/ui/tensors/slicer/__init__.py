"""A photo with a rectangle to drag and range sliders: what the slice is called, what it is, and what it looks like."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image
from torch import Tensor

from imgcls.numbers import whole
from imgcls.ops.tensors import CHANNELS, Cut, same_memory
from imgcls.ui.components import Element, declare
from imgcls.ui.stage import Setting

_mount = declare("tensors/slicer", says=("value",))
STEPS = (1, 2, 4, 8, 16)
_LONGEST = 300  # pixels of what is shown; the slice itself has all of them


@dataclass(frozen=True)
class Ranges:
    """What is sliced: rows and columns from (included) to (excluded), every `step`-th, and which channel."""

    rows: tuple[int, int]
    columns: tuple[int, int]
    step: int
    channel: str

    @property
    def text(self) -> str:
        """As it stands in the page's address: "10_90_5_70_2_red"."""
        return "_".join(map(str, (*self.rows, *self.columns, self.step, self.channel)))


def ranges_from(candidate: Mapping[str, Any] | str | None, height: int, width: int) -> Ranges | None:
    """The ranges that a message or an address asks for, if they fit a photo of this size; else None."""
    if isinstance(candidate, str):
        parts = candidate[:60].split("_")
        if len(parts) != 6:
            return None
        candidate = {"rows": parts[:2], "columns": parts[2:4], "step": parts[4], "channel": parts[5]}
    try:
        (top, bottom), (left, right) = candidate["rows"], candidate["columns"]
        found = Ranges((int(top), int(bottom)), (int(left), int(right)), int(candidate["step"]), candidate["channel"])
    except (TypeError, ValueError, KeyError):
        return None
    fits = 0 <= found.rows[0] < found.rows[1] <= height and 0 <= found.columns[0] < found.columns[1] <= width
    return found if fits and found.step in STEPS and found.channel in CHANNELS else None


def slice_setting(key: str, height: int, width: int) -> Setting:
    """The slice as a row of a stage's table, set in the picture of the same name; the middle at first."""
    start = Ranges(_middle(height), _middle(width), 1, "all")

    def fit(ranges: Ranges, _numbers: Mapping[str, Any]) -> Ranges:
        return ranges_from(ranges.text, height, width) or start  # another photo has come

    return Setting(key, key, start, lambda told: ranges_from(told, height, width), lambda ranges: ranges.text, fit)


def _middle(size: int) -> tuple[int, int]:
    return size // 4, max(size // 4 + 1, 3 * size // 4)


def slicer(image: Image.Image | None, ranges: Ranges, made: Cut, photo: Tensor, *, sets: str) -> Element:
    """The photo with its slice; a hand on it moves the row `sets` of the stage's table.

    None in place of the image leaves it as it was, for a slicer that is on the page already.
    """
    answer = slicer_answer(made, photo)
    if image is None:
        return _mount.element(answer["fields"], {"crop": answer["crop"]})
    preview = image.copy()
    preview.thumbnail((2 * _LONGEST, 2 * _LONGEST))
    width, height = image.size
    fields = {
        "height": height, "width": width, "rows": ranges.rows, "columns": ranges.columns, "step": ranges.step,
        "channel": ranges.channel, "steps": STEPS, "channels": CHANNELS, "sets": sets, **answer["fields"],
    }  # fmt: skip
    arrays = {"photo": _file(preview), "crop": answer["crop"]}
    return _mount.element(fields, arrays)


def slicer_answer(made: Cut, photo: Tensor) -> dict[str, Any]:
    """What changes with the slice: its code, its facts as text, and a picture of it."""
    found = made.facts
    names = ("channel", "row", "column")[-len(found.shape) :]
    aligned = found.contiguous == "yes"
    rows = [
        ["shape", str(found.shape), f"{whole(found.numel)} numbers"],
        ["dtype", found.dtype, "one byte each, 0 to 255"],
        ["stride", str(found.stride), f"to the next {', '.join(names)}"],
        ["storage_offset", str(found.storage_offset), "position of its first number in memory"],
        ["is_contiguous", str(aligned), "no gaps between its numbers" if aligned else "gaps, or another order"],
        ["device", found.device, "the photo's own memory" if same_memory(made.view, photo) else "a copy"],
    ]
    pixels = made.view.numpy()
    shape = (made.view.shape[-2], made.view.shape[-1])
    if pixels.ndim == 3:
        picture = Image.fromarray(np.ascontiguousarray(pixels.transpose(1, 2, 0)))
    else:
        tinted = np.zeros((*shape, 3), np.uint8)
        tinted[:] = pixels[:, :, None]
        picture = Image.fromarray(tinted)
    if max(shape) > _LONGEST:
        picture.thumbnail((_LONGEST, _LONGEST), Image.Resampling.BOX)
    return {"fields": {"code": made.code, "facts": rows, "shape": shape}, "crop": _file(picture)}


def _file(picture: Image.Image) -> np.ndarray:
    """The picture as the bytes of a file: exact while it is small, a JPEG otherwise."""
    buffer = io.BytesIO()
    if max(picture.size) <= 96:
        picture.save(buffer, "PNG", compress_level=1)
    else:
        picture.save(buffer, "JPEG", quality=88)
    return np.frombuffer(buffer.getvalue(), np.uint8)
