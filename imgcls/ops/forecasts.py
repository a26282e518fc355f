"""Forecasts to put in order of their price: small distributions, each with the class that came true."""

from dataclasses import dataclass

import torch

from imgcls.ops.losses import log_loss

# The range of the true class's probability and that of its strongest rival as a share of the rest. The third is wrong
# and the fourth is right by argmax, and yet the wrong one is the cheaper: only the true class's probability counts.
_BANDS = (
    ((0.955, 0.99), (0.5, 0.9)),
    ((0.72, 0.88), (0.5, 0.9)),
    ((0.43, 0.47), (0.93, 0.98)),
    ((0.36, 0.40), (0.5, 0.53)),
    ((0.08, 0.20), (0.6, 0.9)),
    ((0.002, 0.012), (0.9, 0.99)),
)


@dataclass(frozen=True)
class Forecast:
    """Three probabilities that sum to 1, the class that came true (0 to 2), and what that costs: -ln p of it."""

    probabilities: tuple[float, float, float]
    true: int
    loss: float

    @property
    def right(self) -> bool:
        """Whether the most probable class came true."""
        return self.probabilities[self.true] == max(self.probabilities)


def forecasts(seed: int) -> tuple[Forecast, ...]:
    """Six forecasts from nearly certain and right to nearly certain and wrong, in an order of the seed's choice."""
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.rand(len(_BANDS), 2, generator=generator, dtype=torch.float64).tolist()
    made = []
    for (p_low, p_high), (s_low, s_high) in _BANDS:
        at, rival = drawn[len(made)]
        p = round(p_low + (p_high - p_low) * at, 3)
        second = round((1 - p) * (s_low + (s_high - s_low) * rival), 3)
        true, other, last = torch.randperm(3, generator=generator).tolist()
        shares = {true: p, other: second, last: round(1 - p - second, 3)}
        loss = float(log_loss(torch.tensor(p, dtype=torch.float64)))
        made.append(Forecast((shares[0], shares[1], shares[2]), true, loss))
    return tuple(made[i] for i in torch.randperm(len(made), generator=generator).tolist())


def by_price(made: tuple[Forecast, ...]) -> tuple[int, ...]:
    """The forecasts' places (in `made`) from the cheapest to the most expensive."""
    return tuple(sorted(range(len(made)), key=lambda i: made[i].loss))
