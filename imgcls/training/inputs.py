"""What is learned from, on the device: pictures as bytes, made into numbers batch by batch, or ready-made features."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from imgcls.data.augment import Augmentation, Draw, apply, draw


class Inputs(Protocol):
    """One part of a data set on a device."""

    labels: Tensor

    def __len__(self) -> int: ...

    def batch(self, indices: Tensor, drawn: Draw | None = None) -> Tensor:
        """The network's input for these indices."""
        ...

    def draw(self, augmentation: Augmentation, count: int, generator: torch.Generator) -> Draw | None:
        """What augmentation does to a batch; None: nothing."""
        ...


@dataclass(frozen=True)
class Normalise:
    """(x - mean) / std for each colour, x from 0 to 1. Belongs to the weights that were trained with it."""

    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    @classmethod
    def of(cls, images: np.ndarray) -> "Normalise":
        """From uint8 pictures (N, S, S, 3): of some 200 of them, which is close enough."""
        some = images[:: max(1, len(images) // 200)].reshape(-1, 3) / np.float32(255)
        mean, std = some.mean(0), some.std(0).clip(1e-3)
        return cls(tuple(map(float, mean.round(4))), tuple(map(float, std.round(4))))


class PictureInputs:
    """uint8 pictures (N, S, S, 3) that stay on the device as bytes; augmentation runs there, too."""

    def __init__(
        self, images: np.ndarray, labels: np.ndarray, normalise: Normalise, device: torch.device, channels_last: bool
    ) -> None:
        pictures = torch.from_numpy(np.require(images, requirements="CW")).to(device)
        # Bytes in the order (N, S, S, 3), seen as (N, 3, S, S), are what torch calls channels last.
        self._channels_last = channels_last
        self._pictures = pictures if channels_last else pictures.permute(0, 3, 1, 2).contiguous()
        self.labels = torch.from_numpy(labels).to(device)
        mean, std = torch.tensor([normalise.mean, normalise.std], device=device).view(2, 1, 3, 1, 1)
        self._factor, self._shift = 1 / std, -mean / std

    def __len__(self) -> int:
        return len(self.labels)

    def batch(self, indices: Tensor, drawn: Draw | None = None) -> Tensor:
        """float32 (B, 3, S, S), normalised."""
        x = self._pictures.index_select(0, indices)
        x = x.permute(0, 3, 1, 2) if self._channels_last else x
        if drawn is None:
            return torch.addcmul(self._shift, x, self._factor / 255)
        return torch.addcmul(self._shift, apply(x / 255, drawn), self._factor)

    def draw(self, augmentation: Augmentation, count: int, generator: torch.Generator) -> Draw | None:
        return draw(augmentation, count, self._pictures.shape[2], generator) if augmentation.active else None


class FeatureInputs:
    """Features (N, F) that a frozen network has made of the pictures."""

    def __init__(self, features: np.ndarray, labels: np.ndarray, device: torch.device) -> None:
        self._features = torch.from_numpy(features).float().to(device)
        self.labels = torch.from_numpy(labels).to(device)

    def __len__(self) -> int:
        return len(self.labels)

    def batch(self, indices: Tensor, drawn: Draw | None = None) -> Tensor:
        """float32 (B, F)."""
        return self._features.index_select(0, indices)

    def draw(self, augmentation: Augmentation, count: int, generator: torch.Generator) -> Draw | None:
        return None
