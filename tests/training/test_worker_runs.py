"""The trainer inside a worker process: a run survives its worker, obeys messages and is found again by its files."""

import io
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from imgcls.data.own import keep_pictures
from imgcls.jobs import Job
from imgcls.jobs.runner import JobRunner
from imgcls.training.config import DataChoice
from imgcls.training.records import Evaluation, Finished, Paused, Snapshot, Started, Step
from imgcls.training.runs import RunFiles
from tests.training.toy import MODEL, toy_config, toy_source

PATIENCE = 90


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def runner() -> Iterator[JobRunner]:
    runner = JobRunner(long=1, quick=0)
    try:
        yield runner
    finally:
        runner.shutdown()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The toy set as somebody's own pictures."""
    source = toy_source(60)
    classes: dict[str, list[bytes]] = {"left": [], "right": []}
    for index, label in enumerate(source.labels):
        buffer = io.BytesIO()
        source.image(index).save(buffer, "PNG")
        classes[source.classes[label]].append(buffer.getvalue())
    return str(keep_pictures(classes)[0])


def submit(runner: JobRunner, pictures: str, folder: Path, **settings: object) -> Job:
    changes = {name: settings.pop(name) for name in ("epochs", "lr") if name in settings}
    config = toy_config(data=DataChoice(pictures), model=MODEL, **changes)
    arguments = {"config": config, "folder": str(folder), **settings}
    return runner.submit("imgcls.training.trainer:train", arguments, owner="anna")


def of(kind: type, job: Job) -> list:
    return [record for record in job.records if isinstance(record, kind)]


def test_a_run_in_a_worker_streams_its_records(runner, pictures, tmp_path) -> None:
    probe = np.zeros((20, 30, 3), np.uint8)
    job = submit(runner, pictures, tmp_path / "run", epochs=3, probe=probe)
    assert job.wait(PATIENCE)
    assert job.status.sentence == ""
    assert of(Started, job)[0].classes == ("left", "right")
    assert [each.step > 0 for each in of(Evaluation, job)] == [False, True, True, True]
    assert of(Snapshot, job)[0].layers[0].kernels.shape == (6, 3, 3, 3)
    assert of(Finished, job)[0].folder == str(tmp_path / "run")


def test_messages_pause_and_stop_it(runner, pictures, tmp_path) -> None:
    job = submit(runner, pictures, tmp_path / "run", epochs=100_000)
    until(lambda: of(Step, job))
    job.send({"pause": True})
    until(lambda: of(Paused, job))
    step = of(Paused, job)[0].step
    job.send({"steps": 1, "lr": 0.002})
    until(lambda: of(Step, job)[-1].step == step + 1)
    assert of(Step, job)[-1].lr == 0.002
    job.send({"stop": True})
    assert job.wait(PATIENCE)
    assert job.state == "done"
    assert of(Finished, job)[0].reason == "stopped"


def test_killing_the_worker_loses_nothing_but_the_steps_since_the_last_checkpoint(runner, pictures, tmp_path) -> None:
    job = submit(runner, pictures, tmp_path / "run", epochs=100_000)
    files = RunFiles(tmp_path / "run")
    until(lambda: files.load_checkpoint())
    os.kill(runner.pid_of(job), signal.SIGKILL)
    assert job.wait(5)
    assert job.state == "lost"
    saved = files.load_checkpoint()["step"]
    assert saved > 0
    again = submit(runner, pictures, tmp_path / "run", epochs=100_000, resume=True)
    until(lambda: of(Step, again))
    assert of(Started, again)[0].step == saved
    again.cancel()
    assert again.wait(PATIENCE)
    assert again.state == "cancelled"
    steps = [record.step for record in files.history() if isinstance(record, Step)]
    assert steps == sorted(set(steps))
    assert files.load_checkpoint()["step"] >= steps[-1] > saved


def test_settings_that_cannot_be_had_fail_with_one_sentence(runner, pictures, tmp_path) -> None:
    job = runner.submit(
        "imgcls.training.trainer:train", {"config": toy_config(data=DataChoice("nowhere"))}, owner="anna"
    )
    assert job.wait(PATIENCE)
    assert job.state == "failed"
    assert job.status.sentence.startswith("There is no data set 'nowhere'")
