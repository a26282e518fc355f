"""Optimisers and learning-rate schedules by name."""

import math
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import torch
from torch import nn, optim

# Each takes parameters, lr and weight_decay.
OPTIMISERS: Mapping[str, Callable[..., optim.Optimizer]] = {
    "sgd": optim.SGD,
    "momentum": partial(optim.SGD, momentum=0.9),
    "nesterov": partial(optim.SGD, momentum=0.9, nesterov=True),
    "adam": optim.Adam,
    "adamw": optim.AdamW,
}
WARM_UP = 0.25  # part of the run in which one-cycle rises


def _cosine(done: float) -> float:
    return 0.5 * (1 + math.cos(math.pi * done))


def _one_cycle(done: float) -> float:
    """Rises from 1/25 to 1, then falls to nearly 0, both along half a cosine (Smith & Topin 2017, arXiv:1708.07120)."""
    if done < WARM_UP:
        return 1 / 25 + (1 - 1 / 25) * (1 - _cosine(done / WARM_UP))
    return max(1e-4, _cosine((done - WARM_UP) / (1 - WARM_UP)))


# From the part of the run that is done (0 to 1) to a factor of the learning rate.
SCHEDULES: Mapping[str, Callable[[float], float]] = {
    "constant": lambda _done: 1.0,
    "step": lambda done: 0.1 ** (int(done * 3) if done < 1 else 2),
    "cosine": _cosine,
    "one-cycle": _one_cycle,
}


def make_optimiser(
    name: str,
    parameters: Iterable[nn.Parameter],
    lr: float,
    weight_decay: float,
    device: torch.device,
    captured: bool = False,
) -> optim.Optimizer:
    """The optimiser of that name (a key of OPTIMISERS), fused into one kernel.

    `captured`: its steps will be recorded in a CUDA graph, so everything that changes must lie on the GPU.
    """
    extra = {"capturable": True} if captured and name in ("adam", "adamw") else {}
    rate = torch.tensor(float(lr), device=device) if captured else lr
    fused = device.type in ("cpu", "cuda")
    return OPTIMISERS[name](parameters, lr=rate, weight_decay=weight_decay, fused=fused, **extra)


def set_rate(optimiser: optim.Optimizer, rate: float) -> None:
    """From the next step on."""
    for group in optimiser.param_groups:
        if isinstance(group["lr"], torch.Tensor):  # a captured CUDA graph reads it from the device
            group["lr"].fill_(rate)
        else:
            group["lr"] = rate


def restore(optimiser: optim.Optimizer, state: Mapping[str, Any]) -> None:
    """Goes on from a `state_dict()`, at the optimiser's own rate: each step sets it anew (`set_rate`).

    Raises:
        ValueError: the state is that of other parameters.
    """
    rates = [group["lr"] for group in optimiser.param_groups]
    optimiser.load_state_dict(state)
    for group, rate in zip(optimiser.param_groups, rates, strict=True):
        group["lr"] = rate  # one read from a file lies on the CPU, where a CUDA graph would not see it change
