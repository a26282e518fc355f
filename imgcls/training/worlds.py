"""The worlds of the networks: what the pictures that each of them learned from are like.

`python -m imgcls.training.worlds` makes the file of the drawn dogs again (a minute on one core), and
`python -m imgcls.training.worlds cifar10.zip`, with the path of a zip of CIFAR-10, that of the small ResNet.
"""

import sys
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
from imgcls.models.world import World, statistics, world_of
from imgcls.training.runs import RunError, RunFiles, run_folder
from imgcls.training.trained import TINYVGG

FILE = TINYVGG / "world.pt"
CIFAR_FILE = TINYVGG.parent / "small_resnet" / "world.pt"
CIFAR_SIDE, CIFAR_PICTURES = 32, 2000
LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)
EACH = 100  # pictures of a breed and level
MOST = 300  # kept pictures of a run that are looked at
_RUN = "run-"


def world_for(classifier: Classifier) -> World | None:
    """The world of a network by its name; None where it is not known, as of those that learned from ImageNet."""
    if classifier.name == "tinyvgg":
        return drawn_world()
    if classifier.name == "small-resnet":
        return _kept(CIFAR_FILE)
    if not classifier.name.startswith(_RUN):
        return None
    try:
        return _of_run(run_folder(classifier.name.removeprefix(_RUN)))
    except RunError:
        return None


def drawn_world() -> World | None:
    """That of the drawn dogs, of every difficulty; None if its file is missing or damaged."""
    return _kept(FILE)


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


def make_world(path: str, side: int, count: int) -> World:
    """From `count` training pictures of a set, by lot."""
    source = open_source(path)
    labels, parts = source.labels, source.splits
    training = np.flatnonzero(parts == "train") if (parts == "train").any() else np.arange(len(labels))
    chosen = np.random.default_rng(0).permutation(training)[:count]
    return world_of(statistics((source.image(int(place)) for place in chosen), side), side)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        torch.save(make_world(sys.argv[1], CIFAR_SIDE, CIFAR_PICTURES).state(), CIFAR_FILE)
    else:
        torch.save(make_drawn_world().state(), FILE)
