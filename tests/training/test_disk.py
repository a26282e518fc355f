"""A disk that takes no more: the run goes on without files, says so once, and leaves nothing half written."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from imgcls.training.records import Evaluation, Finished, Unsaved
from imgcls.training.runs import RunError, RunFiles
from imgcls.training.trainer import train
from tests.training.toy import toy, toy_config

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of files")

# A limit on the size of every file stands for a disk of so many bytes: writes beyond it fail as on a full one.
CHILD = """
import json, resource, sys, torch
torch.set_num_threads(1)
from imgcls.training import loop
from imgcls.training.follow import Followed
from imgcls.training.runs import RunFiles
from imgcls.training.trainer import train
from tests.training.toy import toy, toy_config
loop.STEP_SECONDS = 0.0  # every step has a line in the history
for limit in map(int, sys.argv[2:]):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    folder = f"{sys.argv[1]}/{limit}"
    records = list(train(toy_config(epochs=24), dataset=toy(), folder=folder, need_files=False))
    unsaved = [record.why for record in records if type(record).__name__ == "Unsaved"]
    followed = Followed()
    followed.hear(records)
    kept = len(RunFiles(folder).history())
    said = {"unsaved": unsaved, "step": followed.step, "reason": followed.finished.reason, "kept": kept}
    print(json.dumps(said), flush=True)
"""
FULL_AT = {100: "before its settings are written", 2000: "at the first picture of its inside", 32_000: "in its history"}


def test_a_run_on_a_full_disk_goes_on_without_files_and_says_so_once(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path), *map(str, FULL_AT)], capture_output=True, text=True
    )  # fmt: skip
    said = [json.loads(line) for line in told.stdout.splitlines()]
    assert len(said) == len(FULL_AT), told.stderr
    for each, when in zip(said, FULL_AT.values(), strict=True):
        assert each["unsaved"] == ["its disk is full"], when
        assert (each["step"], each["reason"]) == (144, "epochs"), when
    assert said[0]["kept"] == 0 < said[-1]["kept"] < 144
    assert not list(tmp_path.rglob("*.part"))
    assert str(tmp_path) not in told.stderr


def test_what_was_kept_before_the_disk_was_full_can_be_gone_on_with(tmp_path: Path, monkeypatch) -> None:
    real = RunFiles.append

    def full(files: RunFiles, record: object) -> None:
        if getattr(record, "step", 0) > 12:
            raise OSError(28, "No space left on device", str(files.folder))
        real(files, record)

    monkeypatch.setattr(RunFiles, "append", full)
    records = list(train(toy_config(epochs=4), dataset=toy(), folder=tmp_path / "run"))
    assert [(record.step > 12, record.why) for record in records if isinstance(record, Unsaved)] == [
        (True, "its disk is full")
    ]
    assert isinstance(records[-1], Finished)
    files = RunFiles(tmp_path / "run")
    saved = files.load_checkpoint()["step"]
    monkeypatch.undo()
    again = list(train(toy_config(epochs=4), dataset=toy(), folder=tmp_path / "run", resume=True))
    assert again[0].step == saved <= 24
    assert not [record for record in again if isinstance(record, Unsaved)]
    assert [record.epoch for record in files.history() if isinstance(record, Evaluation)][-1] == 4.0


def test_on_a_terminal_a_folder_that_cannot_be_written_to_is_refused_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="cannot be written to"):
        list(train(toy_config(), dataset=toy(), folder=tmp_path / "file" / "run"))
    records = list(train(toy_config(), dataset=toy(), folder=tmp_path / "file" / "run", need_files=False))
    assert len([record for record in records if isinstance(record, Unsaved)]) == 1


def test_two_programs_never_write_one_run(tmp_path: Path) -> None:
    first = train(toy_config(epochs=50), dataset=toy(), folder=tmp_path / "run")
    for _ in range(10):
        next(first)
    assert RunFiles(tmp_path / "run").taken
    with pytest.raises(RunError, match="being trained by another program"):
        list(train(toy_config(epochs=50), dataset=toy(), folder=tmp_path / "run", resume=True))
    first.close()
    assert not RunFiles(tmp_path / "run").taken
    again = train(toy_config(epochs=50), dataset=toy(), folder=tmp_path / "run", resume=True)
    assert next(again).step > 0
    again.close()
