"""A toy data set that a small network learns in a second: which half of the picture is bright."""

import numpy as np
from PIL import Image

from imgcls.data.datasets import Dataset, Source, prepare
from imgcls.models.small import SmallConfig
from imgcls.training.config import TrainConfig

MODEL = SmallConfig(classes=2, size=16, channels=(6,), convolutions=1)


def toy_source(count: int = 160, noise: float = 30.0, seed: int = 0) -> Source:
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    pictures = rng.normal(110, noise, (count, 16, 16, 3))
    for picture, label in zip(pictures, labels, strict=True):
        picture[:, 8 * label : 8 * label + 8] += 60
    pictures = pictures.clip(0, 255).astype(np.uint8)
    return Source(
        name="toy",
        title="Toy",
        classes=("left", "right"),
        labels=labels,
        splits=np.full(count, ""),
        names=[f"picture {index}" for index in range(count)],
        image=lambda index: Image.fromarray(pictures[index]),
    )


def toy(count: int = 160, noise: float = 30.0, seed: int = 0) -> Dataset:
    return prepare(toy_source(count, noise, seed), size=16, validation=0.25)


def toy_config(**changes: object) -> TrainConfig:
    return TrainConfig(**{"model": MODEL, "batch_size": 20, "epochs": 3, "mode": "fp32", "lr": 0.01, **changes})
