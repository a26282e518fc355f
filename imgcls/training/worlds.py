"""The worlds of the networks: what the pictures that each of them learned from are like.

`python -m imgcls.training.worlds` makes the file of the drawn dogs again (a minute on one core),
`python -m imgcls.training.worlds small-resnet cifar10.zip`, with the path of a zip of CIFAR-10, that of the small
ResNet, and `python -m imgcls.training.worlds photographs cats-dogs.zip dogs10.zip` that of dogs and cats, for networks
that learned from ImageNet, whose own pictures are not here.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from imgcls.data.drawn.tiny_breeds import ANIMALS
from imgcls.data.drawn.tiny_scene import Difficulty
from imgcls.data.drawn.tiny_set import SHOWN, drawn_animal
from imgcls.data.sources import DRAWN_DOGS, open_source
from imgcls.models.classify import Classifier
from imgcls.models.world import USUAL, Look, World, statistics, world_of
from imgcls.training.runs import RunError, RunFiles, run_folder
from imgcls.training.trained import TINYVGG

FILE = TINYVGG / "world.pt"
CIFAR_FILE = TINYVGG.parent / "small_resnet" / "world.pt"
PHOTOGRAPHS_FILE = TINYVGG.parent / "photographs" / "world.pt"
CIFAR_LOOK, CIFAR_PICTURES = Look(side=32), 2000
PHOTOGRAPHS_LOOK = Look(side=128, layers=5, logarithms=True)
PHOTOGRAPHS = "photographs of dogs and cats"
DOGS_AND_CATS = frozenset(range(151, 286))
"""Among ImageNet's classes: dogs from 151, then wolves, wild dogs and foxes, and cats up to 285."""
LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)
EACH = 100  # pictures of a breed and level
MOST = 300  # kept pictures of a run that are looked at
_RUN = "run-"
Version = Callable[[Image.Image], Image.Image]


def world_for(classifier: Classifier) -> World | None:
    """The world of a network; None where it is not known. Of ImageNet it is a part: dogs and cats."""
    if classifier.name == "tinyvgg":
        return drawn_world()
    if classifier.name == "small-resnet":
        return _kept(CIFAR_FILE)
    if not classifier.name.startswith(_RUN):
        return photographs_world() if classifier.dog_indices else None
    try:
        return _of_run(run_folder(classifier.name.removeprefix(_RUN)))
    except RunError:
        return None


def drawn_world() -> World | None:
    """That of the drawn dogs, of every difficulty; None if its file is missing or damaged."""
    return _kept(FILE)


def photographs_world() -> World | None:
    """That of photographs of dogs and cats; None if its file is missing or damaged."""
    kept = _kept(PHOTOGRAPHS_FILE)
    return kept and replace(kept, of=PHOTOGRAPHS, covers=DOGS_AND_CATS)


@lru_cache(maxsize=4)
def _kept(file: Path) -> World | None:
    try:
        return World.from_state(torch.load(file, weights_only=True))
    except (OSError, KeyError, RuntimeError, ValueError):
        return None


@lru_cache(maxsize=32)
def _of_run(folder: Path) -> World | None:
    files = RunFiles(folder)
    if files.info().config.data.source == DRAWN_DOGS:
        return drawn_world()
    kept = files.pictures()
    if kept is None:
        return None
    step = -(-len(kept.images) // MOST)
    try:
        return world_of(statistics(Image.fromarray(image) for image in kept.images[::step]))
    except ValueError:  # too few pictures
        return None


def make_drawn_world() -> World:
    """From EACH drawings of every breed and level; not those that TinyVGG learned from, but drawn alike."""
    drawn = [
        Image.fromarray(drawn_animal(breed, 4000 + number, 0, Difficulty.level(level)))
        for number in range(EACH) for level in LEVELS for breed in ANIMALS if breed in SHOWN
    ]  # fmt: skip
    order = torch.randperm(len(drawn), generator=torch.Generator().manual_seed(0))
    return world_of(statistics(drawn[place] for place in order.tolist()))


def make_world(
    paths: Sequence[str],
    look: Look = USUAL,
    count: int | None = None,
    *,
    versions: Sequence[Version] = (),
    ridge: float = 0.1,
) -> World:
    """From the training pictures of sets, shuffled: `count` of them, or all. `versions` make others of each.

    `ridge`: see `imgcls.models.world.world_of`.
    """
    pictures = []
    for source in map(open_source, paths):
        parts = source.splits
        training = np.flatnonzero(parts == "train") if (parts == "train").any() else np.arange(len(source.labels))
        pictures += [(source, int(place)) for place in training]
    chosen = np.random.default_rng(0).permutation(len(pictures))[:count]
    shown = [pictures[number] for number in chosen]
    numbers = [
        statistics((version(source.image(place)) for source, place in shown), look)
        for version in (lambda image: image, *versions)
    ]
    return world_of(*numbers, look=look, ridge=ridge)


def without_colour(image: Image.Image) -> Image.Image:
    """The picture in grey, still RGB."""
    return image.convert("L").convert("RGB")


def main(arguments: Sequence[str]) -> None:
    """Make one of the files again; see the head of this file."""
    if not arguments:
        made, file = make_drawn_world(), FILE
    elif arguments[0] == "small-resnet":
        made, file = make_world(arguments[1:], CIFAR_LOOK, CIFAR_PICTURES), CIFAR_FILE
    else:
        made = make_world(arguments[1:], PHOTOGRAPHS_LOOK, versions=(without_colour,), ridge=0.03)  # of many pictures
        file = PHOTOGRAPHS_FILE
    torch.save(made.state(), file)


if __name__ == "__main__":
    main(sys.argv[1:])
