"""Workers end with whoever started them: by a shutdown, and when that process is killed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from imgcls.jobs import JobRefusedError
from imgcls.jobs.runner import JobRunner
from tests.jobs.test_jobs import until


def test_workers_end_with_the_web_process_even_if_that_is_killed() -> None:
    code = (
        "import time; from imgcls.jobs.runner import JobRunner\n"
        "runner = JobRunner(long=1, quick=0)\n"
        "while not runner.ready: time.sleep(0.01)\n"
        "print(*runner.pids, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    worker = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until(lambda: not _exists(worker), 5)


def _exists(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    if not status.parent.parent.is_dir():  # no /proc: signal 0 only asks
        try:
            os.kill(pid, 0)
        except OSError:
            return False
        return True
    return status.is_file() and "State:\tZ" not in status.read_text()


def test_shutdown_ends_jobs_and_processes_and_nothing_starts_afterwards() -> None:
    runner = JobRunner(long=1, quick=0)
    pids = runner.pids
    job = runner.submit("imgcls.training.nothing:at_all", {}, owner="anna")
    runner.shutdown()
    assert job.state == "cancelled"
    assert not any(_exists(pid) for pid in pids)
    with pytest.raises(JobRefusedError, match="shutting down"):
        runner.submit("imgcls.training.nothing:at_all", {}, owner="anna")
