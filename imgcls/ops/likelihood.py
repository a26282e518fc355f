"""The likelihood of many answers: the product of the true classes' probabilities, and the sum of their logarithms."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Likelihood:
    """N answers, one after the other: `products[k]` and `sums[k]` are taken over the first k + 1; both (N,).

    `products` are multiplied up in the dtype of the probabilities, so that they may become 0. `sums` are of natural
    logarithms: the logarithm of the product, but one that still fits.
    """

    products: Tensor
    sums: Tensor

    @property
    def vanished(self) -> int | None:
        """How many answers it takes until the product is 0 in its number format; None if it never is."""
        gone = (self.products == 0).nonzero()
        return int(gone[0]) + 1 if len(gone) else None


def likelihood(probabilities: Tensor) -> Likelihood:
    """Multiply up and add up `probabilities` (N,) of the true classes, in their own dtype.

    Raises:
        ValueError: a probability is not above 0 and at most 1.
    """
    if not ((probabilities > 0) & (probabilities <= 1)).all():
        raise ValueError("A probability must be above 0 and at most 1.")
    numbers = probabilities.numpy()
    products = np.multiply.accumulate(numbers)  # torch.cumprod would keep more digits between two products
    return Likelihood(torch.from_numpy(products), torch.from_numpy(np.add.accumulate(np.log(numbers))))


def bits(loss: float) -> float:
    """A loss in natural logarithms (nats) as bits: halving a probability costs one bit."""
    return loss / math.log(2)


def perplexity(loss: float) -> float:
    """e^loss: among how many equally likely classes a guess would cost as much."""
    return math.exp(loss)
