"""What a data set is like: how many of each class, mean picture, colours, and pictures that are in both parts."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from imgcls.data.datasets import Dataset, Progress, square

# Two pictures whose 64-bit fingerprints differ in at most so many places are compared closely,
NEAR_BITS = 4
# and are duplicates if their 16 x 16 thumbnails differ by less than this on average (0 to 255).
NEAR_DIFFERENCE = 6.0
_BLOCK = 256


@dataclass(frozen=True, eq=False)
class Balance:
    """How many there are.

    Attributes:
        training, validation: pictures of each class, int (K,), in the two parts.
        imbalance: pictures of the largest class for each of the smallest, in the training part.
        baseline: accuracy on the validation part of always answering the most frequent training class.
    """

    training: np.ndarray
    validation: np.ndarray
    imbalance: float
    baseline: float


def balance(labels: np.ndarray, training: np.ndarray, validation: np.ndarray, classes: int) -> Balance:
    """Counts the labels (N,) at the places of the two parts."""
    learned, held_out = (np.bincount(labels[part], minlength=classes) for part in (training, validation))
    return Balance(
        training=learned,
        validation=held_out,
        imbalance=float(learned.max() / max(1, learned.min())),
        baseline=float(held_out[learned.argmax()] / max(1, held_out.sum())),
    )


@dataclass(frozen=True, eq=False)
class Summary:
    """What the training part looks like on average.

    Attributes:
        mean_picture: uint8 (S, S, 3); class_means: uint8 (K, S, S, 3) the same for each class.
        mean, std: of red, green and blue over all pixels, in units of 0..1; class_mean, class_std: (K, 3) the same for
            each class.
    """

    mean_picture: np.ndarray
    class_means: np.ndarray
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    class_mean: np.ndarray
    class_std: np.ndarray


def summarise(dataset: Dataset) -> Summary:
    """Means of a data set's training part."""
    classes, size = len(dataset.classes), dataset.size
    labels = dataset.labels[dataset.training]
    counts = np.bincount(labels, minlength=classes).clip(1)
    sums, squares = np.zeros((classes, size, size, 3)), np.zeros((classes, 3))
    for label in range(classes):
        for block in _blocks(dataset.training[labels == label]):
            values = dataset.images[block].astype(np.float32)
            sums[label] += values.sum(0)
            squares[label] += (values.astype(np.float64) ** 2).sum((0, 1, 2))

    def moments(total: np.ndarray, squared: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Mean and spread of each colour, 0..1, from the sums (S, S, 3) of values and (3,) of squares."""
        mean = total.mean((0, 1)) / count
        return mean / 255, np.sqrt((squared / (count * size * size) - mean**2).clip(0)) / 255

    mean, std = moments(sums.sum(0), squares.sum(0), max(1, len(labels)))
    each = [moments(*measured) for measured in zip(sums, squares, counts, strict=True)]
    return Summary(
        mean_picture=(sums.sum(0) / max(1, len(labels))).round().astype(np.uint8),
        class_means=(sums / counts[:, None, None, None]).round().astype(np.uint8),
        mean=tuple(map(float, mean)),
        std=tuple(map(float, std)),
        class_mean=np.stack([mean for mean, _ in each]),
        class_std=np.stack([std for _, std in each]),
    )


@dataclass(frozen=True)
class Duplicate:
    """A validation picture that is also in the training part; both by their index in the data set."""

    training: int
    validation: int
    kind: Literal["same", "nearly the same"]


def duplicates(dataset: Dataset, progress: Progress | None = None) -> tuple[Duplicate, ...]:
    """Validation pictures that the network may know by heart: the same pixels, or nearly the same, in training.

    Nearly: the difference hashes (is a pixel of a 9 x 8 thumbnail brighter than its left neighbour?) and the thumbnails
    agree.

    Args:
        progress: called now and then with the number of validation pictures compared, and of all.
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
        if progress:
            progress(int(np.searchsorted(dataset.validation, block[-1])) + 1, len(dataset.validation))
    return tuple(found)


def planted(labels: np.ndarray, training: np.ndarray, validation: np.ndarray, seed: int) -> tuple[int, int]:
    """A training picture and a validation picture of the same class, by lot: where `copy_of` the first may be put."""
    rng = np.random.default_rng((seed, 41))
    place = int(rng.permutation(validation)[0])
    alike = training[labels[training] == labels[place]]
    return int(rng.permutation(alike if len(alike) else training)[0]), place


def copy_of(picture: np.ndarray) -> np.ndarray:
    """A picture uint8 (S, S, 3) a little brighter: what a second upload of it might look like."""
    return np.clip(picture.astype(int) + 4, 0, 255).astype(np.uint8)


def with_copy(dataset: Dataset, seed: int) -> Dataset:
    """The data set with one validation picture replaced by a copy of a training picture."""
    source, place = planted(dataset.labels, dataset.training, dataset.validation, seed)
    images = np.array(dataset.images)
    images[place] = copy_of(images[source])
    return replace(dataset, images=images)


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
