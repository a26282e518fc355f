"""Pooling: every window of a slice becomes one number, each slice on its own.

Sizes follow CS231n's notation: a slice of W columns under a window F with stride S gives floor((W - F) / S) + 1
columns, and likewise for rows (cs231n.github.io/convolutional-networks, "Pooling Layer"). Nothing is padded.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from imgcls.numbers import sides


@dataclass(frozen=True)
class Kind:
    """What becomes of a window: its title, torch's function as it is written, and the layer for a window's side."""

    title: str
    code: str
    layer: Callable[[int], nn.Module]


KINDS: Mapping[str, Kind] = {
    "max": Kind("max pooling", "F.max_pool2d", nn.MaxPool2d),
    "average": Kind("average pooling", "F.avg_pool2d", nn.AvgPool2d),
}


@dataclass(frozen=True)
class Reduction:
    """How much smaller pooling made a volume: shapes (C, H, W), how many values, and their size in memory."""

    shape_before: tuple[int, ...]
    shape_after: tuple[int, ...]
    values_before: int
    values_after: int
    dropped: float  # share of the values, 0..1
    bytes_before: int
    bytes_after: int


@dataclass(frozen=True, eq=False)
class Pooled:
    """What one pooling layer made of a volume.

    `values` (C, H, W) went in, `output` (C, h, w) came out. `winners` (C, h, w) holds for max pooling the place
    row * W + column of the value that each window kept; it is None for average pooling.
    """

    kind: str
    window: int
    stride: int
    values: Tensor
    output: Tensor
    winners: Tensor | None
    reduction: Reduction

    @cached_property
    def wins(self) -> Tensor | None:
        """(C, H, W), in how many windows a value won; None for average pooling."""
        if self.winners is None:
            return None
        places = self.winners.flatten(1)
        wins = torch.zeros(self.values.flatten(1).shape, dtype=torch.int64)
        return wins.scatter_add_(1, places, torch.ones_like(places)).view(self.values.shape)

    @cached_property
    def uses(self) -> Tensor:
        """(H, W), in how many windows a place lies: where it is 0, the last window stopped short of the border and the
        value is never looked at."""
        height, width = self.values.shape[-2:]
        return torch.outer(_uses(height, self.window, self.stride), _uses(width, self.window, self.stride))


def pooled_size(size: int, window: int, stride: int) -> int:
    """floor((size - window) / stride) + 1: how many windows fit into a row of `size` values.

    Raises:
        ValueError: window or stride is below 1, or the window is wider than the row.
    """
    if window < 1 or stride < 1:
        raise ValueError(f"Window and stride must be at least 1, not {window} and {stride}.")
    if window > size:
        raise ValueError(f"A window of {window} does not fit into {size} values: choose a smaller window.")
    return (size - window) // stride + 1


def pool(values: Tensor, window: int = 2, stride: int = 2, kind: str = "max") -> Pooled:
    """Max or average pooling of a volume (C, H, W) without padding.

    Of equal values in a window torch's max pooling takes the first, row by row.

    Raises:
        ValueError: unknown kind, a tensor without exactly three dimensions, or a window that does not fit.
    """
    output, winners = _pool_volume(values, window, stride, kind)
    return Pooled(
        kind=kind,
        window=window,
        stride=stride,
        values=values,
        output=output,
        winners=winners,
        reduction=Reduction(
            shape_before=tuple(values.shape),
            shape_after=tuple(output.shape),
            values_before=values.numel(),
            values_after=output.numel(),
            dropped=1 - output.numel() / values.numel(),
            bytes_before=values.numel() * values.element_size(),
            bytes_after=output.numel() * output.element_size(),
        ),
    )


def window_places(pooled: Pooled) -> Tensor:
    """Which places row * W + column each window looks at, row by row: int64 (h w, F F)."""
    height, width = pooled.values.shape[-2:]
    places = torch.arange(height * width, dtype=torch.float64).view(1, 1, height, width)
    return F.unfold(places, pooled.window, stride=pooled.stride)[0].T.long()


def covered(pooled: Pooled) -> tuple[int, int]:
    """How many rows and columns lie before the end of the last window; the stride may step over some of them."""
    rows, columns = ((count - 1) * pooled.stride + pooled.window for count in pooled.output.shape[-2:])
    return rows, columns


def ties(pooled: Pooled) -> Tensor:
    """Whether several values of a window are its largest: bool (C, h, w)."""
    inside = pooled.values.flatten(1)[:, window_places(pooled)]  # (C, h w, F F)
    most = inside.amax(dim=-1, keepdim=True)
    return ((inside == most).sum(dim=-1) > 1).view(len(inside), *pooled.output.shape[-2:])


def handed_back(pooled: Pooled, upstream: Tensor) -> Tensor:
    """What each window passes of its gradient `upstream` (C, h, w) to the values in it: (C, h w, F F).

    Max pooling hands all of it to the winner, average pooling an equal part to each. Added up where windows overlap,
    it is what `pool_backward` gives.
    """
    gradient = upstream.flatten(1)[..., None]  # (C, h w, 1)
    if pooled.winners is None:
        return (gradient / pooled.window**2).expand(-1, -1, pooled.window**2)
    return (window_places(pooled) == pooled.winners.flatten(1)[..., None]) * gradient


def pool_backward(values: Tensor, upstream: Tensor, window: int = 2, stride: int = 2, kind: str = "max") -> Tensor:
    """The gradient (C, H, W) that reaches `values` when `upstream` (C, h, w) arrives at the output, by autograd.

    Max pooling hands each window's gradient to its winner, average pooling an equal part to all of its window; where
    windows overlap, the parts add up.

    Raises:
        ValueError: as `pool`, or `upstream` has not the shape of the output.
    """
    with torch.inference_mode(False), torch.enable_grad():
        leaf = values.detach().clone().requires_grad_()
        output, _ = _pool_volume(leaf, window, stride, kind)
        if upstream.shape != output.shape:
            raise ValueError(
                f"The output has shape {tuple(output.shape)}, so its gradient cannot have {tuple(upstream.shape)}."
            )
        (gradient,) = torch.autograd.grad(output, leaf, upstream.to(output.dtype))
    return gradient


def sign_pair_volume(picture: Tensor, kernels: Tensor) -> Tensor:
    """A picture (3, H, W) under K kernels (K, 3, k, k) and under their negatives, after ReLU: (2 K, H, W).

    Stride 1 and zero padding (k - 1) / 2 keep H and W. Slices 0 to K - 1 are max(0, y), the others max(0, -y): the
    concatenated ReLU of Shang et al. 2016, "Understanding and Improving Convolutional Neural Networks via Concatenated
    Rectified Linear Units" (arXiv:1603.05201). The two halves together still hold every response y.

    Raises:
        ValueError: the kernels have an even side.
    """
    side = kernels.shape[-1]
    if side % 2 == 0:
        raise ValueError(f"Kernels need an odd side to keep the picture's size, not {side}.")
    response = F.conv2d(picture[None], kernels, padding=side // 2)[0]
    return torch.cat([response, -response]).relu()


def global_average(volume: Tensor) -> Tensor:
    """One number a slice, the mean of all its places: (C, H, W) -> (C,). Where a value lay is lost altogether."""
    return volume.mean(dim=(-2, -1))


def shuffled_places(volume: Tensor, seed: int) -> Tensor:
    """The same volume (C, H, W) with its places in a random order, the same order in every slice."""
    order = torch.randperm(volume.shape[-2] * volume.shape[-1], generator=torch.Generator().manual_seed(seed))
    return volume.flatten(1)[:, order].view_as(volume)


HALVINGS = {name: kind.title for name, kind in KINDS.items()} | {"stride": "stride alone"}
"""Ways to halve a map's rows and columns: keep the largest of each 2 x 2, their mean, or the upper left alone."""


@dataclass(frozen=True, eq=False)
class Halved:
    """A map (H, W) halved `times` times in one of HALVINGS.

    `output` (h, w) is what is left, `spread` (H', W') each value on all the places that it stands for, `before` the
    same H' x W' places of the map itself; `lost` is ||spread - before|| / ||before||, 0 for a map of zeros.
    """

    way: str
    times: int
    output: Tensor
    spread: Tensor
    before: Tensor
    lost: float


def halve(sheet: Tensor, way: str, times: int) -> Halved:
    """Halve a map (H, W) one or more times; a last odd row or column is left out, as pooling does.

    A convolution with stride 2 is the same convolution with stride 1, of which every second value is kept: the way
    "stride" on the map of a convolution at stride 1.

    Raises:
        ValueError: no such way, or the map is too small.
    """
    if way not in HALVINGS:
        raise ValueError(f"A map is halved by {', '.join(HALVINGS)}, not {way!r}.")
    window = 2**times
    if min(sheet.shape) < window:
        raise ValueError(f"A map of {sides(sheet.shape[0], sheet.shape[1])} cannot be halved {times} times.")
    output = sheet[None, None]
    for _ in range(times):
        if way == "stride":
            height, width = (size // 2 * 2 for size in output.shape[-2:])
            output = output[..., :height:2, :width:2]
        else:
            output, _ = pool_forward(output, 2, 2, way)
    output = output[0, 0]
    spread = output.repeat_interleave(window, 0).repeat_interleave(window, 1)
    before = sheet[: spread.shape[0], : spread.shape[1]]
    size = float(torch.linalg.vector_norm(before))
    lost = float(torch.linalg.vector_norm(spread - before)) / size if size else 0.0
    return Halved(way, times, output, spread, before, lost)


def pool_forward(batch: Tensor, window: int, stride: int, kind: str) -> tuple[Tensor, Tensor | None]:
    """The bare operation: (N, C, H, W) -> output (N, C, h, w) and, for max pooling, the winners (N, C, h, w).

    Raises:
        ValueError: unknown kind, or a window that does not fit.
    """
    if kind not in KINDS:
        raise ValueError(f"Pooling keeps the {' or the '.join(KINDS)}, not {kind!r}.")
    for size in batch.shape[-2:]:
        pooled_size(size, window, stride)
    # Ten times faster on a CPU when the channels lie side by side in memory.
    batch = batch.contiguous(memory_format=torch.channels_last)
    if kind == "average":
        return F.avg_pool2d(batch, window, stride), None
    return F.max_pool2d(batch, window, stride, return_indices=True)


def _pool_volume(values: Tensor, window: int, stride: int, kind: str) -> tuple[Tensor, Tensor | None]:
    if values.dim() != 3:
        raise ValueError(f"Pooling takes a volume (C, H, W), not {values.dim()} dimensions.")
    output, winners = pool_forward(values[None], window, stride, kind)
    return output[0], None if winners is None else winners[0]


def _uses(size: int, window: int, stride: int) -> Tensor:
    """For each of `size` places in a row, how many windows cover it."""
    starts = torch.arange(pooled_size(size, window, stride)) * stride
    places = torch.arange(size)[:, None]
    return ((places >= starts) & (places < starts + window)).sum(dim=1)
