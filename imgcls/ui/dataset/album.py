"""The pictures that were chosen, to look at: drawn on the spot, or from the cache where a worker has put them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from imgcls.data.datasets import Dataset, Skipped, Source, split, square, task_labels
from imgcls.data.picture_cache import Recipe, open_cached
from imgcls.data.sources import CIFAR10, DRAWN_DOGS, SOURCES, drawn_one_by_one
from imgcls.training.config import DataChoice
from imgcls.ui.dataset.work import result_of

_QUICK_PICTURES = 5000  # so many are drawn within the minute that a quick job has


@dataclass(frozen=True, eq=False)
class Album:
    """Pictures, their classes, and which part they are in.

    `labels` (N,) are places in `classes`; `training` and `validation` hold places of pictures. Picture i of the album
    is picture `chosen[i]` of `source`; `size` is the side in pixels at which it is learned from.
    """

    title: str
    classes: tuple[str, ...]
    labels: np.ndarray
    training: np.ndarray
    validation: np.ndarray
    names: Sequence[str]
    source: Source
    chosen: np.ndarray
    size: int
    skipped: tuple[Skipped, ...] = ()
    dataset: Dataset | None = None
    copied: tuple[int, np.ndarray] | None = None  # a picture that was put in the place of another

    def __len__(self) -> int:
        return len(self.labels)

    def picture(self, place: int) -> np.ndarray:
        """Picture `place` as it is learned from: uint8 (S, S, 3)."""
        if self.copied is not None and place == self.copied[0]:
            return self.copied[1]
        if self.dataset is not None:
            return self.dataset.images[place]
        return square(self.source.image(int(self.chosen[place])), self.size)

    def pictures(self, places: Sequence[int]) -> np.ndarray:
        """uint8 (N, S, S, 3)."""
        if not len(places):
            return np.empty((0, self.size, self.size, 3), np.uint8)
        return np.stack([self.picture(place) for place in places])


def recipe_of(choice: DataChoice) -> Recipe:
    """What has to be made for a choice; a size that is left to the network is 64, or 32 of CIFAR-10."""
    size = choice.size or (32 if choice.source == CIFAR10 else 64)
    if choice.source != DRAWN_DOGS:
        return Recipe(choice.source, choice.task, size, reading=choice.reading, renamed=choice.renamed)
    return Recipe(choice.source, choice.task, size, choice.count, choice.level, choice.split_seed)


def opening_code(choice: DataChoice) -> str:
    """The call that opens a set which is not drawn, for the code of a lesson; no path of the server is shown."""
    if choice.source in SOURCES:
        return f'open_source("{choice.source}")'
    more = f", reading={choice.reading!r}" if choice.reading else ""
    more += f", renamed={choice.renamed!r}" if choice.renamed else ""
    return f'open_source("your.zip"{more})'


def drawn_album(choice: DataChoice, level: float | None = None) -> Album:
    """The drawn dogs of a choice (or at another difficulty), each drawn when it is looked at."""
    return _drawn(recipe_of(choice), choice.level if level is None else level, choice.validation, choice.split_seed)


@lru_cache(maxsize=64)
def _drawn(recipe: Recipe, level: float, validation: float | None, seed: int) -> Album:
    source = drawn_one_by_one(recipe.task, recipe.count, recipe.seed, level, recipe.size)
    kept = lru_cache(maxsize=512)(source.image)
    source = Source(**{**vars(source), "image": kept})
    chosen, labels, classes = task_labels(source, recipe.task)
    training, held_out = split(labels, source.splits[chosen], validation, seed)
    names = [source.names[place] for place in chosen]
    return Album(source.title, classes, labels, training, held_out, names, source, chosen, recipe.size)


def cached_album(choice: DataChoice) -> Album | None:
    """The pictures of a choice with all that is known of them; None, with a progress bar, until they are there.

    Raises:
        DatasetError: the split leaves a part empty, or the pictures cannot be read any more.
    """
    recipe = recipe_of(choice)
    if not recipe.ready:
        quick = recipe.drawn and recipe.count <= _QUICK_PICTURES
        if (
            result_of("data_cached", "imgcls.training.picture_work:cache", {"recipe": recipe}, quick=quick, fresh=True)
            is None
        ):
            return None
    dataset = open_cached(recipe, choice.validation, choice.split_seed)
    return Album(
        dataset.title, dataset.classes, dataset.labels, dataset.training, dataset.validation, dataset.names,
        dataset.source, dataset.chosen, dataset.size, dataset.skipped, dataset,
    )  # fmt: skip


def album_of(choice: DataChoice) -> Album | None:
    """What there is to look at: drawn dogs at once, other pictures when a worker has read them.

    Raises:
        DatasetError: the set cannot be used.
    """
    return drawn_album(choice) if choice.source == DRAWN_DOGS else cached_album(choice)
