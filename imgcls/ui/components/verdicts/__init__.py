"""Small pictures with what the network says about each: a tick or a cross, its answer, and how sure it is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imgcls.ui.components import declare
from imgcls.ui.packet import pack

_mount = declare("verdicts", html='<div class="verdicts" role="list"></div>')


@dataclass(frozen=True, eq=False)
class Verdict:
    """One picture, uint8 (s, s, 3), its true class, the answer and the probability that the network gives it.

    That may be no number, when the weights are none any more.
    """

    image: np.ndarray
    truth: str
    answer: str
    confidence: float


def verdicts(pictures: Sequence[Verdict], *, key: str, alt: str) -> None:
    """Show the pictures in a grid that changes in place."""
    shares = [round(float(each.confidence), 4) if math.isfinite(each.confidence) else None for each in pictures]
    items = [[each.truth, each.answer, share] for each, share in zip(pictures, shares, strict=True)]
    images = np.stack([each.image for each in pictures]) if pictures else np.zeros((0, 1, 1, 3), np.uint8)
    _mount(key=key, data=pack({"items": items, "alt": alt}, images=images))
