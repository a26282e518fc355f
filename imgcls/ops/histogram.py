"""How often which value occurs."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Histogram:
    """`counts` (bins,) int64 of the values in equal steps from `low` to `high`.

    Values outside count in the first or last bin, so that the counts add up to all values; `below` and `above` tell how
    many of them there were.
    """

    counts: Tensor
    low: float
    high: float
    below: int
    above: int

    @property
    def edges(self) -> Tensor:
        """The bins + 1 borders between the bins."""
        return torch.linspace(self.low, self.high, len(self.counts) + 1)


def histogram(values: Tensor, low: float, high: float, bins: int = 64, *, times: Tensor | None = None) -> Histogram:
    """Count the values of a tensor of any shape, each once, or as many `times` (int64, of the same shape) as there are.

    Raises:
        ValueError: low >= high.
    """
    if not low < high:
        raise ValueError(f"A histogram goes from a lower to a higher value, not from {low} to {high}.")
    values = values.detach().float()
    if times is not None:
        # As histc places them; the largest value belongs to the last bin.
        places = ((values.clamp(low, high) - low) / (high - low) * bins).long().clamp(max=bins - 1)
        counts = torch.zeros(bins, dtype=torch.int64).index_add_(0, places.flatten(), times.flatten())
        return Histogram(counts, low, high, int(times[values < low].sum()), int(times[values > high].sum()))
    return Histogram(
        # histc alone would leave out what lies outside.
        torch.histc(values.clamp(low, high), bins, low, high).long(),
        low,
        high,
        int((values < low).sum()),
        int((values > high).sum()),
    )
