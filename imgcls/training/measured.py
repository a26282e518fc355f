"""The answers of a classifier on pictures that it has not learned from, to be measured by `imgcls.ops.measures`."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from PIL import Image

from imgcls.data.datasets import Dataset, Progress, square
from imgcls.data.drawn.tiny_scene import Difficulty
from imgcls.data.drawn.tiny_set import SHOWN, drawn_animal
from imgcls.data.picture_cache import Recipe
from imgcls.data.samples import SAMPLES, load_sample
from imgcls.models.classify import Classifier, classify_batch
from imgcls.models.registry import load
from imgcls.training.hardest import judged
from imgcls.training.trained import tinyvgg

Measurer = Literal["tinyvgg", "dogs", "samples", "linear", "features", "run"]
ALONE: tuple[Measurer, ...] = ("tinyvgg", "samples")
"""Measured on pictures of their own: new drawings, which nobody learned from, or the samples."""
MOST = 400
"""Pictures that are answered; of more, as many by a lot that always falls the same way."""
SIDE = 64  # pixels of a picture to be shown
TEST = 50  # new drawings of each breed
_FIRST, _SEED = 12_000, 1  # beyond the drawings of every set
_BATCH = 32


@dataclass(frozen=True, eq=False)
class Measured:
    """Answers: pictures uint8 (M, S, S, 3), their classes `truth` (M,), and `probabilities` (M, K), float32.

    `learned` is how many pictures of the set the judge learned from, None where it learned from others.
    """

    pictures: np.ndarray
    names: tuple[str, ...]
    truth: np.ndarray
    probabilities: np.ndarray
    classes: tuple[str, ...]
    learned: int | None


def measure(
    dataset: Dataset, recipe: Recipe, judge: Measurer, run: str = "", progress: Progress | None = None
) -> Measured:
    """A judge on the validation part of a set; "dogs" is EfficientNet-Lite0's sum over its breeds, for dog or not.

    Raises:
        DatasetError: the set cannot be read any more.
        ValueError: the judge cannot answer for these classes.
    """
    if judge == "dogs":
        if dataset.classes[1:] != ("dog",):
            raise ValueError("This question is for sets of dogs and others: choose “Dog or not”.")
        places, learned = _some(dataset.validation), None
        dogs = _dogs([Image.fromarray(dataset.images[place]) for place in places], progress)
        probabilities = np.stack([1 - dogs, dogs], 1)
    else:
        probabilities, places, learned = judged(dataset, recipe, judge, run, progress)
        kept = _some(np.arange(len(places)))
        probabilities, places = probabilities[kept], places[kept]
    return Measured(
        dataset.images[places], tuple(dataset.names[place] for place in places), dataset.labels[places],
        probabilities.astype(np.float32), dataset.classes, learned,
    )  # fmt: skip


def measure_alone(recipe: Recipe, judge: Measurer, progress: Progress | None = None) -> Measured:
    """TinyVGG on new drawings of its breeds, as difficult as those of the recipe; or dog or not on the samples."""
    if judge == "samples":
        pictures = [load_sample(slug).image for slug in SAMPLES]
        truth = np.array([sample.drawn_dog for sample in SAMPLES.values()], np.int64)  # no photograph shows a dog
        dogs = _dogs(pictures, progress)
        small = np.stack([square(picture, SIDE) for picture in pictures])
        names = tuple(sample.title for sample in SAMPLES.values())
        return Measured(small, names, truth, np.stack([1 - dogs, dogs], 1), ("not a dog", "dog"), None)
    network = tinyvgg()
    level = Difficulty.level(recipe.level)
    breeds = [label for label in network.labels if label in SHOWN]
    drawn, names, truth = [], [], []
    for label, breed in enumerate(breeds):
        for number in range(TEST):
            drawn.append(drawn_animal(breed, _FIRST + number, _SEED, level))
            names.append(f"{breed}, new drawing {number + 1}")
            truth.append(label)
    probabilities = _answers(network, [Image.fromarray(picture) for picture in drawn], progress)
    return Measured(np.stack(drawn), tuple(names), np.array(truth), probabilities, tuple(breeds), None)


def _dogs(pictures: list[Image.Image], progress: Progress | None) -> np.ndarray:
    network = load()
    return _answers(network, pictures, progress)[:, list(network.dog_indices)].sum(1)


def _answers(network: Classifier, pictures: list[Image.Image], progress: Progress | None) -> np.ndarray:
    """float32 (N, K)."""
    rows: list[np.ndarray] = []
    for first in range(0, len(pictures), _BATCH):
        inputs = torch.cat([network.preprocess(picture) for picture in pictures[first : first + _BATCH]])
        rows += [answer.probabilities.numpy() for answer in classify_batch(network, inputs)]
        if progress:
            progress(len(rows), len(pictures))
    return np.stack(rows).astype(np.float32)


def _some(places: np.ndarray) -> np.ndarray:
    return np.sort(np.random.default_rng(0).permutation(places)[:MOST])
