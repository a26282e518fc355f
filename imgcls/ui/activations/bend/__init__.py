"""A small network learns before one's eyes, beside its twin without a bend: its neurons, its answers, the points.

The view plays films (`imgcls.ops.mlp_film`). While one plays it asks for the next, sending back the state at which the
last one ended: the server keeps nothing of a training.
"""

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgcls.ops.mlp_film import NEURONS_EVERY, Film
from imgcls.ops.points import Points
from imgcls.palette import HUES, NEGATIVE_LINE, TWO_CLASSES, class_colours, colour_table
from imgcls.ui.components import Element, declare

_mount = declare("activations/bend", says=("value",))
MOST_STEPS = 1_000_000
_MOST_STATE = 12_000  # letters


@dataclass(frozen=True)
class Reel:
    """Which film is asked for: number `id` of the view, from `state` (None: the start) after `first` steps."""

    id: int = 0
    state: bytes | None = None
    first: int = 0
    skip: int = 0
    frames: int = 1
    steps: int = 0

    @property
    def start(self) -> np.ndarray | None:
        """The state as numbers, float32, if one was sent."""
        return None if self.state is None else np.frombuffer(self.state, "<f4")


def reel_of(candidate: object) -> Reel | None:
    """What the view has asked; None for what makes no sense."""
    if not isinstance(candidate, dict):
        return None
    numbers = {name: candidate.get(name) for name in ("id", "first", "skip", "frames", "steps")}
    if not all(type(number) is int and 0 <= number <= MOST_STEPS for number in numbers.values()):
        return None
    state = candidate.get("state")
    if state is None:
        return Reel(**numbers)
    try:
        decoded = base64.b64decode(state, validate=True) if len(state) <= _MOST_STATE else b"-"
    except (ValueError, TypeError):
        return None
    return Reel(state=decoded, **numbers) if len(decoded) % 4 == 0 else None


def _darker(colour: str) -> str:
    """For the points of a class, which lie on its own colour."""
    return "#" + bytes(round(0.62 * int(colour[i : i + 2], 16)) for i in (1, 3, 5)).hex()


def told(seen: Film, reel: Reel) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """A film as the view gets it."""
    fields = {
        "id": reel.id,
        "first": reel.first + reel.skip * reel.steps,
        "each": reel.steps,
        "every": NEURONS_EVERY,
        "finite": seen.finite,
        "state": base64.b64encode(seen.state.astype("<f4").tobytes()).decode(),
    }
    arrays = {name: getattr(seen, name) for name in ("answers", "neurons", "weights", "losses", "accuracies", "lines")}
    return fields, arrays


def news(fields: dict[str, Any], arrays: dict[str, np.ndarray] | None = None) -> Element:
    """A film, or why there is none, for a view that is on the page already."""
    return _mount.element(fields, arrays or {})


def bend(
    fields: dict[str, Any], arrays: dict[str, np.ndarray], points: Points, own: int, *,
    run: str, hidden: tuple[int, ...], title: str, room: int, sets: tuple[str, str],
) -> Element:  # fmt: skip
    """The whole picture, with a film (`told`) to begin with.

    Args:
        points: the last `own` of them are the student's.
        run: another text begins again at step 0.
        room: how many points of the student there may be.
        title: of the activation.
        sets: under which names the view tells its own points, and asks for a film.
    """
    about = {
        "token": run, "own": own, "layers": [2, *hidden, 1], "title": title, "room": room,
        "sets": sets, "colours": [_darker(each) for each in TWO_CLASSES],
        "lines": [NEGATIVE_LINE["weight"], HUES["weight"].line],
    }  # fmt: skip
    pictures = {
        "places": points.places,
        "classes": points.classes.astype(np.uint8),
        "certainty": class_colours(),
        "activation": colour_table("activation"),
    }
    return _mount.element(about | fields, pictures | arrays)
