"""The triangle of the softmax lesson: its point follows the sliders, and dragging it sets them."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from imgcls.ops.softmax import centred_logits
from imgcls.ui.address import as_number
from imgcls.ui.components import Element
from imgcls.ui.components.sliders import SliderRows
from imgcls.ui.scores import HIGH, LOW
from imgcls.ui.softmax.pictures import TEMPERATURE, probabilities_of, trail
from imgcls.ui.softmax.simplex import point_of, simplex
from imgcls.ui.stage import Numbers

SIMPLEX = "softmax_simplex"


def triangle(rows: SliderRows, names: Sequence[str]) -> Element:
    """The point of three probabilities, and its path as the temperature changes."""
    return simplex(
        names,
        probabilities_of(rows).tolist(),
        trail(rows),
        sets=rows.key,
        middle=sum(rows.numbers) / 3,
        alt="A triangle with one class at each corner; drag the point, or move it with the arrow keys.",
    )


def from_triangle(told: Mapping[str, Any], numbers: Numbers) -> list[float] | None:
    """The logits that a drag of the point asks for; None for what makes no sense."""
    point, middle = point_of(told), as_number(told.get("middle"), LOW, HIGH)
    return None if point is None or middle is None else logits_at(point, middle, numbers[TEMPERATURE.name])


def logits_at(point: Sequence[float], middle: float, temperature: float) -> list[float]:
    """Logits within the sliders' limits whose softmax at this temperature is `point`, and whose mean is `middle`.

    Softmax forgets a constant, so they may keep the mean that they had.
    """
    logits = temperature * centred_logits(torch.tensor(point, dtype=torch.float64)) + middle
    return [round(z, 2) for z in logits.clamp(LOW, HIGH).tolist()]
