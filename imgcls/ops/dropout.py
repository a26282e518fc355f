"""Dropout: in training every value is dropped with probability p and the rest is scaled up (Srivastava et al. 2014).

p is PyTorch's: the probability to DROP. CS231n's p is the probability to KEEP, 1 - p here.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

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
class Thinned:
    """A dense network in one training step with dropout: the nodes that are left, and their weights.

    Attributes:
        kept: of each layer (width,) of True for a node that takes part; the inputs and the outputs all do.
        weights: how many take part in this step; `of`: how many there are.
        networks: how many different thinned networks there are, 2 to the number of hidden nodes.
    """

    kept: tuple[Tensor, ...]
    weights: int
    of: int
    networks: int


def thinned(widths: Sequence[int], p: float, generator: torch.Generator) -> Thinned:
    """Dropout on the hidden layers of a network with these widths, from the inputs to the outputs.

    A dropped node takes all its weights with it, those that come in and those that go out (Srivastava et al. 2014).

    Raises:
        ValueError: p is not in 0..1.
    """
    _check(p)
    hidden = [torch.rand(width, generator=generator) >= p for width in widths[1:-1]]
    kept = (torch.ones(widths[0], dtype=torch.bool), *hidden, torch.ones(widths[-1], dtype=torch.bool))
    left = [int(each.sum()) for each in kept]
    return Thinned(
        kept, sum(a * b for a, b in pairwise(left)), sum(a * b for a, b in pairwise(widths)), 2 ** sum(widths[1:-1])
    )


@dataclass(frozen=True, eq=False)
class ManyPasses:
    """A logit and a probability of a network, softmax(W dropout(x) + b), over many masks.

    `outputs` (N,) are the logits of the single passes, `means` (N,) those of the first 1, 2, ... N of them, `exact` the
    logit without dropout, `spread` the standard deviation of one pass; the mean of n passes has spread / sqrt(n).
    `chances`, `chance_means` and `exact_chance` are the same for the probability, whose mean does not come to its value
    without dropout, since softmax is no straight line.
    """

    outputs: Tensor
    means: Tensor
    exact: float
    spread: float
    chances: Tensor
    chance_means: Tensor
    exact_chance: float

    def band(self, width: float = 2.0) -> tuple[Tensor, Tensor]:
        """`exact` -/+ width * spread / sqrt(n) for n = 1 .. N: where about 95% of all running means lie (width 2)."""
        half = width * self.spread / torch.arange(1, len(self.outputs) + 1).sqrt()
        return self.exact - half, self.exact + half


def many_passes(
    x: Tensor, weights: Tensor, bias: Tensor, best: int, p: float, passes: int, generator: torch.Generator
) -> ManyPasses:
    """`passes` masks on the inputs x (n,) of a last layer, weights (K, n) and bias (K,): class `best` of K.

    Var[w . dropout(x)] = p / (1 - p) * sum_i (w_i x_i)^2, since the masks are independent.

    Raises:
        ValueError: p is not in 0..1 (1 excluded), or no pass is asked for.
    """
    _check(p)
    if p == 1 or passes < 1:
        raise ValueError("An average needs at least one pass, and values to keep.")
    masks = (torch.rand(passes, len(x), generator=generator) >= p).to(x.dtype)
    logits = (masks * x) @ weights.T / (1 - p) + bias
    outputs, chances = logits[:, best], logits.softmax(1)[:, best]
    terms = (weights[best] * x).double()
    return ManyPasses(
        outputs,
        _running_means(outputs),
        float(terms.sum() + bias[best]),
        math.sqrt(p / (1 - p) * float((terms**2).sum())),
        chances,
        _running_means(chances),
        float((weights @ x + bias).softmax(0)[best]),
    )


def _running_means(values: Tensor) -> Tensor:
    return (values.double().cumsum(0) / torch.arange(1, len(values) + 1)).to(values.dtype)
