"""Gradient descent on the variables of a program: the path, what one step does, and why too long a step fails."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from imgcls.ops.autodiff import as_leaves, run
from imgcls.ops.program import Step

SAME = 1e-9
"""Values nearer to each other than this share of them are the same: a float64 does not tell the rest."""


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
class Method:
    """A way to step: v <- `momentum` v + gradient + noise, then variable <- variable - rate v (v is 0 at first).

    `noise` is the standard deviation of the normal noise on every gradient, drawn afresh at each step from `seed`. It
    stands for a gradient that is taken from a few examples instead of all of them.
    """

    name: str
    momentum: float = 0.0
    noise: float = 0.0
    seed: int = 0


PLAIN = Method("gradient descent")


@dataclass(frozen=True)
class Descent:
    """A path of gradient descent: variable <- variable - rate * gradient, from `points[0]` on.

    It ends early at a value that is no finite number. `first_rise` is the first step that raised the value. There the
    value bends with `curvature` along the gradient, so that only rates below `limit` = 2 / curvature would have lowered
    it, as far as the value is a parabola along the step (None where it does not bend upward, and for other methods than
    plain gradient descent, whose steps do not follow the gradient alone).
    """

    points: tuple[Point, ...]
    rate: float
    first_rise: int | None
    curvature: float | None
    limit: float | None
    method: Method = PLAIN

    @property
    def finite(self) -> bool:
        """Whether the path stayed among the finite numbers."""
        return math.isfinite(self.points[-1].value)

    @property
    def diverges(self) -> bool:
        """Whether the value ends above its start, or leaves the finite numbers."""
        return not self.finite or (self.first_rise is not None and rises(self.points[0], self.points[-1]))

    @property
    def stays(self) -> bool:
        """Whether the value is the same all the way."""
        first = self.points[0]
        return self.finite and all(abs(each.value - first.value) <= SAME * abs(first.value) for each in self.points)


def rises(before: Point, after: Point) -> bool:
    """Whether the value is larger, or no number any more."""
    return not after.value <= before.value + SAME * abs(before.value)


def descend(
    steps: Sequence[Step],
    start: Mapping[str, float],
    *,
    learn: Collection[str],
    rate: float,
    count: int,
    zero_grad: bool = True,
    method: Method = PLAIN,
) -> Descent:
    """`count` steps in float64 on the variables in `learn`; see `descents`."""
    return descents(steps, start, (method,), learn=learn, rate=rate, count=count, zero_grad=zero_grad)[0]


def descents(
    steps: Sequence[Step],
    start: Mapping[str, float],
    methods: Sequence[Method],
    *,
    learn: Collection[str],
    rate: float,
    count: int,
    zero_grad: bool = True,
) -> tuple[Descent, ...]:
    """`count` steps by each of the `methods` from the same start, all of them in one batch of float64 numbers.

    Without `zero_grad` each backward pass adds to the gradients of the earlier ones, as PyTorch does when
    `optimizer.zero_grad()` is forgotten. A variable that the backward pass does not reach stays where it is.
    """
    many = len(methods)
    leaves = as_leaves({name: torch.full((many,), x, dtype=torch.float64) for name, x in start.items()}, learn)
    momentum = torch.tensor([method.momentum for method in methods], dtype=torch.float64)
    noise = _noise(methods, (count, len(leaves)))  # (steps, variables, methods)
    velocity = {name: torch.zeros(many, dtype=torch.float64) for name in leaves}
    paths: list[list[Point]] = [[] for _ in methods]
    for turn in range(count + 1):
        if zero_grad:
            for leaf in leaves.values():
                leaf.grad = None
        value = run(steps, leaves)[-1].expand(many)
        if value.requires_grad:
            value.sum().backward()  # no path depends on another, so each gets its own gradient
        _record(paths, leaves, value.tolist())
        if turn == count:
            break
        with torch.no_grad():
            for i, (name, leaf) in enumerate(leaves.items()):
                if leaf.grad is not None:
                    velocity[name] = momentum * velocity[name] + leaf.grad + noise[turn, i]
                    leaf -= rate * velocity[name]
    return tuple(_descent(steps, path, method, learn, rate) for path, method in zip(paths, methods, strict=True))


def _noise(methods: Sequence[Method], shape: tuple[int, int]) -> Tensor:
    drawn = [
        method.noise * torch.randn(shape, generator=torch.Generator().manual_seed(method.seed), dtype=torch.float64)
        if method.noise
        else torch.zeros(shape, dtype=torch.float64)
        for method in methods
    ]
    return torch.stack(drawn, dim=-1)


def _record(paths: Sequence[list[Point]], leaves: Mapping[str, Tensor], values: Sequence[float]) -> None:
    """Add to each path where it stands, unless it has left the finite numbers."""
    places = {name: leaf.tolist() for name, leaf in leaves.items()}
    gradients = {name: leaf.grad.tolist() for name, leaf in leaves.items() if leaf.grad is not None}
    for k, path in enumerate(paths):
        if not path or math.isfinite(path[-1].value):
            here, slopes = ({name: row[k] for name, row in table.items()} for table in (places, gradients))
            path.append(Point(here, values[k], slopes))


def _descent(
    steps: Sequence[Step], points: Sequence[Point], method: Method, learn: Collection[str], rate: float
) -> Descent:
    first_rise = next((k for k in range(1, len(points)) if rises(points[k - 1], points[k])), None)
    plain = not method.momentum and not method.noise
    bend = curvature(steps, points[first_rise - 1], learn) if first_rise and plain else None
    limit = 2 / bend if bend is not None and bend > 0 else None
    return Descent(tuple(points), rate, first_rise, bend, limit, method)


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
