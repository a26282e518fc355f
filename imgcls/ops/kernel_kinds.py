"""Special kernels of a convolution: 1 x 1, depthwise, and both in turn; what each mixes and what it costs.

C input maps, K output maps, F kernel side, H' x W' places of the output. Depthwise separable convolutions after
Howard et al. 2017, "MobileNets" (arXiv:1704.04861); biases are left out, as before a batch norm.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F


@dataclass(frozen=True)
class Kind:
    """What each output number of a kind of convolution sums over: a window's places, all channels, or both."""

    title: str
    places: bool
    channels: bool
    says: str


KINDS: Mapping[str, Kind] = {
    "full": Kind("full", True, True, "Each output number sums over a window of every map: it mixes places and maps."),
    "depthwise": Kind("depthwise", True, False, "Each map has its own kernel: it mixes places, and maps never meet."),
    "pointwise": Kind("1 × 1", False, True, "Each output number is a weighted sum of one pixel of every map."),
    "separable": Kind(
        "depthwise, then 1 × 1", True, True, "First the places, then the maps: both are mixed, one after the other."
    ),
}
"""Name -> kind."""


@dataclass(frozen=True)
class Cost:
    """Weights of a convolution, and multiplications for one picture."""

    parameters: int
    multiplications: int


def cost(kind: str, channels: int, filters: int, side: int, places: int) -> Cost:
    """The cost of one of KINDS from C `channels` to K `filters`, for `places` output positions (stride 1: H * W).

    A depthwise convolution keeps the number of maps: K counts as C.

    Raises:
        KeyError: there is no such kind.
    """
    depthwise, pointwise = channels * side**2, channels * filters
    parameters = {
        "full": channels * filters * side**2,
        "depthwise": depthwise,
        "pointwise": pointwise,
        "separable": depthwise + pointwise,
    }[kind]
    return Cost(parameters, parameters * places)


def depthwise(maps: Tensor, kernels: Tensor) -> Tensor:
    """Each map (C, H, W) under its own kernel (C, F, F), F odd, zero padding: (C, H, W)."""
    return F.conv2d(maps[None], kernels[:, None], padding=kernels.shape[-1] // 2, groups=len(maps))[0]


def pointwise(maps: Tensor, weights: Tensor) -> Tensor:
    """Weighted sums of maps (C, H, W) with weights (K, C): (K, H, W)."""
    return F.conv2d(maps[None], weights[:, :, None, None])[0]


def separable_as_full(kernels: Tensor, weights: Tensor) -> Tensor:
    """The full kernels (K, C, F, F) that do what depthwise (C, F, F), then pointwise (K, C) do with nothing between."""
    return torch.einsum("kc,cij->kcij", weights, kernels)
