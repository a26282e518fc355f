"""What the activations lesson asks before it shows."""

import math
from functools import cache

import numpy as np
import torch
from torch import Tensor

from imgcls.data.pictures import Picture
from imgcls.figures.images import signed_levels
from imgcls.models.first_layer import first_layer
from imgcls.models.registry import load
from imgcls.numbers import fixed, percent, whole, written
from imgcls.ops.activation_cost import SHAPE, products
from imgcls.ops.activations import ACTIVATIONS, activate, activation_curve
from imgcls.ops.depth import INITIALISATIONS, initial_std, through_layers
from imgcls.ops.mlp import Plan, collapsed, first_parameters, measure, outputs, train
from imgcls.ops.mlp_film import NEURON, plane
from imgcls.ops.points import PATTERNS, pattern
from imgcls.ui.activations.bend_part import COUNT
from imgcls.ui.questions import Bars, Choice, Curve, Number, Order, Pick, Question

BEND, CURVES, PHOTO, DEPTH = "What a bend does", "The functions", "On your photo", "Through many layers"
COST = "What it costs"
PLACES, ALPHA = (-6.0, -2.0, 0.0, 2.0, 6.0), 2.0
MAPS, MAP = (6, 0, 14, 20), 6  # of the first layer; the one that the page shows at first
FLAT, SHOWN = ("relu", "leaky_relu", "sigmoid"), ("tanh", "relu", "sigmoid", "leaky_relu")
LAYERS, DEEP, WIDE = (1, 5, 10, 15, 20), 20, 8
STARTS, ORDERED = ("he", "small", "xavier"), 10  # and through how many layers


@cache
def _line(name: str) -> float:
    """What share of a pattern's points the best straight line has on its right side, in percent."""
    plan, points = Plan((), "none"), pattern(name, 0, count=COUNT)
    flat = first_parameters(plan, 0)
    flat, _ = train(plan, flat, np.zeros_like(flat), points, 0.3, 1500)
    return 100 * measure(plan, flat, points)[1]


STRAIGHT, POLYGON, ROUND = "A straight line", "A polygon around the inner points", "A round curve"


def _boundary(photo: Picture) -> str:
    """Whether four layers without a bend say what the single layer says that they come to."""
    plan = Plan((WIDE,) * 4, "none")
    flat = first_parameters(plan, 0)
    slope, shift = collapsed(plan, flat)
    logits, places = outputs(plan, flat, plane(NEURON))[-1][:, 0], plane(NEURON)
    return STRAIGHT if np.allclose(logits, places @ slope + shift, atol=1e-3) else POLYGON


def _neurons_with(photo: Picture) -> int:
    return Plan((3,), "relu").parameters


def _slopes(photo: Picture) -> list[float]:
    return activation_curve("sigmoid", torch.tensor(PLACES)).slope.tolist()


RELU, ABS, LEAKY, LINE = "ReLU", "|x|", "Leaky ReLU", "A straight line"
_WHAT = {
    RELU: lambda x: torch.relu(x),
    ABS: lambda x: x.abs(),
    LEAKY: lambda x: activate("leaky_relu", x),
    LINE: lambda x: x,
}


def _same_as(y: Tensor, x: Tensor) -> str:
    (same,) = (name for name, function in _WHAT.items() if torch.allclose(function(x), y))
    return same


def _largest_of_two(photo: Picture) -> str:
    x = torch.linspace(-5, 5, 101)
    return _same_as(activate("maxout", x, lines=((-1.0, 0.0), (1.0, 0.0))), x)


def _slope_of_one(photo: Picture) -> str:
    x = torch.linspace(-5, 5, 101)
    return _same_as(activate("leaky_relu", x, slope=1.0), x)


def _maps(photo: Picture) -> Tensor:
    return first_layer(load(), photo.image).normalised


def _before(photo: Picture) -> list[np.ndarray]:
    maps = _maps(photo)[list(MAPS)]
    return list(signed_levels(maps, max(float(maps.abs().max()), 1e-6)))


def _removed(photo: Picture) -> list[float]:
    """How much ReLU takes from each of the maps: the mean size of what changes."""
    maps = _maps(photo)[list(MAPS)]
    return (maps - activate("relu", maps)).abs().mean(dim=(1, 2)).tolist()


def _flat(photo: Picture) -> list[float]:
    before = _maps(photo)[MAP].flatten()
    return [100 * float((activation_curve(name, before).slope == 0).float().mean()) for name in FLAT]


def _after(photo: Picture) -> list[np.ndarray]:
    before = _maps(photo)[MAP]
    limit = max(float(before.abs().max()), 1e-6)
    return [signed_levels(activate(name, before), limit) for name in SHOWN]


@cache
def _sigmoids() -> tuple[float, ...]:
    """The power of ten of the gradient's norm in the LAYERS of twenty, beside that in the last."""
    norms = through_layers("sigmoid", DEEP, "xavier").gradient_norms.double()
    return tuple((norms / norms[-1]).log10()[[layer - 1 for layer in LAYERS]].tolist())


@cache
def _ratios() -> tuple[float, ...]:
    """The power of ten of the first layer's gradient beside the last one's, for each way to start."""
    return tuple(math.log10(through_layers("relu", ORDERED, start).gradient_ratio) for start in STARTS)


TWICE, ROOT, FOUR, SAME = "2 times", "√2 times", "4 times", "not at all"


def _variance(photo: Picture) -> str:
    factor = (initial_std("he", 128) / initial_std("xavier", 128)) ** 2
    found = {2: TWICE, 4: FOUR, 1: SAME}
    return next((text for number, text in found.items() if math.isclose(factor, number)), ROOT)


WITHOUT = {"tanh": "tanh", "leaky_relu": "Leaky ReLU", "elu": "ELU", "silu": "SiLU"}


def _pieces(photo: Picture) -> str:
    """The one whose slope has two values and no others: a comparison and a product are enough for it."""
    x = torch.linspace(-4, 4, 801)
    slopes = {name: activation_curve(name, x).slope.unique().numel() for name in WITHOUT}
    (name,) = (name for name, count in slopes.items() if count == 2)
    return WITHOUT[name]


def _megabytes(photo: Picture) -> float:
    return math.prod(SHAPE) * torch.finfo(torch.float32).bits / 8 / 1e6


QUESTIONS = [
    Question(
        "act-straight",
        BEND,
        "The points of one class lie around those of the other. A network of **four layers without an activation** "
        "learns to tell them apart. What can its boundary look like?",
        Choice(
            (ROUND, POLYGON, STRAIGHT),
            {
                ROUND: "Each layer only multiplies and adds. Nothing in it is round.",
                POLYGON: "That is what ReLU gives: each neuron adds an edge.",
            },
        ),
        _boundary,
        "Multiply and add four times over, and it comes to multiplying and adding once. However deep, such a network "
        "draws a single straight line. Watch it try.",
        at={"act_bend": "none", "act_bend_layers": "4", "act_bend_width": "8"},
        plays="act_bend",
    ),
    Question(
        "act-line",
        BEND,
        "Four patterns of points, half of them in each class. What share of each can a network **without a bend** get "
        "right?",
        Bars(tuple(PATTERNS), 0, 100, "%", 0, 10, (75,) * len(PATTERNS)),
        lambda photo: [_line(name) for name in PATTERNS],
        lambda photo, right: (
            f"A straight line separates the first pattern. On the circle it gets {percent(right[2] / 100, 0)} right, "
            "about as many as guessing: on both sides of any line there are points of both classes."
        ),
        then={"act_pattern": "XOR", "act_bend": "none"},
        plays="act_bend",
    ),
    Question(
        "act-parameters",
        BEND,
        "A network with 2 inputs, **3 neurons with ReLU** and 1 output. How many weights and biases does it have, all "
        "in all?",
        Number(1, 30, "", 0),
        _neurons_with,
        lambda photo, right: (
            "(2 + 1) · 3 = 9 for the three neurons, (3 + 1) · 1 = 4 for the output, each with its bias: "
            f"**{right}**. ReLU itself has none. A bend costs no parameter at all."
        ),
        then={"act_bend": ACTIVATIONS["relu"].title},
        plays="act_bend",
    ),
    Question(
        "act-slope",
        CURVES,
        "The sigmoid rises from 0 to 1. Draw its **slope**.",
        Curve(PLACES, 0, 1, "x", "slope", "", 2, 0.08, (0.5,) * 5),
        _slopes,
        lambda photo, right: (
            f"It is largest in the middle, and even there only **{fixed(right[2], 2)}**. At ±6 it is "
            f"{written(right[0], 2)}: a gradient on its way back loses three quarters or more in every such layer."
        ),
        at={"act_functions": ACTIVATIONS["sigmoid"].title},
    ),
    Question(
        "act-maxout",
        CURVES,
        "Maxout takes the larger of two lines. Let them be **−x and x**. What function is that?",
        Choice(
            (RELU, ABS, LEAKY, LINE),
            {
                RELU: "That takes the lines 0 and x.",
                LEAKY: "That takes a flat line and a steep one, such as 0.1x and x.",
                LINE: "The larger of two lines has a kink where they cross.",
            },
        ),
        _largest_of_two,
        "Left of 0 the line −x is the larger one, right of 0 the line x. With two lines Maxout can be ReLU, leaky ReLU "
        "or |x|, and training chooses.",
        at={"act_functions": ACTIVATIONS["maxout"].title, "act_w1": "-0.5"},
        then={"act_w1": "-1"},
    ),
    Question(
        "act-elu",
        CURVES,
        "ELU is x on the right and α (e^{x} − 1) on the left. With **α = 2**, what is it at x = −6?",
        Number(-8, 2, "", 0.2, digits=1, start=0),
        lambda photo: float(activate("elu", torch.tensor([-PLACES[-1]]), alpha=ALPHA)),
        lambda photo, right: (
            f"e^{{−6}} is nearly 0, so 2 · (0 − 1) = −2 is nearly reached: **{fixed(right, 1)}**. ELU levels off "
            "at −α. So its outputs can lie around 0, which those of ReLU cannot, but far to the left it saturates."
        ),
        at={"act_functions": ACTIVATIONS["elu"].title, "act_alpha": "1"},
        then={"act_alpha": "2"},
    ),
    Question(
        "act-leaky",
        CURVES,
        "Leaky ReLU has the slope a on the left and 1 on the right. What is it with **a = 1**?",
        Choice(
            (RELU, ABS, LINE),
            {RELU: "That is a = 0.", ABS: "That would be a = −1: the left half turned up."},
        ),
        _slope_of_one,
        "x itself: the bend is gone, and layers of it come to a single layer. The bend is all that an activation "
        "gives.",
        at={"act_functions": ACTIVATIONS["leaky_relu"].title, "act_slope": "0.1"},
        then={"act_slope": "1"},
    ),
    Question(
        "act-removed",
        PHOTO,
        "Four maps of your photo before the activation: blue is positive, red negative. From which one does ReLU "
        "**remove most**?",
        Pick(_before, tuple(f"map {number}" for number in MAPS)),
        lambda photo: int(np.argmax(_removed(photo))),
        lambda photo, right: (
            f"Map {MAPS[right]}: the values below 0 are removed, and here they are many or large. A map that is red "
            "all over would go out altogether. Blue stays as it is."
        ),
        at={"act_map": "0"},
        finds=lambda right: {"act_map": str(MAPS[right])},
    ),
    Question(
        "act-flat",
        PHOTO,
        "A feature map of your photo has 112 × 112 values. At what share of them is the slope **exactly 0**, so that "
        "no gradient comes back?",
        Bars(tuple(ACTIVATIONS[name].title for name in FLAT), 0, 100, "%", 0, 10, (50, 50, 50)),
        _flat,
        lambda photo, right: (
            f"ReLU: wherever the value is negative, **{percent(right[0] / 100, 0)}** of this map. Leaky ReLU keeps a "
            "slope of 0.1 there. The sigmoid's slope gets small far out, but hardly anywhere does it vanish."
        ),
        at={"act_map": "0"},
        then={"act_map": str(MAP)},
    ),
    Question(
        "act-pale",
        PHOTO,
        "One map of your photo after four functions: ReLU, leaky ReLU, sigmoid and tanh, but not in this order. "
        "Which is the **sigmoid's**?",
        Pick(_after, tuple(ACTIVATIONS[name].title for name in SHOWN)),
        lambda photo: SHOWN.index("sigmoid"),
        "It is pale blue all over: everything between 0 and 1, so nothing is negative. tanh is pale, too, but keeps "
        "the sign. ReLU and leaky ReLU leave the positive values as large as they were.",
        at={"act_function": ACTIVATIONS["relu"].title, "act_map": "0"},
        then={"act_function": ACTIVATIONS["sigmoid"].title, "act_map": str(MAP)},
    ),
    Question(
        "act-vanish",
        DEPTH,
        "Twenty layers with **sigmoids**. Call the size of the gradient at layer 20 one, that is 10^{0}. Draw its "
        "power of ten on the way back to layer 1.",
        Curve(tuple(map(float, LAYERS)), -20, 2, "layer", "power of ten", "", 0, 2, (-2,) * len(LAYERS)),
        lambda photo: list(_sigmoids()),
        lambda photo, right: (
            f"About 10^{{{fixed(right[0], 0)}}} is left at layer 1. Each layer multiplies by a slope of 0.25 at most, "
            "and nineteen such factors follow one another. On a logarithmic axis that is a straight line."
        ),
        at={"act_function": ACTIVATIONS["sigmoid"].title, "act_init": INITIALISATIONS["xavier"], "act_layers": "2"},
        then={"act_layers": "20"},
    ),
    Question(
        "act-starts",
        DEPTH,
        "Ten layers with **ReLU**, and three standard deviations of the first weights. Order them by how much of the "
        "gradient is left at layer 1.",
        Order(("He: √(2/n)", "small: 0.01", "Xavier: √(1/n)"), "least is left", "most is left", "powers of ten", 1),
        lambda photo: list(_ratios()),
        "With He's weights the gradient keeps its size. With Xavier's it shrinks. Small "
        "weights of 0.01 leave next to nothing: each layer makes it some ten times smaller.",
        at={"act_function": ACTIVATIONS["relu"].title, "act_init": INITIALISATIONS["he"], "act_layers": "1"},
        then={"act_layers": "10"},
    ),
    Question(
        "act-factor",
        DEPTH,
        "Xavier's variance, 1/n, keeps a signal level if there is no activation. ReLU sets **half of all values to "
        "0**. How much larger must the variance be?",
        Choice(
            (SAME, ROOT, TWICE, FOUR),
            {
                SAME: "Then the signal loses half of its mean square in every layer.",
                ROOT: "That is for the standard deviation. The variance is its square.",
                FOUR: "That would make up for a quarter left. Half of the mean square is left.",
            },
        ),
        _variance,
        "Half of the mean square is lost, and twice the variance brings it back: He's start, with a standard deviation "
        "of √(2/n). Without it, ten layers would leave 1/1,024 of the mean square.",
        at={"act_function": ACTIVATIONS["relu"].title, "act_init": INITIALISATIONS["xavier"], "act_layers": "1"},
        then={"act_init": INITIALISATIONS["he"], "act_layers": "20"},
    ),
    Question(
        "act-products",
        COST,
        "A convolution has 64 maps in, 64 maps out, and kernels of **3 × 3**. After it, ReLU compares each value with "
        "0: one operation. How many **multiplications** did the convolution need for that value?",
        Number(1, 10_000, "multiplications", 1.3, log=True),
        lambda photo: products(),
        lambda photo, right: (
            f"3 · 3 · 64 = **{whole(right)}**: a window of nine in each of 64 maps. So an activation should cost "
            "next to nothing. Measure it: does that hold for all of them?"
        ),
    ),
    Question(
        "act-pieces",
        COST,
        "Four activations. Which one can be computed **without an exponential**, by a comparison and a product?",
        Choice(
            tuple(WITHOUT.values()),
            {
                "tanh": "tanh x = (e^{x} − e^{−x}) / (e^{x} + e^{−x}).",
                "ELU": "Above 0 it is x, but below 0 it is α(e^{x} − 1).",
                "SiLU": "x times the sigmoid, and the sigmoid is 1 / (1 + e^{−x}).",
            },
        ),
        _pieces,
        "max(ax, x). How much an exponential costs depends on how a library and a processor compute it: that can only "
        "be measured.",
    ),
    Question(
        "act-memory",
        COST,
        "64 maps of 112 × 112 as **float32**. The backward pass of the activation needs them, so they are kept. How "
        "many megabytes is that for one photo?",
        Number(0.1, 1000, "megabytes", 1.3, log=True),
        _megabytes,
        lambda photo, right: (
            f"64 · 112 · 112 · 4 bytes: **{written(right)} MB**. For a batch of 64 photos it is "
            f"{written(64 * right)} MB, after one of many layers. An activation costs memory, too."
        ),
    ),
]
