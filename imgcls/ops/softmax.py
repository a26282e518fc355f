"""Softmax: from logits to probabilities, term by term, beside its derivative. K is the number of classes."""

import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class SoftmaxTerms:
    """One softmax worked out, every step in the logits' own dtype; all but `total` have the logits' shape.

    `terms` are e^exponents, `total` is their sum (kept as a dimension of size 1), `probabilities` are terms / total.
    """

    exponents: Tensor
    terms: Tensor
    total: Tensor
    probabilities: Tensor

    @property
    def trouble(self) -> Literal["", "overflow", "underflow", "vanished"]:
        """What the dtype could not hold: a term too large, all terms too small (a sum of 0), or only some too small."""
        if torch.isinf(self.total).any():
            return "overflow"
        if (self.total == 0).any():
            return "underflow"
        return "vanished" if (self.terms == 0).any() else ""


def softmax_terms(
    logits: Tensor, dim: int = -1, temperature: float | Tensor = 1.0, subtract_maximum: bool = True
) -> SoftmaxTerms:
    """p_j = e^(z_j / T) / sum_k e^(z_k / T) along `dim`, with all that is computed on the way.

    The largest logit is subtracted first. That cancels in the fraction, so no probability changes, but no exponential
    can overflow: the largest becomes e^0 = 1. `subtract_maximum=False` is the textbook formula, which can. A
    temperature that is a tensor is broadcast against `logits`: many temperatures at once.

    Raises:
        ValueError: a temperature is not above 0.
    """
    if not torch.as_tensor(temperature > 0).all():
        raise ValueError(f"The temperature must be above 0, not {temperature}.")
    # Subtract before dividing: a small temperature may not overflow the exponents either.
    exponents = (logits - logits.amax(dim=dim, keepdim=True) if subtract_maximum else logits) / temperature
    terms = exponents.exp()
    total = terms.sum(dim=dim, keepdim=True)
    return SoftmaxTerms(exponents, terms, total, terms / total)


def softmax(logits: Tensor, dim: int = -1, temperature: float | Tensor = 1.0) -> Tensor:
    """p_j = e^(z_j / T) / sum_k e^(z_k / T): positive numbers that sum to 1 along `dim`, same shape as `logits`.

    The largest logit is subtracted first. That cancels in the fraction, so no probability changes, but no exponential
    can overflow: the largest becomes e^0 = 1. A temperature above 1 evens the probabilities out, one below 1 sharpens
    them.

    Raises:
        ValueError: `temperature` is not above 0.
    """
    return softmax_terms(logits, dim, temperature).probabilities


def log_softmax(logits: Tensor, dim: int = -1, temperature: float | Tensor = 1.0) -> Tensor:
    """ln p_j = z_j / T - ln sum_k e^(z_k / T), without forming p_j, which may be too small for its dtype.

    Raises:
        ValueError: `temperature` is not above 0.
    """
    worked = softmax_terms(logits, dim, temperature)
    return worked.exponents - worked.total.log()


def softmax_jacobian(probabilities: Tensor, temperature: float = 1.0) -> Tensor:
    """dp_i / dz_j = (p_i [i = j] - p_i p_j) / T for probabilities (..., K): (..., K, K), rows i, columns j."""
    outer = probabilities.unsqueeze(-1) * probabilities.unsqueeze(-2)
    return (torch.diag_embed(probabilities) - outer) / temperature


def hardmax(logits: Tensor, dim: int = -1) -> Tensor:
    """1 where the largest logit is (the first of several equals, as `argmax` takes it), 0 elsewhere; same shape."""
    winner = logits.argmax(dim=dim, keepdim=True)
    return torch.zeros_like(logits).scatter_(dim, winner, 1.0)


def sweep(logits: Tensor, index: int, values: Tensor) -> Tensor:
    """Copies of `logits` (K,) in which entry `index` takes each of `values` (N,) in turn: (N, K)."""
    rows = logits.repeat(len(values), 1)
    rows[:, index] = values
    return rows


def centred_logits(probabilities: Tensor) -> Tensor:
    """The logits (K,) with mean 0 whose softmax is `probabilities` (K,): ln p_j less its mean.

    Softmax forgets a constant added to all logits, so this is one choice of many.

    Raises:
        ValueError: a probability is not above 0 (its logit would be minus infinity).
    """
    if not (probabilities > 0).all():
        raise ValueError("Every probability must be above 0: the logit of 0 is minus infinity.")
    logs = probabilities.log()
    return logs - logs.mean(dim=-1, keepdim=True)


def largest_exponent(dtype: torch.dtype) -> float:
    """The largest x whose e^x the dtype still holds: ln of its largest number."""
    return math.log(torch.finfo(dtype).max)
