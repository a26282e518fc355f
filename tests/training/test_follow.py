"""Following a run: from its records or from its files one hears the same, and going on forgets what is done again."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imgcls.jobs.inbox import Inbox
from imgcls.training.follow import Followed, training_points, view_at
from imgcls.training.records import Evaluation, Finished, Loading, Paused, Snapshot, Started, Step
from imgcls.training.runs import RunError, RunFiles
from imgcls.training.trainer import train
from tests.training.toy import toy, toy_config

STARTED = Started(0, 40, 10, "cpu", "fp32", (), 1, 7, ("a", "b"), 30, 10, "")


def step(number: int, loss: float = 1.0, accuracy: float = 0.5) -> Step:
    return Step(number, number / 10, number / 100, loss, accuracy, 0.1, 1.0, 100.0, 3.0)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunFiles, list]:
    folder = tmp_path_factory.mktemp("runs") / "run"
    return RunFiles(folder), list(train(toy_config(), dataset=toy(), folder=folder))


def test_files_tell_the_same_curves_as_the_records_did(run: tuple[RunFiles, list]) -> None:
    files, records = run
    heard, read = Followed(), Followed.of_files(files)
    heard.hear(records)
    assert heard.started is not None
    assert heard.loading is None
    assert heard.steps == read.steps != []
    assert [each.val_loss for each in heard.evaluations] == [each.val_loss for each in read.evaluations]
    assert heard.finished.step == read.finished.step == heard.step == read.step == 18
    assert heard.best.val_accuracy == read.best.val_accuracy == heard.finished.best_accuracy
    assert isinstance(heard.snapshot, Snapshot)


def test_a_run_that_goes_on_forgets_what_came_after_its_checkpoint() -> None:
    followed = Followed()
    followed.hear([Loading("Reading", 1, 2), STARTED, step(4), step(8), Paused(8, True)])
    assert followed.paused
    assert (followed.step, followed.epoch) == (8, 0.8)
    followed.hear([Finished(8, 0.8, 1.0, "stopped", 0.5)])
    followed.hear([replace(STARTED, step=4)])
    assert [each.step for each in followed.steps] == [4]
    assert followed.finished is None
    assert not followed.paused
    assert followed.total_steps == 40


@pytest.mark.parametrize("schedule", ["constant", "cosine", "one-cycle", "step"])
def test_the_rate_that_was_told_last_is_known_whatever_the_schedule_makes_of_it(schedule: str) -> None:
    config = toy_config(schedule=schedule, lr=0.003, epochs=4)
    inbox = Inbox()
    inbox.put({"lr": 0.02})
    followed = Followed()
    assert followed.rate_told(config) == 0.003
    for record in train(config, dataset=toy(), inbox=inbox):
        followed.hear([record])
        if followed.steps:
            assert followed.rate_told(config) == pytest.approx(0.02)


def test_the_best_evaluation_is_the_first_of_the_highest_and_looks_at_all_pictures(run: tuple[RunFiles, list]) -> None:
    some = next(record for record in run[1] if isinstance(record, Evaluation))
    followed = Followed()
    accuracies = [(1, 0.7, True), (2, 0.9, True), (3, 0.9, True), (4, 1.0, False)]
    followed.hear([replace(some, step=at, val_accuracy=value, whole=whole) for at, value, whole in accuracies])
    assert followed.best.step == 2
    assert Followed().best is None


def test_points_of_a_curve_are_means_weighted_by_steps() -> None:
    steps = [step(1, 4.0, 0.0), step(4, 1.0, 0.4), step(5, 2.0, 1.0)]
    points = training_points(steps, most=2)
    assert points.epochs == (0.4, 0.5)
    assert points.losses == pytest.approx(((4.0 + 3 * 1.0) / 4, 2.0))
    assert points.accuracies == pytest.approx((3 * 0.4 / 4, 1.0))
    assert training_points([]).epochs == ()
    assert len(training_points([step(number) for number in range(1, 1000)], most=100).losses) <= 100


def test_a_look_back_finds_the_recorded_step_before_and_the_last_evaluation(run: tuple[RunFiles, list]) -> None:
    files, records = run
    evaluated = [record.step for record in records if isinstance(record, Evaluation)]
    at, snapshot, evaluation = view_at(files, evaluated[1])
    assert at == snapshot.step == evaluation.step == evaluated[1] > 0
    np.testing.assert_array_equal(evaluation.confusion.sum(), 40)
    first, snapshot, evaluation = view_at(files, 0)
    assert (first, snapshot.step, evaluation.step) == (0, 0, 0)
    assert view_at(files, 10**6)[0] == files.view_steps()[-1]


def test_a_run_without_recorded_steps_says_so(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="Nothing of this run"):
        view_at(RunFiles(tmp_path), 3)
