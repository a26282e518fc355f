"""What the page on the whole network asks before it shows: the student's photo in TinyVGG, which is small enough."""

from functools import lru_cache

import numpy as np
from torch.nn import functional as F

from imgcls.data.pictures import Picture
from imgcls.models.ablation import WhatIf, what_if
from imgcls.models.graph import Graph, graph_of
from imgcls.models.influence import Backward, backward
from imgcls.models.strongest import Way, strongest_way
from imgcls.models.trace import Trace, trace
from imgcls.numbers import fixed, percent, whole
from imgcls.training.trained import tinyvgg
from imgcls.ui.hall import network_input
from imgcls.ui.network.excite_questions import EXCITING
from imgcls.ui.questions import Bars, Choice, Curve, Number, Order, Question, Spot

FORWARD, WHAT_IF, BACKWARDS, FILM = "Forward", "What if", "Backwards", "Film"
SIZES = ("conv1_1", "conv1_2", "pool1", "conv2_1", "conv2_2", "pool2")
BENT = ("relu1_1", "relu1_2", "relu2_1", "relu2_2")
OFF, LAST, MOVED = 4, "layers.pool2", 8  # a map of the last layer; pixels
BEFORE_POOL = "layers.relu1_2"
AROUND = 9  # pixels a side over which the answer to a click is averaged
TINY = {"net_model": "tinyvgg"}


def _graph() -> Graph:
    return graph_of(tinyvgg())


@lru_cache(maxsize=64)
def _changed(photo: Picture, change: WhatIf) -> Trace:
    return what_if(_graph(), network_input(tinyvgg(), photo), change)


def _shares(photo: Picture, change: WhatIf = WhatIf()) -> list[float]:  # noqa: B008 (it is frozen)
    return [100 * p for p in _changed(photo, change).probabilities.tolist()]


def _best(photo: Picture) -> tuple[int, str, float]:
    """Number, name and probability in percent of the best class."""
    shares = _shares(photo)
    best = int(np.argmax(shares))
    return best, tinyvgg().name_of(best), shares[best]


def _columns(names: tuple[str, ...]) -> list:
    return [_graph().column(f"layers.{name}") for name in names]


def _sides(photo: Picture) -> list[int]:
    return [column.shape[1] for column in _columns(SIZES)]


def _largest(photo: Picture) -> list[float]:
    """The largest value of each ReLU's maps."""
    seen = trace(_graph(), network_input(tinyvgg(), photo))
    return [round(float(seen.output(column.step).max()), 2) for column in _columns(BENT)]


def _parameters(photo: Picture) -> list[float]:
    """The shares of the convolutions and of the dense layer, in percent."""
    *before, dense = (column.parameters for column in _graph().columns)
    return [100 * part / (sum(before) + dense) for part in (sum(before), dense)]


def _without(photo: Picture) -> list[float]:
    return _shares(photo, WhatIf(off=frozenset({(LAST, OFF)})))


def _after_moving(photo: Picture) -> float:
    return _shares(photo, WhatIf(shift=(MOVED, 0)))[_best(photo)[0]]


def _convolutions_needed(photo: Picture) -> str:
    """How many runs of convolutions there are with nothing but activations between them."""
    runs, inside = 0, False
    for step in _graph().steps:
        if step.kind == "convolution":
            runs, inside = runs + (not inside), True
        elif step.kind != "activation":
            inside = False
    return whole(runs)


@lru_cache(maxsize=16)
def _backward(photo: Picture) -> Backward:
    return backward(_graph(), network_input(tinyvgg(), photo), _best(photo)[0])


def _crop(photo: Picture) -> np.ndarray:
    return np.asarray(tinyvgg().preprocess.steps(photo.image)[2].value)


def _strength(photo: Picture) -> np.ndarray:
    """How strong the gradient is around each pixel: the mean of its size over colours and neighbours, (64, 64)."""
    sizes = _backward(photo).gradients["input"].abs().mean(0, keepdim=True)
    return F.avg_pool2d(sizes, AROUND, 1, AROUND // 2, count_include_pad=False)[0].numpy()


def _no_gradient(photo: Picture) -> float:
    return 100 * float((_backward(photo).gradients[BEFORE_POOL] == 0).float().mean())


def _seen(photo: Picture) -> float:
    """Pixels a side behind one value of the last maps."""
    return float(_graph().steps[_graph().column(LAST).step].receptive.size)


WEIGHTS, SUMS, CHANCES, BLAME = "the kernel’s weights", "the map of its sums", "the probabilities", "the gradients"


@lru_cache(maxsize=16)
def _way(photo: Picture) -> Way:
    return strongest_way(_graph(), network_input(tinyvgg(), photo))


def _same_for_all(photo: Picture) -> str:
    """What the film of this photo shares with that of its negative."""
    kernel = tinyvgg().module.layers[0].weight
    before = kernel.clone()
    mine, other = _way(photo), strongest_way(_graph(), 1 - network_input(tinyvgg(), photo))
    first = mine.opening[0].index
    pairs = {
        SUMS: (mine.outputs[first], other.outputs[first]), CHANCES: (mine.probabilities, other.probabilities),
        BLAME: (mine.gradients[0], other.gradients[0]), WEIGHTS: (before, kernel),
    }  # fmt: skip
    return next(name for name, (one, two) in pairs.items() if one.equal(two))


def _blame(photo: Picture) -> str:
    """What the loss's gradients at the logits come to, all together."""
    way = _way(photo)
    total = float(way.logit_gradients.sum())
    return min(("0", "1", LOSS), key=lambda name: abs({"0": 0.0, "1": 1.0, LOSS: way.loss}[name] - total))


LOSS = "the loss"
LOGIT, PROBABILITY, ONE = "its logit, less the bias", "its probability", "always 1"


def _all_influences(photo: Picture) -> str:
    back = _backward(photo)
    total = float(back.influence(LAST).sum())
    bias = float(tinyvgg().module.layers[-1].bias[back.class_index])
    found = {LOGIT: back.logit - bias, PROBABILITY: _best(photo)[2] / 100, ONE: 1.0}
    return min(found, key=lambda name: abs(found[name] - total))


QUESTIONS = [
    Question(
        "net-sides",
        FORWARD,
        "TinyVGG gets 64 × 64 pixels. Its convolutions are 3 × 3 without padding, its pools 2 × 2. Draw the **side** "
        "of the maps after each layer.",
        Curve((1, 2, 3, 4, 5, 6), 0, 64, "layer", "pixels a side", "", 0, 2, (64,) * 6, SIZES),
        _sides,
        "A convolution without padding costs 2 pixels a side: 64 − 3 + 1 = 62. A pool halves: 60 / 2 = 30. At the end "
        "13 × 13 positions are left, and each has seen a large part of the photo.",
        at=TINY,
        then=TINY,
    ),
    Question(
        "net-weights",
        FORWARD,
        "TinyVGG has four layers of convolution and one dense layer at the end. Which share of its parameters lies "
        "where?",
        Bars(("in the four convolutions", "in the dense layer"), 0, 100, "%", 0, 8, (50, 50)),
        _parameters,
        lambda photo, right: (
            f"**{percent(right[1] / 100)}** lie in the last layer: it has a weight of its own for each of "
            f"10 · 13 · 13 = {whole(1690)} values and each of 6 classes. A kernel is used again at every position, so "
            "convolutions are cheap."
        ),
        at=TINY,
        then=TINY,
    ),
    Question(
        "net-largest",
        FORWARD,
        "Nothing keeps values between 0 and 1 on their way. Order TinyVGG's four ReLU layers by the **largest value** "
        "in their maps of your photo.",
        Order(BENT, "smallest", "largest", "", 2),
        _largest,
        "Each value is a sum of 90 products or, in the first layer, of 27. With all colours on one scale you see which "
        "layers shout. The next layer's weights are made for that size.",
        at=TINY,
        then=TINY | {"net_colours": "network"},
    ),
    EXCITING,
    Question(
        "net-off",
        WHAT_IF,
        f"Map {OFF} of TinyVGG's last layer is **switched off**: all its values become 0. Which of the classes go up, "
        "and which down? Drag the bars.",
        Bars(lambda photo: tuple(tinyvgg().labels), 0, 100, "%", 0, 15, _shares, "the probabilities now"),
        _without,
        lambda photo, right: (
            f"{_best(photo)[1]} had {percent(_best(photo)[2] / 100)} and gets "
            f"**{percent(right[_best(photo)[0]] / 100)}**. A map speaks for some classes and against others, so "
            "without it some must rise and others fall: the six share 100%."
        ),
        at=TINY,
        then=TINY | {"net_off": f"10-{OFF}"},
    ),
    Question(
        "net-moved",
        WHAT_IF,
        lambda photo: (
            f"TinyVGG gives **{_best(photo)[1]}** {percent(_best(photo)[2] / 100)}. Now your photo moves {MOVED} "
            "pixels to the right. How much does it give then?"
        ),
        Number(0, 100, "%", 10, start=lambda photo: _best(photo)[2]),
        _after_moving,
        lambda photo, right: (
            f"**{percent(right / 100)}**. The maps move along with the photo, but the dense layer has a weight for "
            "each position: the same feature meets other weights. It knows only the places that it has learned."
        ),
        at=TINY | {"net_shift": "0,0"},
        then=TINY | {"net_shift": f"{MOVED},0"},
    ),
    Question(
        "net-linear",
        WHAT_IF,
        "All of TinyVGG's ReLUs are taken out: conv, conv, max pool, conv, conv, max pool, dense. With how few "
        "**convolutions** could you get the same outputs?",
        Choice(
            ("0", "1", "2", "4"),
            {
                "0": "The max pool in the middle is not linear, so the network is not one dense layer.",
                "1": "It would be 1 if the max pool did not stand between the two pairs.",
                "4": "Two linear steps in a row are one linear step, with a larger kernel.",
            },
        ),
        _convolutions_needed,
        "Two 3 × 3 convolutions in a row with nothing between them are one of 5 × 5. Only the max pool, which is not "
        "linear, keeps the two pairs apart: **2** are enough.",
        at=TINY,
        then=TINY | {"net_activation": "none"},
    ),
    Question(
        "net-gradient",
        BACKWARDS,
        lambda photo: (
            f"Click where a small change of the pixels would change TinyVGG's logit of **{_best(photo)[1]}** most."
        ),
        Spot(_crop),
        _strength,
        "Bright is where the gradient is strong. It says where the answer is sensitive, not where the dog is: often "
        "that is an edge, or a place where two features compete.",
        at=TINY | {"net_layer": "0"},
        then=TINY | {"net_layer": "0"},
    ),
    Question(
        "net-zero",
        BACKWARDS,
        "The gradient flows back through TinyVGG's first max pool, 2 × 2. At what share of the positions before it is "
        "the gradient **exactly 0**?",
        Number(0, 100, "%", 6),
        _no_gradient,
        lambda photo, right: (
            f"**{percent(right / 100)}**. Only the winner of four gets any: 3 / 4 get nothing at once. Where the later "
            "ReLUs are silent, the winner gets nothing either."
        ),
        at=TINY | {"net_layer": "4"},
        then=TINY | {"net_layer": "4"},
    ),
    Question(
        "net-influence",
        BACKWARDS,
        "Multiply every value of TinyVGG's last maps by its gradient for the best class, and add up all 1,690 "
        "products. What do you get?",
        Choice(
            (PROBABILITY, LOGIT, ONE),
            {
                PROBABILITY: "The gradient is that of the logit; softmax comes only after it.",
                ONE: "Only probabilities add up to 1, and these are none.",
            },
        ),
        _all_influences,
        lambda photo, right: (
            "The last layer is linear: its gradient is its weights, so value times gradient is exactly what each value "
            f"adds to the logit of {fixed(_backward(photo).logit, 2)}. In earlier layers it is an estimate."
        ),
        at=TINY | {"net_layer": "10"},
        then=TINY | {"net_layer": "10"},
    ),
    Question(
        "net-seen",
        FILM,
        "The film follows one value from its pixels to the answer. In TinyVGG it goes through two 3 × 3 convolutions, "
        "a 2 × 2 pool, two more convolutions and a pool. How much of your photo does **one value of the last "
        "maps** see?",
        Number(1, 64, "pixels a side", 2),
        _seen,
        lambda photo, right: (
            f"**{whole(right)} × {whole(right)} pixels**: 3, then 5, 6 after the pool, where one step is worth two "
            f"pixels, then 10, 14 and {whole(right)}. The rest of the photo cannot change this value."
        ),
        at=TINY,
        then=TINY,
    ),
    Question(
        "net-same",
        FILM,
        "The film shows numbers from your photo to the answer, and back. Which of them would be **the same with any "
        "other photo**?",
        Choice(
            (SUMS, CHANCES, WEIGHTS, BLAME),
            {
                SUMS: "The sums are of products with your pixels: another photo makes another map.",
                CHANCES: "They are the answer to this photo.",
                BLAME: "They say how this photo’s loss would change.",
            },
        ),
        _same_for_all,
        "Weights are parameters: they change only when the network learns, as in the film’s last step. All else is "
        "worked out anew for each photo.",
        at=TINY,
        then=TINY,
    ),
    Question(
        "net-blame",
        FILM,
        "The loss passes its gradient to TinyVGG's six logits: some must rise, others must fall. What do the six "
        "gradients **add up to**?",
        Choice(
            ("0", "1", LOSS),
            {
                "1": "The probabilities add up to 1, but 1 is taken off for the right class.",
                LOSS: "The loss is one number, −ln p; its gradients are p − y.",
            },
        ),
        _blame,
        "Each gradient is p − y, where y is 1 for the right class and 0 for the others. All p add up to 1, and so do "
        "all y. As much as the right class is pushed up, the others together are pushed down.",
        at=TINY,
        then=TINY,
    ),
]
