"""The picture as the network sees it: with a grey patch to drag over it, or with heat maps laid on it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imgcls.palette import colour_table
from imgcls.ui.components import declare, ignore, sent
from imgcls.ui.live import Answer, offer
from imgcls.ui.packet import pack

_mount = declare("classify/sight")


@dataclass(frozen=True)
class Patch:
    """A square on the picture: its centre and its side in 0..1 of the picture."""

    x: float
    y: float
    size: float


@dataclass(frozen=True)
class Heat:
    """A map to lay over the picture: `values` (h, w) in 0..1, and its title and description."""

    title: str
    values: np.ndarray
    alt: str


def patch_sight(crop: np.ndarray, answer: Answer, *, size: float, key: str) -> Patch | None:
    """Show uint8 (S, S, 3) with a patch of side `size` to be dragged; returns where it lies, None while it is off.

    `answer` is asked during a drag, with the patch's centre as x and y in 0..1, and packs as "beside" what other live
    elements show then, by their keys. Streamlit hears of the patch when it is let go.
    """
    patch = placed_patch(key, size)
    place = None if patch is None else {"x": patch.x, "y": patch.y}
    ask = offer(key, answer)
    fields = {"mode": "patch", "size": size, "patch": place, "ack": sent(key).get("seq"), "heats": [], "ask": ask}
    _mount(key=key, data=pack(fields, crop=crop), default={"value": None}, on_value_change=ignore)
    return patch


def placed_patch(key: str, size: float) -> Patch | None:
    """Where the student last put the patch: read before drawing, so that the answer goes out with the picture."""
    place = sent(key)
    if not place or place.get("x") is None:
        return None
    return Patch(float(np.clip(place["x"], 0, 1)), float(np.clip(place["y"], 0, 1)), size)


def heat_sight(crop: np.ndarray, heats: Sequence[Heat], *, key: str) -> None:
    """Show uint8 (S, S, 3) once for every heat map, side by side, with one slider for their opacity."""
    arrays = {f"heat{i}": (heat.values * 255).round().astype(np.uint8) for i, heat in enumerate(heats)}
    fields = {"mode": "heat", "heats": [{"title": heat.title, "alt": heat.alt} for heat in heats]}
    _mount(key=key, data=pack(fields, crop=crop, colours=colour_table("evidence"), **arrays))
