"""How a network does on pictures that it does not learn from."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from imgcls.data.datasets import Dataset, square
from imgcls.training.inputs import Inputs
from imgcls.training.learner import Mode
from imgcls.training.records import Evaluation
from imgcls.training.world import ALONE, World

BATCH = {"cpu": 128, "mps": 512, "cuda": 2000}


@dataclass(frozen=True)
class Moment:
    """Where a run is: its step, the epoch of that, its seconds without pauses, and how fast it learns."""

    step: int
    epoch: float
    seconds: float
    images_per_second: float


@dataclass(frozen=True, eq=False)
class Scores:
    """Per picture (M,): predicted class, confidence in it, loss; and all of them together.

    `indices` (M,) are their places; None: all that there are.
    """

    predicted: np.ndarray
    confidence: np.ndarray
    losses: np.ndarray
    loss: float
    accuracy: float
    confusion: np.ndarray
    indices: np.ndarray | None = None


def spread(count: int, most: int, device: torch.device) -> Tensor:
    """At most so many of `count` places, evenly spread from the first to the last."""
    return torch.linspace(0, count - 1, min(most, count)).long().to(device)


def evaluate(
    module: nn.Module,
    inputs: Inputs,
    mode: Mode,
    classes: int,
    indices: Tensor | None = None,
    world: World = ALONE,
) -> Scores:
    """Looks at `indices` of the inputs (None: all) in evaluation mode; the network comes back in the mode it was in.

    The processes of `world` take a share each, and all of them get all scores.
    """
    device = inputs.labels.device
    some = None if indices is None else indices.cpu().numpy().astype(np.int32)
    indices = torch.arange(len(inputs), device=device) if indices is None else indices
    was_training = module.training
    module.eval()
    try:
        with torch.no_grad(), torch.autocast(device.type, torch.bfloat16, enabled=mode.bf16):
            share = world.share(len(indices))
            parts = [module(inputs.batch(part)).float() for part in indices[share].split(BATCH[device.type])]
    finally:
        module.train(was_training)
    logits = torch.zeros(len(indices), classes, device=device)
    logits[share] = torch.cat(parts)
    logits = world.total(logits)
    return replace(score(logits, inputs.labels.index_select(0, indices), classes), indices=some)


def evaluation(scores: Scores, at: Moment, train_loss: float, train_accuracy: float, whole: bool) -> Evaluation:
    """The record of these scores; `whole`: an epoch has ended with it."""
    places = np.arange(len(scores.predicted), dtype=np.int32) if scores.indices is None else scores.indices
    return Evaluation(
        step=at.step,
        epoch=at.epoch,
        seconds=at.seconds,
        train_loss=train_loss,
        train_accuracy=train_accuracy,
        val_loss=scores.loss,
        val_accuracy=scores.accuracy,
        images_per_second=at.images_per_second,
        indices=places,
        predicted=scores.predicted,
        confidence=scores.confidence,
        losses=scores.losses,
        confusion=scores.confusion,
        whole=whole,
    )


def score(logits: Tensor, labels: Tensor, classes: int) -> Scores:
    """From logits (M, K) and labels (M,)."""
    confidence, predicted = logits.softmax(1).max(1)
    losses = F.cross_entropy(logits, labels, reduction="none")
    confusion = torch.bincount(labels * classes + predicted, minlength=classes * classes).view(classes, classes)
    return Scores(
        predicted=predicted.to(torch.int16).cpu().numpy(),
        confidence=confidence.half().cpu().numpy(),
        losses=losses.half().cpu().numpy(),
        loss=float(losses.mean()),
        accuracy=float((predicted == labels).float().mean()),
        confusion=confusion.int().cpu().numpy(),
    )


MOST_BYTES = 8 * 2**20
MOST_SIDE = 64


@dataclass(frozen=True, eq=False)
class KeptPictures:
    """`images` uint8 (M, s, s, 3) of the validation pictures at the ascending `places` (M,); `labels` (N,) of all."""

    images: np.ndarray
    places: np.ndarray
    labels: np.ndarray

    def image(self, place: int) -> np.ndarray | None:
        """The validation picture `place`, uint8 (s, s, 3); None if it was not kept."""
        row = int(np.searchsorted(self.places, place))
        return self.images[row] if row < len(self.places) and self.places[row] == place else None


def keep_pictures(dataset: Dataset) -> KeptPictures:
    """All validation pictures, or as many, evenly spread, as fit into MOST_BYTES."""
    side = min(dataset.size, MOST_SIDE)
    count = min(len(dataset.validation), MOST_BYTES // (side * side * 3))
    places = np.linspace(0, len(dataset.validation) - 1, count).round().astype(np.int32)
    images = dataset.images[dataset.validation[places]]
    if side < dataset.size:
        images = np.stack([square(Image.fromarray(image), side) for image in images])
    return KeptPictures(images, places, dataset.labels[dataset.validation].astype(np.int32))
