"""What the dense lesson asks before it shows."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from torch import Tensor

from imgcls.data.pictures import Picture
from imgcls.models.templates import load_templates
from imgcls.numbers import fixed, percent, sides, whole, written
from imgcls.ops.convolution import working_pixels
from imgcls.ops.dense import (
    LayerShape,
    centre_minus_border,
    dense_layers,
    layer_costs,
    linear_scores,
    neighbour_difference,
    neuron,
    random_weights,
)
from imgcls.training.experiments import SIDE, drawn_breeds, pixel_permutation, shuffle_pixels
from imgcls.ui.dense.cost_part import DEFAULT, PRESETS
from imgcls.ui.dense.neuron_part import CENTRE, CHANNELS, LEARNED, learned
from imgcls.ui.dense.templates_part import NAMES, pictured
from imgcls.ui.questions import Bars, Choice, Curve, Number, Pick, Question, Spot

NETWORK, COST, NEURON = "Every node to every other", "What it costs", "The photo through one neuron"
TEMPLATES, SHUFFLE = "One template per class", "Shuffle the pixels"
PHOTO, NODES = 224, 100  # pixels a side, nodes of the first hidden layer
SMALLER = (56, 112, 168)  # a quarter, a half and three quarters of PHOTO
DIGIT, HIDDEN = 28, (100, 100)
ALEXNET = PRESETS["AlexNet, first layer"]
KINDS = ("fully connected", "locally connected", "convolution")
LARGE, LEARNED_SIDE = 32, 16  # pixels a side of the picture that a neuron gets
SHIPS, MATCHES = ("horse", "cat", "ship", "dog"), ("airplane", "automobile", "frog", "horse")


def _first_weights(side: int) -> int:
    return dense_layers(side, 3, (NODES,), 10)[0].weights


def _millions(photo: Picture) -> list[float]:
    return [_first_weights(side) / 1e6 for side in SMALLER]


def _of_a_photo(size: int) -> dict[str, str]:
    return {"dense_size": str(size), "dense_channels": "3", "dense_layers": "1", "dense_width1": str(NODES)}


def _shares(photo: Picture) -> list[float]:
    layers = dense_layers(DIGIT, 1, HIDDEN, 10)
    total = sum(layer.parameters for layer in layers)
    return [100 * layer.parameters / total for layer in layers]


def _weights(shape: LayerShape) -> list[int]:
    costs = layer_costs(shape)
    return [each.weights for each in (costs.dense, costs.local, costs.conv)]


def _digits(photo: Picture) -> list[int]:
    return [len(str(count)) for count in _weights(ALEXNET)]


def _doubled(photo: Picture) -> list[float]:
    before, after = _weights(DEFAULT), _weights(replace(DEFAULT, size=2 * DEFAULT.size))
    return [now / then for now, then in zip(after, before, strict=True)]


def _of_layer(shape: LayerShape, **more: str) -> dict[str, str]:
    """The layer in the page's address."""
    numbers = {f"dense_cost_{name}": getattr(shape, name) for name in ("kernel", "stride", "padding", "size")}
    counts = {"dense_channels_in": shape.channels, "dense_filters": shape.filters}
    return {name: str(number) for name, number in {**numbers, **counts}.items()} | more


NONE_SAVED, MOST_SAVED, HALF_SAVED = "None", "All but one in 3,025", "Half of them"


def _saved(photo: Picture) -> str:
    costs = layer_costs(ALEXNET)
    shared = costs.conv.multiply_adds / costs.local.multiply_adds
    return NONE_SAVED if shared == 1 else HALF_SAVED if shared == 0.5 else MOST_SAVED


def _apart(photo: Picture) -> str:
    """How far a pixel is from the one below it, in the vector that torch's flatten makes."""
    places = np.arange(3 * LARGE * LARGE).reshape(3, LARGE, LARGE)
    return whole(int(places[0, 1, 0] - places[0, 0, 0]))


def _colour(photo: Picture) -> np.ndarray:
    return working_pixels(photo.image, 192, "colour").round().byte().permute(1, 2, 0).numpy()


def _raises(photo: Picture) -> np.ndarray:
    """What each place adds to the sum, in thousandths: (32, 32)."""
    pixels = working_pixels(photo.image, LARGE, "colour") / 255
    return 1000 * neuron(pixels, centre_minus_border(CHANNELS, LARGE)).products.sum(0).numpy()


def _templates(classes: tuple[str, ...]) -> list[np.ndarray]:
    known = load_templates()
    return list(pictured(known.weights[[known.classes.index(name) for name in classes]]))


def _scores(photo: Picture) -> Mapping[str, float]:
    known = load_templates()
    pixels = working_pixels(photo.image, known.side, "colour") / 127.5 - 1
    return dict(zip(known.classes, linear_scores(pixels, known.weights, known.bias).scores.tolist(), strict=True))


def _best_match(photo: Picture) -> int:
    scores = _scores(photo)
    return max(range(len(MATCHES)), key=lambda k: scores[MATCHES[k]])


def _why_match(photo: Picture, right: int) -> str:
    scores = [f"{NAMES.get(name, name)} {fixed(_scores(photo)[name], 2)}" for name in MATCHES]
    return (
        f"Bright where the template is bright, dark where it is dark: that makes large products. The scores: "
        f"{', '.join(scores)}. What counts is which colours lie where, not what the photo shows."
    )


def _drawings() -> tuple[Tensor, Tensor]:
    """One drawing of each breed before and after the shuffle, (6, 3, SIDE, SIDE) in -1..1."""
    inputs = drawn_breeds(1, 0)[0]
    return inputs, shuffle_pixels(inputs, pixel_permutation(0))


def _neighbours() -> tuple[float, float]:
    before, after = (neighbour_difference((pictures + 1) / 2) for pictures in _drawings())
    return before, after


def _colours(shuffled: int) -> list[float]:
    """The mean red, green and blue of the first drawing, in percent."""
    return (50 * (_drawings()[shuffled][0] + 1).mean(dim=(1, 2))).tolist()


AS_WELL, GUESSES, WORSE = "It learns just as well", "It can only guess", "It learns, but clearly worse"


def _dense_shuffled(photo: Picture) -> str:
    """Whether weights that move along with the pixels give what the others gave."""
    weights, order = random_weights(3, SIDE, 0), pixel_permutation(0)
    moved = shuffle_pixels(weights[None], order)[0]
    before, after = (
        [neuron(each, these).output for each in pictures]
        for pictures, these in zip(_drawings(), (weights, moved), strict=True)
    )
    return AS_WELL if np.allclose(before, after, atol=1e-4) else WORSE


QUESTIONS = [
    Question(
        "dense-photo",
        NETWORK,
        "A colour photo of **224 × 224** pixels goes into a layer of only **100 nodes**. How many weights does that "
        "take?",
        Number(1000, 1e9, "weights", 1.5, log=True),
        lambda photo: _first_weights(PHOTO),
        lambda photo, right: (
            f"{sides(PHOTO, PHOTO, 3)} = {whole(PHOTO * PHOTO * 3)} values, each with a weight to each of 100 nodes: "
            f"**{whole(right)}** weights, and this is only the first layer."
        ),
        at=_of_a_photo(4),
        then={"dense_size": str(PHOTO)},
    ),
    Question(
        "dense-halved",
        NETWORK,
        "At 224 pixels a side, this layer has 15 million weights. Draw how many **million** it has for smaller photos.",
        Curve(SMALLER, 0, 16, "pixels a side", "million weights", "", 1, 1, (8, 8, 8)),
        _millions,
        lambda photo, right: (
            f"Half the side leaves a quarter of the pixels, and so a quarter of the weights: **{fixed(right[1], 2)}** "
            f"million. A quarter of the side leaves a sixteenth, **{fixed(right[0], 2)}** million."
        ),
        at=_of_a_photo(PHOTO),
        then={"dense_size": str(SMALLER[1])},
    ),
    Question(
        "dense-where",
        NETWORK,
        "A grey digit of 28 × 28 pixels, two hidden layers of 100 nodes, 10 classes. How are the parameters shared out "
        "among the three steps?",
        Bars(("image to hidden 1", "hidden 1 to hidden 2", "hidden 2 to classes"), 0, 100, "%", 0, 8, (33, 33, 33)),
        _shares,
        lambda photo, right: (
            f"The first layer has **{percent(right[0] / 100)}** of them, because each node needs a weight for each of "
            f"784 pixels. The second hidden layer adds {percent(right[1] / 100)}: depth is cheap, the image is not."
        ),
        at={"dense_size": "28", "dense_layers": "1", "dense_width1": "100", "dense_width2": "100"},
        then={"dense_layers": "2"},
    ),
    Question(
        "dense-digits",
        COST,
        "AlexNet's first layer makes 96 maps of 55 × 55 from a photo of 227 × 227. **How many digits** does its number "
        "of weights have if it is built in each of these ways?",
        Bars(KINDS, 1, 12, "digits", 0, 1, (6, 6, 6)),
        _digits,
        lambda photo, right: (
            f"The three numbers: {'; '.join(map(whole, _weights(ALEXNET)))}. Looking at a window of 11 × 11 instead of "
            "the whole photo saves two to three digits, and sharing its weights another three to four."
        ),
        at=_of_layer(replace(ALEXNET, size=32)),
        then={"dense_cost_size": "227"},
    ),
    Question(
        "dense-multiply",
        COST,
        "Locally connected: each of the 55 × 55 places has weights of its own. A convolution shares them. How many "
        "**multiplications** does the sharing save?",
        Choice(
            (MOST_SAVED, HALF_SAVED, NONE_SAVED),
            {
                MOST_SAVED: "That holds for the weights: 55 · 55 = 3,025 places use the same ones.",
                HALF_SAVED: "No product is computed twice, so none can be left out.",
            },
        ),
        _saved,
        lambda photo, right: (
            f"Each output still multiplies its whole window: {whole(layer_costs(ALEXNET).conv.multiply_adds)} "
            "multiplications in both. Sharing saves memory. It is the small window that saves the work."
        ),
        at=_of_layer(replace(ALEXNET, kernel=3)),
        then={"dense_quantity": "multiply-adds", "dense_cost_kernel": str(ALEXNET.kernel)},
    ),
    Question(
        "dense-doubled",
        COST,
        "The image grows from 32 × 32 to **64 × 64**, and the output with it. How many times as many **weights** does "
        "each layer need?",
        Bars(KINDS, 0, 20, "×", 0, 1, (2, 2, 2)),
        _doubled,
        "Four times as many inputs, and four times as many outputs: a fully connected layer needs 4 · 4 = 16 times as "
        "many. Locally connected, only the places are more. A convolution takes the same kernels along.",
        at={"dense_cost_size": "32"},
        then={"dense_cost_size": "64"},
    ),
    Question(
        "dense-above",
        NEURON,
        "The photo has 32 × 32 pixels in three colours. It is laid out as one vector, as torch does. How far apart are "
        "the red values of **two pixels, one above the other**?",
        Choice(
            ("1", "32", "96", "1,024"),
            {
                "1": "That is the neighbour on the right. The one below comes a whole row later.",
                "96": "That would be so if red, green and blue of a pixel stood together. torch puts all red first.",
                "1,024": "That is where the same pixel's green value stands.",
            },
        ),
        _apart,
        "A row is 32 numbers long. What lies close in the photo lies far apart in the vector, and a dense network has "
        "to learn from data which values are neighbours.",
        at={"dense_side": "8"},
        then={"dense_side": "32"},
    ),
    Question(
        "dense-spot",
        NEURON,
        "A neuron's weights are positive in a square in the middle, half as wide as the photo, and negative around it. "
        "Click the place that **raises its sum most**.",
        Spot(_colour, 0.08),
        _raises,
        "Weight times pixel: only the square can raise the sum, and the brightest pixels in it raise it most. A bright "
        "border lowers it.",
        at={"dense_weights": CENTRE, "dense_side": "4"},
        then={"dense_side": "32"},
    ),
    Question(
        "dense-one-neuron",
        NEURON,
        "A **single** neuron has learned from 120 small drawings to tell dogs from cats. Of new drawings, what share "
        "does it get right? Guessing gives 50%.",
        Number(0, 100, "%", 5, start=80),
        lambda photo: 100 * learned(LEARNED_SIDE).accuracy,
        lambda photo, right: (
            f"**{percent(right / 100, 0)}**, a little better than guessing. It has one weight for each position, "
            "but dogs stand in many places and poses: one template for all of them is a blur."
        ),
        at={"dense_weights": LEARNED, "dense_side": "4"},
        then={"dense_side": str(LEARNED_SIDE)},
    ),
    Question(
        "dense-ship",
        TEMPLATES,
        "A linear classifier has learned these templates from photos: cat, dog, horse and ship, but not in this order. "
        "Which one is the **ship**?",
        Pick(lambda photo: _templates(SHIPS), SHIPS, by_colour=True),
        lambda photo: SHIPS.index("ship"),
        "Blue where the water is: blue pixels down there raise the score of the ship, whether a ship is on them or "
        "not. There is no outline, because no two ships lie in the same place.",
        then={"dense_class": str(load_templates().classes.index("ship"))},
    ),
    Question(
        "dense-match",
        TEMPLATES,
        "Plane, car, frog and horse: which of these templates gives **your photo** the highest score?",
        Pick(lambda photo: _templates(MATCHES), tuple(NAMES.get(name, name) for name in MATCHES), by_colour=True),
        _best_match,
        _why_match,
        finds=lambda right: {"dense_class": str(load_templates().classes.index(MATCHES[right]))},
    ),
    Question(
        "dense-accuracy",
        TEMPLATES,
        "This classifier has one template for each of ten classes. Of photos that it has not learned from, what share "
        "does it get right? Guessing gives 10%.",
        Number(0, 100, "%", 8),
        lambda photo: 100 * load_templates().accuracy,
        lambda photo, right: (
            f"**{percent(right / 100, 0)}**, {written(right / 10, 2)} times as often as by guessing. But a horse "
            "that looks to the left and one that looks to the right have to share a template."
        ),
    ),
    Question(
        "dense-moved",
        SHUFFLE,
        "All pixels of all pictures change places, in every picture **in the same way**. A dense network is trained on "
        "these pictures from the start. How well does it learn?",
        Choice(
            (GUESSES, WORSE, AS_WELL),
            {
                GUESSES: "We can only guess, because we look for shapes. A dense network never did.",
                WORSE: "That happens to a network that looks at neighbours, a CNN.",
            },
        ),
        _dense_shuffled,
        "Move the weights along with their pixels, and every sum is the same. A dense network does not know which "
        "pixels are neighbours, so it cannot miss them.",
        at={"dense_mixed": "0"},
        then={"dense_mixed": "1"},
    ),
    Question(
        "dense-neighbours",
        SHUFFLE,
        lambda photo: (
            "Black is 0, white is 1. In the drawings, neighbouring pixels differ by "
            f"**{fixed(_neighbours()[0], 2)}** on average. By how much after the shuffle?"
        ),
        Number(0, 1, "", 0.05, digits=2, start=lambda photo: _neighbours()[0]),
        lambda photo: _neighbours()[1],
        lambda photo, right: (
            f"By **{fixed(right, 2)}**, {written(right / _neighbours()[0], 2)} times as much: now any two "
            "pixels can be neighbours. The values are the same as before, but near ones are no longer alike."
        ),
        at={"dense_mixed": "0"},
        then={"dense_mixed": "1"},
    ),
    Question(
        "dense-colours",
        SHUFFLE,
        "The line shows how much red, green and blue the Dalmatian's drawing holds on average. Drag the bars to where "
        "they are **after the shuffle**.",
        Bars(("red", "green", "blue"), 0, 100, "%", 0, 4, lambda photo: _colours(0), "the drawing"),
        lambda photo: _colours(1),
        "Nothing moves: every pixel is still there, only elsewhere. A CNN can go by such averages, so it need not "
        "fall to guessing, but its kernels find no edges of a dog any more.",
        at={"dense_mixed": "0"},
        then={"dense_mixed": "1"},
    ),
]
