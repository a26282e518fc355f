"""Fooling a network with as few pixels as possible: a change of any pixel costs the same, however large it is.

After Cinà et al. 2025, "σ-zero: Gradient-based Optimization of ℓ0-norm Adversarial Examples", arXiv:2402.01879, with
whole pixels instead of single colour values. The number of changed pixels has no slope; its smooth stand-in, the sum of
|d|² / (|d|² + σ) over the pixels, has one. Each step follows the gradient of both until the target leads, and of the
count alone while it leads; what has changed less than a threshold is put back, and the threshold grows while it leads.
"""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from imgcls.models.classify import Classifier, Prediction
from imgcls.ops.softmax import softmax

LOOKS = 100
"""Steps, each with a gradient of its own."""
SIGMA = 1e-3
"""Of the smooth count, for changes from -1 to 1."""
_THRESHOLD, _THRESHOLD_STEP = 0.3, 0.01  # at first; and what a step changes it by, times the step's length


def lead(classifier: Classifier, values: Tensor, target: int) -> tuple[float, Tensor, Prediction]:
    """By how much logit `target` leads the largest other one, the gradient of that (3, S, S), and all that is said.

    Args:
        values: float (3, S, S), the picture's colours from 0 to 1.
    """
    with torch.inference_mode(False), torch.enable_grad():  # holds for this thread only
        values = values.detach().clone().requires_grad_()
        logits = classifier.module(classifier.preprocess.normalise(values)[None].to(classifier.device))[0]
        others = logits.detach().clone()
        others[target] = -torch.inf
        margin = logits[target] - logits[int(others.argmax())]
        (gradient,) = torch.autograd.grad(margin, values)
    row = logits.detach().float().cpu()
    said = Prediction(row, softmax(row[None])[0], classifier.labels, classifier.dog_indices)
    return float(margin.detach()), gradient, said


def narrowed(classifier: Classifier, pixels: Tensor, target: int) -> Iterator[tuple[Tensor, Prediction, bool]]:
    """The picture at each of LOOKS steps, what the network says about it, and whether the target wins.

    `pixels` and the pictures: uint8 (3, S, S). The number of changed pixels rises at first, then falls.
    """
    start = pixels.float() / 255
    change, threshold = torch.zeros_like(start), _THRESHOLD
    for step in range(LOOKS):
        length = 0.1 + 0.45 * (1 + math.cos(math.pi * step / LOOKS))
        now = ((start + change) * 255).round().to(torch.uint8)
        ahead, gradient, said = lead(classifier, now.float() / 255, target)
        won = ahead > 0
        yield now, said, won
        down = _count_slope(change) - (0 if won else gradient)
        change = (start + change - length * down / down.abs().max().clamp(min=1e-12)).clamp(0, 1) - start
        change[:, change.abs().amax(dim=0) < threshold] = 0
        threshold = min(max(threshold + _THRESHOLD_STEP * length * (1 if won else -1), 0.0), 1.0)


def _count_slope(change: Tensor) -> Tensor:
    """The gradient of the smooth share of changed pixels with respect to each change (3, S, S)."""
    squared = change.square().sum(dim=0)
    return 2 * SIGMA * change / (squared + SIGMA).square() / squared.numel()


def put_back(classifier: Classifier, pixels: Tensor, changed: Tensor, target: int) -> Iterator[Tensor]:
    """Ever fewer changed pixels with which the target still wins, one picture after each look at the gradient.

    Those go back first whose change helps least by the gradient; half as many are tried until the target still wins.
    """
    while True:
        places = (changed != pixels).any(dim=0).flatten().nonzero()[:, 0]
        if len(places) < 2:
            return
        start, now = pixels.float() / 255, changed.float() / 255
        _, gradient, _ = lead(classifier, now, target)
        helps = (gradient * (now - start)).sum(dim=0).flatten()[places]
        order, count = places[helps.argsort(stable=True)], len(places) // 2
        while count and not _wins(classifier, tried := _restored(pixels, changed, order[:count]), target):
            count //= 2
        changed = tried if count else changed
        yield changed
        if not count:
            return


def _restored(pixels: Tensor, changed: Tensor, places: Tensor) -> Tensor:
    result = changed.flatten(1).clone()
    result[:, places] = pixels.flatten(1)[:, places]
    return result.view_as(changed)


def _wins(classifier: Classifier, pixels: Tensor, target: int) -> bool:
    with torch.inference_mode():
        logits = classifier.module(classifier.preprocess.normalise(pixels.float() / 255)[None].to(classifier.device))
    return int(logits[0].argmax()) == target
