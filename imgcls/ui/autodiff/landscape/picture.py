"""The function that descent goes down on, drawn: a curve or a map, each method's path on it, and the next step.

All places are shares of width and height, as in `imgcls.ui.charts`: 0 is left and below, 1 right and above.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch

from imgcls.numbers import written
from imgcls.ops.descent import Descent, Point
from imgcls.ops.landscape import ASPECT, SIZES, curve, half_height, level_curves, levels, surface
from imgcls.ops.program import Expression, Step
from imgcls.ui.charts import Axis, axis_for, line

KINDS = {"momentum": "momentum", "SGD": "noisy", "mini-batches": "noisy"}
"""Method -> how its path looks; any other is plain."""
NOWHERE = 255
"""The depth of a place where the function has no value."""
_FULL = 60_000  # a share of 1, in the whole numbers that level curves are sent as

Place = tuple[float, float]


@dataclass(frozen=True)
class View:
    """What is looked at: `across` and `up` are variables; without `up`, the value itself goes up. `half`: see
    `imgcls.ops.landscape.half_height`."""

    across: str
    up: str
    half: float

    @property
    def axes(self) -> tuple[Axis, Axis | None]:
        """The axis across, and the one up unless the value goes there."""
        return _round_axis(self.half * (ASPECT if self.up else 1)), _round_axis(self.half) if self.up else None


def kind_of(path: Descent) -> str:
    """How the path looks."""
    return KINDS.get(path.method.name, "plain")


def view_of(paths: Sequence[Descent], across: str, up: str, half: float = 0.0) -> View:
    """The part of the function around its `paths`, or of size `half` where that is one of SIZES."""
    return View(across, up, half if half in SIZES else max(half_height(path, across, up) for path in paths))


def picture(expression: Expression, paths: Sequence[Descent], at: int, view: View) -> tuple[dict[str, Any], dict]:
    """What the component draws after step `at`: fields, and arrays for a packet.

    The variables that are not looked at stay where the first path has them.
    """
    here = paths[0].points[min(at, len(paths[0].points) - 1)]
    held = {name: x for name, x in here.variables.items() if name not in (view.across, view.up)}
    across, up = view.axes
    if up is None:
        up, ground, arrays = _curve(expression.steps, paths, held, view)
    else:
        ground, arrays = {}, _map(expression.steps, tuple(held.items()), view)

    def place(point: Point) -> Place | None:
        return _place(across, up, point.variables[view.across], point.variables[view.up] if view.up else point.value)

    drawn = [
        {"kind": kind_of(path), "places": [place(point) for point in path.points], "at": min(at, len(path.points) - 1)}
        for path in paths
    ]
    fields = {
        "kind": "map" if view.up else "curve", "about": [expression.text, held, vars(view)],
        "xticks": across.drawn, "yticks": up.drawn, "xtitle": view.across, "ytitle": view.up or "value",
        "x": [across.low, across.high], "y": [up.low, up.high], "aspect": ASPECT, "half": view.half,
        "ground": ground, "paths": drawn, "step": _step(drawn[0], view),
        "legend": [
            [kind_of(path), path.method.name, written(path.points[min(at, len(path.points) - 1)].value)]
            for path in paths
        ],
        "caption": _caption(held, paths[0], view),
        "alt": _alt(expression, paths, at, view),
    }  # fmt: skip
    return fields, arrays


def _round_axis(half: float) -> Axis:
    """From -half to half, with at most nine round numbers."""
    step = next(size for size in (0.25, 0.5, 1.0, 2.0, 4.0) if half / size < 5)
    ticks = [step * k for k in range(-math.floor(half / step), math.floor(half / step) + 1)]
    return Axis(-half, half, tuple((tick, written(tick)) for tick in ticks))


def _place(across: Axis, up: Axis, x: float, y: float) -> Place | None:
    """Where a point stands, at most a little way outside; None for what is no number."""
    if not (math.isfinite(x) and math.isfinite(y)):
        return None
    return round(min(max(across.share(x), -0.5), 1.5), 4), round(min(max(up.share(y), -0.5), 1.5), 4)


def _curve(
    steps: Sequence[Step], paths: Sequence[Descent], held: Mapping[str, float], view: View
) -> tuple[Axis, dict[str, Any], dict]:
    """The axis of the values, and the curve on it."""
    xs = torch.linspace(-view.half, view.half, 241, dtype=torch.float64)
    values = curve(steps, held, view.across, xs).tolist()
    finite = sorted(value for value in values if math.isfinite(value)) or [0.0]
    low = finite[0]
    seen = [point.value for path in paths for point in path.points if abs(point.variables[view.across]) <= view.half]
    wanted = max([finite[len(finite) // 2], *filter(math.isfinite, seen)]) - low
    up = axis_for([low, low + min(_snapped(wanted), finite[-1] - low)])
    across, _ = view.axes
    return up, line("value", [_place(across, up, x, y) for x, y in zip(xs.tolist(), values, strict=True)]), {}


def _snapped(height: float) -> float:
    """The next of 1, 1.5, 2, 3, 5, 7 times a power of ten: while a hand moves, the axis is to jump seldom."""
    if not height > 0:
        return 1.0
    size = 10.0 ** math.floor(math.log10(height))
    return next(factor * size for factor in (1, 1.5, 2, 3, 5, 7, 10) if factor * size >= height)


@lru_cache(maxsize=64)  # while the start or the rate is dragged, it is the same map again and again
def _map(steps: tuple[Step, ...], held: tuple[tuple[str, float], ...], view: View) -> dict[str, np.ndarray]:
    """How high the function is at every place of the map, and the pieces of its level curves."""
    values = surface(steps, dict(held), view.across, view.up, view.half)
    found = levels(values)
    pieces = level_curves(values, found.heights)
    rows, columns = values.shape
    shares = torch.stack([pieces[:, 0::2] / (columns - 1), 1 - pieces[:, 1::2] / (rows - 1)], dim=-1)  # (N, 2, 2)
    depth = torch.where(found.depth.isnan(), NOWHERE, 250 * found.depth)
    return {
        "depth": depth.round().numpy().astype(np.uint8),
        "pieces": (shares.reshape(-1, 4) * _FULL).round().numpy().astype(np.uint16),
    }


def _step(path: Mapping[str, Any], view: View) -> list[Place] | None:
    """The way of the next step: straight there on a map; on a curve first across, then down (or up) to the curve."""
    places, at = path["places"], path["at"]
    here, there = places[at], places[at + 1] if at + 1 < len(places) else None
    if here is None or there is None:
        return None
    return [here, there] if view.up else [here, (there[0], here[1]), there]


def _caption(held: Mapping[str, float], path: Descent, view: View) -> str:
    """What the picture leaves out."""
    if not held:
        return ""
    values = ", ".join(f"{name} = {written(x)}" for name, x in held.items())
    moving = [name for name in held if name in path.points[0].gradient]
    return f"A slice at {values}." + (f" {', '.join(moving)} moved, too, so the slice changes." if moving else "")


def _alt(expression: Expression, paths: Sequence[Descent], at: int, view: View) -> str:
    what = f"A map of {expression.text} over {view.across} and {view.up}, with level curves" if view.up else (
        f"The curve of {expression.text} over {view.across}"
    )  # fmt: skip
    ways = []
    for path in paths:
        first, now, last = path.points[0], path.points[min(at, len(path.points) - 1)], path.points[-1]
        ways.append(
            f"{path.method.name} from {written(first.value)} to {written(last.value)} in {len(path.points) - 1} steps"
            + (f", at step {at} {written(now.value)}" if at else "")
        )
    return f"{what}. The paths: {'; '.join(ways)}."
