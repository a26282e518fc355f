"""The times of `imgcls.ops.activation_cost`, for a worker process."""

from collections.abc import Iterator
from dataclasses import dataclass

from imgcls.ops.activation_cost import Cost, costs
from imgcls.training.picture_work import Working

ROUNDS = 15


@dataclass(frozen=True)
class Measured:
    """All medians, the convolution first."""

    costs: tuple[Cost, ...]


def activation_times(rounds: int = ROUNDS) -> Iterator[Working | Measured]:
    """Says how far it is, and ends with what was measured."""
    found: list[Cost] = []
    for done, medians in enumerate(costs(rounds), 1):
        found = medians
        yield Working("Measuring", done, rounds)
    yield Measured(tuple(found))
