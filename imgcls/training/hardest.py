"""Which pictures of the validation part are hard: those to which a judge gives the truth the least probability."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from imgcls.data.datasets import Dataset, DatasetError, Progress, prepare, square
from imgcls.data.picture_cache import Recipe
from imgcls.eager import optim

Judge = Literal["linear", "features", "run"]
SHOWN = 48
MOST_LEARNED = 8000  # by the linear model: 3 * 32 * 32 numbers each
MOST_FEATURES = (1600, 800)  # training and validation pictures that pass through the large network
_SIDE = 32
_LEAST_STEPS = 300  # a few pictures need many epochs
_EPOCHS, _BATCH, _RATE, _DECAY = 15, 128, 3e-3, 1e-3


@dataclass(frozen=True, eq=False)
class Hardest:
    """Validation pictures in order, the hardest first.

    Attributes:
        places: (M,) indices in the data set; truth, said: (M,) their class, and what the judge takes them for.
        p_truth, p_said: (M,) the probabilities of both; losses: (M,) the cross-entropy, -log p_truth.
        accuracy: share of all `judged` pictures that the judge gets right; `learned` is how many it learned from.
    """

    places: np.ndarray
    truth: np.ndarray
    said: np.ndarray
    p_truth: np.ndarray
    p_said: np.ndarray
    losses: np.ndarray
    accuracy: float
    judged: int
    learned: int


def hardest(dataset: Dataset, recipe: Recipe, judge: Judge, run: str = "", progress: Progress | None = None) -> Hardest:
    """The SHOWN validation pictures with the highest cross-entropy.

    Args:
        judge: "linear": softmax regression on the pixels at 32 x 32; "features": the same on the frozen features of
            EfficientNet-Lite0, of some pictures of a large set; "run": the network of a training run.
        run: the folder of the run.

    Raises:
        DatasetError: the set cannot be read any more.
        ValueError: the run has no weights or learned other classes.
    """
    probabilities, validation, learned = judged(dataset, recipe, judge, run, progress)
    return ranked(probabilities, dataset.labels[validation], validation, learned)


def judged(
    dataset: Dataset, recipe: Recipe, judge: Judge, run: str = "", progress: Progress | None = None
) -> tuple[np.ndarray, np.ndarray, int]:
    """Probabilities (M, K) that a judge gives, the places of the validation pictures, and how many it learned from.

    Arguments and errors as of `hardest`.
    """
    training, validation = dataset.training, dataset.validation
    if judge == "linear":
        training = _some(training, MOST_LEARNED)
        inputs = _pixels(dataset.images, training), _pixels(dataset.images, validation)
        probabilities = probe(*inputs, dataset.labels[training], len(dataset.classes), progress)
    elif judge == "features":
        training, validation = (
            _some(part, most) for part, most in zip((training, validation), MOST_FEATURES, strict=True)
        )
        inputs = _features(dataset, recipe, training, validation, progress)
        probabilities = probe(*inputs, dataset.labels[training], len(dataset.classes))
    else:
        probabilities = _judged_by_run(dataset, run, progress)
    return probabilities, validation, len(training)


def ranked(probabilities: np.ndarray, labels: np.ndarray, places: np.ndarray, learned: int = 0) -> Hardest:
    """Pictures in the order of the probability (N, K) that their class gets, least first."""
    rows = np.arange(len(labels))
    p_truth, said = probabilities[rows, labels], probabilities.argmax(1)
    order = np.argsort(p_truth, kind="stable")[:SHOWN]
    return Hardest(
        places=places[order],
        truth=labels[order],
        said=said[order],
        p_truth=p_truth[order],
        p_said=probabilities[rows, said][order],
        losses=-np.log(np.maximum(p_truth[order], np.finfo(np.float32).tiny)),
        accuracy=float((said == labels).mean()),
        judged=len(labels),
        learned=learned,
    )


def probe(
    training: np.ndarray, validation: np.ndarray, labels: np.ndarray, classes: int, progress: Progress | None = None
) -> np.ndarray:
    """Probabilities (M, K) that softmax regression, learned on `training` (N, F), gives for `validation` (M, F).

    Each input is brought to mean 0 and spread 1 over the training part. Adam; the order of batches is always the same.
    """
    mean, spread = training.mean(0), training.std(0) + 1e-3
    x, target = torch.from_numpy((training - mean) / spread), torch.from_numpy(labels)
    weights = torch.zeros(x.shape[1], classes, requires_grad=True)
    bias = torch.zeros(classes, requires_grad=True)
    optimiser = optim.AdamW([weights, bias], lr=_RATE / np.sqrt(x.shape[1] / 1000), weight_decay=_DECAY)
    generator = torch.Generator().manual_seed(0)
    epochs = max(_EPOCHS, _LEAST_STEPS * _BATCH // len(x))
    for epoch in range(epochs):
        for batch in torch.randperm(len(x), generator=generator).split(_BATCH):
            loss = F.cross_entropy(x[batch] @ weights + bias, target[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        if progress:
            progress(epoch + 1, epochs)
    with torch.no_grad():
        logits: Tensor = torch.from_numpy((validation - mean) / spread) @ weights + bias
        return logits.softmax(1).numpy()


def _some(part: np.ndarray, most: int) -> np.ndarray:
    """At most so many, by a lot that always falls the same way."""
    return np.sort(np.random.default_rng(0).permutation(part)[:most])


def _pixels(images: np.ndarray, places: Sequence[int]) -> np.ndarray:
    """float32 (N, 3072), from 0 to 1."""
    small = np.stack([square(Image.fromarray(images[place]), _SIDE) for place in places])
    return small.reshape(len(small), -1).astype(np.float32) / 255


def _features(
    dataset: Dataset, recipe: Recipe, training: np.ndarray, validation: np.ndarray, progress: Progress | None
) -> tuple[np.ndarray, np.ndarray]:
    """float32 (N, 1280) of both parts; read from the source anew, at the large network's own size."""
    from imgcls.training import transfer

    whole = prepare(recipe.read(), recipe.task, recipe.size)
    if len(whole.labels) != len(dataset.labels):
        raise DatasetError("These pictures have changed meanwhile: choose them once more.")
    # In the order of the set: so that the features of a whole set are those that a training by transfer keeps.
    both = np.sort(np.concatenate([training, validation]))
    some = replace(whole, images=whole.images[both], labels=whole.labels[both], chosen=whole.chosen[both])
    found = transfer.features(some, progress).astype(np.float32)
    return found[np.searchsorted(both, training)], found[np.searchsorted(both, validation)]


def _judged_by_run(dataset: Dataset, folder: str, progress: Progress | None) -> np.ndarray:
    """Probabilities (M, K) of a run's network for the validation part."""
    from imgcls.training.trained import load_trained

    classifier = load_trained(folder)
    if tuple(classifier.labels) != dataset.classes:
        raise ValueError("Your last training was about other classes: train on these pictures first.")
    rows = []
    places = dataset.validation
    with torch.inference_mode():
        for first in range(0, len(places), _BATCH):
            pictures = [Image.fromarray(dataset.images[place]) for place in places[first : first + _BATCH]]
            logits = classifier.module(torch.cat([classifier.preprocess(picture) for picture in pictures]))
            rows.append(logits.softmax(1).numpy())
            if progress:
                progress(min(first + _BATCH, len(places)), len(places))
    return np.concatenate(rows)
