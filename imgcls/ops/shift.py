"""What moving the photo by some pixels does to features, with and without pooling.

Two promises hide in "pooling makes a network tolerant of shifts": *invariance* (features stay as they are) and
*equivariance* (features move along with the photo). Pooling helps the first and, by its stride, harms the second:
Zhang 2019, "Making Convolutional Networks Shift-Invariant Again" (arXiv:1904.11486).
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from imgcls.ops.pooling import pool_forward

REACH = 16
"""The photo moves by 0 to REACH pixels."""

UNPOOLED, EVERYWHERE, BLURRED = "not pooled", "all positions averaged", "pooled 1×, blurred"


@dataclass(frozen=True)
class ShiftStudy:
    """How much features change when the photo moves by each of `shifts` pixels.

    `same_place` compares place by place (0: invariant); `moved_along` first moves the unshifted features along by the
    whole number of cells that fits best (0: equivariant). Both map the name of a way of pooling to one
    `relative_change` a shift.
    """

    shifts: tuple[int, ...]
    same_place: dict[str, tuple[float, ...]]
    moved_along: dict[str, tuple[float, ...]]


def shift_study(features: Tensor, window: int = 2, stride: int = 2, kind: str = "max") -> ShiftStudy:
    """Both comparisons for features (1, C, H, W) of the whole photo, pooled in the ways of `pooled_ways`.

    Raises:
        ValueError: unknown kind, or features too small to move by REACH and then be pooled three times.
    """
    features = features.contiguous(memory_format=torch.channels_last)  # the layout in which pooling is fast
    cells = pixels_per_cell(stride)
    resting = pooled_ways(shifted(features, 0), window, stride, kind)
    same_place: dict[str, list[float]] = {name: [] for name in resting if name != BLURRED}
    moved_along: dict[str, list[float]] = {name: [] for name in cells}
    shifts = tuple(range(REACH + 1))
    for shift in shifts:
        moved = pooled_ways(shifted(features, shift), window, stride, kind)
        for name, changes in same_place.items():
            changes.append(relative_change(moved[name], resting[name]))
        for name, changes in moved_along.items():
            changes.append(relative_change(*moved_along_pair(moved[name], resting[name], shift, cells[name])))
    return ShiftStudy(
        shifts,
        {name: tuple(changes) for name, changes in same_place.items()},
        {name: tuple(changes) for name, changes in moved_along.items()},
    )


@dataclass(frozen=True)
class Tolerance:
    """The change of features at one shift of the photo: `unpooled`, and pooled three times: 0 is no change."""

    shift: int
    unpooled: float
    pooled: float


def tolerance(study: ShiftStudy, shift: int = 1) -> Tolerance:
    """What pooling does for shifts, in two numbers of a study."""
    return Tolerance(shift, *(study.same_place[name][shift] for name in (UNPOOLED, "pooled 3×")))


def pixels_per_cell(stride: int) -> dict[str, int]:
    """How many pixels the photo must move for the features to move by one, for the ways that are followed along."""
    return {UNPOOLED: 1, "pooled 1×": stride, "pooled 2×": stride**2, BLURRED: stride}


def shifted(features: Tensor, shift: int) -> Tensor:
    """The part W - 2 REACH wide of features (..., W) that is seen when the photo has moved right by `shift` pixels.

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


def pooled_ways(features: Tensor, window: int, stride: int, kind: str) -> dict[str, Tensor]:
    """Name -> features (N, C, H, W) as they are, pooled one to three times, pooled and blurred, and averaged."""
    ways = {UNPOOLED: features}
    pooled = features
    for times in (1, 2, 3):
        pooled, _ = pool_forward(pooled, window, stride, kind)
        ways[f"pooled {times}×"] = pooled
    ways[EVERYWHERE] = features.mean(dim=(-2, -1), keepdim=True)
    ways[BLURRED] = blurred_pooling(features, window, stride, kind)
    return ways


def blurred_pooling(features: Tensor, window: int, stride: int, kind: str) -> Tensor:
    """Pooling as Zhang mends it: take every window (stride 1), blur with [1 2 1] / 4 both ways, skip by `stride`."""
    dense, _ = pool_forward(features, window, 1, kind)
    line = torch.tensor([1.0, 2.0, 1.0]) / 4
    kernel = torch.outer(line, line).expand(dense.shape[1], 1, 3, 3)
    padded = F.pad(dense, (1, 1, 1, 1), mode="reflect")
    return F.conv2d(padded, kernel, stride=stride, groups=dense.shape[1])


def relative_change(now: Tensor, before: Tensor) -> float:
    """||now - before|| / ||before|| of each slice of two volumes (N, C, h, w), averaged over the slices.

    0 means the same, 1 a difference as large as the features themselves. Slices that were all zero before say nothing
    about a change and are left out; if all were, the change is 0.
    """
    size = torch.linalg.vector_norm(before, dim=(-2, -1))
    alive = size > 0
    if not alive.any():
        return 0.0
    difference = torch.linalg.vector_norm(now - before, dim=(-2, -1))
    return float((difference[alive] / size[alive]).mean())


def moved_along_pair(now: Tensor, before: Tensor, shift: int, cell: int) -> tuple[Tensor, Tensor]:
    """`now`, and `before` moved right along with the photo, whose pixels are `cell` to a feature: equal parts of both.

    A shift that is no multiple of `cell` cannot be followed exactly; the better of the two nearest moves counts.
    Columns that have no partner at some shift up to REACH are left out at every shift.
    """
    width = now.shape[-1]
    edge = REACH // cell + 2  # one for the rounding up, one for the blur's reflection at the border
    now = now[..., edge : width - 1]
    down, up = (before[..., edge - move : width - 1 - move] for move in (shift // cell, -(-shift // cell)))
    if shift % cell == 0 or relative_change(now, down) <= relative_change(now, up):
        return now, down
    return now, up
