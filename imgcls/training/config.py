"""All choices of a training run in one dataclass: with the data it gives the same run again."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from imgcls.data.augment import Augmentation
from imgcls.data.datasets import Progress, Source, Task, check_task
from imgcls.data.layouts import Renamed
from imgcls.models.first_weights import FIRST_WEIGHTS
from imgcls.models.presets import PRESETS
from imgcls.models.small import SmallConfig
from imgcls.training.optimisers import OPTIMISERS, SCHEDULES

DEVICES = ("auto", "cpu", "cuda", "mps")
# Ways of computing: bfloat16 or float32; the order of numbers; on a GPU also a recorded graph (see learner.Mode).
CPU_MODES = ("fp32", "fp32 channels_last", "bf16", "bf16 channels_last")
CUDA_MODES = ("fp32 channels_last", "bf16", "bf16 channels_last", "bf16 graph", "bf16 channels_last graph")
MODES = tuple(dict.fromkeys(("auto", *CPU_MODES, *CUDA_MODES)))


@dataclass(frozen=True)
class DataChoice:
    """Which pictures: a name or path (see imgcls.data.sources), the task, their size, and the split.

    Attributes:
        source: "drawn-dogs", "pets", "cifar10", or the path of a zip or folder.
        size: side in pixels; None: what the network is made for.
        validation: share for validation; None: the set's own split, else a fifth.
        split_seed: of the split, and of the drawing of drawn dogs.
        count, level: number and difficulty (0 to 1) of drawn dogs.
        reading: how a zip or folder is understood, a key of its Source's readings; "": the likeliest way.
        renamed: (name, better name) of its classes; two of one name are one class.

    Raises:
        DatasetError: an unknown task. ValueError: `renamed` holds anything but pairs of names.
    """

    source: str = "drawn-dogs"
    task: Task = "breeds"
    size: int | None = None
    validation: float | None = None
    split_seed: int = 0
    count: int = 2500
    level: float = 0.5
    reading: str = ""
    renamed: Renamed = ()

    def __post_init__(self) -> None:
        check_task(self.task)
        pairs = tuple(map(tuple, self.renamed))  # lists, where they come from JSON
        if not all(len(pair) == 2 and all(isinstance(name, str) for name in pair) for pair in pairs):
            raise ValueError("renamed must hold pairs of names.")
        object.__setattr__(self, "renamed", pairs)

    def open(self, size: int, progress: Progress | None = None) -> Source:
        """The pictures of this choice; `size` is that of drawn dogs. DatasetError: they cannot be used."""
        from imgcls.data.sources import open_source

        return open_source(
            self.source, self.task, size, self.count, self.level, self.split_seed, progress, self.reading, self.renamed
        )


@dataclass(frozen=True)
class TrainConfig:
    """The choices of a run.

    Attributes:
        data: which pictures.
        model: the network; None: the frozen features of EfficientNet-Lite0 with a new head (transfer).
        optimiser: a name of OPTIMISERS; lr: its highest learning rate; schedule: a name of SCHEDULES.
        weight_decay: share of each weight that is taken off per step, times the rate.
        batch_size: pictures in a step, over all processes together.
        epochs: how often every picture is seen; seconds: an end before that, however far it is.
        label_smoothing: share of the target that is spread over all classes.
        augmentation: changes to the training pictures.
        first_weights: a name of FIRST_WEIGHTS.
        seed: of first weights, order, augmentation and dropout.
        device: a name of DEVICES; mode: a name of MODES, "auto" tries which is the fastest.

    Raises:
        ValueError: a choice that does not exist or a number out of range.
    """

    data: DataChoice = field(default_factory=DataChoice)
    model: SmallConfig | None = field(default_factory=lambda: SmallConfig(classes=6))
    optimiser: str = "adam"
    lr: float = 1e-3
    schedule: str = "constant"
    weight_decay: float = 0.0
    batch_size: int = 32
    epochs: int = 20
    seconds: float | None = None
    label_smoothing: float = 0.0
    augmentation: Augmentation = field(default_factory=Augmentation)
    first_weights: str = "default"
    seed: int = 0
    device: str = "auto"
    mode: str = "auto"

    def __post_init__(self) -> None:
        for name, table in (
            ("optimiser", OPTIMISERS),
            ("schedule", SCHEDULES),
            ("first_weights", FIRST_WEIGHTS),
            ("device", DEVICES),
            ("mode", MODES),
        ):
            if getattr(self, name) not in table:
                what, choices = name.replace("_", " "), ", ".join(table)
                raise ValueError(f"There is no {what} {getattr(self, name)!r}; choose one of {choices}.")
        limits = {
            "lr": (1e-8, 1e3),
            "weight_decay": (0, 10),
            "batch_size": (1, 65536),
            "epochs": (1, 100_000),
            "label_smoothing": (0, 0.9),
            "seed": (0, 2**31 - 1),
        }
        for name, (low, high) in limits.items():
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name} must lie between {low:g} and {high:g}, not {getattr(self, name):g}.")
        if self.seconds is not None and not self.seconds > 0:
            raise ValueError(f"seconds must be above 0, not {self.seconds:g}.")

    @property
    def transfer(self) -> bool:
        """Whether only a new head on frozen features is trained."""
        return self.model is None

    @property
    def size(self) -> int:
        """Side of the pictures that are prepared, in pixels."""
        return self.data.size or (self.model.size if self.model else 64)

    def to_dict(self) -> dict[str, Any]:
        """For JSON; `from_dict` reads it back."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "TrainConfig":
        """The config of a `to_dict`.

        Raises:
            ValueError: unknown or missing choices.
        """
        values = dict(values)
        try:
            model = values.pop("model")
            return cls(
                data=DataChoice(**values.pop("data")),
                model=SmallConfig(**model) if model else None,
                augmentation=Augmentation(**values.pop("augmentation")),
                **values,
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"These settings of a run cannot be read ({error}).") from error


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
    # Its 2,000 drawn pictures are soon known by heart: shifted by up to a tenth of the side, they are not. See
    # assets/tinyvgg/README.md for what this gives over five seeds.
    "tinyvgg": {
        "optimiser": "adamw",
        "lr": 5e-3,
        "weight_decay": 1e-2,
        "augmentation": Augmentation(flip=True, crop=0.1),
    },
    "lenet5": {"augmentation": Augmentation()},
    "convnetjs_cifar": {"lr": 2e-3, "batch_size": 64},
    "convnetjs_mnist": {"lr": 2e-3, "batch_size": 64},
    "dense": {"lr": 3e-4, "schedule": "cosine"},
    "linear": {"lr": 3e-4, "weight_decay": 1e-3, "schedule": "cosine"},
    "small_resnet": {
        "optimiser": "nesterov",
        "lr": 0.1,
        "weight_decay": 5e-4,
        "batch_size": 128,
        "epochs": 36,
        "label_smoothing": 0.1,
        "augmentation": Augmentation(flip=True, crop=0.125),
    },
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
