"""What each activation costs in time, forward and backward, beside the convolution and the batch norm before it."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from imgcls.ops.activations import ACTIVATIONS, activate

SHAPE = (1, 64, 112, 112)
"""One photo's maps behind an early layer of a network for photos of 224 × 224 pixels."""
CONVOLUTION, NORM = "convolution", "batch_norm"
BEFORE = {CONVOLUTION: "Convolution 3 × 3", NORM: "Batch norm"}
_SEED = 0


@dataclass(frozen=True)
class Cost:
    """Medians in seconds of one forward and one backward pass, over so many `runs`."""

    name: str
    title: str
    forward: float
    backward: float
    runs: int

    @property
    def both(self) -> float:
        """A whole pass of a training step."""
        return self.forward + self.backward


def works(shape: tuple[int, ...] = SHAPE) -> dict[str, Callable[[Tensor], Tensor]]:
    """What is timed, by name: the two layers, then each activation, all from maps of this shape to maps of this shape.

    An activation is torch's own layer where there is one.
    """
    channels = shape[1]
    found: dict[str, Callable[[Tensor], Tensor]] = {
        CONVOLUTION: nn.Conv2d(channels, channels, 3, padding=1),
        NORM: nn.BatchNorm2d(channels),
    }
    for name, each in ACTIVATIONS.items():
        found[name] = each.layer() if each.layer else lambda x, name=name: activate(name, x)
    return found


def products(channels: int = SHAPE[1]) -> int:
    """The multiplications of the convolution for one value of its output."""
    return nn.Conv2d(channels, channels, 3).weight[0].numel()


def costs(rounds: int, shape: tuple[int, ...] = SHAPE) -> Iterator[list[Cost]]:
    """Times everything once in each of the rounds; after each of them the medians so far.

    Taking turns spreads what else the machine does over all of them. A first round warms up, and is not counted.
    """
    x = torch.randn(shape, generator=torch.Generator().manual_seed(_SEED)).requires_grad_()
    upstream = torch.ones(shape)
    timed = works(shape)
    titles = BEFORE | {name: each.title for name, each in ACTIVATIONS.items()}
    forward: dict[str, list[float]] = {name: [] for name in timed}
    backward: dict[str, list[float]] = {name: [] for name in timed}
    for turn in range(rounds + 1):
        for name, work in timed.items():
            there, back = pass_times(work, x, upstream)
            if turn:
                forward[name].append(there)
                backward[name].append(back)
        if turn:
            yield [
                Cost(name, titles[name], statistics.median(forward[name]), statistics.median(backward[name]), turn)
                for name in timed
            ]


def pass_times(work: Callable[[Tensor], Tensor], x: Tensor, upstream: Tensor) -> tuple[float, float]:
    """Seconds of a forward pass that keeps what the backward pass needs, and of that."""
    learned = list(work.parameters()) if isinstance(work, nn.Module) else []
    with torch.enable_grad():
        start = time.perf_counter()
        y = work(x)
        middle = time.perf_counter()
        torch.autograd.grad(y, [x, *learned], upstream)
        return middle - start, time.perf_counter() - middle
