"""Fooling a network: changes to a picture that follow the gradient until another class wins.

Small noise: Goodfellow et al. 2015, "Explaining and Harnessing Adversarial Examples", arXiv:1412.6572 (one step along
the sign of the gradient); Kurakin et al. 2017, arXiv:1607.02533 (several). Few pixels: two searches, the better of
which counts. One narrows a change of many pixels down (`imgcls.models.few_pixels`). The other adds one to another: the
idea of Papernot et al. 2016, "The Limitations of Deep Learning in Adversarial Settings", arXiv:1511.07528, with whole
pixels, each of which is tried before it is kept: a jump to black or white is too far for the gradient to be believed.

Pictures are uint8 (3, S, S), as the network gets them before they are normalised: what fools it here is a real picture.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor

from imgcls.models.classify import Classifier, Prediction
from imgcls.models.few_pixels import narrowed, put_back
from imgcls.models.passes import predict_with_others

Way = Literal["noise", "pixels"]
MOST_LEVELS = 16
"""Of 255, by which a colour may be changed."""
MOST_SHARE = 0.1
"""Of the pixels that may be repainted."""
_GROWTH = 1.2  # of the number of pixels from one look at the gradient to the next
_TRIED = 48 * 64 * 64  # pixels in all pictures that are tried after one look


def most_pixels(pixels: Tensor) -> int:
    """How many pixels of a picture (3, S, S) may be repainted."""
    return round(MOST_SHARE * pixels[0].numel())


def as_pixels(classifier: Classifier, inputs: Tensor) -> Tensor:
    """The picture behind a network's input (1, 3, S, S)."""
    mean, std = (torch.tensor(numbers)[:, None, None] for numbers in _scale(classifier))
    return ((inputs[0] * std + mean) * 255).round().clamp(0, 255).to(torch.uint8)


def predict(classifier: Classifier, pixels: Tensor) -> Prediction:
    """What the network says about a picture."""
    return predict_with_others(classifier, _inputs(classifier, pixels))


def compass(classifier: Classifier, pixels: Tensor, target: int, away: int) -> Tensor:
    """The gradient of logit `target` less logit `away` with respect to every colour value: float (3, S, S), per level.

    Where it is positive, a brighter value helps the target against the other.

    Raises:
        ValueError: there is no such class, or both are the same.
    """
    return compasses(classifier, pixels, (target,), away)[0]


def compasses(classifier: Classifier, pixels: Tensor, targets: Sequence[int], away: int) -> list[Tensor]:
    """`compass` for each of several targets, by one forward pass."""
    count = len(classifier.labels)
    if not (0 <= away < count and all(0 <= target < count and target != away for target in targets)):
        raise ValueError("Choose two different classes of the network.")
    with torch.inference_mode(False), torch.enable_grad():  # holds for this thread only
        values = pixels.float().requires_grad_()
        logits = classifier.module(_inputs(classifier, values).to(classifier.device))[0]
        # The graph is kept for all but the last: a backward pass that frees it needs less memory.
        return [
            torch.autograd.grad(logits[target] - logits[away], values, retain_graph=number < len(targets))[0].float()
            for number, target in enumerate(targets, 1)
        ]


@dataclass(frozen=True, eq=False)
class Promises:
    """What repainting pixels promises: `goal` (3, S, S), each colour at 0 or 255, and all pixels in `order`.

    The best come first. A pixel promises the sum over its colours of gradient times change: what the first-order
    estimate gains by it.
    """

    goal: Tensor
    order: Tensor


def promises(pixels: Tensor, gradient: Tensor, free: Tensor | None = None) -> Promises:
    """Each colour value pushed to 0 or 255 by the gradient's sign, and all pixels, those first that promise most.

    Args:
        free: bool (S, S), the pixels that may be changed; all of them if None.
    """
    goal = torch.where(gradient > 0, 255.0, 0.0)
    goal = torch.where(gradient == 0, pixels.float(), goal)
    gain = (gradient * (goal - pixels)).sum(dim=0)
    if free is not None:
        gain = gain.masked_fill(~free, -1.0)
    return Promises(goal, gain.flatten().argsort(descending=True, stable=True))


def noisy(pixels: Tensor, gradient: Tensor, levels: int) -> Tensor:
    """Every colour value moved by `levels` of 255 in the direction of the gradient's sign."""
    return (pixels.float() + levels * gradient.sign()).clamp(0, 255).to(torch.uint8)


def repainted(pixels: Tensor, promised: "Promises", count: int) -> Tensor:
    """The `count` pixels that promise most, each colour set to 0 or 255 by the gradient's sign."""
    chosen = torch.zeros(len(promised.order), dtype=torch.bool)
    chosen[promised.order[:count]] = True
    return torch.where(chosen.view(pixels.shape[1:]), promised.goal, pixels.float()).to(torch.uint8)


def repainted_if_it_helps(
    classifier: Classifier, pixels: Tensor, gradient: Tensor, count: int, free: Tensor, target: int
) -> Tensor:
    """About `count` free pixels repainted: of twice as many that promise most, those that helped the target when tried.

    Each is tried alone, in a picture of its own. Where that would be too many pictures, several are tried together.
    """
    promised = promises(pixels, gradient, free)
    goal, order = promised.goal, promised.order
    trials = max(4, _TRIED // order.numel())
    together = -(-2 * count // trials)  # rounded up
    groups = order[: together * trials].split(together)
    tried = pixels.float().repeat(len(groups), 1, 1, 1).flatten(2)
    for picture, group in zip(tried, groups, strict=True):
        picture[:, group] = goal.flatten(1)[:, group]
    tried = tried.view(-1, *pixels.shape)
    with torch.inference_mode():
        inputs = classifier.preprocess.normalise(tried / 255)
        logits = classifier.module(inputs.to(classifier.device)).cpu()
    others = logits.clone()
    others[:, target] = -torch.inf
    best = (logits[:, target] - others.amax(dim=1)).argsort(descending=True, stable=True)
    kept = torch.cat([groups[int(place)] for place in best[: max(1, count // together)]])
    result = pixels.float().flatten(1)
    result[:, kept] = goal.flatten(1)[:, kept]
    return result.view_as(pixels).to(torch.uint8)


@dataclass(frozen=True, eq=False)
class Try:
    """A picture on the way to the target, and how much has been changed: `levels` of 255 at most, `pixels` of them.

    `looks`: how often the gradient has been looked at.
    """

    picture: Tensor
    prediction: Prediction
    levels: int
    pixels: int
    looks: int
    won: bool


def attempts(classifier: Classifier, pixels: Tensor, target: int, way: Way) -> Iterator[Try]:
    """The picture after each look at the gradient; the last one is the best that was found.

    Noise grows by one level a look until the target wins.

    Raises:
        ValueError: there is no such class, or the network already says it.
    """
    away = int(predict(classifier, pixels).logits.argmax())
    if not 0 <= target < len(classifier.labels) or target == away:
        raise ValueError("Choose two different classes of the network.")
    return (_more_noise if way == "noise" else _fewer_pixels)(classifier, pixels, target)


def _more_noise(classifier: Classifier, pixels: Tensor, target: int) -> Iterator[Try]:
    now, away = pixels, int(predict(classifier, pixels).logits.argmax())
    for looks in range(1, MOST_LEVELS + 1):
        moved = now.float() + compass(classifier, now, target, away).sign()
        moved = moved.clamp(pixels.float() - looks, pixels.float() + looks)
        now = moved.clamp(0, 255).to(torch.uint8)
        said = predict(classifier, now)
        away = int(said.logits.argmax())
        yield measured(pixels, now, said, looks, away == target)
        if away == target:
            return


def _fewer_pixels(classifier: Classifier, pixels: Tensor, target: int) -> Iterator[Try]:
    best, looks = None, 0
    for looks, (now, said, won) in enumerate(narrowed(classifier, pixels, target), 1):
        tried = measured(pixels, now, said, looks, won)
        if won and (best is None or tried.pixels < best.pixels):
            best = tried
        yield tried
    if best:
        for now in put_back(classifier, pixels, best.picture, target):
            looks += 1
            best = measured(pixels, now, predict(classifier, now), looks, True)
            yield best
    most = best.pixels - 1 if best else most_pixels(pixels)
    last = None
    for last in _one_to_another(classifier, pixels, target, most, looks):
        yield last
    if best:
        better = last if last and last.won else best
        yield replace(better, looks=last.looks if last else looks)


def _one_to_another(classifier: Classifier, pixels: Tensor, target: int, most: int, looks: int) -> Iterator[Try]:
    """Repainted pixels, more by a constant factor at each look, until the target wins or there are `most`.

    `looks`: how many there have been before.
    """
    now, count = pixels, 0.0
    away = int(predict(classifier, now).logits.argmax())
    while round(count) < most:
        looks += 1
        gradient = compass(classifier, now, target, away)
        count = min(max(count * _GROWTH, count + max(1, pixels[0].numel() // 64**2)), most)
        free = (now == pixels).all(dim=0)
        more = max(1, round(count) - int((~free).sum()))
        now = repainted_if_it_helps(classifier, now, gradient, more, free, target)
        said = predict(classifier, now)
        away = int(said.logits.argmax())
        yield measured(pixels, now, said, looks, away == target)
        if away == target:
            return


def measured(before: Tensor, now: Tensor, said: Prediction, looks: int, won: bool) -> Try:
    """A try with what it has really changed."""
    change = (now.int() - before.int()).abs()
    return Try(now, said, int(change.max()), int((change.amax(dim=0) > 0).sum()), looks, won)


def _inputs(classifier: Classifier, pixels: Tensor) -> Tensor:
    return classifier.preprocess.normalise(pixels.float() / 255)[None]


def _scale(classifier: Classifier) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return classifier.preprocess.mean, classifier.preprocess.std
