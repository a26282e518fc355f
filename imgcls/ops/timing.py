"""An honest small stopwatch: warmed up, synchronised, median of several runs, and over after a fixed time."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

BUDGET = 0.12
"""Seconds that one measurement may take, its warm-up included."""


@dataclass(frozen=True)
class Timing:
    """How long one operation took on one device.

    `median` and `spread` (interquartile range) are in seconds, `runs` the number of timed runs after the warm-up.
    """

    operation: str
    device: str
    median: float
    spread: float
    runs: int


@dataclass(frozen=True)
class Work:
    """An operation to time: what it is in code, and a function from a device to a callable that does it once."""

    code: str
    prepare: Callable[[torch.device], Callable[[], Tensor]]


def _product(device: torch.device) -> Callable[[], Tensor]:
    a = torch.rand(384, 384, device=device)
    return lambda: a @ a


def _convolution(memory_format: torch.memory_format) -> Callable[[torch.device], Callable[[], Tensor]]:
    def prepare(device: torch.device) -> Callable[[], Tensor]:
        images = torch.rand(4, 32, 56, 56, device=device).to(memory_format=memory_format)
        kernels = torch.rand(32, 32, 3, 3, device=device).to(memory_format=memory_format)
        return lambda: F.conv2d(images, kernels, padding=1)

    return prepare


def _sum(device: torch.device) -> Callable[[], Tensor]:
    photo = torch.rand(3, 512, 512, device=device)
    return lambda: photo * 2 + 1


WORKS: Mapping[str, Work] = {
    "scale a photo": Work("photo * 2 + 1             # (3, 512, 512)", _sum),
    "matrix product": Work("a @ a                     # (384, 384)", _product),
    "convolution": Work(
        "F.conv2d(images, kernels)  # (4, 32, 56, 56), 32 kernels 3 x 3", _convolution(torch.contiguous_format)
    ),
    "convolution, channels_last": Work(
        "F.conv2d(images, kernels)  # the same in channels_last", _convolution(torch.channels_last)
    ),
}
"""Name -> what is timed."""


def devices() -> list[torch.device]:
    """The CPU, and a GPU if PyTorch can use one."""
    found = [torch.device("cpu")]
    if torch.cuda.is_available():
        found.append(torch.device("cuda"))
    elif torch.backends.mps.is_available():
        found.append(torch.device("mps"))
    return found


def device_name(device: torch.device) -> str:
    """What to call a device in a picture."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else {"mps": "Apple GPU"}.get(device.type, "CPU")


def _wait_for(device: torch.device) -> None:
    """A GPU works on after the call returns; without waiting one would time the asking alone."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def measure(name: str, device: torch.device, budget: float = BUDGET) -> Timing:
    """Time one of `WORKS` on a device: warmed up, then as many runs (at least 3) as fit into `budget` seconds."""
    end = time.perf_counter() + budget
    with torch.inference_mode():
        work = WORKS[name].prepare(device)
        for _ in range(2):
            work()
        _wait_for(device)
        times: list[float] = []
        while len(times) < 3 or (time.perf_counter() < end and len(times) < 200):
            start = time.perf_counter()
            work()
            _wait_for(device)
            times.append(time.perf_counter() - start)
    quarters = statistics.quantiles(times, n=4)
    return Timing(name, device_name(device), statistics.median(times), quarters[2] - quarters[0], len(times))
