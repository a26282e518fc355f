"""Recorded runs: what four trainings of TinyVGG said, kept small, for pages that show a run which nobody waits for.

Made from the folders of such runs by `python -m imgcls.training.recorded`; see assets/recorded_runs/README.md.
"""

import dataclasses
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from imgcls.training.records import Evaluation
from imgcls.training.runs import RunFiles

FILE = Path(__file__).resolve().parents[2] / "assets" / "recorded_runs" / "runs.json"
_DIGITS = 5


@dataclass(frozen=True, eq=False)
class Recorded:
    """One run: an evaluation after each epoch, and what it mixed up at the end.

    `confusion` (K, K) counts the validation pictures after the last epoch: row true class, column predicted; the
    evaluations have none of the arrays. `silent` is the share of each ReLU's units that give 0 for every picture of a
    validation batch then.
    """

    lr: float
    first_weights: str
    classes: tuple[str, ...]
    evaluations: tuple[Evaluation, ...]
    confusion: np.ndarray
    silent: tuple[float, ...]


@cache
def recorded() -> Mapping[str, Recorded]:
    """The runs by their names: usual, tenfold, tenth, zeros."""
    return {name: _read(values) for name, values in json.loads(FILE.read_text("utf-8")).items()}


def condensed(folder: Path | str) -> dict[str, object]:
    """What is kept of a finished run, as JSON."""
    files = RunFiles(folder)
    info, evaluations = files.info(), [each for each in files.history() if isinstance(each, Evaluation)]
    snapshot, last = files.view(evaluations[-1].step)
    if last is None:
        raise ValueError("The run has kept no view of its last step.")
    return {
        "lr": info.config.lr,
        "first_weights": info.config.first_weights,
        "classes": info.classes,
        "evaluations": [_scalars(each) for each in evaluations],
        "confusion": last.confusion.tolist(),
        "silent": [round(each.dead, _DIGITS) for each in snapshot.layers if each.dead is not None] if snapshot else [],
    }


def _scalars(evaluation: Evaluation) -> dict[str, float | None]:
    """Without arrays; None for what is not a number."""
    values = {name: value for name, value in vars(evaluation).items() if isinstance(value, int | float)}
    return {name: round(value, _DIGITS) if value == value else None for name, value in values.items()}


def _read(values: dict) -> Recorded:
    arrays = {each.name: np.empty(0) for each in dataclasses.fields(Evaluation) if each.type is np.ndarray}
    evaluations = [
        Evaluation(**{name: float("nan") if value is None else value for name, value in each.items()}, **arrays)
        for each in values["evaluations"]
    ]
    return Recorded(
        values["lr"], values["first_weights"], tuple(values["classes"]), tuple(evaluations),
        np.array(values["confusion"]), tuple(values["silent"]),
    )  # fmt: skip


def main(folders: Sequence[str]) -> None:
    """Keep the runs in these folders, each under the name of its folder."""
    kept = {Path(folder).name: condensed(folder) for folder in folders}
    FILE.write_text(json.dumps(kept, separators=(",", ":")) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
