"""What a training run says about itself while it runs: frozen records of numbers, strings and NumPy arrays."""

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Literal

import numpy as np


@dataclass(frozen=True)
class Loading:
    """Pictures are being read, drawn or passed through a frozen network."""

    what: str
    done: int
    total: int


@dataclass(frozen=True)
class Trial:
    """How fast one way of computing was in the short trial; None: it does not work here."""

    mode: str
    images_per_second: float | None


@dataclass(frozen=True)
class Started:
    """The run begins (or goes on: then `step` is above 0).

    `mode` is the way of computing that was chosen, `trials` what the choice rests on. `steps` is the number of steps
    of the whole run, `steps_per_epoch` of one epoch. `folder` is where its files lie, "" if nowhere.
    """

    step: int
    steps: int
    steps_per_epoch: int
    device: str
    mode: str
    trials: tuple[Trial, ...]
    threads: int
    parameters: int
    classes: tuple[str, ...]
    training: int
    validation: int
    folder: str


@dataclass(frozen=True)
class Step:
    """Some steps lie behind: `loss` and `accuracy` are means over the pictures since the last record.

    `lr` and `gradient_norm` are those of the last step; `rate` is the highest learning rate, from which the schedule
    makes `lr` (None: not recorded by an earlier version). `seconds` counts time spent in the run without pauses.
    """

    step: int
    epoch: float
    seconds: float
    loss: float
    accuracy: float
    lr: float
    gradient_norm: float
    images_per_second: float
    seconds_left: float
    rate: float | None = None


@dataclass(frozen=True, eq=False)
class Evaluation:
    """How the network does on the validation pictures.

    `train_loss` and `train_accuracy` are means over the training pictures since the last evaluation, as they were
    learned from; nan before the first step. `indices` (M,) are places in the validation part; for each its `predicted`
    class, the `confidence` in it and its loss. `confusion` (K, K) counts: row true class, column predicted. `whole` is
    False where only some pictures were looked at, or nothing is learned yet.
    """

    step: int
    epoch: float
    seconds: float
    train_loss: float
    train_accuracy: float
    val_loss: float
    val_accuracy: float
    images_per_second: float
    indices: np.ndarray
    predicted: np.ndarray
    confidence: np.ndarray
    losses: np.ndarray
    confusion: np.ndarray
    whole: bool = True


@dataclass(frozen=True, eq=False)
class Histogram:
    """Counts (B,) of values in B bins of equal width from `low` to `high`."""

    low: float
    high: float
    counts: np.ndarray


@dataclass(frozen=True, eq=False)
class LayerView:
    """One layer at one step.

    `weight` and `gradient` are histograms of all its weights, `dead` the share of its units that gave 0 for every
    picture of a validation batch (None: no ReLU, or not looked for), `maps` its output for the probe picture, float16
    (C, H, W) or (C,), `kernels` the weights of the first layer that has some, float16 (K, C, h, w).
    """

    name: str
    kind: str
    weight: Histogram | None = None
    gradient: Histogram | None = None
    dead: float | None = None
    maps: np.ndarray | None = None
    kernels: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The inside of the network at a step, and its `probabilities` (K,) for the probe picture."""

    newest_only: ClassVar[bool] = True  # a job keeps the last one only: the run's files have the others

    step: int
    epoch: float
    layers: tuple[LayerView, ...]
    probabilities: np.ndarray


@dataclass(frozen=True)
class Finding:
    """Something that goes wrong, recognised: what, since which step, and in plain words why and what to do."""

    kind: Literal["nan", "divergence", "dead", "overfitting", "plateau"]
    since: int
    sentence: str


@dataclass(frozen=True)
class Paused:
    """The run waits at this step, or goes on. `saved`: while it waits, its checkpoint is that of this step."""

    step: int
    paused: bool
    saved: bool = False

    @property
    def idle(self) -> bool:
        """Whether somebody else may have its place meanwhile: see imgcls.jobs.submit."""
        return self.paused and self.saved


@dataclass(frozen=True)
class Unsaved:
    """From this step on the run's files are not written any more, since its disk takes no more: `why` says it."""

    step: int
    why: str


@dataclass(frozen=True)
class Finished:
    """The end: `reason` is "epochs", "seconds", "stopped" or "nan"."""

    step: int
    epoch: float
    seconds: float
    reason: Literal["epochs", "seconds", "stopped", "nan"]
    best_accuracy: float
    folder: str = ""
    findings: tuple[Finding, ...] = field(default=())


Record = Loading | Started | Step | Evaluation | Snapshot | Finding | Paused | Unsaved | Finished


_KINDS = {kind.__name__: kind for kind in (Snapshot, Evaluation, LayerView, Histogram)}


def to_npz(file: BinaryIO, values: dict[str, Any]) -> None:
    """Writes records (of the kinds above), numbers, strings, tuples and arrays."""
    arrays: dict[str, np.ndarray] = {}
    tree = _taken_apart(values, "", arrays)
    arrays["json"] = np.frombuffer(json.dumps(tree).encode(), np.uint8)
    np.savez(file, **arrays)


def from_npz(file: Path) -> dict[str, Any]:
    """Reads what `to_npz` wrote.

    Raises:
        OSError, ValueError, KeyError: the file is missing or damaged.
    """
    with np.load(file, allow_pickle=False) as arrays:
        return _put_together(json.loads(arrays["json"].tobytes()), dict(arrays))


def _taken_apart(value: Any, path: str, arrays: dict[str, np.ndarray]) -> Any:
    if isinstance(value, np.ndarray):
        arrays[path] = value
        return {"array": path}
    if dataclasses.is_dataclass(value):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return {"kind": type(value).__name__, "fields": _taken_apart(fields, path, arrays)}
    if isinstance(value, dict):
        return {"dict": {key: _taken_apart(item, f"{path}.{key}", arrays) for key, item in value.items()}}
    if isinstance(value, (list, tuple)):
        return {"tuple": [_taken_apart(item, f"{path}.{place}", arrays) for place, item in enumerate(value)]}
    return value


def _put_together(tree: Any, arrays: dict[str, np.ndarray]) -> Any:
    match tree:
        case {"array": path}:
            return arrays[path]
        case {"kind": kind, "fields": fields}:
            return _KINDS[kind](**_put_together(fields, arrays))
        case {"dict": items}:
            return {key: _put_together(item, arrays) for key, item in items.items()}
        case {"tuple": items}:
            return tuple(_put_together(item, arrays) for item in items)
    return tree
