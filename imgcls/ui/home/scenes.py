"""The drawn scenes of the first page, and what the network of several labels says about them: computed once for all."""

from functools import lru_cache

import numpy as np

from imgcls.data.drawn.scenes import THINGS, scene
from imgcls.training.multilabel import Labels, labels_of

FIRST_SCENE = 9000  # no scene from here on was trained on


@lru_cache(maxsize=128)
def drawn_scene(number: int) -> tuple[np.ndarray, str]:
    """A scene, uint8 (H, W, 3), and the names of the things in it."""
    picture, there = scene(FIRST_SCENE + number)
    things = [name for name, is_there in zip(THINGS, there, strict=True) if is_there]
    return picture, ", ".join(things) or "nothing"


@lru_cache(maxsize=128)
def labels_in_scene(number: int) -> Labels:
    """What the network says about it.

    Raises:
        RunError: its files are missing or damaged.
    """
    return labels_of(scene(FIRST_SCENE + number)[0])
