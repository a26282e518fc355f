"""Which way of computing is the fastest here? Machines differ by a factor of four, so a short trial decides."""

import time
from collections.abc import Callable

import torch

from imgcls.training.config import CPU_MODES, CUDA_MODES
from imgcls.training.graphs import GraphedStep
from imgcls.training.learner import Learner, Mode
from imgcls.training.records import Trial

BATCH = 64  # pictures in a trial step, at most
SECONDS, LEAST_ROUNDS = 0.4, 3  # for all ways together


def choose_mode(make: Callable[[Mode], Learner], name: str, device: torch.device) -> tuple[Mode, tuple[Trial, ...]]:
    """The way of computing of that name; "auto": the fastest in a short trial, where there is a choice.

    Args:
        make: a learner of the same kind for a mode, to be thrown away; BATCH pictures are enough for it.
    """
    if name != "auto":
        return Mode(name), ()
    if device.type == "mps":
        return Mode("fp32"), ()
    names = CUDA_MODES if device.type == "cuda" else CPU_MODES
    learners = {name: learner for name in names if (learner := _prepared(make, Mode(name)))}
    best = dict.fromkeys(learners, float("inf"))
    end, rounds = time.perf_counter() + SECONDS, 0
    # In turns, and the best of each: what disturbs one step is not the fault of its mode.
    while rounds < LEAST_ROUNDS or time.perf_counter() < end:
        rounds += 1
        for name, learner in learners.items():
            best[name] = min(best[name], _step_seconds(learner))
    speeds = {name: _pictures(learner) / best[name] for name, learner in learners.items()}
    fastest = max(speeds, key=speeds.__getitem__)
    return Mode(fastest), tuple(Trial(name, speeds.get(name)) for name in names)


def _prepared(make: Callable[[Mode], Learner], mode: Mode) -> Learner | None:
    """A learner after its first steps, which also set things up; None if this processor cannot compute so."""
    try:
        learner = make(mode)
        for _ in range(GraphedStep.PREPARE + 1 if mode.graph else 1):
            _step_seconds(learner)
    except RuntimeError:
        return None
    return learner


def _pictures(learner: Learner) -> int:
    return min(BATCH, learner.config.batch_size, len(learner.inputs))


def _step_seconds(learner: Learner) -> float:
    indices = torch.arange(_pictures(learner), device=learner.device)
    start = time.perf_counter()
    learner.update(indices, None, 1e-6)
    if learner.device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - start
