"""What moving the photo by some pixels does to features, with and without pooling.

Two different promises hide in "pooling makes a network tolerant of shifts": *invariance* (features stay as they are) and
*equivariance* (features move along with the photo). Pooling helps the first and, by its stride, harms the second: Zhang 2019,
"Making Convolutional Networks Shift-Invariant Again" (arXiv:1904.11486).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional as F

REACH = 16
"""The photo moves by 0 to REACH pixels."""

UNPOOLED, EVERYWHERE, BLURRED = "not pooled", "averaged over all places", "pooled 1×, blurred"

Pooling = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class ShiftStudy:
    """How much features change when the photo moves by each of `shifts` pixels.

    `same_place` compares place by place (0: invariant), `moved_along` after moving the unshifted features along by the
    whole number of cells that fits best (0: equivariant). Both map the name of a way of pooling to one `relative_change` a
    shift.
    """

    shifts: tuple[int, ...]
    same_place: dict[str, tuple[float, ...]]
    moved_along: dict[str, tuple[float, ...]]


def shift_study(features: Tensor, window: int = 2, stride: int = 2, kind: str = "max") -> ShiftStudy:
    """Both comparisons for features (C, H, W) of the whole photo, pooled 0 to 3 times, and averaged over all places.

    Raises:
        ValueError: the features are too small to move by REACH and still be pooled three times.
    """
    ways = {UNPOOLED: repeated_pooling(0, window, stride, kind)}
    for times in (1, 2, 3):
        ways[f"pooled {times}×"] = repeated_pooling(times, window, stride, kind)
    along = {name: (way, stride**times) for times, (name, way) in enumerate(ways.items()) if times < 3}
    along[BLURRED] = (partial(blurred_pooling, window=window, stride=stride, kind=kind), stride)
    ways[EVERYWHERE] = partial(F.adaptive_avg_pool2d, output_size=1)

    shifts = tuple(range(REACH + 1))
    resting = {name: way(shifted(features, 0)) for name, way in ways.items()}
    resting[BLURRED] = along[BLURRED][0](shifted(features, 0))
    same_place: dict[str, list[float]] = {name: [] for name in ways}
    moved_along: dict[str, list[float]] = {name: [] for name in along}
    for shift in shifts:
        moved = shifted(features, shift)
        results = {name: way(moved) for name, way in ways.items()}
        results[BLURRED] = along[BLURRED][0](moved)
        for name in ways:
            same_place[name].append(relative_change(results[name], resting[name]))
        for name, (_, cell) in along.items():
            moved_along[name].append(change_moved_along(results[name], resting[name], shift, cell))
    return ShiftStudy(
        shifts,
        {name: tuple(changes) for name, changes in same_place.items()},
        {name: tuple(changes) for name, changes in moved_along.items()},
    )


def shifted(features: Tensor, shift: int) -> Tensor:
    """The part (C, H, W - 2 REACH) of features (C, H, W) that is seen when the photo has moved right by `shift` pixels.

    It is as if the camera had turned: no black border enters. Convolution at stride 1 without padding commutes with
    shifts, so cropping the features of the wide photo gives exactly the features of the cropped photo.

    Raises:
        ValueError: the shift is not within 0..REACH, or the features are not wider than 2 REACH.
    """
    width = features.shape[-1] - 2 * REACH
    if not 0 <= shift <= REACH:
        raise ValueError(f"The shift must lie between 0 and {REACH} pixels, not {shift}.")
    if width < 1:
        raise ValueError(f"Features {features.shape[-1]} wide are too narrow to move by {REACH}.")
    start = REACH - shift
    return features[..., start : start + width]


def repeated_pooling(times: int, window: int, stride: int, kind: str) -> Pooling:
    """A function that pools (C, H, W) `times` times in a row."""
    step = F.max_pool2d if kind == "max" else F.avg_pool2d

    def run(features: Tensor) -> Tensor:
        for _ in range(times):
            features = step(features, window, stride)
        return features

    return run


def blurred_pooling(features: Tensor, window: int, stride: int, kind: str) -> Tensor:
    """Pooling as Zhang repairs it: take every window (stride 1), blur with [1 2 1] / 4 both ways, then skip by `stride`."""
    dense = repeated_pooling(1, window, 1, kind)(features)
    line = torch.tensor([1.0, 2.0, 1.0]) / 4
    kernel = torch.outer(line, line).expand(len(dense), 1, 3, 3)
    padded = F.pad(dense, (1, 1, 1, 1), mode="reflect")
    return F.conv2d(padded, kernel, stride=stride, groups=len(dense))


def relative_change(now: Tensor, before: Tensor) -> float:
    """||now - before|| / ||before|| of each slice of two volumes (C, h, w), averaged over the C slices.

    0 means the same, 1 a difference as large as the features themselves. Slices that were all zero before say
    nothing about a change and are left out; if all were, the change is 0.
    """
    size = before.flatten(1).norm(dim=1)
    alive = size > 0
    if not alive.any():
        return 0.0
    difference = (now - before).flatten(1).norm(dim=1)
    return float((difference[alive] / size[alive]).mean())


def change_moved_along(now: Tensor, before: Tensor, shift: int, cell: int) -> float:
    """The `relative_change` against `before` moved right along with the photo, whose pixels are `cell` to a feature.

    A shift that is no multiple of `cell` cannot be followed exactly; the better of the two nearest moves counts. Columns
    that have no partner at some shift up to REACH are left out at every shift.
    """
    width = now.shape[-1]
    edge = REACH // cell + 1
    moves = {shift // cell, -(-shift // cell)}
    return min(relative_change(now[..., edge:], before[..., edge - move : width - move]) for move in moves)
