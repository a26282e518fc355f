"""Settings that suit each named network, to start from."""

from collections.abc import Mapping
from typing import Any

from imgcls.data.augment import Augmentation
from imgcls.models.presets import PRESETS
from imgcls.training.config import DataChoice, TrainConfig

TRANSFER = "transfer"
_USUAL = {
    "optimiser": "adam",
    "lr": 3e-3,
    "schedule": "one-cycle",
    "batch_size": 32,
    "epochs": 20,
    "augmentation": Augmentation(flip=True),
}
_RECIPES: Mapping[str, Mapping[str, Any]] = {
    "lenet5": {"augmentation": Augmentation()},
    "convnetjs_cifar": {"lr": 2e-3, "batch_size": 64},
    "convnetjs_mnist": {"lr": 2e-3, "batch_size": 64},
    "dense": {"lr": 3e-4, "schedule": "cosine"},
    "linear": {"lr": 3e-4, "weight_decay": 1e-3, "schedule": "cosine"},
    # After the recipes that train residual networks on CIFAR-10 in seconds: large batches, Nesterov, one cycle.
    "resnet9": {
        "optimiser": "nesterov",
        "lr": 0.2,
        "weight_decay": 5e-4,
        "batch_size": 512,
        "label_smoothing": 0.1,
        "augmentation": Augmentation(flip=True, crop=0.125, erasing=0.25),
    },
    TRANSFER: {"lr": 1e-3, "schedule": "cosine", "batch_size": 64, "augmentation": Augmentation()},
}
PRESET_NAMES = (*PRESETS, TRANSFER)


def recipe(name: str, data: DataChoice | None = None, **changes: Any) -> TrainConfig:
    """A run of the network `name` (one of PRESET_NAMES) with its usual settings, and other changes.

    Raises:
        ValueError: unknown name, or a choice that is none.
    """
    if name not in PRESET_NAMES:
        raise ValueError(f"There is no network {name!r}; choose one of {', '.join(PRESET_NAMES)}.")
    model = None if name == TRANSFER else PRESETS[name].config
    if model and data and data.size:
        model = model.with_(size=data.size)
    return TrainConfig(**{"data": data or DataChoice(), "model": model, **_USUAL, **_RECIPES.get(name, {}), **changes})
