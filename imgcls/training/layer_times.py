"""How long a fully connected layer and a convolution take on this machine, for growing pictures."""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional as F

from imgcls.numbers import fixed, whole
from imgcls.ops.convolution import output_extent
from imgcls.ops.dense import LayerCost, LayerShape, layer_costs

SIDES = (8, 16, 32, 64, 128, 256)
MOST_BYTES = 256_000_000  # of weights: 64 million numbers
MOST_WORK = 3_000_000_000  # multiply-adds: a second or so on one core
PATIENCE = 8.0  # seconds for everything
SHARE = 0.1  # seconds for the repetitions of one measurement


@dataclass(frozen=True)
class LayerTimes:
    """Medians for one picture size on one device; records number `epoch` of `of`.

    `milliseconds` of one forward pass with one picture, by layer ("dense", "conv"); a layer that was not measured is
    missing: `reasons` says why in a sentence.
    """

    epoch: int
    of: int
    shape: LayerShape
    device: str
    milliseconds: Mapping[str, float]
    reasons: Mapping[str, str]


def too_large(cost: LayerCost) -> str:
    """Why a layer is not measured: a sentence with the size it would need; empty if it can be."""
    if max(cost.weight_bytes, cost.activation_bytes) > MOST_BYTES:
        kind, size = max(("weights", cost.weight_bytes), ("activations", cost.activation_bytes), key=lambda of: of[1])
        need, limit = whole(size / 1e6), whole(MOST_BYTES / 1e6)
        return f"its {kind} would need {need} MB of memory, and {limit} MB is the limit here"
    if cost.multiply_adds > MOST_WORK:
        work, limit = fixed(cost.multiply_adds / 1e9, 1), whole(MOST_WORK / 1e9)
        return f"it would take {work} billion multiply-adds, and {limit} is the limit"
    return ""


def layer_times(
    channels: int, size: int, kernel: int, filters: int, stride: int = 1, padding: int = 0
) -> Iterator[LayerTimes]:
    """Measure both layers for the pictures of SIDES and of side `size`, on the processor and on a GPU if there is one.

    Small pictures first; after PATIENCE seconds the rest is left out.

    Raises:
        ValueError: the kernel does not fit into a padded picture of side `size`.
    """
    output_extent(size, kernel, stride=stride, padding=padding)
    sides = [side for side in sorted({*SIDES, size}) if side + 2 * padding >= kernel]
    devices = ["cpu", "cuda"] if torch.cuda.is_available() else ["cpu"]
    runs = [(side, device) for side in sides for device in devices]
    start = time.monotonic()
    for number, (side, device) in enumerate(runs, start=1):
        shape = LayerShape(channels, side, kernel, filters, stride, padding)
        costs = layer_costs(shape)
        milliseconds, reasons = {}, {}
        for name, cost in (("dense", costs.dense), ("conv", costs.conv)):
            reason = too_large(cost)
            if not reason and time.monotonic() - start > PATIENCE:
                reason = f"there was no time left after {PATIENCE:g} seconds"
            if reason:
                reasons[name] = reason
            else:
                milliseconds[name] = _measured(name, shape, device)
        yield LayerTimes(number, len(runs), shape, device, milliseconds, reasons)


@torch.inference_mode()
def _measured(name: str, shape: LayerShape, device: str) -> float:
    """The median in milliseconds after a warm-up."""
    run = _layer(name, shape, device)
    finish: Callable[[], None] = torch.cuda.synchronize if device == "cuda" else lambda: None
    for _ in range(3 if device == "cuda" else 1):
        run()
    finish()
    times: list[float] = []
    while len(times) < 3 or (sum(times) < SHARE and len(times) < 200):
        start = time.perf_counter()
        run()
        finish()
        times.append(time.perf_counter() - start)
        if sum(times) > 10 * SHARE:
            break
    return 1000 * statistics.median(times)


def _layer(name: str, shape: LayerShape, device: str) -> Callable[[], Tensor]:
    """A forward pass. The values do not matter for the time, as long as they are ordinary numbers."""
    picture = torch.full((1, shape.channels, shape.size, shape.size), 0.5, device=device)
    if name == "dense":
        weights = torch.full((shape.outputs, shape.inputs), 0.01, device=device)
        bias = torch.zeros(shape.outputs, device=device)
        return lambda: F.linear(picture.flatten(1), weights, bias)
    weights = torch.full((shape.filters, shape.channels, shape.kernel, shape.kernel), 0.01, device=device)
    bias = torch.zeros(shape.filters, device=device)
    return lambda: F.conv2d(picture, weights, bias, stride=shape.stride, padding=shape.padding)


def same_layer(one: LayerShape, other: LayerShape) -> bool:
    """Whether two shapes differ in the size of the picture at most."""
    return replace(one, size=other.size) == other
