"""Long work beside the web server: jobs, a fair queue, and worker processes that may die without harm to anyone else.

    job = submit("imgcls.training.trainer:train", {"config": config}, owner=session_id)
    job.status, job.records_since(0), job.send({"lr": 0.01}), job.cancel()

The web server calls `start()` when it comes up and `shutdown()` when it goes; without it the first `submit` starts.
"""

import atexit
import re
import threading
import time
import uuid
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

from imgcls.training import pipes

if TYPE_CHECKING:
    from imgcls.training.runner import JobRunner

State = Literal["queued", "running", "done", "failed", "cancelled", "lost"]
_TARGET = re.compile(r"[a-z]\w*(\.[a-z]\w*)+:[a-z]\w*")
# What a job keeps for its page; the oldest records go first. Things to be kept for good belong into files.
# Of records whose class says `newest_only` the last one is kept alone.
KEPT_RECORDS, KEPT_BYTES = 5000, 64 * 2**20


class JobRefusedError(ValueError):
    """A job cannot be taken on; the message is one sentence for people."""


@dataclass(frozen=True)
class JobStatus:
    """What there is to say about a job at one moment.

    `place` is the place in the queue (1: next), None unless queued. `sentence` says in plain words why a job failed or
    was lost, else "". `count` is the number of records so far, `seconds` the time since it started or that it took.
    """

    state: State
    place: int | None
    sentence: str
    count: int
    seconds: float

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.state not in ("queued", "running")


class Job:
    """One call of a generator function in a worker process, made by `submit`. Its methods are thread-safe."""

    def __init__(self, runner: "JobRunner", target: str, kwargs: Mapping[str, Any], owner: str, quick: bool) -> None:
        if not (_TARGET.fullmatch(target) and target.startswith(f"{runner.package}.")):
            raise JobRefusedError(f"{target!r} is no 'module:function' inside the package {runner.package}.")
        self.id = uuid.uuid4().hex
        self.target, self.owner, self.quick = target, owner, quick
        self.arguments = pipes.encode(dict(kwargs))
        self._runner = runner
        self._lock = runner.lock
        self._state: State = "queued"
        self._sentence = ""
        self._records: deque[tuple[Any, int]] = deque()
        self._bytes = self._count = 0
        self._started = self._ended = 0.0
        self._over = threading.Event()

    @property
    def status(self) -> JobStatus:
        """State, place, sentence and number of records, all of the same moment."""
        with self._lock:
            seconds = (self._ended or time.monotonic()) - self._started if self._started else 0.0
            return JobStatus(self._state, self._runner.place(self), self._sentence, self._count, seconds)

    @property
    def state(self) -> State:
        """queued, running, done, failed, cancelled or lost (its process was killed)."""
        return self._state

    @property
    def records(self) -> list[Any]:
        """The records kept so far: the newest KEPT_RECORDS at most."""
        return self.records_since(0)[0]

    def records_since(self, number: int) -> tuple[list[Any], int]:
        """The records from the `number`-th on (0: the first), and the number to ask with the next time."""
        with self._lock:
            first = self._count - len(self._records)
            records = [record for record, _ in islice(self._records, max(0, number - first), None)]
            return [record for record in records if record is not None], self._count

    def send(self, message: Any) -> None:
        """Puts a message into the job's inbox; no effect unless it runs."""
        self._runner.send(self, pipes.encode(message))

    def cancel(self) -> None:
        """Stops the job: at its next `yield`, or by ending its process if there is none within a second."""
        self._runner.cancel(self)

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until the job is over; False if it is not after `timeout` seconds. Not for pages."""
        return self._over.wait(timeout)

    # What follows is called by the runner, which holds the lock.

    def _start(self) -> None:
        self._state, self._started = "running", time.monotonic()

    def _append(self, body: bytes) -> None:
        record = pipes.decode(body)
        if getattr(record, "newest_only", False):
            self._forget(type(record))
        self._records.append((record, len(body)))
        self._count += 1
        self._bytes += len(body)
        while len(self._records) > KEPT_RECORDS or (self._bytes > KEPT_BYTES and len(self._records) > 1):
            self._bytes -= self._records.popleft()[1]

    def _forget(self, kind: type) -> None:
        """Lets go of the records of a kind that replaces itself; their places stay, for `records_since`."""
        for place in range(len(self._records) - 1, -1, -1):
            record, size = self._records[place]
            if isinstance(record, kind):
                self._records[place] = (None, 0)
                self._bytes -= size
                return  # there is one at most

    def _finish(self, state: State, sentence: str = "") -> None:
        if self._over.is_set():
            return
        self._state, self._sentence, self._ended = state, sentence, time.monotonic()
        self.arguments = b""
        self._over.set()


_runner: "JobRunner | None" = None
_making = threading.Lock()


def start() -> "JobRunner":
    """Starts the worker processes of this program, once; they warm up by themselves."""
    from imgcls.training.runner import JobRunner

    global _runner
    with _making:
        if _runner is None:
            _runner = JobRunner()
            atexit.register(shutdown)
        return _runner


def shutdown() -> None:
    """Cancels everything and ends the worker processes."""
    global _runner
    with _making:
        runner, _runner = _runner, None
    if runner:
        runner.shutdown()


def submit(target: str, kwargs: Mapping[str, Any], *, owner: str, quick: bool = False) -> Job:
    """Queues a call of the generator function `target` ("imgcls.module:function") with `kwargs`.

    Args:
        kwargs: small values that can be pickled; taken as they are now.
        owner: whose job it is, for example a session's id. Each owner has one job running at a time, and one quick one.
        quick: a live experiment of a few seconds: it does not queue behind trainings, but is stopped after a minute.

    Raises:
        JobRefusedError: not a function of this package, or too many jobs of this owner wait already.
    """
    return start().submit(target, kwargs, owner=owner, quick=quick)


def find(job_id: str) -> Job | None:
    """The job of that id if it waits, runs, or ended lately: for a page that was reloaded."""
    return start().find(job_id)


def adopt(job: Job, owner: str) -> bool:
    """Makes a job the `owner`'s if its own owner has been released: the page was reloaded. Says whether it is his."""
    return start().adopt(job, owner)


def release(owner: str, after: float = 0.0) -> None:
    """Cancels the owner's jobs `after` seconds from now unless `keep(owner)` or a `submit` comes first. Never waits."""
    if _runner:
        _runner.release(owner, after)


def keep(owner: str) -> None:
    """Takes back a `release` that has not taken effect: the session came back."""
    if _runner:
        _runner.keep(owner)
