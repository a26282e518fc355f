"""Data sets in memory, ready for training: pictures of one size, labels, a seeded split, and what was left out."""

import re
from collections.abc import Callable, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from PIL import Image

from imgcls.data.picture_files import PictureError
from imgcls.data.prepared import prepared_file, read_prepared, write_prepared
from imgcls.numbers import sides, whole

Task = Literal["binary", "breeds"]
Progress = Callable[[int, int], None]
TASKS: tuple[Task, ...] = ("binary", "breeds")
MOST_BYTES = 2 * 2**30
VALIDATION_SHARE = 0.2
WITHOUT_PICTURES = "classes without a picture to learn from"
_DECODERS, _TOGETHER = 4, 64  # threads, and pictures that one reads in a row


class DatasetError(ValueError):
    """A data set cannot be used; the message is one plain sentence: why, and what to do."""


@dataclass(frozen=True)
class Skipped:
    """A file that was left out, and why; or `count` files of a kind, with one of them as an example.

    `what` is the kind, in the plural.
    """

    name: str
    reason: str
    what: str = "pictures that cannot be read"
    count: int = 1


@dataclass(frozen=True, eq=False)
class Source:
    """Pictures before they are read.

    Attributes:
        name: short, for file names and the command line; `title` for people.
        classes: K names.
        labels: class of each picture, int (N,).
        splits: "train", "validation" or "" (not said) for each picture.
        names: what each picture is called.
        image: reads picture i as RGB; raises PictureError if it is broken.
        dogs: the classes that are dogs; `other` what the rest is called in the task "binary".
        breeds: the classes of the task "breeds"; all where it is empty.
        skipped: files left out already.
        fingerprint: changes with the content; "": do not cache what is made of it.
        decoded: the pictures lie in memory: reading them again costs nothing.
        readings: the ways in which the set can be read, (key, sentence), the likeliest first; `reading` is the key of
            the one taken.
        originals: the names of the classes before people corrected them.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    labels: np.ndarray
    splits: np.ndarray
    names: Sequence[str]
    image: Callable[[int], Image.Image]
    dogs: Set[int] = frozenset()
    other: str = ""
    breeds: tuple[int, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    fingerprint: str = ""
    decoded: bool = False
    readings: tuple[tuple[str, str], ...] = ()
    reading: str = ""
    originals: tuple[str, ...] = ()

    @property
    def layout(self) -> str:
        """How the set is read, in one sentence; "" for sets that are no files of people."""
        return dict(self.readings).get(self.reading, "")

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class Dataset:
    """Pictures in memory.

    Attributes:
        name, title: as in its Source.
        classes: K names.
        images: uint8 (N, S, S, 3).
        labels: int64 (N,), each below K.
        training, validation: indices of the two parts, in ascending order.
        names: what each picture is called.
        skipped: files that were left out, and why.
        source, chosen: where the pictures come from, and their places (N,) there: to read them again at another size.
    """

    name: str
    title: str
    task: Task
    classes: tuple[str, ...]
    images: np.ndarray
    labels: np.ndarray
    training: np.ndarray
    validation: np.ndarray
    names: Sequence[str]
    skipped: tuple[Skipped, ...]
    source: Source
    chosen: np.ndarray

    @property
    def size(self) -> int:
        """Side of the pictures in pixels."""
        return self.images.shape[1]

    def part(self, name: Literal["training", "validation"]) -> tuple[np.ndarray, np.ndarray]:
        """Pictures and labels of one part."""
        indices = getattr(self, name)
        return self.images[indices], self.labels[indices]


def prepare(
    source: Source,
    task: Task = "breeds",
    size: int = 64,
    validation: float | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Dataset:
    """Reads all pictures of the task at `size` x `size` (shorter side scaled, middle cut out) and splits them.

    Args:
        validation: share of each class that is kept for validation; None: the source's own split, else a fifth.
        seed: of the split.
        progress: called now and then with the number of pictures read, and of all.

    Raises:
        DatasetError: the task does not fit the classes, too few or too many pictures, or none can be read.
    """
    chosen, labels, classes = task_labels(source, task)
    if len(chosen) * size * size * 3 > MOST_BYTES:
        raise DatasetError(
            f"{whole(len(chosen))} pictures of {sides(size, size)} pixels do not fit into memory: choose a smaller "
            "size."
        )
    images, skipped = _read_all(source, chosen, size, progress)
    good = np.array([place for place in range(len(chosen)) if place not in skipped], int)
    kept = chosen[good]
    broken = tuple(Skipped(source.names[chosen[place]], why) for place, why in sorted(skipped.items()))
    training, held_out = split(labels[good], source.splits[kept], validation, seed)
    return learnable(
        Dataset(
            name=source.name,
            title=source.title,
            task=task,
            classes=classes,
            images=_moved_together(images, good),
            labels=labels[good],
            training=training,
            validation=held_out,
            names=[source.names[index] for index in kept],
            skipped=source.skipped + broken,
            source=source,
            chosen=kept,
        )
    )


def _moved_together(images: np.ndarray, good: np.ndarray) -> np.ndarray:
    """The good ones of these pictures, in the memory that they have: a copy of a large set would not fit beside it."""
    if len(good) < len(images):
        for first in range(0, len(good), _TOGETHER):  # each moves towards the front, never over one still to move
            some = good[first : first + _TOGETHER]
            images[first : first + len(some)] = images[some]
    return images[: len(good)]


def _read_all(
    source: Source, chosen: np.ndarray, size: int, progress: Progress | None
) -> tuple[np.ndarray, dict[int, str]]:
    """uint8 (N, size, size, 3), and why some places could not be read; from the cache where they were read before."""
    cached = None if source.decoded else prepared_file(source.fingerprint, chosen, size)
    if cached and (known := read_prepared(cached, len(chosen), size)):
        return known
    images = np.empty((len(chosen), size, size, 3), np.uint8)
    skipped: dict[int, str] = {}

    def read(first: int) -> int:
        last = min(first + _TOGETHER, len(chosen))
        for place in range(first, last):
            try:
                images[place] = square(source.image(int(chosen[place])), size)
            except PictureError as error:
                skipped[place] = str(error)
        return last

    with ThreadPoolExecutor(_DECODERS) as pool:
        for done in pool.map(read, range(0, len(chosen), _TOGETHER)):
            if progress:
                progress(done, len(chosen))
    if cached:
        write_prepared(cached, images, skipped)
    return images, skipped


def task_labels(source: Source, task: Task) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Which pictures take part in a task, their labels in it, and the names of its classes.

    Raises:
        DatasetError: the source has no dogs, or nothing but dogs, or one class only.
    """
    check_task(task)
    if task == "breeds":
        breeds = source.breeds or tuple(range(len(source.classes)))
        if len(breeds) < 2:
            raise DatasetError(f"{source.title} has one class only: there is nothing to tell apart.")
        chosen = np.flatnonzero(np.isin(source.labels, breeds))
        return chosen, np.searchsorted(breeds, source.labels[chosen]), tuple(source.classes[breed] for breed in breeds)
    others = [name for label, name in enumerate(source.classes) if label not in source.dogs]
    if not source.dogs:
        raise DatasetError(f"No class of {source.title} is called a dog: choose all classes (the task breeds).")
    if not others:
        raise DatasetError(f"{source.title} shows nothing but dogs: choose all classes (the task breeds).")
    labels = np.isin(source.labels, list(source.dogs)).astype(np.int64)
    other = source.other or (others[0] if len(others) == 1 else "not a dog")
    return np.arange(len(source)), labels, (other, "dog")


def check_task(task: str) -> None:
    """Raises DatasetError unless it is one of TASKS."""
    if task not in TASKS:
        raise DatasetError(f"There is no task {task!r}; choose binary or breeds.")


def square(image: Image.Image, size: int) -> np.ndarray:
    """The middle of a picture, its shorter side scaled to `size`: uint8 (size, size, 3)."""
    if image.size != (size, size):
        width, height = image.size
        side = min(width, height)
        left, top = (width - side) // 2, (height - side) // 2
        box = (left, top, left + side, top + side)
        image = image.resize((size, size), Image.Resampling.BICUBIC, box, reducing_gap=3.0)
    return np.asarray(image)


def split(labels: np.ndarray, given: np.ndarray, share: float | None, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices for training and for validation.

    The split that is `given` holds if `share` is None and it names both parts; otherwise `share` (or a fifth) of every
    class, and at least one picture of it, is drawn for validation. The only picture of a class is learned from.

    Raises:
        DatasetError: the share is not between 0 and 1.
    """
    if share is None and {"train", "validation"} <= set(given):
        return np.flatnonzero(given == "train"), np.flatnonzero(given == "validation")
    share = VALIDATION_SHARE if share is None else share
    if not 0 < share < 1:
        raise DatasetError(f"The share for validation must lie between 0 and 1, not {share:g}.")
    rng = np.random.default_rng(seed)
    held_out = []
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        held_out.append(members[: min(max(1, round(len(members) * share)), len(members) - 1)])
    validation = np.sort(np.concatenate(held_out)) if held_out else np.empty(0, int)
    return np.setdiff1d(np.arange(len(labels)), validation), validation


def learnable(dataset: Dataset) -> Dataset:
    """The set without classes of which no picture is left to learn from: a poor class spoils nothing.

    Raises:
        DatasetError: fewer than two classes are left, or there is no picture for validation.
    """

    def why(folder: str = "") -> str:
        """The first picture of a folder that was left out, and why."""
        left = next((each for each in dataset.skipped if not folder or f"/{folder}/" in f"/{each.name}"), None)
        return f" Left out, for instance: {left.name}. {left.reason}" if left else ""

    if not len(dataset.labels):
        raise DatasetError(f"Not one picture of {dataset.title} can be read.{why()}")
    present = np.bincount(dataset.labels[dataset.training], minlength=len(dataset.classes)) > 0
    missing = [name for name, there in zip(dataset.classes, present, strict=True) if not there]
    if len(dataset.classes) - len(missing) < 2:
        advice = "add some, at least two for each class."
        raise DatasetError(f"No picture of {missing[0]!r} is left for training: {advice}{why(missing[0])}")
    if missing:
        dataset = _without(dataset, present, missing)
    if not len(dataset.validation):
        raise DatasetError(f"No picture is left for validation: add some, at least two for each class.{why()}")
    return dataset


def _without(dataset: Dataset, present: np.ndarray, missing: list[str]) -> Dataset:
    """The set with the classes that are `present` only; the others' pictures are in neither part."""
    number = np.cumsum(present) - 1
    gone = ~present[dataset.labels]
    told = tuple(Skipped(name, "No picture of it is left for training.", WITHOUT_PICTURES) for name in missing)
    return replace(
        dataset,
        classes=tuple(name for name, there in zip(dataset.classes, present, strict=True) if there),
        labels=np.where(gone, 0, number[dataset.labels]),
        validation=dataset.validation[~gone[dataset.validation]],
        skipped=dataset.skipped + told,
    )


def summary(skipped: Sequence[Skipped]) -> list[Skipped]:
    """What was left out by kind and reason: the first of each with the count of all, the most frequent first.

    Numbers in a reason (how large a picture is) make no other kind.
    """
    rows: dict[tuple[str, str], Skipped] = {}
    for each in skipped:
        kind = (each.what, re.sub(r"[\d.,]+", "0", each.reason))
        known = rows.get(kind)
        rows[kind] = replace(known, count=known.count + each.count) if known else each
    return sorted(rows.values(), key=lambda row: -row.count)
