"""What a run needs before its first step: pictures or features on the device, and a network that fits them."""

from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from imgcls.data.datasets import Dataset, DatasetError, Progress, prepare, square
from imgcls.data.picture_cache import stamp
from imgcls.models.small import SmallCNN
from imgcls.training.config import DataChoice, TrainConfig
from imgcls.training.inputs import FeatureInputs, Inputs, Normalise, PictureInputs
from imgcls.training.picture_work import told
from imgcls.training.records import Loading

Part = Literal["training", "validation"]


class Material(Protocol):
    """A data set as the network sees it."""

    config: TrainConfig
    dataset: Dataset
    normalise: Normalise

    def module(self) -> nn.Module:
        """A fresh network with the first weights that belong to the seed."""
        ...

    def inputs(self, part: Part, device: torch.device, channels_last: bool, limit: int | None = None) -> Inputs:
        """One part on a device, or its first `limit` pictures."""
        ...

    def probe(self, picture: np.ndarray, device: torch.device) -> Tensor:
        """The network's input (1, ...) for any picture, uint8 (H, W, 3)."""
        ...


@dataclass(frozen=True, eq=False)
class PictureMaterial:
    """Pictures for a SmallCNN."""

    config: TrainConfig
    dataset: Dataset
    normalise: Normalise

    def module(self) -> nn.Module:
        return SmallCNN(self.config.model, self.config.seed, self.config.first_weights)

    def inputs(self, part: Part, device: torch.device, channels_last: bool, limit: int | None = None) -> Inputs:
        indices = getattr(self.dataset, part)[:limit]
        images, labels = self.dataset.images[indices], self.dataset.labels[indices]
        return PictureInputs(images, labels, self.normalise, device, channels_last)

    def probe(self, picture: np.ndarray, device: torch.device) -> Tensor:
        small = square(Image.fromarray(picture), self.dataset.size)
        label = np.zeros(1, np.int64)
        return PictureInputs(small[None], label, self.normalise, device, False).batch(
            torch.zeros(1, dtype=int).to(device)
        )


@dataclass(frozen=True, eq=False)
class FeatureMaterial:
    """What a frozen network makes of the pictures, for a new head: features (N, F) of the whole data set."""

    config: TrainConfig
    dataset: Dataset
    normalise: Normalise
    features: np.ndarray

    def module(self) -> nn.Module:
        from imgcls.training import transfer

        return transfer.head(len(self.dataset.classes), self.config.seed, self.config.first_weights)

    def inputs(self, part: Part, device: torch.device, channels_last: bool, limit: int | None = None) -> Inputs:
        indices = getattr(self.dataset, part)[:limit]
        return FeatureInputs(self.features[indices], self.dataset.labels[indices], device)

    def probe(self, picture: np.ndarray, device: torch.device) -> Tensor:
        from imgcls.training import transfer

        return torch.from_numpy(transfer.features_of([Image.fromarray(picture)])).float().to(device)


def gather(config: TrainConfig, dataset: Dataset | None = None) -> Generator[Loading, None, Material]:
    """Reads, draws or downloads the pictures and, for transfer, passes them through the frozen network.

    Args:
        dataset: to be used instead of the one that the config names.

    Raises:
        DatasetError: the set cannot be used.
    """
    if dataset is None:
        what = "Drawing pictures" if config.data.source == "drawn-dogs" else "Reading pictures"
        dataset = yield from told(partial(Loading, what), lambda progress: _dataset(config.data, config.size, progress))
    for part, purpose in (("training", "learn from"), ("validation", "check with")):
        if not len(getattr(dataset, part)):
            raise DatasetError(f"{dataset.title} has no picture to {purpose}: add some, at least two for each class.")
    if config.transfer:
        # Only here: torchvision costs a worker two seconds and 170 MB.
        from imgcls.training import transfer

        frozen = partial(Loading, "Frozen features")
        features = yield from told(frozen, lambda progress: transfer.features(dataset, progress))
        return FeatureMaterial(config, dataset, transfer.NORMALISE, features)
    model = config.model.with_(classes=len(dataset.classes), size=dataset.size)
    return PictureMaterial(replace(config, model=model), dataset, Normalise.of(dataset.part("training")[0]))


_last: list[tuple[tuple, Dataset]] = []


def _dataset(choice: DataChoice, size: int, progress: Progress) -> Dataset:
    """The data set; the last one is kept, for a run with other settings on the same pictures."""
    changed: tuple[int, ...] = ()
    with suppress(OSError):  # a zip or folder: it may hold other pictures than before
        changed = stamp(Path(choice.source))
    key = (choice, size, changed)
    if _last and _last[0][0] == key:
        return _last[0][1]
    dataset = prepare(choice.open(size, progress), choice.task, size, choice.validation, choice.split_seed, progress)
    _last[:] = [(key, dataset)]
    return dataset
