"""Sets of tiny drawn animals: a picture follows from seed, animal and number alone; drawn once, then cached."""

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np

from imgcls.data.drawn.tiny import draw_tiny
from imgcls.data.drawn.tiny_breeds import ANIMALS
from imgcls.data.drawn.tiny_scene import Difficulty
from imgcls.numbers import whole
from imgcls.store.download import DownloadError, cache_folder
from imgcls.store.files import prune, replaced

# Part of the cache's file names: count it up when a change makes other pictures.
VERSION = 1
KEPT_FILES = 60
MOST_PICTURES = 20_000
SIDES = range(16, 257)
# Breed -> number of the picture that lies in assets/dogs/small: beyond those of any set that the app draws by itself.
SHOWN = {"Dalmatian": 5007, "Dachshund": 5010, "Husky": 5000, "Pug": 5003, "Poodle": 5008, "Shepherd": 5003}

Progress = Callable[[int, int], None]


def drawn_animal(
    animal: str, number: int, seed: int = 0, difficulty: Difficulty | None = None, size: int = 64
) -> np.ndarray:
    """Picture `number` of one animal, as in `drawn_animals`: uint8 (size, size, 3). The larger, the finer.

    Raises:
        ValueError: unknown animal.
    """
    if animal not in ANIMALS:
        raise ValueError(f"There is no drawing of {animal!r}; choose one of {', '.join(ANIMALS)}.")
    rng = np.random.default_rng((seed, list(ANIMALS).index(animal), number))
    return draw_tiny(animal, rng, difficulty, size)


def drawn_animals(
    animal: str,
    count: int,
    seed: int = 0,
    difficulty: Difficulty | None = None,
    size: int = 64,
    progress: Progress | None = None,
) -> np.ndarray:
    """`count` pictures of one animal (a key of ANIMALS): uint8 (count, size, size, 3).

    More pictures of the same settings begin with the same ones. From the cache folder where they lie already.

    Args:
        progress: called now and then with the number of pictures drawn and `count`.

    Raises:
        ValueError: unknown animal, or a number of pictures or a size out of range.
    """
    if animal not in ANIMALS:
        raise ValueError(f"There is no drawing of {animal!r}; choose one of {', '.join(ANIMALS)}.")
    if not 0 <= count <= MOST_PICTURES:
        raise ValueError(f"Up to {whole(MOST_PICTURES)} pictures of an animal can be drawn, not {whole(count)}.")
    if size not in SIDES:
        raise ValueError(f"The pictures can be {SIDES[0]} to {SIDES[-1]} pixels wide, not {size}.")
    difficulty = difficulty or Difficulty()
    file = _cache_file(animal, seed, difficulty, size)
    known = _read(file, size) if file else _none(size)
    if len(known) >= count:
        return known[:count]
    pictures = np.empty((count, size, size, 3), np.uint8)
    pictures[: len(known)] = known
    for number in range(len(known), count):
        pictures[number] = drawn_animal(animal, number, seed, difficulty, size)
        if progress and number % 50 == 49:
            progress(number + 1, count)
    if file:
        _write(file, pictures)
    return pictures


def _cache_file(animal: str, seed: int, difficulty: Difficulty, size: int) -> Path | None:
    """Where these pictures are kept; None if there is no folder for it."""
    settings = json.dumps([VERSION, seed, size, vars(difficulty)], sort_keys=True)
    digest = hashlib.sha256(settings.encode()).hexdigest()[:16]
    try:
        return cache_folder() / "drawn" / f"{animal.lower()}-{digest}.npy"
    except DownloadError:
        return None


def _read(file: Path, size: int) -> np.ndarray:
    """What the file holds; no pictures if there is none or it is damaged."""
    with suppress(OSError, ValueError, EOFError):
        pictures = np.load(file, allow_pickle=False)
        if pictures.dtype == np.uint8 and pictures.shape[1:] == (size, size, 3):
            os.utime(file)  # used lately: kept longest
            return pictures
    return _none(size)


def _none(size: int) -> np.ndarray:
    return np.empty((0, size, size, 3), np.uint8)


def _write(file: Path, pictures: np.ndarray) -> None:
    """In one go or not at all; a full or read-only disk only costs time."""
    with suppress(OSError):
        with replaced(file) as part:
            np.save(part, pictures, allow_pickle=False)
        prune(file.parent, "*.npy", KEPT_FILES)
