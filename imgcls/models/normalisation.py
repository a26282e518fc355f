"""What a network makes of a photo that was normalised in a way of its own, or not of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from PIL import Image
from torch import Tensor

from imgcls.models.classify import Classifier, Prediction, classify_batch

Numbers = tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Seen:
    """A photo under (x - mean) / std and the answer to it.

    `inputs` (3, S, S) are the numbers that go in. `looks_like` (3, S, S) in 0..1 is the photo that the network's own
    normalisation would turn into them, as far as a photo can: `beyond` is the share of numbers that no photo has.
    """

    inputs: Tensor
    looks_like: Tensor
    beyond: float
    prediction: Prediction


def scaled(classifier: Classifier, image: Image.Image) -> Tensor:
    """The part of an RGB picture that the network sees, (3, S, S) in 0..1, not normalised yet.

    Raises:
        ValueError: the picture is not RGB.
    """
    return replace(classifier.preprocess, mean=(0.0,) * 3, std=(1.0,) * 3)(image)[0]


def seen_with(classifier: Classifier, pixels: Tensor, mean: Numbers, std: Numbers) -> Seen:
    """The network's answer to `scaled` pixels (3, S, S) normalised with `mean` and `std`, in units of 0..1."""
    own = classifier.preprocess
    inputs = replace(own, mean=mean, std=std).normalise(pixels)
    centre, spread = (torch.tensor(numbers)[:, None, None] for numbers in (own.mean, own.std))
    taken_for = inputs * spread + centre
    outside = (taken_for < -1e-6) | (taken_for > 1 + 1e-6)
    (prediction,) = classify_batch(classifier, inputs[None])
    return Seen(inputs, taken_for.clamp(0, 1), float(outside.float().mean()), prediction)


@dataclass(frozen=True)
class Agreement:
    """How many of `count` pictures keep the top answer that the network's own normalisation gives them.

    `confidence` is the mean probability of the top answers under the other normalisation.
    """

    count: int
    kept: int
    confidence: float


def top_answers(
    classifier: Classifier, pixels: Sequence[Tensor], numbers_of: Callable[[Tensor], tuple[Numbers, Numbers]]
) -> Tensor:
    """Index and probability of the top answer for each of N `scaled` pictures: (N, 2), float64.

    `numbers_of` gives mean and standard deviation for a picture.
    """
    own = classifier.preprocess
    inputs = []
    for picture in pixels:
        mean, std = numbers_of(picture)
        inputs.append(replace(own, mean=mean, std=std).normalise(picture))
    answers = classify_batch(classifier, torch.stack(inputs))
    return torch.tensor(
        [[best.index, best.probability] for answer in answers for best in answer.top(1)], dtype=torch.float64
    )


def agreement(own: Tensor, other: Tensor) -> Agreement:
    """Compare the `top_answers` (N, 2) of two normalisations."""
    return Agreement(len(own), int((own[:, 0] == other[:, 0]).sum()), float(other[:, 1].mean()))
