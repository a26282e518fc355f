"""torch's optimisers, ready at once: `from imgcls.eager import optim`.

The first optimiser that a process makes loads torch.compile's machinery, more than a second and 150 MB of it, only to
tell it to keep away. Nothing here is compiled: the same functions are called without telling anybody.
"""

import functools
import sys
from collections.abc import Callable
from typing import Any

import torch
from torch import optim


def _keep_compiler_asleep() -> None:
    if "torch._dynamo" in sys.modules:
        return
    for name in ("add_param_group", "load_state_dict", "state_dict", "zero_grad"):
        if plain := getattr(getattr(optim.Optimizer, name), "__wrapped__", None):
            plain.__dynamo_disable = plain  # where torch keeps what it calls instead
    for kind in (optim.SGD, optim.Adam, optim.AdamW):
        if plain := getattr(vars(kind).get("step"), "__wrapped__", None):
            kind.step = _eager(plain)


def _eager(step: Callable[..., Any]) -> Callable[..., Any]:
    """An optimiser's `step` with gradients on or off as torch has it, and no word to the compiler."""

    @functools.wraps(step)
    def stepped(self: optim.Optimizer, *args: Any, **kwargs: Any) -> Any:
        with torch.set_grad_enabled(self.defaults["differentiable"]):
            return step(self, *args, **kwargs)

    return stepped


_keep_compiler_asleep()
