"""Whether pictures are computed faster together: measured for each network on the device where it is."""

import time
from functools import lru_cache

import torch
from torch import Tensor

from imgcls.models.graph import Graph
from imgcls.models.trace import traces

MOST = {"cpu": 16}
"""Pictures in one pass at most; more gain nothing and make the first of them wait."""
MOST_ELSEWHERE = 64
TRIED = 8
GAIN = 0.85
"""Together they must take less than this share of the time that they take one after the other."""


@lru_cache(maxsize=32)
def most_at_once(graph: Graph) -> int:
    """How many pictures to compute in one pass: 1 where they go faster, or can only go, one by one.

    On a CPU a pass of a small network is mostly spent on calling its layers, which a batch does once; one of a large
    network on its sums, which are as many in a batch, and go through more memory than a core's cache holds.
    """
    device = graph.classifier.device
    noise = torch.randn(TRIED, *graph.steps[0].shape, generator=torch.Generator().manual_seed(0))
    try:
        together = traces(graph, noise).logits
        alone = torch.cat([traces(graph, each[None]).logits for each in noise])
    except (RuntimeError, ValueError):  # a program that holds for one picture only
        return 1
    if together.shape != alone.shape or not torch.allclose(together, alone, rtol=1e-3, atol=1e-4):
        return 1
    batch = min(_seconds(graph, noise) for _ in range(2))
    single = min(_seconds(graph, noise[:1]) for _ in range(3))
    return MOST.get(device.type, MOST_ELSEWHERE) if batch < GAIN * TRIED * single else 1


def _seconds(graph: Graph, pictures: Tensor) -> float:
    start = time.perf_counter()
    traces(graph, pictures).logits.tolist()  # which waits for the device
    return time.perf_counter() - start
