"""One call of a generator function in a worker process, as the web process sees it."""

import re
import threading
import time
import uuid
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal, Protocol

from imgcls.jobs import pipes

State = Literal["queued", "running", "parked", "done", "failed", "cancelled", "lost", "released"]
_TARGET = re.compile(r"[a-z]\w*(\.[a-z]\w*)+:[a-z]\w*")
# What a job keeps for its page; the oldest records go first. Things to be kept for good belong into files.
# Of records whose class says `newest_only` the last one is kept alone.
KEPT_RECORDS, KEPT_BYTES = 5000, 64 * 2**20


class Runner(Protocol):
    """What a job asks of the runner that has it."""

    package: str
    lock: threading.RLock

    def place(self, job: "Job") -> int | None: ...

    def send(self, job: "Job", body: bytes) -> None: ...

    def cancel(self, job: "Job") -> None: ...


class JobRefusedError(ValueError):
    """A job cannot be taken on; the message is one sentence for people."""


@dataclass(frozen=True)
class JobStatus:
    """What there is to say about a job at one moment.

    `place` is the place in the queue (1: next), None unless queued. `sentence` says in plain words why a job failed,
    was lost or released, else "". `count` is the number of records so far, `seconds` how long it has worked.
    """

    state: State
    place: int | None
    sentence: str
    count: int
    seconds: float

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.state not in ("queued", "running", "parked")


class Job:
    """One call of a generator function in a worker process, made by `submit`. Its methods are thread-safe."""

    def __init__(
        self,
        runner: Runner,
        target: str,
        kwargs: Mapping[str, Any],
        owner: str,
        quick: bool,
        again: Mapping[str, Any] | None = None,
    ) -> None:
        if not (_TARGET.fullmatch(target) and target.startswith(f"{runner.package}.")):
            raise JobRefusedError(f"{target!r} is no 'module:function' inside the package {runner.package}.")
        self.id = uuid.uuid4().hex
        self.target, self.owner, self.quick = target, owner, quick
        self.arguments = pipes.encode(dict(kwargs))
        self.idle_since: float | None = None  # while it waits for a message, with everything saved
        self._again = b"" if again is None else pipes.encode({**kwargs, **again})
        self._outbox: list[bytes] = []  # what was sent while no process ran it
        self._woken = False
        self._waits_since = 0.0
        self._runner = runner
        self._lock = runner.lock
        self._state: State = "queued"
        self._sentence = ""
        self._records: deque[tuple[Any, int]] = deque()
        self._bytes = self._count = 0
        self._spent = 0.0
        self._since: float | None = None
        self._over = threading.Event()

    @property
    def status(self) -> JobStatus:
        """State, place, sentence and number of records, all of the same moment."""
        with self._lock:
            return JobStatus(self._state, self._runner.place(self), self._sentence, self._count, self.seconds)

    @property
    def seconds(self) -> float:
        """How long it has worked: without waiting in the queue, and without pauses in which it could be parked."""
        return self._spent + (time.monotonic() - self._since if self._since is not None else 0.0)

    @property
    def state(self) -> State:
        """queued, running, done, failed, cancelled, lost (its process was killed), released (its owner was away), or
        parked: it was paused and has given its place to somebody else, to go on later."""
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

    def send(self, message: Any, wake: bool = False) -> None:
        """Puts a message into the job's inbox; no effect before it runs. A parked job gets it when it runs again.

        Args:
            wake: a parked job queues up for it.
        """
        self._runner.send(self, pipes.encode(message), wake)

    def cancel(self) -> None:
        """Stops the job: at its next `yield`, or by ending its process if there is none within a second."""
        self._runner.cancel(self)

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until the job is over; False if it is not after `timeout` seconds. Not for pages."""
        return self._over.wait(timeout)

    # What follows is called by the runner, which holds the lock.

    def _start(self) -> None:
        self._state, self._since, self._woken = "running", time.monotonic(), False

    def _stop_clock(self) -> None:
        self._spent, self._since = self.seconds, None

    def _park(self) -> None:
        """Nobody runs it for now."""
        self._stop_clock()
        self._state, self.idle_since, self.arguments = "parked", None, self._again

    def _append(self, body: bytes) -> None:
        record = pipes.decode(body)
        if (idle := getattr(record, "idle", None)) is not None and idle != (self.idle_since is not None):
            self._stop_clock()
            self.idle_since = time.monotonic() if idle else None
            self._since = None if idle else time.monotonic()
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
        self._stop_clock()
        self._state, self._sentence = state, sentence
        self.arguments = self._again = b""
        self._outbox.clear()
        self._over.set()
