"""Whether pictures are computed faster together: measured for each network on the device where it is."""

import time
from collections.abc import Callable

import torch

from imgcls.models.graph import Graph
from imgcls.models.trace import traces

MOST = {"cpu": 8}
"""Pictures in one pass at most: on a CPU more gain nothing, since their maps leave the cache."""
MOST_ELSEWHERE = 64
TRIED = 8
LONG = 0.1  # seconds: somebody waits for the outcome
GAIN = 0.9
"""Together they must take less than this share of the time that they take one after the other."""


def most_at_once(graph: Graph, work: Callable[[int], object]) -> int:
    """How many pictures to work on together: 1 where they go faster, or can only go, one by one.

    On a CPU the work on a small network is mostly spent on calling its layers, which a batch does once; that on a large
    one on sums, which are as many in a batch and go through more memory than a core's cache holds.

    Args:
        work: what is to be done, for so many pictures at once; it returns when it is done.
    """
    if not holds_for_several(graph):
        return 1
    device = graph.classifier.device.type
    # On a CPU the time of this thread, whatever else the machine does.
    clock = time.thread_time if device == "cpu" and torch.get_num_threads() == 1 else time.perf_counter
    single, batch = (shortest(work, count, clock) for count in (1, TRIED))
    return MOST.get(device, MOST_ELSEWHERE) if batch < GAIN * TRIED * single else 1


def holds_for_several(graph: Graph) -> bool:
    """Whether the network's steps give several pictures what they give each alone: not if its program counts on one."""
    noise = torch.randn(2, *graph.steps[0].shape, generator=torch.Generator().manual_seed(0))
    try:
        together = traces(graph, noise).logits
        alone = torch.cat([traces(graph, each[None]).logits for each in noise])
    except (RuntimeError, ValueError):
        return False
    return together.shape == alone.shape and torch.allclose(together, alone, rtol=1e-3, atol=1e-4)


def shortest(work: Callable[[int], object], count: int, clock: Callable[[], float]) -> float:
    """Seconds that the work takes when nothing disturbs it: the least of three, of one where that takes long."""
    times = [seconds(work, count, clock)]
    while len(times) < 3 and sum(times) < LONG:
        times.append(seconds(work, count, clock))
    return min(times)


def seconds(work: Callable[[int], object], count: int, clock: Callable[[], float]) -> float:
    start = clock()
    work(count)
    return clock() - start
