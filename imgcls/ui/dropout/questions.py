"""What the dropout lesson asks before it shows."""

import numpy as np
import torch
from torch import Tensor

from imgcls.data.pictures import Picture
from imgcls.figures.images import signed_levels
from imgcls.labels import display_name
from imgcls.models.first_layer import first_layer
from imgcls.models.last_layer import LastLayer, last_layer
from imgcls.models.registry import load
from imgcls.numbers import percent, whole
from imgcls.ops.dropout import ManyPasses, dropout, dropout_maps, many_passes, thinned
from imgcls.ops.softmax import softmax
from imgcls.ui.dropout.photo_parts import PASSES
from imgcls.ui.dropout.thinned_part import WIDTHS
from imgcls.ui.questions import Bars, Choice, Curve, Number, Pick, Question

THINNED, MASK, MEAN, MAPS = "A thinner network each step", "One mask", "The mean of many", "Whole maps"
HALF = 0.5
RISING, SPREADS = (0.0, 0.25, 0.5, 0.75, 0.9), (0.1, 0.3, 0.5, 0.7, 0.9)  # values of p
VALUES, KEPT = (4.0, 2.0, 6.0), (1.0, 0.0, 1.0)


def _seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _scale(p: float) -> float:
    return dropout(torch.ones(1), p, _seeded()).scale


def _head(photo: Picture) -> LastLayer:
    return last_layer(load(), photo.image)


def _chances(photo: Picture) -> tuple[str, float, float]:
    """The answer without dropout, its probability, and the one with the page's first mask at p = 0.5."""
    head = _head(photo)
    dropped = dropout(head.features, HALF, _seeded()).output
    without, masked = (softmax(head.logits(features)) for features in (head.features, dropped))
    best = int(without.argmax())
    return display_name(load().labels[best]), float(without[best]), float(masked[best])


def _asks_how_sure(photo: Picture) -> str:
    name, share, _ = _chances(photo)
    return (
        f"EfficientNet-Lite0 gives your photo **{percent(share)}** for {name}. Now half of the "
        f"{whole(len(_head(photo).features))} features before its last layer are dropped, and the others doubled. How "
        "much does it give now?"
    )


UNCHANGED, A_TENTH, SMALLER = "All values as they are", "A tenth of the values", "All values, each a tenth as large"


def _evaluated(photo: Picture) -> str:
    x = torch.tensor(VALUES)
    passed = dropout(x, 0.9, _seeded(), training=False).output
    return UNCHANGED if passed.equal(x) else SMALLER if bool(passed.all()) else A_TENTH


def _many(photo: Picture, p: float, passes: int = 1) -> ManyPasses:
    head = _head(photo)
    best = int(head.logits(head.features).argmax())
    return many_passes(head.features, head.weights, head.bias, best, p, passes, _seeded())


def _spreads(photo: Picture) -> list[float]:
    usual = _many(photo, HALF).spread or 1.0
    return [_many(photo, p).spread / usual for p in SPREADS]


TO_EXACT, TO_HALF, ABOVE = "To the logit without dropout", "To half of it", "To more than it"


def _mean_logit(photo: Picture) -> str:
    """Four standard deviations of the mean leave no room for chance."""
    many = _many(photo, HALF, PASSES)
    off = float(many.means[-1]) - many.exact
    if abs(off) <= 4 * many.spread / PASSES**0.5 + 1e-4:
        return TO_EXACT
    return ABOVE if off > 0 else TO_HALF


HALF_AS_WIDE, QUARTER, AS_WIDE = "Half as wide", "A quarter as wide", "As wide as before"


def _band(photo: Picture) -> str:
    low, high = _many(photo, HALF, PASSES).band()
    width = high - low
    share = float(width[99] / width[24]) if float(width[24]) > 0 else HALF  # 100 masks and 25
    return min({0.5: HALF_AS_WIDE, 0.25: QUARTER, 1.0: AS_WIDE}.items(), key=lambda each: abs(each[0] - share))[1]


def _maps(photo: Picture) -> Tensor:
    return first_layer(load(), photo.image).activated


def _map_means(photo: Picture) -> list[float]:
    """A map that is kept, one that is dropped, and what becomes of the mean over all masks."""
    scale = dropout_maps(torch.ones(1, 1, 1), HALF, _seeded()).scale
    return [scale, 0.0, (1 - HALF) * scale + HALF * 0.0]


def _empty(photo: Picture) -> int:
    return sum(not each.any() for each in _maps(photo))


DROPPED = ("a whole map kept, and doubled", "a whole map dropped", "single values dropped")


def _left(photo: Picture) -> list[np.ndarray]:
    """The photo's strongest map as it may be left."""
    maps = _maps(photo)
    strongest = maps[int(maps.mean(dim=(1, 2)).argmax())]
    single = dropout(strongest, HALF, _seeded()).output
    limit = max(_scale(HALF) * float(strongest.max()), 1e-6)
    return [signed_levels(each, limit) for each in (_scale(HALF) * strongest, 0 * strongest, single)]


QUESTIONS = [
    Question(
        "drop-weights",
        THINNED,
        "Each hidden node is dropped with probability **0.5**. What share of the weights **between the two hidden "
        "layers** takes part in a step, on average?",
        Number(0, 100, "%", 3),
        lambda photo: 100 * (1 - HALF) ** 2,
        "A weight takes part only if the nodes at both of its ends do: 0.5 · 0.5 = 0.25. The other three quarters rest "
        "in this step.",
        at={"drop_node_p": "0"},
        then={"drop_node_p": "0.5"},
    ),
    Question(
        "drop-networks",
        THINNED,
        "Twenty hidden nodes, and each may be there or not. How many **different networks** is that?",
        Number(10, 1e9, "networks", 2, log=True),
        lambda photo: thinned(WIDTHS, HALF, _seeded()).networks,
        lambda photo, right: (
            f"Each node doubles their number: 2^{{20}} = **{whole(right)}**. Hardly any of them is trained twice, but "
            "they all share their weights."
        ),
        at={"drop_step": "1"},
        then={"drop_step": "20"},
    ),
    Question(
        "drop-scale",
        THINNED,
        "Whatever is kept is multiplied, so that the mean stays what it was. **By what**, for each p, the probability "
        "to drop?",
        Curve(RISING, 0, 12, "p", "factor", "", 1, 0.7, (1, 1, 1, 1, 1)),
        lambda photo: [_scale(p) for p in RISING],
        "By 1 / (1 − p): with half of the values gone the others count twice, with nine tenths gone ten times. Near "
        "p = 1 a few values have to stand in for all.",
        at={"drop_node_p": "0"},
        then={"drop_node_p": "0.9"},
    ),
    Question(
        "drop-values",
        MASK,
        "Three features: **4, 2 and 6**. At p = 0.5 this mask keeps the first and the third. What is passed on?",
        Bars(("4, kept", "2, dropped", "6, kept"), 0, 15, "", 0, 0.5, VALUES, "the features"),
        lambda photo: (torch.tensor(VALUES) * torch.tensor(KEPT) * _scale(HALF)).tolist(),
        "What is kept is multiplied by 1 / (1 − 0.5) = 2, so that the next layer gets as much as without dropout, on "
        "average over all masks.",
        at={"drop_p": "0"},
        then={"drop_p": "0.5"},
    ),
    Question(
        "drop-sure",
        MASK,
        _asks_how_sure,
        Number(0, 100, "%", 10, digits=1, start=50),
        lambda photo: 100 * _chances(photo)[2],
        lambda photo, right: (
            f"**{percent(right / 100)}** with this mask, {percent(_chances(photo)[1])} without. Each mask gives "
            "another number: with **Another mask** you see how far they scatter."
        ),
        at={"drop_p": "0"},
        then={"drop_p": "0.5"},
    ),
    Question(
        "drop-evaluating",
        MASK,
        "The network was trained with **p = 0.9**. Now it is used. What does its dropout layer pass on?",
        Choice(
            (A_TENTH, SMALLER, UNCHANGED),
            {
                A_TENTH: "That is training. An answer that changes with each look would be of no use.",
                SMALLER: "The first version of dropout did that. Today the values are scaled up in training instead.",
            },
        ),
        _evaluated,
        "In use, dropout does nothing. Because training has multiplied what was kept by 1 / (1 − p), the next layer "
        "gets values as large as it is used to.",
        at={"drop_mode": "evaluating", "drop_p": "0.1"},
        then={"drop_p": "0.9"},
    ),
    Question(
        "drop-spread",
        MEAN,
        "From mask to mask the logit of the best class scatters. Call its standard deviation at p = 0.5 **1**. Draw it "
        "for the other p.",
        Curve(SPREADS, 0, 4, "p", "scatter", "", 1, 0.3, (1, 1, 1, 1, 1)),
        _spreads,
        "It grows with √(p / (1 − p)), without end. A coin scatters most at 0.5, but here what is kept is multiplied "
        "by 1 / (1 − p) as well: at p = 0.9 few values remain, each ten times as large.",
        at={"drop_p": "0.1"},
        then={"drop_p": "0.9"},
    ),
    Question(
        "drop-logit",
        MEAN,
        "Half of all features are dropped, with another mask each time. The logits of very many masks are averaged. "
        "To what does their **mean** come?",
        Choice(
            (TO_HALF, TO_EXACT, ABOVE),
            {
                TO_HALF: "Half of the terms are missing, but the others count twice.",
                ABOVE: "Doubling makes up for dropping, on average exactly.",
            },
        ),
        _mean_logit,
        "A logit is a sum, and each of its terms keeps its mean. So one pass without dropout gives what the mean of "
        "all masks would. For a probability that holds only roughly, since softmax bends.",
        at={"drop_p": "0.05"},
        then={"drop_p": "0.5"},
    ),
    Question(
        "drop-band",
        MEAN,
        "The grey band shows where the mean of n masks nearly always lies. With **four times as many masks**, how wide "
        "is it?",
        Choice(
            (HALF_AS_WIDE, QUARTER, AS_WIDE),
            {
                QUARTER: "That would take sixteen times as many. Chance cancels only slowly.",
                AS_WIDE: "A single mask scatters as before. The mean of many does not.",
            },
        ),
        _band,
        "The scatter of a mean falls with √n, and √4 = 2. That is why one pass without dropout is so welcome.",
    ),
    Question(
        "drop-maps",
        MAPS,
        "Whole feature maps are dropped with p = 0.5. Call the mean of a map before that **1**. What is it afterwards?",
        Bars(("a map that is kept", "a map that is dropped", "any map, over many masks"), 0, 3, "", 1, 0.2, (1, 1, 1)),
        _map_means,
        "What is kept doubles, and what is dropped is 0 everywhere. Half of the time 2, half of the time 0: on average "
        "the map stays 1.",
        at={"drop_p": "0"},
        then={"drop_p": "0.5"},
    ),
    Question(
        "drop-cannot",
        MAPS,
        "One feature map of your photo, at p = 0.5. Which of these can **not** come from dropping whole maps?",
        Pick(_left, DROPPED),
        lambda photo: DROPPED.index("single values dropped"),
        "A whole map is there, twice as strong, or it is gone. Where single values are dropped, you still see what the "
        "map shows, and so does the next layer: little is hidden.",
        at={"drop_p": "0"},
        then={"drop_p": "0.5"},
    ),
    Question(
        "drop-empty",
        MAPS,
        "Training is over, and all 32 maps are passed on. How many of them are **empty** all the same, on your photo?",
        Number(0, 32, "maps", 2),
        _empty,
        lambda photo, right: (
            f"**{right}**. Their values are below 0 everywhere, so ReLU6 has made them 0. Training has shrunk four "
            "of the kernels to nothing, so their maps are empty on any photo."
        ),
        at={"drop_p": "0.5"},
        then={"drop_mode": "evaluating"},
    ),
]
