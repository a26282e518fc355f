"""The dropout lesson's right answers, by hand or by torch alone."""

import itertools
import math

import torch
from torch.nn import functional as F

from imgcls.data.pictures import Picture
from imgcls.models.registry import load


def features(photo: Picture) -> torch.Tensor:
    with torch.inference_mode():
        maps = load().module.features(load().preprocess(photo.image))
    return maps.mean(dim=(2, 3))[0]


def both_ends(photo: Picture) -> float:
    """Of the four ways in which two nodes may be there or not."""
    ways = list(itertools.product((0, 1), repeat=2))
    return 100 * sum(a * b for a, b in ways) / len(ways)


def masked_chance(photo: Picture) -> float:
    x, head = features(photo), load().module.classifier
    mask = torch.rand(len(x), generator=torch.Generator().manual_seed(0)) >= 0.5
    with torch.inference_mode():
        best = head(x).argmax()
        return float(100 * head(2 * x * mask).softmax(0)[best])


def mean_logit(photo: Picture) -> str:
    """Over all 16 masks of four values."""
    x, w = torch.tensor([1.0, -2.0, 3.0, 0.5]), torch.tensor([0.2, 0.4, -1.0, 2.0])
    logits = [float((2 * x * torch.tensor(mask)) @ w) for mask in itertools.product((0.0, 1.0), repeat=4)]
    return "To the logit without dropout" if math.isclose(sum(logits) / 16, float(x @ w), rel_tol=1e-5) else "?"


def empty(photo: Picture) -> int:
    with torch.inference_mode():
        maps = load().module.features[0](load().preprocess(photo.image))[0]
    return int((maps.flatten(1).amax(1) == 0).sum())


CHECKS = {
    "drop-weights": both_ends,
    "drop-networks": lambda photo: len(list(itertools.product((0, 1), repeat=10))) ** 2,
    "drop-scale": lambda photo: [1, 4 / 3, 2, 4, 10],
    "drop-values": lambda photo: [8, 0, 12],
    "drop-sure": masked_chance,
    "drop-evaluating": lambda photo: (
        "All values as they are" if F.dropout(torch.ones(99), 0.9, training=False).equal(torch.ones(99)) else "?"
    ),
    "drop-spread": lambda photo: [1 / 3, math.sqrt(3 / 7), 1, math.sqrt(7 / 3), 3],
    "drop-logit": mean_logit,
    "drop-band": lambda photo: "Half as wide",  # 1/√4
    "drop-maps": lambda photo: [2, 0, 1],
    "drop-cannot": lambda photo: 2,
    "drop-empty": empty,
}
