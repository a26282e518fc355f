"""Expressions worth looking at, with values to start from."""

from collections.abc import Mapping
from dataclasses import dataclass

from imgcls.ops.expression import parse

_START = (1.5, -1.0, 0.5, 2.0, -0.5, 1.0, -1.5, 0.8)


@dataclass(frozen=True)
class Example:
    """An expression, the values of its variables, those that are data (no gradient), and a rate that goes downhill."""

    title: str
    text: str
    values: Mapping[str, float]
    fixed: tuple[str, ...] = ()
    rate: float = 0.1


RATE = 0.5
"""The learning rate of the first example, and so of the page."""

EXAMPLES: tuple[Example, ...] = (
    Example(
        "One neuron's squared error",
        "(sigmoid(w*x + b) - y)**2",
        {"w": 1.0, "x": 2.0, "b": -1.0, "y": 0.0},
        ("x", "y"),
        RATE,
    ),
    Example("A neuron with ReLU", "relu(w*x + b)", {"w": 1.5, "x": 2.0, "b": -1.0}),
    # The neuron that Karpathy's micrograd differentiates by hand: its gradients are round numbers.
    Example(
        "A neuron with two inputs",
        "tanh(x1*w1 + x2*w2 + b)",
        {"x1": 2.0, "w1": -3.0, "x2": 0.0, "w2": 1.0, "b": 6.88},
    ),
    Example(
        "A straight line's squared error",
        "(w*x + b - y)**2",
        {"w": 0.5, "x": 2.0, "b": 0.2, "y": 3.0},
        ("x", "y"),
    ),
    Example(
        "Logistic regression: log loss",
        "p = sigmoid(w*x + b); -y*log(p) - (1 - y)*log(1 - p)",
        {"w": 0.5, "x": 2.0, "b": -0.3, "y": 1.0},
        ("x", "y"),
        0.3,
    ),
    Example("Softmax of two logits", "exp(a) / (exp(a) + exp(b))", {"a": 1.0, "b": 0.0}, rate=1.0),
    Example("The same variable three times", "x*x + 3*x", {"x": 2.0}),
    Example("Leaky ReLU as a maximum", "max(0.1*x, x)", {"x": -2.0}),
    Example("Two valleys", "(x**2 - 1)**2 + 0.3*x", {"x": 1.6}, rate=0.02),
    Example("Detach: one path is closed", "(w*x - detach(w))**2", {"w": 1.0, "x": 3.0}, ("x",), 0.02),
    Example("The log of a negative number", "log(w*x)", {"w": -1.0, "x": 2.0}),
    Example("Too large for a float", "exp(exp(x)) * y", {"x": 7.0, "y": 1.0}),
)

BY_TEXT = {parse(example.text).text: example for example in EXAMPLES}


def starting_value(text: str, name: str, place: int) -> float:
    """Where variable number `place` of an expression starts: its example's value, or some small number."""
    example = BY_TEXT.get(text)
    return example.values[name] if example else _START[place % len(_START)]
