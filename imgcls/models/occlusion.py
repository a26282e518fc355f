"""Occlusion: cover a part of the picture and watch the probabilities.

Zeiler & Fergus 2014, "Visualizing and Understanding Convolutional Networks", arXiv:1311.2901, section 4.2.
"""

from functools import lru_cache

import torch
from torch import Tensor

from imgcls.models.classify import Classifier, Prediction
from imgcls.models.passes import predict_with_others
from imgcls.models.preprocess import Preprocess

GREY = 0.5


def patch_box(side: int, x: float, y: float, size: float) -> tuple[int, int, int, int]:
    """The pixels that a patch covers on a `side` x `side` input: left, top, right, bottom (right and bottom excluded).

    Args:
        x, y: the patch's centre, 0..1 from the left and from the top.
        size: its side, 0..1 of the input's. What sticks out is cut off.
    """

    def ends(centre: float) -> tuple[int, int]:
        return tuple(min(max(round((centre + half) * side), 0), side) for half in (-size / 2, size / 2))

    (left, right), (top, bottom) = ends(x), ends(y)
    return left, top, right, bottom


def occlude(classifier: Classifier, inputs: Tensor, x: float, y: float, size: float, fill: float = GREY) -> Prediction:
    """What the network says when one square of its input is painted grey.

    Args:
        inputs: (1, 3, S, S), preprocessed; it stays as it is.
        x, y, size: the patch's centre and side in 0..1 of the network's input (the centre crop), as in `patch_box`.
        fill: the grey, 0 black to 1 white, before normalising.
    """
    return predict_with_others(classifier, covered(classifier, inputs, [(x, y)], size, fill))


def covered(
    classifier: Classifier, inputs: Tensor, centres: list[tuple[float, float]], size: float, fill: float = GREY
) -> Tensor:
    """One copy of the input (1, 3, S, S) for every centre, with the patch painted there: (len(centres), 3, S, S)."""
    grey = _grey(classifier.preprocess, fill)
    copies = inputs.repeat(len(centres), 1, 1, 1)
    for copy, (x, y) in zip(copies, centres, strict=True):
        left, top, right, bottom = patch_box(inputs.shape[-1], x, y, size)
        copy[:, top:bottom, left:right] = grey
    return copies


@lru_cache(maxsize=64)
def _grey(preprocess: Preprocess, fill: float) -> Tensor:
    """The grey as the network gets it: (3, 1, 1)."""
    return preprocess.normalise(torch.full((3, 1, 1), fill))
