"""Looking into a network while it learns: kernels, feature maps of a probe picture, histograms, silent units."""

import math
import time
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn

from imgcls.models.small import SmallCNN
from imgcls.training.records import Histogram, LayerView, Snapshot

BINS = 41  # odd: one bin holds zero in its middle, and what is exactly 0 is neither above nor below
MOST_MAPS = 16
MOST_SIDE = 64  # of a feature map that is kept
MOST_TEMPLATE = 32  # side of the weights of a dense node that sees pixels
SHARE_OF_TIME = 0.02
LEAST_SECONDS = 0.25  # between two looks
_SILENT = (nn.ReLU,)  # activations that can be 0 for good


class Pace:
    """Says when it is time to look again, so that looking takes at most SHARE_OF_TIME of the time."""

    def __init__(self, least: float = LEAST_SECONDS, share: float = SHARE_OF_TIME) -> None:
        self._least, self._share = least, share
        self._next = 0.0

    @property
    def due(self) -> bool:
        """Whether enough time has passed since the last look."""
        return time.perf_counter() >= self._next

    def took(self, seconds: float) -> None:
        """Tells how long the look that has just ended took."""
        self._next = time.perf_counter() + max(self._least, seconds * (1 / self._share - 1))


class Clock:
    """Seconds of a run without its pauses."""

    def __init__(self) -> None:
        self.spent = 0.0
        self._since: float | None = None

    def go_on(self) -> None:
        """Runs again."""
        if self._since is None:
            self._since = time.perf_counter()

    def stop(self) -> None:
        """Stands still."""
        self.spent, self._since = self.seconds, None

    @property
    def seconds(self) -> float:
        """So far."""
        return self.spent + (time.perf_counter() - self._since if self._since is not None else 0.0)


@torch.no_grad()
def look(module: nn.Module, probe: Tensor, batch: Tensor | None, step: int, epoch: float) -> Snapshot:
    """A snapshot of a SmallCNN, or of any other module as one layer.

    Args:
        probe: input for one picture (1, ...), whose feature maps are kept.
        batch: inputs (B, ...) by which silent units are found; None: they are not looked for.
    """
    was_training = module.training
    module.eval()
    try:
        layers = dict(module.layers.named_children()) if isinstance(module, SmallCNN) else {"head": module}
        views, x, together = [], probe, probe if batch is None else torch.cat([probe, batch])
        for name, layer in layers.items():
            together = layer(together)
            x = together[:1]
            if isinstance(layer, (nn.Flatten, nn.Dropout)):
                continue
            first = not any(view.kernels is not None for view in views)
            silent = batch is not None and isinstance(layer, _SILENT)
            views.append(_view(name, layer, together, probe, first, silent))
    finally:
        module.train(was_training)
    return Snapshot(step, epoch, tuple(views), x[0].softmax(0).float().cpu().numpy())


def _view(name: str, layer: nn.Module, output: Tensor, picture: Tensor, first: bool, silent: bool) -> LayerView:
    weights = list(_weights(layer))
    gradients = [weight.grad for weight in weights if weight.grad is not None]
    kernels = _kernels(layer.weight.detach(), picture) if first and isinstance(layer, (nn.Conv2d, nn.Linear)) else None
    return LayerView(
        name=name,
        kind=type(layer).__name__,
        weight=histogram([weight.detach() for weight in weights]),
        gradient=histogram(gradients),
        dead=dead_share(output) if silent else None,
        maps=_small(output[0, :MOST_MAPS]).half().cpu().numpy(),
        kernels=kernels,
    )


def _kernels(weight: Tensor, picture: Tensor) -> np.ndarray:
    """Weights as pictures (K, C, h, w): kernels as they are; rows of a matrix in the shape of what they look at."""
    if weight.dim() == 2:
        weight = weight[:MOST_MAPS]
        if picture.dim() == 4 and weight.shape[1] == picture[0].numel():
            weight = _small(weight.view(-1, *picture.shape[1:]), MOST_TEMPLATE)
        else:  # a vector: as square as it can be
            height = max(side for side in range(1, math.isqrt(weight.shape[1]) + 1) if weight.shape[1] % side == 0)
            weight = weight.view(len(weight), 1, height, -1)
    return weight.half().cpu().numpy()


def _weights(layer: nn.Module) -> Iterator[nn.Parameter]:
    """Kernels and matrices, without biases and batch norm's factors."""
    return (parameter for parameter in layer.parameters() if parameter.dim() > 1)


def _small(maps: Tensor, most: int = MOST_SIDE) -> Tensor:
    """Maps (..., C, H, W) with a side of at most `most`; vectors as they are."""
    if maps.dim() > 2 and maps.shape[-1] > most:
        return nn.functional.adaptive_avg_pool2d(maps, most)
    return maps


def histogram(tensors: list[Tensor]) -> Histogram | None:
    """Of all values together, with 0 in the middle; None if there are none or one is not a number."""
    if not tensors:
        return None
    values = torch.cat([tensor.reshape(-1) for tensor in tensors]).float()
    reach = float(values.abs().max())
    if not reach < float("inf"):
        return None
    reach = reach or 1.0
    counts = torch.histc(values, BINS, -reach, reach)
    return Histogram(-reach, reach, counts.int().cpu().numpy())


def dead_share(output: Tensor) -> float:
    """The share of units (channels) of an activation's output (B, C, ...) that are 0 for every picture, everywhere."""
    strongest = output.transpose(0, 1).flatten(1).amax(1)
    return float((strongest <= 0).float().mean())
