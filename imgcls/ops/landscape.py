"""The function itself, over one or two of its variables: a curve, or a surface with its level curves."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from imgcls.ops.autodiff import run
from imgcls.ops.descent import Descent, Point
from imgcls.ops.program import Step

ASPECT = 1.6
"""Width over height of a map: one unit is as long across as up, so that a gradient stands square on its level curve."""
SIZES = (1.0, 2.0, 4.0, 8.0)
"""What half the height of a picture can be."""


def half_height(path: Descent, across: str, up: str = "") -> float:
    """The smallest of SIZES that has room for the path; where it diverges, at most one more than its start needs.

    It is half the height of a map of `across` and `up`, or half the width of a curve over `across` alone.
    """

    def enough(points: Sequence[Point]) -> int:
        needed = [abs(point.variables[across]) / (ASPECT if up else 1.0) for point in points]
        needed += [abs(point.variables[up]) for point in points if up]
        rooms = (i for i, size in enumerate(SIZES) if all(0.95 * size >= number for number in needed))
        return next(rooms, len(SIZES) - 1)

    whole, start = enough(path.points), enough(path.points[:1])
    return SIZES[min(whole, start + 1, len(SIZES) - 1) if path.diverges else whole]


def curve(steps: Sequence[Step], at: Mapping[str, float], across: str, xs: Tensor) -> Tensor:
    """The value (N,) where the variable `across` is each of `xs` (N,), the others staying `at` where they are."""
    with torch.no_grad():
        return run(steps, _leaves(at) | {across: xs})[-1].expand(len(xs))


def surface(
    steps: Sequence[Step], at: Mapping[str, float], across: str, up: str, half: float, rows: int = 50
) -> Tensor:
    """The value (rows, ASPECT * rows) over a map from -half to half, the top row first.

    The others stay `at` where they are. The outermost values lie on the map's edges.
    """
    ys = torch.linspace(half, -half, rows, dtype=torch.float64)
    xs = torch.linspace(-half * ASPECT, half * ASPECT, round(rows * ASPECT), dtype=torch.float64)
    with torch.no_grad():
        value = run(steps, _leaves(at) | {across: xs[None].expand(rows, -1), up: ys[:, None].expand(-1, len(xs))})[-1]
    return value.expand(rows, len(xs))


def _leaves(at: Mapping[str, float]) -> dict[str, Tensor]:
    return {name: torch.tensor(x, dtype=torch.float64) for name, x in at.items()}


@dataclass(frozen=True, eq=False)
class Levels:
    """Heights (L,) of level curves, and each point's `depth` (same shape as the values): 0 lowest, 1 highest."""

    heights: Tensor
    depth: Tensor


def levels(values: Tensor, count: int = 12) -> Levels:
    """Heights between the lowest and the highest finite value, the closer together the lower.

    They grow with the square of their number, so that the rings of a round bowl lie evenly; `depth` is the square root
    of a point's share of the whole height (nan where the value is none). A level surface has no heights.
    """
    finite = values[values.isfinite()]
    if not len(finite) or not finite.max() > finite.min():
        return Levels(torch.empty(0, dtype=values.dtype), torch.where(values.isfinite(), 0.0, math.nan))
    low, high = finite.min(), finite.max()
    shares = (torch.arange(1, count + 1, dtype=values.dtype) / (count + 1)) ** 2
    depth = ((values - low) / (high - low)).clamp(0, 1).sqrt()
    return Levels(low + (high - low) * shares, torch.where(values.isfinite(), depth, math.nan))


def level_curves(values: Tensor, heights: Tensor) -> Tensor:
    """The pieces of all level curves of `values` (H, W) at the `heights` (L,): (N, 4) as x, y, x, y of both ends.

    Marching squares (as in Maple, "Geometric design and space planning using the marching squares and marching cube
    algorithms", GMAG 2003): where a level passes between two neighbours, it is placed by their two values. x counts
    columns, y rows. Cells with a corner that is not finite have no piece.
    """
    clockwise = (values[:-1, :-1], values[:-1, 1:], values[1:, 1:], values[1:, :-1])  # from the upper left
    cells = torch.stack(clockwise, dim=-1)
    whole = cells.isfinite().all(-1)
    return torch.cat([values.new_empty(0, 4), *(_level_curve(cells, whole, height) for height in heights)])


def _level_curve(cells: Tensor, whole: Tensor, height: Tensor) -> Tensor:
    """The pieces (N, 4) in those of the `cells` (H, W, 4 corners) that are `whole`."""
    above = (cells > height).sum(-1)
    y, x = (whole & (above > 0) & (above < 4)).nonzero(as_tuple=True)  # few: the rest is done for these alone
    corners = a, b, c, d = cells[y, x].unbind(-1)
    over = [corner > height for corner in corners]
    crossed = [over[k] != over[(k + 1) % 4] for k in range(4)]  # the upper, right, lower and left side

    def share(first: Tensor, second: Tensor) -> Tensor:
        return (height - first) / (second - first)

    ends = [(x + share(a, b), y), (x + 1, y + share(b, c)), (x + share(d, c), y + 1), (x, y + share(a, d))]
    points = [torch.stack(torch.broadcast_tensors(*end), -1).to(cells.dtype) for end in ends]  # (cells, 2) each
    # A saddle is crossed on all sides: two pieces, around the two corners that its middle is unlike.
    saddle = torch.stack(crossed).all(0)
    around_b = ((a + b + c + d) / 4 > height) == over[0]
    pieces = []
    for i, j in ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)):
        here = crossed[i] & crossed[j] & ~saddle
        if j - i != 2:  # from a side to the next
            here |= saddle & (around_b == ((i, j) in {(0, 1), (2, 3)}))
        pieces.append(torch.cat([points[i][here], points[j][here]], dim=1))
    return torch.cat(pieces)
