"""Whole files or none, also on a disk that is full; locks that end with their process."""

import io
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from imgcls.store.files import Lock, is_locked, prune, replaced, why

WRITERS = {
    "bytes": lambda file: file.write(bytes(400_000)),
    "numpy": lambda file: np.save(file, np.zeros(100_000)),
    "zip": lambda file: np.savez(file, a=np.zeros(100_000), b=np.zeros(3)),
    "torch": lambda file: torch.save({"w": torch.zeros(100_000)}, file),
}
FULL = """
import resource, signal, sys
from pathlib import Path
from imgcls.store.files import replaced, why
from tests.store.test_files import WRITERS
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # then a write beyond the limit fails as on a full disk
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
for name, write in WRITERS.items():
    try:
        with replaced(Path(sys.argv[1]) / "file") as file:
            write(file)
    except OSError as error:
        print(name, why(error))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of files")
def test_where_no_more_can_be_written_every_writer_fails_alike_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("as it was")
    told = subprocess.run([sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines() == [f"{name} its disk is full" for name in WRITERS]
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "as it was"


def test_what_fails_for_another_reason_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="mine"), replaced(tmp_path / "file") as file:
        file.write(b"half")
        raise KeyError("mine")
    assert not list(tmp_path.iterdir())
    with replaced(tmp_path / "file") as file:
        np.savez(file, a=np.arange(3))
    with np.load(io.BytesIO((tmp_path / "file").read_bytes())) as arrays:
        assert arrays["a"].tolist() == [0, 1, 2]


def test_reasons_name_no_path() -> None:
    for error in (PermissionError(13, "Permission denied", "/srv/secret"), OSError(5, "Input/output error", "/srv/x")):
        assert "/srv" not in why(error)


def test_a_lock_is_held_once_and_ends_with_its_process_however_that_ends(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not is_locked(path)
    first, second = Lock(path), Lock(path)
    assert first.take()
    assert not second.take()
    assert is_locked(path)
    first.release(remove=True)
    assert not path.exists()
    assert second.take()
    second.release()
    code = "import sys, time; from pathlib import Path; from imgcls.store.files import Lock\n"
    code += "lock = Lock(Path(sys.argv[1])); print(lock.take(), flush=True); time.sleep(60)"
    holder = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "True\n"
    assert is_locked(path)
    assert not second.take()
    holder.kill()
    holder.wait()
    holder.stdout.close()
    assert not is_locked(path)
    assert second.take()
    second.release()


def test_left_overs_of_killed_processes_go_but_not_what_is_being_written(tmp_path: Path) -> None:
    for name, age in (("old.part", 2 * 86_400), ("new.part", 0), ("old.npy", 2 * 86_400)):
        (tmp_path / name).write_text("")
        os.utime(tmp_path / name, (time.time() - age, time.time() - age))
    prune(tmp_path, "*.npy", 10)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.part", "old.npy"]
