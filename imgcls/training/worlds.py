"""The worlds of the networks: what the pictures that each of them learned from are like.

`python -m imgcls.training.worlds` makes the file of the drawn dogs again (a minute on one core).
"""

from functools import lru_cache
from pathlib import Path

import torch
from PIL import Image

from imgcls.data.drawn.tiny_breeds import ANIMALS
from imgcls.data.drawn.tiny_scene import Difficulty
from imgcls.data.drawn.tiny_set import SHOWN, drawn_animal
from imgcls.data.sources import DRAWN_DOGS
from imgcls.models.classify import Classifier
from imgcls.models.world import World, statistics, world_of
from imgcls.training.runs import RunError, RunFiles, run_folder
from imgcls.training.trained import TINYVGG

FILE = TINYVGG / "world.pt"
LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)
EACH = 100  # pictures of a breed and level
MOST = 300  # kept pictures of a run that are looked at
_RUN = "run-"


def world_for(classifier: Classifier) -> World | None:
    """The world of a network by its name; None where it is not known, as of those that learned from ImageNet."""
    if classifier.name == "tinyvgg":
        return drawn_world()
    if not classifier.name.startswith(_RUN):
        return None
    try:
        return _of_run(run_folder(classifier.name.removeprefix(_RUN)))
    except RunError:
        return None


@lru_cache(maxsize=1)
def drawn_world() -> World | None:
    """That of the drawn dogs, of every difficulty; None if its file is missing or damaged."""
    try:
        return World.from_state(torch.load(FILE, weights_only=True))
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


if __name__ == "__main__":
    torch.save(make_drawn_world().state(), FILE)
