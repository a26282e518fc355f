"""Dropout: in training every value is dropped with probability p and the rest is scaled up (Srivastava et al. 2014).

p is PyTorch's: the probability to DROP. CS231n's p is the probability to KEEP, 1 - p here.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Dropped:
    """One pass: `mask` (1 kept, 0 dropped), `scale` = 1 / (1 - p), and `output` = x * mask * scale; shaped like x."""

    mask: Tensor
    scale: float
    output: Tensor

    @property
    def kept(self) -> float:
        """The share of values that were kept."""
        return float(self.mask.mean())


def dropout(x: Tensor, p: float, generator: torch.Generator, *, training: bool = True) -> Dropped:
    """Inverted dropout, as `torch.nn.functional.dropout`: scaling in training, so that nothing is left to do later.

    The mean of the output over masks is x: E[mask / (1 - p)] = 1. Outside training, x passes unchanged.

    Raises:
        ValueError: p is not in 0..1 (1 itself drops everything, and there is no scale for nothing).
    """
    _check(p)
    if not training:
        return Dropped(torch.ones_like(x), 1.0, x)
    return _drop(x, torch.rand(x.shape, generator=generator), p)


def dropout_maps(x: Tensor, p: float, generator: torch.Generator, *, training: bool = True) -> Dropped:
    """Dropout of whole feature maps, as `torch.nn.Dropout2d`: one draw a channel of x (C, H, W).

    Neighbouring values of a map say nearly the same, so dropping single ones would hardly hide anything.

    Raises:
        ValueError: p is not in 0..1.
    """
    _check(p)
    if not training:
        return Dropped(torch.ones_like(x), 1.0, x)
    return _drop(x, torch.rand(x.shape[0], 1, 1, generator=generator).expand(x.shape), p)


def _drop(x: Tensor, draws: Tensor, p: float) -> Dropped:
    mask = (draws >= p).to(x.dtype)
    scale = 1 / (1 - p) if p < 1 else 0.0
    return Dropped(mask, scale, x * mask * scale)


def _check(p: float) -> None:
    if not 0 <= p <= 1:
        raise ValueError(f"The probability to drop lies between 0 and 1, not at {p:g}.")


@dataclass(frozen=True, eq=False)
class ManyPasses:
    """The output of one neuron, w . dropout(x) + b, over many masks.

    `outputs` (N,) of the single passes, `means` (N,) of the first 1, 2, ... N of them, `exact` the output without
    dropout, `spread` the standard deviation of one pass; the mean of n passes has spread / sqrt(n).
    """

    outputs: Tensor
    means: Tensor
    exact: float
    spread: float

    def band(self, width: float = 2.0) -> tuple[Tensor, Tensor]:
        """`exact` -/+ width * spread / sqrt(n) for n = 1 .. N: where about 95% of all running means lie (width 2)."""
        half = width * self.spread / torch.arange(1, len(self.outputs) + 1).sqrt()
        return self.exact - half, self.exact + half


def many_passes(
    x: Tensor, weights: Tensor, bias: float, p: float, passes: int, generator: torch.Generator
) -> ManyPasses:
    """`passes` masks on the inputs x (n,) of one neuron with `weights` (n,).

    Var[w . dropout(x)] = p / (1 - p) * sum_i (w_i x_i)^2, since the masks are independent.

    Raises:
        ValueError: p is not in 0..1 (1 excluded), or no pass is asked for.
    """
    _check(p)
    if p == 1 or passes < 1:
        raise ValueError("An average needs at least one pass, and values to keep.")
    masks = (torch.rand(passes, len(x), generator=generator) >= p).to(x.dtype)
    terms = weights * x
    outputs = masks @ terms / (1 - p) + bias
    means = outputs.double().cumsum(0) / torch.arange(1, passes + 1)
    spread = math.sqrt(p / (1 - p) * float((terms.double() ** 2).sum()))
    return ManyPasses(outputs, means.to(x.dtype), float(terms.double().sum()) + bias, spread)
