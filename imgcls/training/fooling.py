"""The smallest change to a picture that makes another class win, looked for in a worker process."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch

from imgcls.models.adversarial import MOST_LEVELS, Way, attempts
from imgcls.models.classify import Classifier
from imgcls.models.few_pixels import LOOKS
from imgcls.models.registry import load
from imgcls.training.picture_work import Working
from imgcls.training.runs import run_folder
from imgcls.training.trained import load_trained, tinyvgg


@dataclass(frozen=True, eq=False)
class Shown:
    """A picture uint8 (S, S, 3) that is known by its digest: long settings would make long names of results."""

    digest: str
    values: np.ndarray = field(repr=False)


@dataclass(frozen=True, eq=False)
class Fooled:
    """The changed picture uint8 (S, S, 3), and what it took: see `imgcls.models.adversarial.Try`."""

    picture: np.ndarray
    levels: int
    pixels: int
    looks: int
    won: bool


def network_named(name: str) -> Classifier:
    """The network that the pages know by this name.

    Raises:
        RunError, ModelUnavailable: it cannot be had.
    """
    if name == "tinyvgg":
        return tinyvgg()
    return load_trained(run_folder(name.removeprefix("run-"))) if name.startswith("run-") else load(name)


def fool(name: str, shown: Shown, target: int, way: Way) -> Iterator[Working | Fooled]:
    """Follows the gradient until the target wins, and, with pixels, until fewer of them are enough.

    Raises:
        RunError, ModelUnavailable, ValueError: no such network, or no such class.
    """
    pixels = torch.from_numpy(shown.values).permute(2, 0, 1).contiguous()
    last = None
    for last in attempts(network_named(name), pixels, target, way):
        most = MOST_LEVELS if way == "noise" else LOOKS
        yield Working("Following the gradient", min(last.looks, most), most)  # a few looks more take out what is idle
    picture = last.picture.permute(1, 2, 0).contiguous().numpy()
    yield Fooled(picture, last.levels, last.pixels, last.looks, last.won)
