"""Runs as files: everything comes back, nothing runs code, damage gets a sentence or is survived."""

import dataclasses
import json
import os
import pickle
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from imgcls.data.augment import Augmentation
from imgcls.store.claims import claims
from imgcls.training.config import DataChoice, TrainConfig
from imgcls.training.inputs import Normalise
from imgcls.training.records import Evaluation, Finding, Finished, Histogram, LayerView, Snapshot, Step
from imgcls.training.runs import (
    MOST_VIEWS,
    RunError,
    RunFiles,
    RunInfo,
    list_runs,
    most_bytes,
    new_run_folder,
    prune_runs,
    run_folder,
)
from tests.training.toy import toy_config

INFO = RunInfo(toy_config(), ("a", "b"), Normalise((0.5, 0.4, 0.3), (0.2, 0.2, 0.1)), "Toy", 12.5)
STEP = Step(5, 0.5, 1.0, 0.7, 0.6, 0.01, 2.0, 900.0, 3.0)


def evaluation(step: int = 5) -> Evaluation:
    some = np.arange(3)
    return Evaluation(step, 1.0, 2.0, 0.5, 0.8, 0.6, 0.7, 900.0, some, some, some / 2, some / 3, np.eye(2))


def snapshot(step: int = 5) -> Snapshot:
    bins = Histogram(-1.0, 1.0, np.arange(4))
    view = LayerView("conv1_1", "Conv2d", bins, None, 0.25, np.ones((2, 3, 3), np.float16), np.zeros((2, 3, 3, 3)))
    return Snapshot(step, 0.5, (view, LayerView("logits", "Linear")), np.array([0.25, 0.75]))


def same(a: object, b: object) -> bool:
    if isinstance(a, np.ndarray):
        return np.array_equal(a, b) and a.dtype == b.dtype
    if dataclasses.is_dataclass(a):
        return type(a) is type(b) and all(same(x, y) for x, y in zip(vars(a).values(), vars(b).values(), strict=True))
    if isinstance(a, tuple):
        return all(same(x, y) for x, y in zip(a, b, strict=True))
    return a == b


@pytest.fixture
def run(tmp_path) -> RunFiles:
    files = RunFiles(tmp_path / "run")
    files.create(INFO)
    return files


def test_config_comes_back_from_json_whatever_was_chosen() -> None:
    for config in (
        TrainConfig(),
        TrainConfig(model=None, data=DataChoice("pets", "binary", 32, 0.3, 4), seconds=5.0),
        toy_config(augmentation=Augmentation(True, 0.1, 5, 0.2, 0.3), optimiser="nesterov", schedule="step"),
    ):
        assert TrainConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_impossible_settings_get_a_sentence() -> None:
    for changes, sentence in (
        ({"optimiser": "lion"}, "choose one of sgd"),
        ({"lr": 0}, "lr must lie between"),
        ({"epochs": 0}, "epochs must lie between"),
        ({"seconds": -1}, "seconds must be above 0"),
        ({"device": "tpu"}, "choose one of auto"),
        ({"label_smoothing": 1}, "label_smoothing must lie"),
    ):
        with pytest.raises(ValueError, match=sentence):
            TrainConfig(**changes)
    with pytest.raises(ValueError, match="cannot be read"):
        TrainConfig.from_dict({"colour": "blue"})


def test_info_and_history_come_back(run: RunFiles) -> None:
    finding = Finding("nan", 3, "It is no number.")
    for record in (STEP, evaluation(), finding, Finished(5, 1.0, 2.0, "epochs", 0.7)):
        run.append(record)
    assert run.info() == INFO
    step, scores, found, finished = run.history()
    assert (step, found) == (STEP, finding)
    assert scores.val_accuracy == 0.7
    assert len(scores.predicted) == 0
    assert finished.reason == "epochs"


def test_views_come_back_array_by_array(run: RunFiles) -> None:
    run.add_view(5, snapshot(), evaluation())
    run.add_view(7, snapshot(7), None)
    assert run.view_steps() == [5, 7]
    assert same(run.view(5), (snapshot(), evaluation()))
    assert same(run.view(7), (snapshot(7), None))


def test_views_are_thinned_but_begin_and_end_stay_and_nothing_is_far_away(run: RunFiles) -> None:
    for step in range(4 * MOST_VIEWS):
        run.add_view(step, None, None)
    steps = run.view_steps()
    assert len(steps) == MOST_VIEWS
    assert (steps[0], steps[-1]) == (0, 4 * MOST_VIEWS - 1)
    assert max(np.diff(steps)) < 30


def test_going_on_from_a_checkpoint_forgets_what_came_after(run: RunFiles) -> None:
    for number in (1, 2, 3):
        run.append(dataclasses.replace(STEP, step=number))
        run.add_view(number, snapshot(number), None)
    run.append(Finished(3, 1.0, 2.0, "stopped", 0.7))
    run.cut_history(2)
    assert [record.step for record in run.history()] == [1, 2]
    assert run.view_steps() == [1, 2]


def test_a_checkpoint_that_carries_code_is_not_loaded(run: RunFiles, tmp_path) -> None:
    class Evil:
        def __reduce__(self) -> tuple:
            return (tmp_path / "harmed").touch, ()

    run.save_checkpoint({"step": 3, "module": {"w": torch.ones(2)}})
    assert run.load_checkpoint()["step"] == 3
    (run.folder / "checkpoint.pt").write_bytes(pickle.dumps(Evil(), protocol=2))
    assert run.load_checkpoint() is None
    assert not (tmp_path / "harmed").exists()


def test_damaged_files_get_a_sentence_or_are_survived(run: RunFiles) -> None:
    (run.folder / "history.jsonl").write_text('{"record": "step"}\nno json\n{"record": "os.system"}\n[]\n')
    assert run.history() == []
    (run.folder / "views" / "00000003.npz").write_bytes(b"PK broken")
    with pytest.raises(RunError, match="step 3 cannot be read"):
        run.view(3)
    (run.folder / "config.json").write_text("{}")
    with pytest.raises(RunError, match="cannot be read"):
        run.info()
    (run.folder / "config.json").write_text("{")
    with pytest.raises(RunError, match="damaged"):
        run.info()
    (run.folder / "config.json").unlink()
    with pytest.raises(RunError, match="no such run"):
        run.info()


def test_a_folder_with_other_files_is_not_touched(tmp_path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(RunError, match="holds other files"):
        RunFiles(tmp_path).create(INFO)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"
    with pytest.raises(RunError, match="cannot be written to"):
        RunFiles(tmp_path / "thesis.txt" / "run").create(INFO)


@pytest.fixture
def kept(tmp_path, monkeypatch) -> Iterator[Callable[..., Path]]:
    """Makes runs in a cache folder of this test."""
    monkeypatch.setenv("IMGCLS_CACHE", str(tmp_path))

    def made(size: int = 0, held: tuple[str, ...] = ()) -> Path:
        folder = new_run_folder(held)
        RunFiles(folder).create(INFO)
        (folder / "best.pt").write_bytes(bytes(size))
        return folder

    yield made


def names(folders: list[Path]) -> list[str]:
    return sorted(folder.name for folder in folders)


def test_runs_are_listed_newest_first_and_old_ones_removed(kept, monkeypatch) -> None:
    monkeypatch.setattr("imgcls.training.runs.KEPT_RUNS", 2)
    folders = [kept() for _ in range(4)]
    assert [files.folder for files in list_runs()] == folders[:0:-1]
    assert run_folder(folders[-1].name) == folders[-1]
    for name in ("../x", "", "a/b", "."):
        with pytest.raises(RunError, match="letters and digits"):
            run_folder(name)


def test_names_of_runs_are_their_own_and_fit_everywhere(kept) -> None:
    folders = [kept() for _ in range(20)]
    assert all(re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{8}", folder.name) for folder in folders)
    assert len(set(folders)) == 20


def test_a_run_in_use_is_never_removed(kept, monkeypatch) -> None:
    held, taken, old = kept(), kept(), kept()
    monkeypatch.setattr("imgcls.training.runs.KEPT_RUNS", 1)
    files = RunFiles(taken)
    files.take()
    kept(held=(held.name,))
    following = kept(held=(held.name,))
    assert held.exists()
    assert taken.exists()
    assert not old.exists()
    files.give_back()
    prune_runs()
    assert names([files.folder for files in list_runs()]) == [following.name]


def test_what_another_server_has_in_hand_stays_until_that_has_ended(kept, monkeypatch, tmp_path) -> None:
    waiting, looked_at, other = kept(), kept(), kept()
    monkeypatch.setattr("imgcls.training.runs.KEPT_RUNS", 1)
    code = (
        "import sys, time; from imgcls.store.claims import claims; from imgcls.training.runs import runs_folder\n"
        "claims.tell(runs_folder(), [sys.argv[1]], [sys.argv[2]]); print(flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, waiting.name, looked_at.name]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    server.stdout.readline()
    last = kept()
    prune_runs()
    assert names([files.folder for files in list_runs()]) == names([waiting, looked_at, last])
    assert claims.others(tmp_path / "runs").live == {waiting.name}
    server.kill()  # as kill -9: the system lets go of its lock
    server.wait()
    server.stdout.close()
    prune_runs()
    assert names([files.folder for files in list_runs()]) == [last.name]
    assert not other.exists()
    assert not list((tmp_path / "runs" / ".servers").iterdir())


def test_all_runs_together_have_a_limit_in_bytes(kept, monkeypatch) -> None:
    monkeypatch.setenv("IMGCLS_RUNS_GB", "0.000025")
    folders = [kept(10_000) for _ in range(5)]
    prune_runs()
    assert names([files.folder for files in list_runs()]) == names(folders[-2:])
    huge = kept(10**6)
    prune_runs()
    assert names([files.folder for files in list_runs()]) == [huge.name], "the newest stays, whatever its size"
    for told, most in (("", 5e9), ("-1", 5e9), ("ten", 5e9), ("nan", 5e9), ("inf", 5e9), ("0.5", 5e8)):
        monkeypatch.setenv("IMGCLS_RUNS_GB", told)
        assert most_bytes() == most


def test_a_clock_that_is_put_back_makes_no_new_run_an_old_one(kept, monkeypatch) -> None:
    monkeypatch.setattr("imgcls.training.runs.KEPT_RUNS", 2)
    real = time.time
    early, late = kept(), kept()
    monkeypatch.setattr(time, "time", lambda: real() - 10 * 86_400)
    for path in (early / "config.json", early / "begun.json"):
        os.utime(path)  # a copy of the folder has other times, too
    newest = kept()
    prune_runs()
    assert names([files.folder for files in list_runs()]) == names([late, newest])
    assert list_runs()[0].folder == newest


def test_folders_of_runs_that_never_began_go_and_foreign_ones_stay(kept, tmp_path) -> None:
    never, waiting, starting = new_run_folder(), new_run_folder(), new_run_folder()
    (tmp_path / "runs" / "thesis").mkdir()
    (tmp_path / "runs" / "thesis" / "text").write_text("years of work")
    for folder in (never, waiting, tmp_path / "runs" / "thesis"):
        os.utime(folder, (1e9, 1e9))
    prune_runs((waiting.name,))
    assert not never.exists()
    assert waiting.exists()
    assert starting.exists()
    assert (tmp_path / "runs" / "thesis" / "text").exists()
