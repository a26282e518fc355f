"""Fooling a network: changes to a picture that follow the gradient until another class wins.

Small noise: Goodfellow et al. 2015, "Explaining and Harnessing Adversarial Examples", arXiv:1412.6572 (one step along
the sign of the gradient); Kurakin et al. 2017, arXiv:1607.02533 (several). Few pixels: the idea of Papernot et al.
2016, "The Limitations of Deep Learning in Adversarial Settings", arXiv:1511.07528, with whole pixels.

Pictures are uint8 (3, S, S), as the network gets them before they are normalised: what fools it here is a real picture.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from imgcls.models.classify import Classifier, Prediction, classify_batch

Way = Literal["noise", "pixels"]
MOST_LEVELS = 16
"""Of 255, by which a colour may be changed."""
MOST_SHARE = 0.1
"""Of the pixels that may be repainted."""
_GROWTH = 1.4  # of the number of pixels from one look at the gradient to the next


def as_pixels(classifier: Classifier, inputs: Tensor) -> Tensor:
    """The picture behind a network's input (1, 3, S, S)."""
    mean, std = (torch.tensor(numbers)[:, None, None] for numbers in _scale(classifier))
    return ((inputs[0] * std + mean) * 255).round().clamp(0, 255).to(torch.uint8)


def predict(classifier: Classifier, pixels: Tensor) -> Prediction:
    """What the network says about a picture."""
    return classify_batch(classifier, _inputs(classifier, pixels))[0]


def compass(classifier: Classifier, pixels: Tensor, target: int, away: int) -> Tensor:
    """The gradient of logit `target` less logit `away` with respect to every colour value: float (3, S, S), per level.

    Where it is positive, a brighter value helps the target against the other.

    Raises:
        ValueError: there is no such class, or both are the same.
    """
    count = len(classifier.labels)
    if not (0 <= target < count and 0 <= away < count and target != away):
        raise ValueError("Choose two different classes of the network.")
    with torch.inference_mode(False), torch.enable_grad():  # holds for this thread only
        values = pixels.float().requires_grad_()
        logits = classifier.module(_inputs(classifier, values).to(classifier.device))[0]
        (gradient,) = torch.autograd.grad(logits[target] - logits[away], values)
    return gradient.detach().float()


def noisy(pixels: Tensor, gradient: Tensor, levels: int) -> Tensor:
    """Every colour value moved by `levels` of 255 in the direction of the gradient's sign."""
    return (pixels.float() + levels * gradient.sign()).clamp(0, 255).to(torch.uint8)


def repainted(pixels: Tensor, gradient: Tensor, count: int, free: Tensor | None = None) -> Tensor:
    """The `count` pixels that promise most, each colour set to 0 or 255 by the gradient's sign.

    A pixel promises the sum over its colours of gradient times change: what the first-order estimate gains by it.

    Args:
        free: bool (S, S), the pixels that may be changed; all of them if None.
    """
    goal = torch.where(gradient > 0, 255.0, 0.0)
    goal = torch.where(gradient == 0, pixels.float(), goal)
    gain = (gradient * (goal - pixels)).sum(dim=0)
    if free is not None:
        gain = gain.masked_fill(~free, -1.0)
    chosen = torch.zeros(gain.numel(), dtype=torch.bool)
    chosen[gain.flatten().argsort(descending=True, stable=True)[:count]] = True
    return torch.where(chosen.view_as(gain), goal, pixels.float()).to(torch.uint8)


@dataclass(frozen=True, eq=False)
class Try:
    """A picture on the way to the target, and how much has been changed: `levels` of 255 at most, `pixels` of them."""

    picture: Tensor
    prediction: Prediction
    levels: int
    pixels: int
    looks: int
    won: bool


def attempts(classifier: Classifier, pixels: Tensor, target: int, way: Way) -> Iterator[Try]:
    """The picture after each look at the gradient, until the target wins or the most that is allowed is reached.

    Noise grows by one level a look, repainted pixels by a constant factor.

    Raises:
        ValueError: there is no such class, or the network already says it.
    """
    now, looks, count = pixels, 0, 1.0
    said = predict(classifier, now)
    away = int(said.logits.argmax())
    most = MOST_LEVELS if way == "noise" else round(MOST_SHARE * pixels.shape[1] * pixels.shape[2])
    while True:
        looks += 1
        gradient = compass(classifier, now, target, away)
        if way == "noise":
            bound = looks
            moved = now.float() + gradient.sign()
            moved = moved.clamp(pixels.float() - bound, pixels.float() + bound)
            now = moved.clamp(0, 255).to(torch.uint8)
        else:
            count = min(max(count * _GROWTH, count + 1), most)
            free = (now == pixels).all(dim=0)
            now = repainted(now, gradient, round(count) - int((~free).sum()), free)
        said = predict(classifier, now)
        won = int(said.logits.argmax()) == target
        result = measured(pixels, now, said, looks, won)
        yield result
        if won or (looks if way == "noise" else round(count)) >= most:
            return
        away = int(said.logits.argmax())


def measured(before: Tensor, now: Tensor, said: Prediction, looks: int, won: bool) -> Try:
    """A try with what it has really changed."""
    change = (now.int() - before.int()).abs()
    return Try(now, said, int(change.max()), int((change.amax(dim=0) > 0).sum()), looks, won)


def _inputs(classifier: Classifier, pixels: Tensor) -> Tensor:
    return classifier.preprocess.normalise(pixels.float() / 255)[None]


def _scale(classifier: Classifier) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return classifier.preprocess.mean, classifier.preprocess.std
