"""A training in pictures: what a small network and its twin without a bend say all over the plane, step by step.

G is the side of the pictures of an answer, S that of a neuron's, F frames, P parameters; U neurons, the two inputs
first.
"""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from imgcls.ops.mlp import Array, Plan, collapsed, first_parameters, measure, outputs, sigmoid, train
from imgcls.ops.points import LIMIT, Points

ANSWER, NEURON = 40, 16
"""G and S, in points."""
NEURONS_EVERY = 2
"""The neurons are looked at in every second frame: their pictures are most of a film, and change little from one to
the next."""
MOST_FRAMES, MOST_STEPS = 30, 20


@dataclass(frozen=True)
class Twins:
    """Two networks that differ only in their bend: `plan` has it, and `straight` has none.

    A `state` (4 P,) holds the parameters and velocities of the first, then those of the second.
    """

    plan: Plan

    @property
    def straight(self) -> Plan:
        return replace(self.plan, activation="none")

    def start(self, seed: int) -> Array:
        """The state before the first step: float32 (4 P,)."""
        both = [first_parameters(plan, seed) for plan in (self.plan, self.straight)]
        return np.concatenate([part for flat in both for part in (flat, np.zeros_like(flat))])

    def checked(self, state: Array) -> Array:
        """The state, if it can be one of these networks.

        Raises:
            ValueError: it has another length, or holds what is no number.
        """
        if state.shape != (4 * self.plan.parameters,) or not np.isfinite(state).all():
            raise ValueError("This is no state of these networks.")
        return state.astype(np.float32)

    def step(self, state: Array, points: Points, rate: float, steps: int) -> Array:
        """The state after `steps` more steps of both."""
        parts = state.reshape(4, -1)
        first = train(self.plan, parts[0], parts[1], points, rate, steps)
        return np.concatenate([*first, *train(self.straight, parts[2], parts[3], points, rate, steps)])


@dataclass(frozen=True, eq=False)
class Film:
    """F frames of a training. The first row of a picture is at y = +LIMIT, its first column at x = -LIMIT.

    Attributes:
        answers: probability of class 1 by the network and by its twin, uint8 (F, 2, G, G).
        neurons: of frames 0, NEURONS_EVERY, ...: the inputs and what each hidden neuron gives, layer by layer, uint8
            (., U, S, S); 128 is 0, and 1 and 255 are the largest size that occurs in its layer.
        weights: of the network, int8 (F, P): 127 is the largest in size of its layer.
        losses, accuracies: of both, float32 (F, 2); NaN without points.
        lines: w1, w2 and b of the single layer that the twin comes to, float32 (F, 3).
        state: where the next film goes on, float32 (4 P,).
        finite: whether all of it are numbers; if not, the rate was too large, and the film ends there.
    """

    answers: Array
    neurons: Array
    weights: Array
    losses: Array
    accuracies: Array
    lines: Array
    state: Array
    finite: bool


@cache
def plane(side: int) -> Array:
    """The places of a picture of side x side points, row by row from the top left: float32 (side * side, 2)."""
    across = ((np.arange(side) + 0.5) / side * 2 - 1) * LIMIT
    return np.stack(np.meshgrid(across, -across), -1).reshape(-1, 2).astype(np.float32)


def film(
    twins: Twins, state: Array, points: Points, rate: float, *, frames: int = 1, steps: int = 0, skip: int = 0
) -> Film:
    """`frames` frames from `state` on, each after `steps` more steps; the first `skip` of them are not looked at.

    Raises:
        ValueError: it has steps but no points, or more frames or steps than a slice of the server's time is good for.
    """
    if steps and not len(points.places):
        raise ValueError("A network learns from points: there are none.")
    if not (0 <= skip < MOST_FRAMES and 1 <= frames <= MOST_FRAMES and 0 <= steps <= MOST_STEPS):
        raise ValueError(f"A film has at most {MOST_FRAMES} frames with {MOST_STEPS} steps between them.")
    seen: list[tuple[Array, ...]] = []
    neurons: list[Array] = []
    with np.errstate(over="ignore", invalid="ignore"):
        state = twins.step(state, points, rate, skip * steps)
        for number in range(frames):
            after = twins.step(state, points, rate, steps)
            if not np.isfinite(after).all():
                break
            state = after
            seen.append(_frame(twins, state, points))
            if number % NEURONS_EVERY == 0:
                neurons.append(_neurons(twins.plan, state.reshape(4, -1)[0]))
        if not seen:  # what it was before the step that it did not survive
            seen, neurons = [_frame(twins, state, points)], [_neurons(twins.plan, state.reshape(4, -1)[0])]
    finite = bool(np.isfinite(after).all())
    pictured = [np.stack(each) for each in zip(*seen, strict=True)]
    return Film(pictured[0], np.stack(neurons), *pictured[1:], state, finite)


def _frame(twins: Twins, state: Array, points: Points) -> tuple[Array, ...]:
    flat, _, straight, _ = state.reshape(4, -1)
    plans = ((twins.plan, flat), (twins.straight, straight))
    answers = [sigmoid(outputs(plan, each, plane(ANSWER))[-1]).reshape(ANSWER, ANSWER) for plan, each in plans]
    measured = np.float32([measure(plan, each, points) for plan, each in plans])
    slope, shift = collapsed(twins.straight, straight)
    levels = np.rint(255 * np.stack(answers)).astype(np.uint8)
    return levels, _sizes(twins.plan, flat), measured[:, 0], measured[:, 1], np.float32([*slope, shift])


def _neurons(plan: Plan, flat: Array) -> Array:
    """uint8 (U, S, S)."""
    inputs = plane(NEURON)
    return np.concatenate([_levels(each) for each in (inputs, *outputs(plan, flat, inputs)[:-1])]).reshape(
        -1, NEURON, NEURON
    )


def _levels(values: Array) -> Array:
    """Of one layer (S * S, width): uint8 (width, S * S)."""
    return (128 + np.rint(127 * values / max(float(np.abs(values).max()), 1e-9))).astype(np.uint8).T


def _sizes(plan: Plan, flat: Array) -> Array:
    """int8 (P,); the biases are left at 0."""
    sizes = np.zeros(len(flat), np.int8)
    for (weight, _), (size, _) in zip(plan.layers(flat), plan.layers(sizes), strict=True):
        size[:] = np.rint(127 * weight / max(float(np.abs(weight).max()), 1e-9))
    return sizes
