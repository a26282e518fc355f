"""A small dense network (multilayer perceptron) of two inputs and one output, trained step by step in NumPy.

It says to which of two classes a point of the plane belongs. With a few dozen neurons nearly all the time of torch
would go into starting its functions; forward and backward written out in NumPy take a step in a third of that.

N points; U hidden neurons in all; weights are (outputs, inputs), as in torch.nn.Linear.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from imgcls.ops.points import Points

INPUTS = 2
MOST_LAYERS, MOST_WIDTH = 4, 8
MOMENTUM = 0.9
Array = np.ndarray


@dataclass(frozen=True)
class Bend:
    """An activation, and its slope as a function of its own output y, which is all that the backward pass needs.

    `gain`: the first weights have the standard deviation gain / sqrt(inputs) (Xavier; He for ReLU).
    """

    forward: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    gain: float = 1.0


def sigmoid(x: Array) -> Array:
    """1 / (1 + e^-x), without overflow."""
    return 0.5 * np.tanh(0.5 * x) + 0.5


BENDS: dict[str, Bend] = {
    "tanh": Bend(np.tanh, lambda y: 1 - y * y),
    "relu": Bend(lambda x: np.maximum(x, 0), lambda y: (y > 0).astype(y.dtype), math.sqrt(2)),
    "leaky_relu": Bend(
        lambda x: np.maximum(x, 0.1 * x), lambda y: np.where(y > 0, 1, 0.1).astype(y.dtype), math.sqrt(2)
    ),
    "sigmoid": Bend(sigmoid, lambda y: y * (1 - y)),
    "none": Bend(lambda x: x, np.ones_like),
}
"""Name -> activation of all hidden neurons; the names are those of imgcls.ops.activations, "none" has no bend."""


@dataclass(frozen=True)
class Plan:
    """The widths of the hidden layers, and their activation.

    Raises:
        ValueError: more layers or neurons than MOST_LAYERS and MOST_WIDTH, or there is no such activation.
    """

    hidden: tuple[int, ...]
    activation: str

    def __post_init__(self) -> None:
        if len(self.hidden) > MOST_LAYERS or not all(1 <= width <= MOST_WIDTH for width in self.hidden):
            raise ValueError(f"A network here has at most {MOST_LAYERS} hidden layers of 1 to {MOST_WIDTH} neurons.")
        if self.activation not in BENDS:
            raise ValueError(f"There is no activation {self.activation!r}; choose one of {', '.join(BENDS)}.")

    @property
    def bend(self) -> Bend:
        return BENDS[self.activation]

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """(outputs, inputs) of each layer; the last has one output, a logit."""
        return [(outputs, inputs) for inputs, outputs in pairwise((INPUTS, *self.hidden, 1))]

    @property
    def parameters(self) -> int:
        """The weights and biases of all layers."""
        return sum(outputs * (inputs + 1) for outputs, inputs in self.sizes)

    def layers(self, flat: Array) -> list[tuple[Array, Array]]:
        """Weight (outputs, inputs) and bias (outputs,) of each layer: views into `flat` (parameters,)."""
        found, at = [], 0
        for outputs, inputs in self.sizes:
            middle, end = at + outputs * inputs, at + outputs * (inputs + 1)
            found.append((flat[at:middle].reshape(outputs, inputs), flat[middle:end]))
            at = end
        return found


def first_parameters(plan: Plan, seed: int) -> Array:
    """Normal weights of std gain / sqrt(inputs) and zero biases: float32 (parameters,).

    The draws do not depend on the activation, so that networks with and without one begin alike, up to the gain.
    """
    flat = np.zeros(plan.parameters, np.float32)
    random = np.random.default_rng(seed)
    for weight, _ in plan.layers(flat):
        weight[:] = plan.bend.gain / math.sqrt(weight.shape[1]) * random.standard_normal(weight.shape)
    return flat


def outputs(plan: Plan, flat: Array, places: Array) -> list[Array]:
    """What each layer gives for `places` (N, 2): activations (N, width), and of the last layer the logits (N, 1)."""
    found, values = [], places
    layers = plan.layers(flat)
    for weight, bias in layers[:-1]:
        values = plan.bend.forward(values @ weight.T + bias)
        found.append(values)
    weight, bias = layers[-1]
    return [*found, values @ weight.T + bias]


def gradient(plan: Plan, flat: Array, points: Points) -> Array:
    """dLoss/dParameters (parameters,), the loss being that of `measure`."""
    found = np.empty_like(flat)
    values, layers = outputs(plan, flat, points.places), plan.layers(flat)
    # The derivative of the mean cross-entropy by a logit is (p - class) / N.
    back = (sigmoid(values[-1]) - points.classes[:, None]) / np.float32(len(points.classes))
    for i, (weight, bias) in reversed(list(enumerate(plan.layers(found)))):
        before = values[i - 1] if i else points.places
        np.matmul(back.T, before, out=weight)
        back.sum(0, out=bias)
        if i:
            back = back @ layers[i][0]
            back *= plan.bend.slope(before)
    return found


def measure(plan: Plan, flat: Array, points: Points) -> tuple[float, float]:
    """Mean binary cross-entropy (natural logarithm), and the share of points on the right side of p = 0.5.

    Both are NaN without points.
    """
    if not len(points.places):
        return math.nan, math.nan
    logits = outputs(plan, flat, points.places)[-1][:, 0]
    losses = np.maximum(logits, 0) - logits * points.classes + np.log1p(np.exp(-np.abs(logits)))
    return float(losses.mean()), float(((logits > 0) == (points.classes > 0.5)).mean())


def train(plan: Plan, flat: Array, velocity: Array, points: Points, rate: float, steps: int) -> tuple[Array, Array]:
    """Gradient descent on all points at once, as torch.optim.SGD(lr=rate, momentum=MOMENTUM); new arrays.

    v <- MOMENTUM v + gradient; parameters <- parameters - rate v.
    """
    flat, velocity = flat.copy(), velocity.copy()
    for _ in range(steps):
        velocity *= np.float32(MOMENTUM)
        velocity += gradient(plan, flat, points)
        flat -= np.float32(rate) * velocity
    return flat, velocity


def collapsed(plan: Plan, flat: Array) -> tuple[Array, float]:
    """The one layer that a network without a bend comes to: the logit is w . x + b, with w (2,).

    W2 (W1 x + b1) + b2 = (W2 W1) x + (W2 b1 + b2), and so on through all layers: its boundary is a straight line.

    Raises:
        ValueError: the network has a bend, and so no such layer.
    """
    if plan.hidden and plan.activation != "none":
        raise ValueError("Layers with a bend between them do not come to a single one.")
    matrix, shift = np.eye(INPUTS), np.zeros(INPUTS)
    for weight, bias in plan.layers(flat.astype(np.float64)):
        matrix, shift = weight @ matrix, weight @ shift + bias
    return matrix[0], float(shift[0])
