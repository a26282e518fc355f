"""The function that gradient descent goes down on, with its paths: the start can be dragged, the ball rolls."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from imgcls.ui.components import Element, declare

_mount = declare("autodiff/landscape", says=("value",), styles=("charts.css",))


@dataclass(frozen=True)
class Sets:
    """The rows of the stage's table that a hand sets here: the start `across` and `up` ("" on a curve), the step of
    the ball, and, while it drags, half the size of the picture, which must stay what it is under the hand."""

    across: str
    up: str
    step: str
    half: str
    low: float
    high: float
    last: int


@dataclass(frozen=True)
class Words:
    """The next step in numbers, what becomes of the path, and what on the spot is no number, if anything."""

    moves: str
    verdict: str
    warning: str


def landscape(
    fields: Mapping[str, Any],
    arrays: Mapping[str, np.ndarray],
    charts: Sequence[Mapping[str, Any]],
    sets: Sets,
    words: Words,
) -> Element:
    """`fields` and `arrays` are from `imgcls.ui.autodiff.landscape.picture`; the charts stand beside."""
    more = {"charts": list(charts), "sets": asdict(sets), **asdict(words)}
    return _mount.element({**fields, **more}, arrays)
