"""How far a picture is from the pictures that a network learned from.

A softmax divides 100% among its classes whatever it is shown, so its percentages do not tell. A simple test of
outlyingness does: what EfficientNet-Lite0's first layers see in the picture, against the same for the data set, as a
Mahalanobis distance (Lee et al. 2018, "A Simple Unified Framework for Detecting Out-of-Distribution Samples and
Adversarial Attacks", arXiv:1807.03888, with one Gaussian for all classes).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor

from imgcls.models.preprocess import Preprocess
from imgcls.models.registry import load

SIDE = 64
"""Every picture is looked at so small, or smaller still: otherwise the distance would mostly tell how sharp it is."""
LAYERS = 4
"""The stem and the first three stages, with 40 maps at the end."""
LEAST = 60
"""Of fewer pictures no statistics are made."""
SHARE = 0.95
"""Of its own pictures that lie within a world."""
_RIDGE = 0.1  # of the variance: keeps a few pictures from making the Gaussian too thin
_BATCH = 64


OWN = "the pictures that the network learned from"


@dataclass(frozen=True)
class Distance:
    """Of a picture from `of`, the pictures that a network learned from or some like them: up to 1 it could be one.

    `covers` are the classes of which those pictures are; None: all classes of the network.
    """

    value: float
    of: str = OWN
    covers: frozenset[int] | None = None

    def strange(self, answer: int) -> bool:
        """Whether a picture so far off says that this answer is worth little.

        Of an answer that those pictures do not cover the distance says nothing: a cup looks like no dog.
        """
        return self.value > 1 and (self.covers is None or answer in self.covers)


@dataclass(frozen=True, eq=False)
class World:
    """A data set's statistics: mean and spread (F,) of each number, and the inverse of their correlations (F, F).

    `limit` is the distance below which SHARE of the data set's pictures lie that the statistics were not made of;
    `side` is how large, in pixels, pictures are looked at: no larger than the network gets them. `of` and `covers`: see
    `Distance`.
    """

    mean: Tensor
    spread: Tensor
    precision: Tensor
    limit: float
    side: int = SIDE
    of: str = OWN
    covers: frozenset[int] | None = None

    def distance(self, image: Image.Image) -> Distance:
        """How unlike the data set an RGB picture is, in units of `limit`."""
        return Distance(float(self.raw(statistics([image], self.side))[0]) / self.limit, self.of, self.covers)

    def raw(self, numbers: Tensor) -> Tensor:
        """(N, F) -> (N,), the root mean square over the F directions; 1 for a typical picture."""
        scaled = (numbers - self.mean) / self.spread
        return torch.einsum("nf,fg,ng->n", scaled, self.precision, scaled).div(scaled.shape[1]).sqrt()

    def state(self) -> dict[str, Tensor]:
        """The world as tensors, to be kept beside the weights."""
        return {"mean": self.mean, "spread": self.spread, "precision": self.precision,
                "limit": torch.tensor(self.limit), "side": torch.tensor(self.side)}  # fmt: skip

    @classmethod
    def from_state(cls, state: Mapping[str, Tensor]) -> "World":
        """The world that `state` gave."""
        return cls(
            state["mean"], state["spread"], state["precision"], float(state["limit"]), int(state.get("side", SIDE))
        )


def statistics(images: Iterable[Image.Image], side: int = SIDE) -> Tensor:
    """Mean and standard deviation over the places of each of the 40 maps: float32 (N, 80) of N RGB pictures."""
    layers = load().module.features[:LAYERS]
    prepare = Preprocess(resize=side, crop=side)
    inputs = torch.cat([prepare(image) for image in images])
    with torch.inference_mode():
        maps = torch.cat([layers(batch) for batch in inputs.split(_BATCH)])
    return torch.cat([maps.mean(dim=(2, 3)), maps.std(dim=(2, 3))], dim=1).clone()


def world_of(numbers: Tensor, side: int = SIDE) -> World:
    """The world of a data set from its pictures' statistics (N, F) at `side`; every second one only sets the limit.

    Raises:
        ValueError: there are fewer than LEAST pictures.
    """
    if len(numbers) < LEAST:
        raise ValueError(f"For the statistics of a data set at least {LEAST} pictures are needed, not {len(numbers)}.")
    made, kept = numbers[::2], numbers[1::2]
    mean, spread = made.mean(dim=0), made.std(dim=0) + 1e-4
    correlations = torch.cov(((made - mean) / spread).T) + _RIDGE * torch.eye(made.shape[1])
    world = World(mean, spread, torch.linalg.inv(correlations), 1.0)
    return World(mean, spread, world.precision, float(world.raw(kept).quantile(SHARE)), side)
