"""Questions about how to fool the network."""

from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor

from imgcls.data.pictures import Picture
from imgcls.models.adversarial import as_pixels, compasses, noisy, predict
from imgcls.models.classify import Prediction
from imgcls.models.registry import load
from imgcls.numbers import percent, whole
from imgcls.ui.classify.said import best
from imgcls.ui.hall import network_input
from imgcls.ui.questions import Bars, Number, Order, Question

FOOLED = "Fool it"
LEVELS, SEED = 2, 0  # of 255; of the noise by lot
MOST = 8
"""Levels that are tried: each takes a pass through the network."""
TARGETS = {"the class in tenth place": 10, "the least probable class": 1000, "the runner-up": 2}  # ranks


@lru_cache(maxsize=64)
def _pixels(photo: Picture) -> tuple[Tensor, Prediction]:
    """What the network gets, in whole levels, and what it says to that."""
    pixels = as_pixels(load(), network_input(load(), photo))
    return pixels, predict(load(), pixels)


@lru_cache(maxsize=64)
def _gradients(photo: Picture, *ranks: int) -> tuple[tuple[int, Tensor], ...]:
    """The classes of these ranks, and the gradient that helps each against the best class."""
    pixels, said = _pixels(photo)
    order = [each.index for each in said.top(max(ranks))]
    targets = [order[rank - 1] for rank in ranks]
    return tuple(zip(targets, compasses(load(), pixels, targets, order[0]), strict=True))


def _of_best(photo: Picture, changed: Tensor) -> float:
    return 100 * float(predict(load(), changed).probabilities[best(photo)[1]])


def _by_gradient_and_by_lot(photo: Picture) -> list[float]:
    """The best class's probability in percent after LEVELS along the gradient for the runner-up, and by lot."""
    pixels, _ = _pixels(photo)
    ((_, gradient),) = _gradients(photo, 2)
    by_lot = torch.rand(pixels.shape, generator=torch.Generator().manual_seed(SEED)) - 0.5
    return [_of_best(photo, noisy(pixels, each, LEVELS)) for each in (gradient, by_lot)]


def _asks_noise(photo: Picture) -> str:
    name, _, chance = best(photo)
    return (
        f"The network gives **{name}** {percent(chance)}. Now every colour value of your photo moves by **2 of 255** "
        "levels. How much does that class keep?"
    )


def _levels_needed(photo: Picture) -> int:
    """The first number of levels at which another class wins; MOST + 1 if there is none up to MOST."""
    pixels, _ = _pixels(photo)
    ((_, gradient),) = _gradients(photo, 2)
    for levels in range(1, MOST + 1):
        if int(predict(load(), noisy(pixels, gradient, levels)).logits.argmax()) != best(photo)[1]:
            return levels
    return MOST + 1


def _why_levels(photo: Picture, right: int) -> str:
    if right > MOST:
        return f"On your photo one step along the gradient does not do it, not even with {MOST} levels."
    return (
        f"**{right}** of 255. Each value moves so little that the eye hardly sees it, but there are "
        f"{whole(3 * 224 * 224)} of them, and all move in the direction that hurts."
    )


def _reached(photo: Picture) -> list[float]:
    """The probability in percent that each target reaches with LEVELS, to three digits behind the point."""
    pixels, _ = _pixels(photo)
    moved = ((target, noisy(pixels, each, LEVELS)) for target, each in _gradients(photo, *TARGETS.values()))
    return [round(100 * float(predict(load(), picture).probabilities[target]), 3) for target, picture in moved]


def _why_target(photo: Picture, right: Sequence[float]) -> str:
    tenth, last, runner_up = right
    more = "A class far away takes larger changes, or several steps with a new gradient each."
    if runner_up > tenth > last:
        return f"The more probable a class is to begin with, the easier it is to reach with one small step. {more}"
    return (
        "Often the class that is more probable to begin with is easier to reach. Not so on your photo: one gradient is "
        f"right for the first bit of the way only. {more}"
    )


QUESTIONS = [
    Question(
        "class-noise",
        FOOLED,
        _asks_noise,
        Bars(
            ("each value moved as the gradient says", "each value moved up or down at random"),
            tolerance=12,
            start=lambda photo: [100 * best(photo)[2]] * 2,
            starts_as="the probability without a change",
        ),
        _by_gradient_and_by_lot,
        lambda photo, right: (
            f"At random the changes cancel out, and **{percent(right[1] / 100)}** is left. Along the gradient they all "
            f"pull the same way, and **{percent(right[0] / 100)}** is left. Both changes have the same size: the "
            "direction makes the difference."
        ),
        at={"fool_levels": "0"},
        then={"fool_levels": "2"},
    ),
    Question(
        "class-levels",
        FOOLED,
        "Every colour value takes one step along the gradient. How many of 255 **levels** does it take until another "
        "class wins?",
        Number(1, MOST + 1, "levels", 1, start=5),
        _levels_needed,
        _why_levels,
        at={"fool_levels": "0"},
        then={"fool_levels": "1"},
    ),
    Question(
        "class-target",
        FOOLED,
        "Three other classes, each with a gradient of its own and 2 levels of change. Order them by the probability "
        "that they **reach**.",
        Order(tuple(TARGETS), "reaches least", "reaches most", "%", 3),
        _reached,
        _why_target,
        at={"fool_levels": "0"},
        then={"fool_levels": "2"},
    ),
]
