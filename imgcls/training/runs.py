"""A training run as files: what it was told, what it said, and its weights; nothing in them can carry code.

config.json      choices, classes, and how pictures are normalised
history.jsonl    every step, evaluation and finding, one object a line
checkpoint.pt    network, optimiser and step: to go on from
best.pt          the network at its best validation accuracy
views/STEP.npz   the inside of the network, and its answers on the validation pictures, at that step
pictures.npz     validation pictures, small, to be shown beside those answers
"""

import dataclasses
import json
import re
import secrets
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from imgcls.data.download import cache_folder
from imgcls.data.files import replaced
from imgcls.training.arrays import from_npz, to_npz
from imgcls.training.config import TrainConfig
from imgcls.training.inputs import Normalise
from imgcls.training.kept_pictures import KeptPictures
from imgcls.training.records import Evaluation, Finding, Finished, Snapshot, Step

MOST_VIEWS = 100
KEPT_RUNS = 60
_SAID = {kind.__name__.lower(): kind for kind in (Step, Evaluation, Finding, Finished)}


class RunError(ValueError):
    """The files of a run cannot be used; the message is one plain sentence."""


@dataclass(frozen=True)
class RunInfo:
    """What belongs to a run's weights."""

    config: TrainConfig
    classes: tuple[str, ...]
    normalise: Normalise
    title: str
    started: float

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**dataclasses.asdict(self), "config": self.config.to_dict(), "format": 1}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "RunInfo":
        """What `to_dict` made.

        Raises:
            RunError: something is missing or out of range.
        """
        try:
            return cls(
                config=TrainConfig.from_dict(values["config"]),
                classes=tuple(map(str, values["classes"])),
                normalise=Normalise(tuple(values["normalise"]["mean"]), tuple(values["normalise"]["std"])),
                title=str(values["title"]),
                started=float(values["started"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise RunError(f"The settings of this run cannot be read ({error}).") from error


def runs_folder() -> Path:
    """Where runs of the web app lie."""
    return cache_folder() / "runs"


def run_folder(run_id: str) -> Path:
    """The folder of a run of the web app.

    Raises:
        RunError: this is no id: ids are letters and digits.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", run_id):
        raise RunError("A run is named by letters and digits.")
    return runs_folder() / run_id


class RunFiles:
    """The files of one run. Each is replaced as a whole, so that a run that is killed leaves none half written."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self._views = self.folder / "views"

    def create(self, info: RunInfo) -> None:
        """Begins a run: empties the folder of an earlier one.

        Raises:
            RunError: the folder cannot be written to, or holds something else.
        """
        try:
            if self.folder.exists() and any(self.folder.iterdir()) and not self._config.is_file():
                raise RunError(f"The folder {self.folder} holds other files: choose an empty one.")
            shutil.rmtree(self._views, ignore_errors=True)
            for name in ("checkpoint.pt", "best.pt", "history.jsonl"):
                (self.folder / name).unlink(missing_ok=True)
            self._views.mkdir(parents=True)
            with replaced(self._config) as file:
                file.write(json.dumps(info.to_dict(), indent=1).encode())
        except OSError as error:
            raise RunError(f"The folder {self.folder} cannot be written to ({error.strerror}).") from error

    @property
    def _config(self) -> Path:
        return self.folder / "config.json"

    @property
    def exists(self) -> bool:
        """Whether there is such a run."""
        return self._config.is_file()

    def info(self) -> RunInfo:
        """What the run was told.

        Raises:
            RunError: there is no such run, or its settings are damaged.
        """
        try:
            return RunInfo.from_dict(json.loads(self._config.read_text()))
        except FileNotFoundError as error:
            raise RunError("There is no such run any more.") from error
        except (OSError, ValueError) as error:
            if isinstance(error, RunError):
                raise
            raise RunError("The settings of this run are damaged.") from error

    def append(self, record: Step | Evaluation | Finding | Finished) -> None:
        """Adds a record to the history; arrays of an evaluation go to its view."""
        values = {"record": type(record).__name__.lower(), **_scalars(record)}
        with (self.folder / "history.jsonl").open("a") as file:
            file.write(json.dumps(values) + "\n")

    def history(self) -> list[Step | Evaluation | Finding | Finished]:
        """All records in order; arrays of evaluations are empty: they are in the views. Damaged lines are left out."""
        with suppress(FileNotFoundError):
            lines = (self.folder / "history.jsonl").read_text().splitlines()
            return [record for line in lines if (record := _record(line))]
        return []

    def cut_history(self, step: int) -> None:
        """Forgets what came after `step`: the run goes on from there."""
        kept = [record for record in self.history() if getattr(record, "step", 0) <= step]
        kept = [record for record in kept if not isinstance(record, Finished)]
        lines = [json.dumps({"record": type(record).__name__.lower(), **_scalars(record)}) for record in kept]
        with replaced(self.folder / "history.jsonl") as file:
            file.write("".join(line + "\n" for line in lines).encode())
        for view in self.view_steps():
            if view > step:
                self._view(view).unlink(missing_ok=True)

    def save_checkpoint(self, state: dict[str, Any], name: str = "checkpoint.pt") -> None:
        """Tensors, numbers and strings only: it is read back with `weights_only=True`."""
        with replaced(self.folder / name) as file:
            torch.save(state, file)

    def load_checkpoint(self, name: str = "checkpoint.pt") -> dict[str, Any] | None:
        """The last checkpoint; None if there is none or it is damaged."""
        try:
            return torch.load(self.folder / name, map_location="cpu", weights_only=True)
        except Exception:  # damaged files make torch.load raise nearly anything
            return None

    def save_pictures(self, pictures: KeptPictures) -> None:
        """Keeps validation pictures."""
        with suppress(OSError), replaced(self.folder / "pictures.npz") as file:
            np.savez(file, **vars(pictures))

    def pictures(self) -> KeptPictures | None:
        """The validation pictures that were kept; None if there are none."""
        try:
            with np.load(self.folder / "pictures.npz", allow_pickle=False) as arrays:
                return KeptPictures(arrays["images"], arrays["places"], arrays["labels"])
        except Exception:  # a damaged archive makes NumPy raise nearly anything
            return None

    def add_view(self, step: int, snapshot: Snapshot | None, evaluation: Evaluation | None) -> None:
        """Keeps the inside of the network at a step; when there are too many, the least missed one goes."""
        with replaced(self._view(step)) as file:
            to_npz(file, {"snapshot": snapshot, "evaluation": evaluation})
        steps = self.view_steps()
        if len(steps) > MOST_VIEWS:
            self._view(_least_missed(steps)).unlink(missing_ok=True)

    def view_steps(self) -> list[int]:
        """The steps that can be looked at."""
        return sorted(int(path.stem) for path in self._views.glob("*.npz") if path.stem.isdigit())

    def view(self, step: int) -> tuple[Snapshot | None, Evaluation | None]:
        """What was kept of a step of `view_steps`; None for what there was not.

        Raises:
            RunError: it is not there or damaged.
        """
        try:
            values = from_npz(self._view(step))
            return values["snapshot"], values["evaluation"]
        except Exception as error:  # whatever a damaged archive makes NumPy raise
            raise RunError(f"What was kept of step {step} cannot be read.") from error

    def _view(self, step: int) -> Path:
        return self._views / f"{step:08d}.npz"


def run_id(files: RunFiles) -> str:
    """The name of a run of the web app; `run_folder` is its inverse."""
    return files.folder.name


def list_runs(folder: Path | None = None) -> list[RunFiles]:
    """The runs in a folder (default: those of the web app), the newest first."""
    with suppress(OSError):
        configs = sorted((folder or runs_folder()).glob("*/config.json"), key=lambda path: -path.stat().st_mtime)
        return [RunFiles(path.parent) for path in configs]
    return []


def new_run_folder() -> Path:
    """A fresh folder for a run of the web app; the oldest runs are removed when there are many."""
    for old in list_runs()[KEPT_RUNS:]:
        shutil.rmtree(old.folder, ignore_errors=True)
    runs_folder().mkdir(parents=True, exist_ok=True)
    folder = runs_folder() / f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(4)}"
    folder.mkdir()
    return folder


def _least_missed(steps: list[int]) -> int:
    """The step whose neighbours are closest to each other; early steps, where most happens, may lie closer."""
    slack = max(1, steps[-1] // 10)
    gaps = [(after - before) / (step + slack) for before, step, after in zip(steps, steps[1:], steps[2:], strict=False)]
    return steps[1 + gaps.index(min(gaps))]


def _scalars(record: Any) -> dict[str, Any]:
    return {key: value for key, value in _shallow(record).items() if not isinstance(value, np.ndarray)}


def _shallow(record: Any) -> dict[str, Any]:
    values = {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
    values.pop("findings", None)  # each has a line of its own
    return values


def _record(line: str) -> Any:
    with suppress(ValueError, TypeError, KeyError):
        values = json.loads(line)
        kind = _SAID[values.pop("record")]
        arrays = {
            field.name: np.empty(0, np.int16)
            for field in dataclasses.fields(kind)
            if field.type is np.ndarray and field.name not in values
        }
        return kind(**values, **arrays)
    return None
