"""The recorded runs: what their file says agrees with itself, and a fresh run is condensed to the same form."""

import math
from pathlib import Path

import numpy as np
import pytest

from imgcls.training.recorded import condensed, recorded
from imgcls.training.records import Evaluation
from imgcls.training.runs import RunFiles
from imgcls.training.trained import TINYVGG


def test_each_run_is_whole_and_its_matrix_gives_its_accuracy() -> None:
    runs = recorded()
    assert list(runs) == ["usual", "tenfold", "tenth", "zeros"]
    for run in runs.values():
        assert [round(each.epoch) for each in run.evaluations] == list(range(21))
        assert run.confusion.sum(1).tolist() == [83] * 6
        assert run.evaluations[-1].val_accuracy == pytest.approx(run.confusion.trace() / run.confusion.sum(), abs=1e-5)
    assert runs["tenfold"].lr == 10 * runs["usual"].lr == pytest.approx(100 * runs["tenth"].lr)
    assert runs["zeros"].first_weights == "zeros"


def test_a_rate_that_is_too_large_and_weights_of_zero_end_as_guesses() -> None:
    for name in ("tenfold", "zeros"):
        run = recorded()[name]
        assert run.evaluations[-1].val_loss == pytest.approx(math.log(6), abs=1e-3)
        assert (run.confusion.sum(0) > 0).sum() == 1, "one answer for all pictures"


def test_at_ten_times_the_rate_every_unit_of_the_last_relu_ends_silent_and_the_loss_had_fallen_before() -> None:
    runs = recorded()
    assert runs["tenfold"].silent[-1] == 1
    assert max(runs["usual"].silent) < 1
    assert runs["tenfold"].evaluations[2].val_loss < runs["usual"].evaluations[2].val_loss


def test_a_run_is_condensed(tmp_path: Path) -> None:
    files = RunFiles(tmp_path / "run")
    files.create(RunFiles(TINYVGG).info())
    nothing, confusion = np.empty(0, np.int16), np.array([[3, 1], [0, 4]])
    said = Evaluation(7, 1.0, 2.0, math.nan, 0.5, 0.25, 0.875, 90.0, nothing, nothing, nothing, nothing, confusion)
    files.append(said)
    files.add_view(7, None, said)
    kept = condensed(files.folder)
    assert kept["confusion"] == [[3, 1], [0, 4]]
    assert kept["evaluations"][0]["train_loss"] is None
    assert kept["evaluations"][0]["val_accuracy"] == 0.875
