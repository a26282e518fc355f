"""Two classes of points in the plane, for a network of two inputs to tell apart."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

LIMIT = 1.0
"""Both coordinates of every point lie in -LIMIT..LIMIT."""
MOST = 200
"""Points of a set at most."""

Array = np.ndarray
Own = tuple[float, float, int]  # x, y and class of a point that somebody has set


@dataclass(frozen=True, eq=False)
class Points:
    """`places` (N, 2) in -LIMIT..LIMIT, `classes` (N,) of 0.0 and 1.0; both float32."""

    places: Array
    classes: Array


def _line(half: int, random: np.random.Generator) -> Array:
    """Class 1 above a slanted line, class 0 below, with a gap between."""
    along = random.uniform(-0.8, 0.8, (2, half, 1))
    away = np.array([[[-1.0]], [[1.0]]]) * random.uniform(0.12, 0.62, (2, half, 1))
    angle = math.radians(25)
    across = np.array([-math.sin(angle), math.cos(angle)])
    return along * np.array([math.cos(angle), math.sin(angle)]) + away * across


def _xor(half: int, random: np.random.Generator) -> Array:
    """Class 1 where both coordinates have the same sign."""
    sizes = random.uniform(0.08, 0.9, (2, half, 2))
    first = random.choice([-1.0, 1.0], (2, half))
    return sizes * np.stack([first, first * np.array([[-1.0], [1.0]])], -1)


def _polar(radius: Array, angle: Array) -> Array:
    return radius[..., None] * np.stack([np.cos(angle), np.sin(angle)], -1)


def _circle(half: int, random: np.random.Generator) -> Array:
    """Class 1 in a disc, class 0 in a ring around it."""
    share = random.random((2, half))
    radius = np.stack([0.65 + 0.25 * share[0], 0.42 * np.sqrt(share[1])])
    return _polar(radius, random.uniform(0, 2 * math.pi, (2, half)))


def _spiral(half: int, random: np.random.Generator) -> Array:
    """Two arms of one and a quarter turns, half a turn apart."""
    share = (np.arange(half) + random.random((2, half))) / half
    return _polar(0.08 + 0.82 * share, 2.5 * math.pi * share + np.array([[0.0], [math.pi]]))


PATTERNS: dict[str, Callable[[int, np.random.Generator], Array]] = {
    "line": _line,
    "XOR": _xor,
    "circle": _circle,
    "spiral": _spiral,
}
"""Name -> where `half` points of class 0 and as many of class 1 lie, (2, half, 2)."""


def pattern(name: str, seed: int, *, count: int = MOST, noise: float = 0.02) -> Points:
    """`count` points, half of each class, each moved by normal noise of that standard deviation.

    Raises:
        ValueError: there is no such pattern, or `count` is not an even number from 2 to MOST.
    """
    if name not in PATTERNS:
        raise ValueError(f"There is no pattern {name!r}; choose one of {', '.join(PATTERNS)}.")
    if count % 2 or not 2 <= count <= MOST:
        raise ValueError(f"A pattern has an even number of points from 2 to {MOST}, not {count}.")
    random = np.random.default_rng(seed)
    places = PATTERNS[name](count // 2, random).reshape(count, 2)
    places = np.clip(places + noise * random.standard_normal(places.shape), -LIMIT, LIMIT)
    return Points(places.astype(np.float32), np.repeat(np.float32([0, 1]), count // 2))


def own_points(points: Sequence[Own]) -> Points:
    """Points that somebody has set, as the network gets them."""
    places = np.array([point[:2] for point in points], np.float32).reshape(-1, 2)
    return Points(places, np.array([point[2] for point in points], np.float32))


# Own points in the address: three letters each, the class and both coordinates in steps of LIMIT / 31.
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
_STEPS = len(_LETTERS) - 1


def spelled(points: Sequence[Own]) -> str:
    """The points as a short text that `read_points` understands; coordinates go to the nearest of 63 steps."""

    def letter(number: float) -> str:
        return _LETTERS[round((min(max(number, -LIMIT), LIMIT) / LIMIT + 1) / 2 * _STEPS)]

    return "".join(f"{'ab'[kind]}{letter(x)}{letter(y)}" for x, y, kind in points)


def read_points(text: str) -> list[Own]:
    """The points of a `spelled` text, at most MOST.

    Raises:
        ValueError: it is no such text.
    """
    if len(text) % 3 or len(text) > 3 * MOST:
        raise ValueError(f"Each point is spelled with three letters, and there are at most {MOST}.")
    found = []
    for kind, *places in zip(text[::3], text[1::3], text[2::3], strict=True):
        if kind not in "ab" or not all(each in _LETTERS for each in places):
            raise ValueError(f"{kind + ''.join(places)!r} does not spell a point.")
        x, y = ((2 * _LETTERS.index(each) / _STEPS - 1) * LIMIT for each in places)
        found.append((x, y, "ab".index(kind)))
    return found
