"""What the lesson on automatic differentiation asks before it shows."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from imgcls.data.pictures import Picture
from imgcls.figures.images import signed_levels
from imgcls.numbers import fixed, written
from imgcls.ops.autodiff import Trace, trace
from imgcls.ops.descent import Descent, descend
from imgcls.ops.examples import BY_TEXT
from imgcls.ops.expression import parse
from imgcls.ops.minibatch import Spread, spread, walks
from imgcls.ops.routes import Routes, image_named, kernel_named, routes
from imgcls.ui.autodiff.descent_part import STEPS
from imgcls.ui.autodiff.minibatch_part import ALL, DRAWS, B, W
from imgcls.ui.questions import Bars, Choice, Curve, Number, Pick, Question

BACKWARD, DESCENT, ROUTES = "Backward pass", "Gradient descent", "Convolution and max-pool"
NEURON = "(sigmoid(w*x + b) - y)**2"
RELU = "relu(w*x + b)"
THREE_TIMES = "x*x + 3*x"
LINE = "(w*x + b - y)**2"
VALLEYS = "(x**2 - 1)**2 + 0.3*x"
END = "4"  # the last backward step of the graphs with four
PATH = (0, 1, 2, 3)


def _traced(text: str, **other: float) -> Trace:
    """The graph of an example, some of its variables with another value."""
    expression = parse(text)
    example = BY_TEXT[expression.text]
    learn = [name for name in expression.variables if name not in example.fixed]
    return trace(expression.steps, {**example.values, **other}, learn=learn)


def _slope(found: Trace, name: str) -> float:
    gradient = found.leaf(name).gradient
    return 0.0 if gradient is None else float(gradient)


def _arrivals(photo: Picture) -> list[float]:
    """What arrives at x from x·x, twice, and from 3·x."""
    found = _traced(THREE_TIMES)
    return [float(edge.passed) for edge in sorted(found.arrivals(0), key=lambda edge: (edge.target, edge.slot))]


TWICE_W, ALIKE, TWICE_B = "w, twice as much as b", "w and b, the same", "b, twice as much as w"


def _larger(photo: Picture) -> str:
    found = _traced(NEURON)
    ratio = _slope(found, "w") / _slope(found, "b")
    return TWICE_W if ratio > 1.5 else TWICE_B if ratio < 1 / 1.5 else ALIKE


def _relu_slopes(w: float) -> list[float]:
    return [_slope(_traced(RELU, w=w), name) for name in ("w", "x", "b")]


def _down(text: str, rate: float, *, zero_grad: bool = True) -> Descent:
    """The path from where an example starts."""
    expression = parse(text)
    example = BY_TEXT[expression.text]
    learn = [name for name in expression.variables if name not in example.fixed]
    return descend(expression.steps, example.values, learn=learn, rate=rate, count=STEPS, zero_grad=zero_grad)


def _at_double_rate(photo: Picture) -> list[float]:
    points = _down(LINE, 0.2).points
    return [points[step].value for step in PATH]


def _why_double_rate(photo: Picture, right: Sequence[float]) -> str:
    beyond = _down(LINE, 0.25).points[1].value
    return (
        f"It stays at {written(right[0], 3)}. The step is twice as long as the way to the bottom, so it lands just as "
        f"high on the other side, again and again. At 0.25 the first step already climbs to {written(beyond, 3)}."
    )


def _ball(photo: Picture) -> float:
    return _down(VALLEYS, 0.02).points[-1].variables["x"]


SWINGS, SLOWER, STANDS = (
    "It swings past the bottom and back, on and on",
    "It arrives, but later",
    "It stays where it is",
)


def _without_zero_grad(photo: Picture) -> str:
    values = [point.value for point in _down(LINE, 0.02, zero_grad=False).points]
    lowest = values.index(min(values[: STEPS // 2]))
    if max(values[lowest:]) > values[0] / 2:
        return SWINGS
    return SLOWER if values[-1] < values[0] / 2 else STANDS


def _ends(size: int, steps: int = STEPS) -> tuple[Spread, Spread]:
    """The loss over all examples and the weight w after so many steps from the page's start, over all draws."""
    many = walks((W.start, B.start), 0.1, size, steps, range(1, DRAWS + 1))
    return spread(many.loss[:, -1]), spread(many.w[:, -1])


ONES, WHOLES, EQUAL = "30 steps, each on 1 example", f"2 steps, each on all {ALL}", "Both the same"


def _cheaper(photo: Picture) -> str:
    ones, wholes = _ends(1)[0].mean, _ends(ALL, 2)[0].mean
    return ONES if ones < 0.8 * wholes else WHOLES if wholes < 0.8 * ones else EQUAL


SIZES = (1, 4, ALL)


def _wandering(photo: Picture) -> list[float]:
    return [100 * _ends(size)[1].std for size in SIZES]


def _routed(kernel: str, picked: tuple[int, int] | None = None) -> Routes:
    return routes(image_named("speckles"), kernel_named(kernel), picked)


def _reached(tensor: Tensor) -> int:
    return int((tensor != 0).sum())


def _winners(photo: Picture) -> int:
    return _reached(_routed("left edge").gradient("convolved"))


def _under_one(photo: Picture) -> int:
    return _reached(_routed("sum", (0, 0)).gradient("image"))


def _maps(photo: Picture) -> list[np.ndarray]:
    """The gradient by the image, and what it would be if every cell got a share, or the first of each window all."""
    right = _routed("copy").gradient("image")
    everywhere, first = torch.zeros_like(right), torch.zeros_like(right)
    everywhere[1:5, 1:5] = 0.25
    first[1:5:2, 1:5:2] = 1
    return [np.kron(signed_levels(each, 1.0), np.ones((20, 20), np.uint8)) for each in (everywhere, right, first)]


MAPS = ("a quarter each", "the winners", "the first ones")


def _middle_weight(photo: Picture) -> float:
    return float(_routed("copy").gradient("kernel")[1, 1])


def _played(text: str, steps: str, **numbers: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """`at` and `then` of a question whose answer is the backward pass of an expression."""
    at = {"autodiff_f": text, **numbers}
    return at, at | {"autodiff_graph_step": steps}


_NEURON, _THREE = _played(NEURON, "6"), _played(THREE_TIMES, END)
_DOWN = {"autodiff_f": LINE, "autodiff_at": "0"}
_FEW = {"autodiff_look": "Mini-batches", "autodiff_at": "0"}

# Before the backward pass through convolution and max pool, and after its four steps.
FORWARD, BACK = {"autodiff_routes_step": "0"}, {"autodiff_routes_step": "4"}

QUESTIONS = [
    Question(
        "auto-larger",
        BACKWARD,
        "A neuron: (sigmoid(w·x + b) − y)², with w = 1, **x = 2** and b = −1. Which gets the larger gradient?",
        Choice(
            (ALIKE, TWICE_W, TWICE_B),
            {
                ALIKE: "They meet in a sum, which passes the same to both. But w is multiplied by x first.",
                TWICE_B: "The values of w and b do not matter here, only what each of them is multiplied by.",
            },
        ),
        _larger,
        lambda photo, right: (
            f"All that arrives at the sum is handed on to b: {fixed(_slope(_traced(NEURON), 'b'), 3)}. For w it is "
            f"multiplied by x = 2: {fixed(_slope(_traced(NEURON), 'w'), 3)}. A weight learns fast where its input is "
            "large, and not at all where it is 0."
        ),
        at=_NEURON[0],
        then=_NEURON[1],
    ),
    Question(
        "auto-three",
        BACKWARD,
        "x·x + 3·x at **x = 2**. Here x is used three times, and three gradients arrive at it. Which?",
        Bars(("x·x, through the first x", "x·x, through the second x", "3·x"), 0, 6, "", 1, 0.3, (1.0,) * 3),
        _arrivals,
        lambda photo, right: (
            "A product hands each factor the value of the other one. All that arrives at a variable is added up: "
            f"{' + '.join(map(written, right))} = {written(sum(right))}, which is 2x + 3 at x = 2."
        ),
        at=_THREE[0],
        then=_THREE[1],
    ),
    Question(
        "auto-relu",
        BACKWARD,
        "relu(w·x + b) with x = 2 and b = −1. The line shows the gradients at w = 1.5. Now **w = −1.5**.",
        Bars(("w", "x", "b"), -3, 3, "", 1, 0.2, lambda photo: _relu_slopes(1.5), "the gradients now"),
        lambda photo: _relu_slopes(-1.5),
        "All three are 0. The input of ReLU is −4, where its slope is 0, and everything behind is multiplied by that. "
        "For this example the neuron learns nothing: it is switched off.",
        at={"autodiff_f": RELU, "autodiff_graph_step": END, "autodiff_w_": "1.5"},
        then={"autodiff_f": RELU, "autodiff_graph_step": END, "autodiff_w_": "-1.5"},
    ),
    Question(
        "auto-rate",
        DESCENT,
        "A straight line's squared error starts at 3.24. At a rate of 0.1 the first step lands exactly at the bottom. "
        "Draw the value of the first steps at a rate of **0.2**.",
        Curve(tuple(map(float, PATH)), 0, 10, "step", "value", "", 2, 0.8, (3.24, 2.4, 1.6, 0.8)),
        _at_double_rate,
        _why_double_rate,
        at={**_DOWN, "autodiff_rate": "0.1"},
        then={**_DOWN, "autodiff_rate": "0.2"},
    ),
    Question(
        "auto-ball",
        DESCENT,
        "(x² − 1)² + 0.3·x has two valleys, and the one at **x ≈ −1** is the deeper. Gradient descent starts at "
        "x = 1.6 with a rate of 0.02. Where is it after 30 steps?",
        Number(-2, 2, "", 0.15, digits=2, start=1.6),
        _ball,
        lambda photo, right: (
            f"At x ≈ {written(right, 3)}, in the valley that it started above. It only sees the slope where it stands, "
            "and never climbs the hill in between. Where you start decides where you end up."
        ),
        at={"autodiff_f": VALLEYS, "autodiff_rate": "0.02", "autodiff_at": "0"},
        then={"autodiff_f": VALLEYS, "autodiff_rate": "0.02", "autodiff_at": "30"},
    ),
    Question(
        "auto-zero",
        DESCENT,
        "Somebody forgets **zero_grad()**, so each gradient is added to all earlier ones. The rate is small. What does "
        "the descent do?",
        Choice(
            (SLOWER, SWINGS, STANDS),
            {
                SLOWER: "The sum grows as long as the slope has one sign, so at first it is even faster.",
                STANDS: "The gradients of the first steps all point the same way, and add up.",
            },
        ),
        _without_zero_grad,
        "At the bottom the slope is 0, but the sum of all earlier gradients is not: it carries on, up the other side, "
        "until the new gradients have used it up. Then it swings back.",
        at={**_DOWN, "autodiff_zero": "false", "autodiff_rate": "0.02"},
        then={"autodiff_f": LINE, "autodiff_zero": "false", "autodiff_rate": "0.02", "autodiff_at": "30"},
    ),
    Question(
        "auto-cheaper",
        DESCENT,
        f"A line is fitted to **{ALL} examples**, from the same start and at the same rate of 0.1. You can pay for "
        "about 30 gradients of single examples. Which gets the lower loss over all examples?",
        Choice(
            (ONES, WHOLES, EQUAL),
            {
                WHOLES: "Their direction is exact, but two steps of this length do not get far.",
                EQUAL: "The cost is nearly the same, but not the distance covered.",
            },
        ),
        _cheaper,
        lambda photo, right: (
            f"Over {DRAWS} draws, 30 steps on one example each end at a loss of {fixed(_ends(1)[0].mean, 2)} ± "
            f"{fixed(_ends(1)[0].std, 2)} (mean ± standard deviation). Two full-batch steps cost {2 * ALL} gradients "
            f"and end at {fixed(_ends(ALL, 2)[0].mean, 2)}. Many rough steps get further here than two "
            "exact ones."
        ),
        at=_FEW | {"autodiff_mini_size": "1"},
        then=_FEW | {"autodiff_mini_size": "1", "autodiff_at": "30"},
    ),
    Question(
        "auto-wander",
        DESCENT,
        "The same line, fitted again and again with other draws of the examples: after 30 steps **w** is not always "
        "the same. The line shows its standard deviation, in hundredths, with 1 example a step. And with more?",
        Bars(
            tuple(f"{size} a step" for size in SIZES),
            0,
            30,
            "",
            0,
            2.5,
            lambda photo: _wandering(photo)[:1] * len(SIZES),
            "with 1 example",
        ),
        _wandering,
        lambda photo, right: (
            f"{fixed(right[0] / 100, 2)}, {fixed(right[1] / 100, 2)} and {fixed(right[2] / 100, 2)}. The mean of "
            f"four gradients is steadier than one of them, and with all {ALL} nothing is left to chance. Four times as "
            f"many examples, four times the cost, and {written(right[0] / right[1], 2)} times less wandering."
        ),
        at=_FEW | {"autodiff_mini_size": "1"},
        then=_FEW | {"autodiff_mini_size": "4", "autodiff_at": "30"},
    ),
    Question(
        "auto-winners",
        ROUTES,
        "A convolution gives 4 × 4 numbers, max pooling keeps 2 × 2 of them, and out is their sum. How many of the "
        "**16** get a gradient that is not 0?",
        Number(0, 16),
        _winners,
        lambda photo, right: (
            f"**{right}**, one in each window: the winner gets all that arrives, the three others nothing. A small "
            "change of a loser does not change the output."
        ),
        at=FORWARD,
        then=BACK,
    ),
    Question(
        "auto-field",
        ROUTES,
        "A 3 × 3 kernel of ones, then max pooling over 2 × 2. Only **one** of the four pooled numbers is "
        "differentiated. How many of the 36 image cells get a gradient?",
        Number(0, 36),
        _under_one,
        lambda photo, right: (
            f"**{right}**. The number was made from 4 × 4 image cells, but only the winner of the four convolutions "
            "passes its gradient on, to the 3 × 3 cells under its kernel."
        ),
        at=FORWARD | {"autodiff_kernel": "sum", "autodiff_out": "pooled[0, 0]"},
        then=BACK | {"autodiff_kernel": "sum", "autodiff_out": "pooled[0, 0]"},
    ),
    Question(
        "auto-map",
        ROUTES,
        "A kernel copies the middle of the image: these 16 numbers. They go through 2 × 2 max pooling and are added "
        "up. Which is the gradient with respect to the image?",
        Pick(_maps, MAPS, "gradient"),
        lambda photo: MAPS.index("the winners"),
        "The largest value of each window gets a gradient of 1, wherever in the window it lies. A quarter each would "
        "be average pooling, and the same corner each time would be a stride without pooling.",
        at=FORWARD | {"autodiff_kernel": "copy"},
        then=BACK | {"autodiff_kernel": "copy"},
        grid=image_named("speckles")[1:5, 1:5].tolist(),
    ),
    Question(
        "auto-weight",
        ROUTES,
        "A kernel with a 1 in its middle copies these 16 numbers. The four winners of 2 × 2 max pooling are added up. "
        "What is the gradient of the kernel's **middle weight**?",
        Number(0, 20, "", 0.5),
        _middle_weight,
        lambda photo, right: (
            f"The weight is used at every place, and each use adds the image value under it times what arrives there: "
            f"1 at the four winners, 0 elsewhere. That makes **{written(right)}**, here as much as the output itself."
        ),
        at=FORWARD | {"autodiff_kernel": "copy"},
        then=BACK | {"autodiff_kernel": "copy"},
        grid=image_named("speckles")[1:5, 1:5].tolist(),
    ),
]
