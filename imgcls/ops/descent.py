"""Gradient descent on the variables of a program: the path, what one step does, and why too long a step fails."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from imgcls.ops.autodiff import as_leaves, run
from imgcls.ops.program import Step


@dataclass(frozen=True)
class Point:
    """One place on the path: the variables, the value there, and each learning variable's `.grad` as the step uses."""

    variables: Mapping[str, float]
    value: float
    gradient: Mapping[str, float]

    @property
    def steepness(self) -> float:
        """The length of the gradient."""
        return math.hypot(*self.gradient.values())


@dataclass(frozen=True)
class Descent:
    """A path of gradient descent: variable <- variable - rate * gradient, from `points[0]` on.

    It ends early at a value that is no finite number. `first_rise` is the first step that raised the value. There the
    value bends with `curvature` along the gradient, so that only rates below `limit` = 2 / curvature would have lowered
    it, as far as the value is a parabola along the step (None where it does not bend upward).
    """

    points: tuple[Point, ...]
    rate: float
    first_rise: int | None
    curvature: float | None
    limit: float | None

    @property
    def finite(self) -> bool:
        """Whether the path stayed among the finite numbers."""
        return math.isfinite(self.points[-1].value)

    @property
    def diverges(self) -> bool:
        """Whether the value ends above its start, or leaves the finite numbers."""
        return not self.finite or (self.first_rise is not None and self.points[-1].value > self.points[0].value)


def descend(
    steps: Sequence[Step],
    start: Mapping[str, float],
    *,
    learn: Collection[str],
    rate: float,
    count: int,
    zero_grad: bool = True,
) -> Descent:
    """`count` steps of gradient descent in float64 on the variables in `learn`.

    Without `zero_grad` each backward pass adds to the gradients of the earlier ones, as PyTorch does when
    `optimizer.zero_grad()` is forgotten. A variable that the backward pass does not reach stays where it is.
    """
    leaves = as_leaves(start, learn)
    points: list[Point] = []
    for turn in range(count + 1):
        if zero_grad:
            for leaf in leaves.values():
                leaf.grad = None
        value = run(steps, leaves)[-1]
        if value.requires_grad:
            value.backward()
        gradient = {name: leaf.grad.item() for name, leaf in leaves.items() if leaf.grad is not None}
        points.append(Point({name: leaf.item() for name, leaf in leaves.items()}, value.item(), gradient))
        if turn == count or not math.isfinite(points[-1].value):
            break
        with torch.no_grad():
            for leaf in leaves.values():
                if leaf.grad is not None:
                    leaf -= rate * leaf.grad
    rises = (k for k in range(1, len(points)) if not points[k].value <= points[k - 1].value)  # nan counts as a rise
    first_rise = next(rises, None)
    bend = curvature(steps, points[first_rise - 1], learn) if first_rise else None
    limit = 2 / bend if bend is not None and bend > 0 else None
    return Descent(tuple(points), rate, first_rise, bend, limit)


def curvature(steps: Sequence[Step], point: Point, learn: Collection[str]) -> float | None:
    """g H g / g g: the second derivative of the value along its gradient g at `point`, by differentiating twice.

    None where the gradient is zero or the second derivative is not a finite number.
    """
    leaves = as_leaves(point.variables, learn)
    value = run(steps, leaves)[-1]
    if not value.requires_grad:
        return None
    chosen = [leaf for leaf in leaves.values() if leaf.requires_grad]
    gradient = torch.autograd.grad(value, chosen, create_graph=True, allow_unused=True)
    pairs = [(g, leaf) for g, leaf in zip(gradient, chosen, strict=True) if g is not None]
    squared = sum(g.item() ** 2 for g, _ in pairs)
    if squared == 0 or not math.isfinite(squared):
        return None
    along: Tensor = sum(g * g.detach() for g, _ in pairs)  # type: ignore[assignment]
    if not along.requires_grad:  # a straight line has no second derivative to follow
        return 0.0
    second = torch.autograd.grad(along, [leaf for _, leaf in pairs], allow_unused=True)
    total = sum(h.item() * g.item() for h, (g, _) in zip(second, pairs, strict=True) if h is not None)
    return total / squared if math.isfinite(total) else None


@dataclass(frozen=True)
class Slice:
    """The value along one step of descent: `values[i]` is found `shares[i]` of the step further (0 here, 1 there).

    `slope` is the derivative of the value by the share at 0: the straight line that the step trusts.
    """

    shares: tuple[float, ...]
    values: tuple[float, ...]
    slope: float


def along_step(
    steps: Sequence[Step], point: Point, rate: float, *, low: float = -0.5, high: float = 2.0, count: int = 101
) -> Slice:
    """The value on the straight line through `point` against its gradient; a share of 1 is one step at `rate`."""

    def at(share: Tensor) -> Tensor:
        moved = {name: x - share * (rate * point.gradient.get(name, 0.0)) for name, x in point.variables.items()}
        return run(steps, moved)[-1]

    here = torch.zeros((), dtype=torch.float64, requires_grad=True)
    value = at(here)
    slope = torch.autograd.grad(value, here)[0] if value.requires_grad else torch.zeros(())
    shares = torch.linspace(low, high, count, dtype=torch.float64)
    with torch.no_grad():
        values = at(shares).expand(count)
    return Slice(tuple(shares.tolist()), tuple(values.tolist()), float(slope))
