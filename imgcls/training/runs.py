"""A training run as files: what it was told, what it said, and its weights; nothing in them can carry code.

config.json      choices, classes, and how pictures are normalised
history.jsonl    every step, evaluation and finding, one object a line
checkpoint.pt    network, optimiser and step: to go on from
best.pt          the network at its best validation accuracy
views/STEP.npz   the inside of the network, and its answers on the validation pictures, at that step
pictures.npz     validation pictures, small, to be shown beside those answers
begun.json       its place among the runs of the web app
lock             held by the process that trains it
"""

import dataclasses
import json
import logging
import math
import os
import re
import secrets
import shutil
import time
from collections.abc import Container
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from imgcls.store.claims import claims
from imgcls.store.download import DownloadError, cache_folder
from imgcls.store.files import Lock, is_locked, remove_left_overs, replaced
from imgcls.training.config import TrainConfig
from imgcls.training.evaluate import KeptPictures
from imgcls.training.inputs import Normalise
from imgcls.training.records import Evaluation, Finding, Finished, Snapshot, Step, from_npz, to_npz

MOST_VIEWS = 100
KEPT_RUNS, KEPT_GB = 60, 5.0  # the second is that of $IMGCLS_RUNS_GB, if it is set
_RUN_ID = re.compile(r"\d{8}-\d{6}-[A-Za-z0-9_]{8}")  # earlier versions named runs with underscores, too
_BEGINNING = 60.0  # seconds that a folder without a run is left alone: it may be about to begin
_OURS = ("lock", "begun.json")
log = logging.getLogger("imgcls")
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
        RunError: this is no id: ids are letters and digits; or the server has no folder for runs.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", run_id):
        raise RunError("A run is named by letters and digits.")
    try:
        return runs_folder() / run_id
    except DownloadError as error:
        raise RunError("The server has no folder for runs.") from error


class RunFiles:
    """The files of one run. Each is replaced as a whole, so that a run that is killed leaves none half written."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self._views = self.folder / "views"
        self._lock = Lock(self.folder / "lock")

    def take(self, need: bool = True) -> None:
        """Only one process may write: this one, until `give_back`. Removes what a killed one has left half written.

        Raises:
            RunError: another process trains this run; or, with `need`, the folder cannot be written to.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            free = self._lock.take()
        except OSError as error:
            if need:
                raise RunError(f"The folder {self.folder} cannot be written to ({error.strerror}).") from error
            return
        if not free:
            raise RunError("This run is being trained by another program: wait until it ends, or train anew.")
        for folder in (self.folder, self._views):
            remove_left_overs(folder, 0.0)

    def give_back(self) -> None:
        """The end of `take`."""
        self._lock.release()

    @property
    def taken(self) -> bool:
        """Whether a process writes it now."""
        return is_locked(self._lock.path)

    def create(self, info: RunInfo) -> None:
        """Begins a run: empties the folder of an earlier one.

        Raises:
            RunError: the folder cannot be written to, or holds something else.
        """
        try:
            self.begin(info)
        except OSError as error:
            raise RunError(f"The folder {self.folder} cannot be written to ({error.strerror}).") from error

    def begin(self, info: RunInfo) -> None:
        """As `create`; raises OSError where the folder cannot be written to."""
        others = [each for each in self.folder.iterdir() if each.name not in _OURS] if self.folder.exists() else []
        if others and not self._config.is_file():
            raise RunError(f"The folder {self.folder} holds other files: choose an empty one.")
        shutil.rmtree(self._views, ignore_errors=True)
        for name in ("checkpoint.pt", "best.pt", "history.jsonl"):
            (self.folder / name).unlink(missing_ok=True)
        self._views.mkdir(parents=True)
        with replaced(self._config) as file:
            file.write(json.dumps(info.to_dict(), indent=1).encode())

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
        with suppress(OSError):
            lines = (self.folder / "history.jsonl").read_text().splitlines()
            return [record for line in lines if (record := _record(line))]
        return []

    def cut_history(self, step: int) -> None:
        """Forgets what came after `step`: the run goes on from there."""
        kept = [record for record in self.history() if begun(record) <= step]
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
        with replaced(self.folder / "pictures.npz") as file:
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


def begun(record: Step | Evaluation | Finding | Finished) -> int:
    """The step that a record belongs to."""
    return record.since if isinstance(record, Finding) else record.step


def list_runs(folder: Path | None = None) -> list[RunFiles]:
    """The runs in a folder (default: those of the web app), the newest first."""
    with suppress(OSError, DownloadError):
        folders = [path.parent for path in (folder or runs_folder()).glob("*/config.json")]
        return [RunFiles(each) for each in sorted(folders, key=_order, reverse=True)]
    return []


def new_run_id() -> str:
    """A name for a run of the web app: date, time, and what nobody guesses."""
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(4)}"


def new_run_folder(held: Container[str] = ()) -> Path:
    """A fresh folder for a run of the web app; runs above the limits are removed, the oldest first.

    Args:
        held: the names of runs that must stay: this server trains or shows them.

    Raises:
        OSError, DownloadError: there can be no such folder.
    """
    root = runs_folder()
    root.mkdir(parents=True, exist_ok=True)
    prune_runs(held)
    # Later than all others, also on a clock that was put back.
    latest = max((_order(each) for each in root.iterdir() if each.is_dir()), default=0.0)
    folder = root / new_run_id()
    folder.mkdir()
    try:
        with replaced(folder / "begun.json") as file:
            file.write(json.dumps({"begun": max(time.time(), latest + 0.001)}).encode())
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


def prune_runs(held: Container[str] = ()) -> None:
    """Removes runs that never began, and the oldest above the limits on number and bytes; but none that is in use."""
    root, most = runs_folder(), most_bytes()
    with suppress(OSError):
        folders = [each for each in root.iterdir() if each.is_dir() and not each.name.startswith(".")]
        elsewhere = claims.others(root).all
        count = total = 0
        for folder in sorted(folders, key=_order, reverse=True):
            files = RunFiles(folder)
            ours = files.exists or _RUN_ID.fullmatch(folder.name)
            if not ours:
                continue
            count, total = count + 1, total + _bytes(folder)
            if folder.name in held or folder.name in elsewhere or files.taken:
                continue
            never = not files.exists and abs(time.time() - folder.stat().st_mtime) > _BEGINNING
            if never or (files.exists and (count > KEPT_RUNS or (total > most and count > 1))):
                shutil.rmtree(folder, ignore_errors=True)


def most_bytes() -> float:
    """How large all runs together may be: $IMGCLS_RUNS_GB, a number above 0, or else KEPT_GB."""
    told = os.environ.get("IMGCLS_RUNS_GB", "")
    with suppress(ValueError):
        if told and 0 < float(told) < math.inf:
            return float(told) * 1e9
    if told:
        log.warning("IMGCLS_RUNS_GB is %r, no number of gigabytes above 0: it is taken as %g.", told, KEPT_GB)
    return KEPT_GB * 1e9


def _order(folder: Path) -> float:
    """When a run was begun, by what is written in it: a copy or a clock that jumps changes nothing."""
    for name, key in (("begun.json", "begun"), ("config.json", "started")):
        with suppress(OSError, ValueError, KeyError, TypeError):
            number = float(json.loads((folder / name).read_text())[key])
            if math.isfinite(number):
                return number
    with suppress(OSError):
        return folder.stat().st_mtime
    return 0.0


def _bytes(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            total += path.stat().st_size if path.is_file() else 0
    return total


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
