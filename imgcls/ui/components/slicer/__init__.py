"""A photo with a rectangle to drag and range sliders: what the slice is called, what it is, and what it looks like."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image

from imgcls.numbers import whole
from imgcls.ops.tensors import CHANNELS, Cut, same_memory
from imgcls.ui.address import in_address, to_address
from imgcls.ui.components import declare, ignore, sent, unheard
from imgcls.ui.packet import pack

_mount = declare("slicer")
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


def read_slicer(key: str, height: int, width: int) -> Ranges:
    """What the student has chosen, from the last message, the session, or the page's address; the middle at first."""
    middle = Ranges((height // 4, max(height // 4 + 1, 3 * height // 4)), _middle_columns(width), 1, "all")
    store = f"{key}:ranges"
    text = in_address(key, store)
    news = ranges_from(unheard(key, f"{store}:seq") or None, height, width)
    chosen = news or ranges_from(st.session_state.get(store, text), height, width) or middle
    st.session_state[store] = chosen.text
    to_address(key, None if chosen == middle else chosen.text)
    return chosen


def _middle_columns(width: int) -> tuple[int, int]:
    return width // 4, max(width // 4 + 1, 3 * width // 4)


def slicer(image: Image.Image, ranges: Ranges, answer: Mapping[str, Any], *, ask: str, key: str) -> None:
    """Show the photo, its slice, and where `imgcls.ui.live` answers with `slicer_answer` during a drag."""
    preview = image.copy()
    preview.thumbnail((2 * _LONGEST, 2 * _LONGEST))
    width, height = image.size
    fields = {
        "height": height, "width": width, "rows": ranges.rows, "columns": ranges.columns, "step": ranges.step,
        "channel": ranges.channel, "steps": STEPS, "channels": CHANNELS, "ask": ask, "ack": sent(key).get("seq"),
        **answer["fields"],
    }  # fmt: skip
    packet = pack(fields, photo=_file(preview), crop=answer["crop"])
    _mount(key=key, data=packet, default={"value": None}, on_value_change=ignore)


def slicer_answer(made: Cut, photo: Any) -> dict[str, Any]:
    """What changes with the slice: its code, its facts as text, and a picture of it."""
    found = made.facts
    names = ("channel", "row", "column")[-len(found.shape) :]
    aligned = found.contiguous == "yes"
    rows = [
        ["shape", str(found.shape), f"{whole(found.numel)} numbers"],
        ["dtype", found.dtype, "one byte each, 0 to 255"],
        ["stride", str(found.stride), f"to the next {', '.join(names)}"],
        ["storage_offset", str(found.storage_offset), "where its first number lies"],
        ["is_contiguous", str(aligned), "its numbers lie side by side" if aligned else "with gaps, or out of order"],
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
