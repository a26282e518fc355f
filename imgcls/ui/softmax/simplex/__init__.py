"""Three probabilities as a point in a triangle: each corner is one class for certain. The point can be dragged."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from imgcls.ui.components import Element, declare

_mount = declare("softmax/simplex", says=("value",), html='<div class="simplex"></div>')

Point = tuple[float, float, float]


def point_of(message: Mapping[str, Any]) -> Point | None:
    """The probabilities of a message from the triangle, all above 0 and with sum 1; None if they are not."""
    try:
        a, b, c = (float(number) for number in message["probabilities"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    total = a + b + c
    if not (min(a, b, c) > 0 and math.isfinite(total)):
        return None
    return a / total, b / total, c / total


def simplex(
    names: Sequence[str],
    probabilities: Sequence[float],
    trail: Sequence[Sequence[float]],
    *,
    sets: str,
    middle: float,
    alt: str,
) -> Element:
    """Draw the point `probabilities` (3), and the `trail` of points (N, 3) that it moves along as a setting changes.

    A drag sets the row `sets` of the stage's table: it sends {"probabilities", "middle"}, the latter as it was given
    when the drag began.
    """
    fields = {
        "names": list(names), "probabilities": list(probabilities), "trail": [list(point) for point in trail],
        "sets": sets, "middle": middle, "alt": alt,
    }  # fmt: skip
    return _mount.element(fields)
