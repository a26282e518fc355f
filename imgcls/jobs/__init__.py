"""Long work beside the web server: jobs, a fair queue, and worker processes that may die without harm to anyone else.

    job = submit("imgcls.training.trainer:train", {"config": config}, owner=session_id)
    job.status, job.records_since(0), job.send({"lr": 0.01}), job.cancel()
    attend(session_id, there)  # `there()` says whether the session is there; without it the job ends some time later

The web server calls `start()` when it comes up and `shutdown()` when it goes; without it the first `submit` starts.
"""

import atexit
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from imgcls.jobs.attendance import Attendance
from imgcls.jobs.job import Job, JobRefusedError, JobStatus, State
from imgcls.jobs.places import SharedPlaces
from imgcls.jobs.runner import JobRunner

__all__ = [
    "Job", "JobRefusedError", "JobStatus", "State", "adopt", "attend", "find", "prepare", "shutdown", "start", "submit",
    "use",
]  # fmt: skip

TOGETHER = "IMGCLS_TOGETHER"
"""Names a folder of this machine that several server processes share while they run: see `python -m imgcls serve`."""
attendance = Attendance()
_runner: JobRunner | None = None
_making = threading.Lock()
_warm: list[str] = []


def prepare(*modules: str) -> None:
    """Workers that start from now on import these modules before their first job: it need not wait for them."""
    _warm.extend(modules)


def start() -> JobRunner:
    """Starts the worker processes of this program, once; they warm up by themselves."""
    global _runner
    with _making:
        if _runner is None:
            together = os.environ.get(TOGETHER)
            places = SharedPlaces(Path(together) / "places") if together else None
            _runner = JobRunner(attendance=attendance, warm=tuple(_warm), places=places)
            atexit.register(shutdown)
        return _runner


def use(runner: JobRunner | None) -> JobRunner | None:
    """From now on jobs go to this runner, for example a test's own; None: to one that the next `start` makes.

    Returns the one before, which goes on with what it has.
    """
    global _runner
    with _making:
        before, _runner = _runner, runner
    return before


def shutdown() -> None:
    """Cancels everything and ends the worker processes."""
    global _runner
    with _making:
        runner, _runner = _runner, None
    if runner:
        runner.shutdown()


def submit(
    target: str, kwargs: Mapping[str, Any], *, owner: str, quick: bool = False, again: Mapping[str, Any] | None = None
) -> Job:
    """Queues a call of the generator function `target` ("imgcls.module:function") with `kwargs`.

    Args:
        kwargs: small values that can be pickled; taken as they are now.
        owner: whose job it is, for example a session's id. Each owner has one job running at a time, and one quick one.
        quick: a live experiment of a few seconds: it does not queue behind trainings, but is stopped after a minute.
        again: what of `kwargs` changes when the job is gone on with after it was parked; None: it never is. A record
            with an attribute `idle` says whether it waits for a message, with everything saved, or works again.

    Raises:
        JobRefusedError: not a function of this package, or too many jobs of this owner wait already.
    """
    return start().submit(target, kwargs, owner=owner, quick=quick, again=again)


def find(job_id: str) -> Job | None:
    """The job of that id if it waits, runs, or ended lately: for a page that was reloaded."""
    return start().find(job_id)


def adopt(job: Job, owner: str) -> bool:
    """Makes a job the `owner`'s if its own owner is away: the page was reloaded. Says whether it is his."""
    return start().adopt(job, owner)


def attend(owner: str, there: Callable[[], bool]) -> None:
    """From now on `there()` tells whether the owner is there. Its jobs end when it stays away: see runner.GRACE."""
    attendance.attend(owner, there)
