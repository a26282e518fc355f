"""How far a picture is from the pictures that a network learned from.

A softmax divides 100% among its classes whatever it is shown, so its percentages do not tell. A simple test of
outlyingness does: what EfficientNet-Lite0's first layers see in the picture, against the same for the data set, as a
Mahalanobis distance (Lee et al. 2018, "A Simple Unified Framework for Detecting Out-of-Distribution Samples and
Adversarial Attacks", arXiv:1807.03888, with one Gaussian for all classes).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice

import torch
from PIL import Image
from torch import Tensor

from imgcls.models.preprocess import Preprocess
from imgcls.models.registry import load

LEAST = 60
"""Of fewer pictures no statistics are made."""
SHARE = 0.95
"""Of its own pictures that lie within a world."""
_BATCH = 64
_FOLDS = 4
_FLAT = 1e-3  # added to a spread before its logarithm is taken: a plain map has none


OWN = "the pictures that the network learned from"


@dataclass(frozen=True)
class Look:
    """How pictures are looked at.

    At `side` pixels, few: otherwise the distance would mostly tell how sharp a picture is. By the stem and the first
    stages of EfficientNet-Lite0, `layers` in all: after 4 there are 40 maps, after 5 there are 80. With `logarithms`
    of the maps' spreads, which are spread evenly themselves.
    """

    side: int = 64
    layers: int = 4
    logarithms: bool = False


USUAL = Look()


@dataclass(frozen=True)
class Distance:
    """Of a picture from `of`, the pictures that a network learned from or some like them: up to 1 it could be one.

    `covers` are the classes of which those pictures are; None: all classes of the network. `side` pixels were looked
    at, and `maps` compared.
    """

    value: float
    of: str = OWN
    covers: frozenset[int] | None = None
    side: int = USUAL.side
    maps: int = 40

    def strange(self, answer: int) -> bool:
        """Whether a picture so far off says that this answer is worth little.

        Of an answer that those pictures do not cover the distance says nothing: a cup looks like no dog.
        """
        return self.value > 1 and (self.covers is None or answer in self.covers)


@dataclass(frozen=True, eq=False)
class World:
    """A data set's statistics: mean and spread (F,) of each number, and the inverse of their correlations (F, F).

    `limit` is the distance below which SHARE of such pictures lie that the statistics were not made of.
    `look` is how pictures are looked at, no larger than the network gets them. `of` and `covers`: see `Distance`.
    """

    mean: Tensor
    spread: Tensor
    precision: Tensor
    limit: float
    look: Look = USUAL
    of: str = OWN
    covers: frozenset[int] | None = None

    def distance(self, image: Image.Image) -> Distance:
        """How unlike the data set an RGB picture is, in units of `limit`."""
        value = float(self.raw(statistics([image], self.look))[0]) / self.limit
        return Distance(value, self.of, self.covers, self.look.side, len(self.mean) // 2)

    def raw(self, numbers: Tensor) -> Tensor:
        """(N, F) -> (N,), the root mean square over the F directions; 1 for a typical picture."""
        scaled = (numbers - self.mean) / self.spread
        return torch.einsum("nf,fg,ng->n", scaled, self.precision, scaled).div(scaled.shape[1]).sqrt()

    def state(self) -> dict[str, Tensor]:
        """The world as tensors, to be kept beside the weights."""
        looked = {name: torch.tensor(value) for name, value in vars(self.look).items()}
        return {"mean": self.mean, "spread": self.spread, "precision": self.precision,
                "limit": torch.tensor(self.limit), **looked}  # fmt: skip

    @classmethod
    def from_state(cls, state: Mapping[str, Tensor]) -> "World":
        """The world that `state` gave."""
        look = Look(**{name: state[name].item() for name in vars(USUAL) if name in state})
        return cls(state["mean"], state["spread"], state["precision"], float(state["limit"]), look)


def statistics(images: Iterable[Image.Image], look: Look = USUAL) -> Tensor:
    """Mean and standard deviation over the places of each map: float32 (N, twice as many as there are maps)."""
    layers = load().module.features[: look.layers]
    prepare = Preprocess(resize=look.side, crop=look.side)
    parts, waiting = [], iter(images)
    with torch.inference_mode():
        while batch := list(islice(waiting, _BATCH)):
            maps = layers(torch.cat([prepare(image) for image in batch]))
            parts.append((maps.mean(dim=(2, 3)), maps.std(dim=(2, 3))))
    means, spreads = (torch.cat(each) for each in zip(*parts, strict=True))
    return torch.cat([means, (spreads + _FLAT).log() if look.logarithms else spreads], dim=1).clone()


def world_of(numbers: Tensor, *versions: Tensor, look: Look = USUAL, ridge: float = 0.1) -> World:
    """The world of a data set from its pictures' statistics (N, F) by `look`.

    The limit is set by every picture's distance from a world made without it and without a quarter of the others.
    `versions` (N, F) are of the same pictures made otherwise, such as without colour, and belong to it, too: SHARE or
    more of each lie within the limit. `ridge`, a part of the variance, is added to it: it keeps few pictures from
    making the Gaussian too thin.

    Raises:
        ValueError: there are fewer than LEAST pictures.
    """
    if len(numbers) < LEAST:
        raise ValueError(f"For the statistics of a data set at least {LEAST} pictures are needed, not {len(numbers)}.")
    all_versions = torch.stack([numbers, *versions])  # (V, N, F)
    distances = torch.empty(all_versions.shape[:2])
    for fold in range(_FOLDS):
        left_out = torch.arange(len(numbers)) % _FOLDS == fold
        world = _fitted(all_versions[:, ~left_out].flatten(0, 1), look, ridge)
        distances[:, left_out] = torch.stack([world.raw(each) for each in all_versions[:, left_out]])
    limit = float(distances.quantile(SHARE, dim=1).max())
    return replace(_fitted(all_versions.flatten(0, 1), look, ridge), limit=limit)


def _fitted(numbers: Tensor, look: Look, ridge: float) -> World:
    mean, spread = numbers.mean(dim=0), numbers.std(dim=0) + 1e-4
    correlations = torch.cov(((numbers - mean) / spread).T) + ridge * torch.eye(numbers.shape[1])
    return World(mean, spread, torch.linalg.inv(correlations), 1.0, look)
