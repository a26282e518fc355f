"""Optimisers and learning-rate schedules by name."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from imgcls.eager import optim


@dataclass(frozen=True)
class Optimiser:
    """One of torch's optimisers: its title, its class, and its settings besides lr and weight_decay."""

    title: str
    kind: type[optim.Optimizer]
    settings: Mapping[str, Any] = field(default_factory=dict)

    def make(self, parameters: Iterable[nn.Parameter], **settings: Any) -> optim.Optimizer:
        """One for these parameters."""
        return self.kind(parameters, **self.settings, **settings)

    @property
    def code(self) -> str:
        """The line that makes it for `model`, at the rate LR and with the decay WEIGHT_DECAY."""
        settings = {"lr": "LR", **self.settings, "weight_decay": "WEIGHT_DECAY"}
        listed = ", ".join(f"{name}={value}" for name, value in settings.items())
        return f"torch.optim.{self.kind.__name__}(model.parameters(), {listed})"


OPTIMISERS: Mapping[str, Optimiser] = {
    "sgd": Optimiser("SGD", optim.SGD),
    "momentum": Optimiser("SGD with momentum", optim.SGD, {"momentum": 0.9}),
    "nesterov": Optimiser("Nesterov", optim.SGD, {"momentum": 0.9, "nesterov": True}),
    "adam": Optimiser("Adam", optim.Adam),
    "adamw": Optimiser("AdamW", optim.AdamW),
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
    chosen = OPTIMISERS[name]
    extra = {"capturable": True} if captured and chosen.kind in (optim.Adam, optim.AdamW) else {}
    rate = torch.tensor(float(lr), device=device) if captured else lr
    fused = device.type in ("cpu", "cuda")
    return chosen.make(parameters, lr=rate, weight_decay=weight_decay, fused=fused, **extra)


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
