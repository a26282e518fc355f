"""Gradient descent on a mean over examples, looking at only some of them in each step.

The problem is a straight line's: the mean of (w x + b - y)² over a few points. Robbins and Monro 1951, "A Stochastic
Approximation Method".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from imgcls.ops.descent import Descent, Method, Point
from imgcls.ops.expression import parse
from imgcls.ops.program import Expression

XS = (-1.5, -1.3, -0.9, -0.7, -0.4, -0.1, 0.2, 0.4, 0.7, 0.9, 1.2, 1.5, 1.7, 2.0, 2.2, 2.5)
YS = (-1.3, 0.2, -0.6, 0.7, -0.5, 1.0, 0.1, 1.7, 0.5, 2.0, 0.9, 2.6, 1.2, 1.6, 3.1, 2.2)
"""The examples: points about a line, none of them on it."""


@dataclass(frozen=True, eq=False)
class Walks:
    """As many paths as there are seeds: `w` and `b` (S, T + 1), the whole `loss` there, over all examples, and the
    `examples` (S, T + 1, B) at which each step looks, whose mean gradient is (`by_w`, `by_b`) (S, T + 1)."""

    w: Tensor
    b: Tensor
    loss: Tensor
    by_w: Tensor
    by_b: Tensor
    examples: Tensor

    def path(self, which: int, rate: float, name: str) -> Descent:
        """One of them, as a landscape shows it: values are of the whole loss, gradients of the step's examples."""
        rows = zip(*(each[which].tolist() for each in (self.w, self.b, self.loss, self.by_w, self.by_b)), strict=True)
        points = tuple(Point({"w": w, "b": b}, loss, {"w": by_w, "b": by_b}) for w, b, loss, by_w, by_b in rows)
        return Descent(points, rate, None, None, None, Method(name))


def walks(start: tuple[float, float], rate: float, size: int, steps: int, seeds: Sequence[int]) -> Walks:
    """`steps` steps in float64 from `start` (w, b), each down the gradient of `size` examples drawn afresh.

    With all of them it is gradient descent on the whole loss, whatever the seed.

    Raises:
        ValueError: more examples than there are, or fewer than 1.
    """
    if not 1 <= size <= len(XS):
        raise ValueError(f"A batch has 1 to {len(XS)} examples, not {size}.")
    chosen = torch.stack([draws(size, steps + 1, seed) for seed in seeds])  # (S, T + 1, B)
    xs, ys = torch.tensor((XS, YS), dtype=torch.float64)
    w, b = (torch.full((len(seeds),), number, dtype=torch.float64) for number in start)
    rows: list[tuple[Tensor, ...]] = []
    for turn in range(steps + 1):
        x, y = xs[chosen[:, turn]], ys[chosen[:, turn]]  # (S, B)
        off = w[:, None] * x + b[:, None] - y
        by_w, by_b = 2 * (off * x).mean(1), 2 * off.mean(1)
        rows.append((w, b, ((w[:, None] * xs + b[:, None] - ys) ** 2).mean(1), by_w, by_b))
        w, b = w - rate * by_w, b - rate * by_b
    return Walks(*(torch.stack(each, dim=1) for each in zip(*rows, strict=True)), chosen)


@lru_cache(maxsize=512)  # while the start or the rate is dragged, the same examples are drawn
def draws(size: int, steps: int, seed: int) -> Tensor:
    """Which examples each step looks at, none of them twice: int64 (steps, size)."""
    generator = torch.Generator().manual_seed(seed)
    return torch.stack([torch.randperm(len(XS), generator=generator)[:size] for _ in range(steps)])


@lru_cache(maxsize=1)
def whole_loss() -> Expression:
    """The mean over all examples as an expression of w and b, multiplied out: what a landscape is drawn from."""
    x, y = torch.tensor((XS, YS), dtype=torch.float64)
    xx, xy, yy = ((x * x).mean(), (x * y).mean(), (y * y).mean())
    factors = [float(each) for each in (xx, 2 * x.mean(), 2 * xy, 2 * y.mean(), yy)]
    a, c, d, e, f = (f"{each:.12f}" for each in factors)
    return parse(f"{a}*w*w + {c}*w*b + b*b - {d}*w - {e}*b + {f}")


@dataclass(frozen=True)
class Spread:
    """Mean and standard deviation of a number over several draws."""

    mean: float
    std: float


def spread(values: Tensor) -> Spread:
    """Of (S,) values; the standard deviation is that of the values there are (uncorrected)."""
    return Spread(float(values.mean()), float(values.std(correction=0)))
