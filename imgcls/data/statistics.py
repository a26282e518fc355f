"""What a data set is like: how many of each class, mean picture, colours, and pictures that are in both parts."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from imgcls.data.datasets import Dataset, square

# Two pictures whose 64-bit fingerprints differ in at most so many places are compared closely,
NEAR_BITS = 4
# and are duplicates if their 16 x 16 thumbnails differ by less than this on average (0 to 255).
NEAR_DIFFERENCE = 6.0
_BLOCK = 256


@dataclass(frozen=True, eq=False)
class Summary:
    """Attributes:

    training, validation: pictures of each class, int (K,), in the two parts.
    mean_picture: uint8 (S, S, 3), over the training part; class_means: uint8 (K, S, S, 3) the same for each class.
    mean, std: of red, green and blue over the training part, in units of 0..1.
    imbalance: pictures of the largest class for each of the smallest, in the training part.
    baseline: accuracy on the validation part of always answering the most frequent training class.
    """

    training: np.ndarray
    validation: np.ndarray
    mean_picture: np.ndarray
    class_means: np.ndarray
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    imbalance: float
    baseline: float


def summarise(dataset: Dataset) -> Summary:
    """Counts and means of a data set."""
    classes = len(dataset.classes)
    images, labels = dataset.part("training")
    training = np.bincount(labels, minlength=classes)
    validation = np.bincount(dataset.labels[dataset.validation], minlength=classes)
    size = dataset.size
    sums, squares = np.zeros((classes, size, size, 3)), np.zeros(3)
    for label in range(classes):
        for block in _blocks(np.flatnonzero(labels == label)):
            values = images[block].astype(np.float32)
            sums[label] += values.sum(0)
            squares += (values.astype(np.float64) ** 2).sum((0, 1, 2))
    count = max(1, len(labels))
    mean_picture = sums.sum(0) / count
    mean = mean_picture.mean((0, 1))
    variance = squares / (count * size * size) - mean**2
    return Summary(
        training=training,
        validation=validation,
        mean_picture=mean_picture.round().astype(np.uint8),
        class_means=(sums / training.clip(1)[:, None, None, None]).round().astype(np.uint8),
        mean=tuple(map(float, mean / 255)),
        std=tuple(map(float, np.sqrt(variance.clip(0)) / 255)),
        imbalance=float(training.max() / max(1, training.min())),
        baseline=float(validation[training.argmax()] / max(1, validation.sum())),
    )


@dataclass(frozen=True)
class Duplicate:
    """A validation picture that is also in the training part; both by their index in the data set."""

    training: int
    validation: int
    kind: Literal["same", "nearly the same"]


def duplicates(dataset: Dataset) -> tuple[Duplicate, ...]:
    """Validation pictures that the network may know by heart: the same pixels, or nearly the same, in training.

    Nearly: the difference hashes (is a pixel of a 9 x 8 thumbnail brighter than its left neighbour?) and the thumbnails
    agree.
    """
    small = _thumbnails(dataset.images)
    hashes = _difference_hashes(small)
    found = []
    training = dataset.training
    for block in _blocks(dataset.validation):
        bits = np.bitwise_count(hashes[block][:, None] ^ hashes[training][None])  # (block, training)
        for row, column in zip(*np.nonzero(bits <= NEAR_BITS), strict=True):
            one, other = int(training[column]), int(block[row])
            if np.array_equal(dataset.images[one], dataset.images[other]):
                found.append(Duplicate(one, other, "same"))
            elif np.abs(small[one].astype(int) - small[other]).mean() < NEAR_DIFFERENCE:
                found.append(Duplicate(one, other, "nearly the same"))
    return tuple(found)


def _blocks(indices: np.ndarray) -> list[np.ndarray]:
    return [indices[first : first + _BLOCK] for first in range(0, len(indices), _BLOCK)]


def _thumbnails(images: np.ndarray) -> np.ndarray:
    """uint8 (N, 16, 16, 3)."""
    from PIL import Image

    return np.stack([square(Image.fromarray(image), 16) for image in images]) if len(images) else images


def _difference_hashes(small: np.ndarray) -> np.ndarray:
    """uint64 (N,), of thumbnails (N, 16, 16, 3)."""
    from PIL import Image

    hashes = np.empty(len(small), np.uint64)
    for place, image in enumerate(small):
        grey = np.asarray(Image.fromarray(image).convert("L").resize((9, 8), Image.Resampling.BILINEAR))
        bits = np.packbits(grey[:, 1:] > grey[:, :-1])
        hashes[place] = int.from_bytes(bits.tobytes(), "big")
    return hashes
