"""Small live charts: plain dictionaries whose places are shares of width and height, which the browser only scales.

A chart has a "title", "xticks" and "yticks" as [share, label], "lines" as {"kind", "dots", "runs"}, "marks" as
{"kind", "at", "label"} ("left": the label stands there), and an "alt" text. It may have an "xtitle", a "legend" as
[kind, label], "bands" as {"kind", "edge"}, a "height" in pixels, a "cursor" (an upright line at a share of the width),
and "readings" as {"places", "texts"}: what is read at such shares, with a cursor of its own.
0 is left and below, 1 right and above; the kinds get their looks from CSS.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from imgcls.numbers import raised, written

Place = tuple[float, float]


@dataclass(frozen=True)
class Axis:
    """A stretch of numbers, and the round ones at which it is labelled."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]

    def share(self, number: float) -> float:
        """Where a number stands: 0 at the low end, 1 at the high one."""
        return (number - self.low) / (self.high - self.low)

    @property
    def drawn(self) -> list[list[Any]]:
        """The ticks as [share, label]."""
        return [[self.share(number), label] for number, label in self.ticks]


def axis_for(numbers: Sequence[float], *, powers: bool = False, write: Callable[[float], str] = written) -> Axis:
    """An axis that shows all the finite numbers; with `powers` they are exponents of ten."""
    finite = [number for number in numbers if math.isfinite(number)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
    if not high - low > 1e-9 * max(abs(low), abs(high)):  # a float64's last digits are no way up or down
        low, high = low - max(1.0, abs(low)) / 2, high + max(1.0, abs(high)) / 2
    margin = 0.08 * (high - low)
    low, high = low - margin, high + margin
    step = _round_step((high - low) / 2.5)
    if powers:
        step = max(1.0, math.floor(step))
    first = math.ceil(low / step)
    ticks = [step * k for k in range(first, first + 12) if step * k <= high]
    labels = [f"10{raised(round(tick))}" if powers else write(tick) for tick in ticks]
    return Axis(low, high, tuple(zip(ticks, labels, strict=True)))


def _round_step(wanted: float) -> float:
    """1, 2 or 5 times a power of ten, the largest that is not above `wanted`."""
    size = 10.0 ** math.floor(math.log10(wanted))
    return max(factor for factor in (1, 2, 5) if factor * size <= wanted * (1 + 1e-9)) * size


def place(across: Axis, up: Axis, x: float, y: float) -> Place | None:
    """Where a point stands; None for what is not a number. What is far outside is brought near."""
    if not math.isfinite(y):
        return None
    return round(across.share(x), 4), round(min(max(up.share(y), -3.0), 4.0), 4)


def line(kind: str, places: Sequence[Place | None], *, dots: bool = False) -> dict[str, Any]:
    """A line in pieces: it is broken where a point is missing."""
    runs: list[list[Place]] = [[]]
    for each in places:
        if each is None:
            runs.append([])
        else:
            runs[-1].append(each)
    return {"kind": kind, "dots": dots, "runs": [run for run in runs if run]}
