"""What a running job hears from outside: messages (pause, a new learning rate) and the wish that it should stop."""

import threading
from collections import deque
from typing import Any


class JobCancelled(Exception):  # noqa: N818 (not an error: somebody pressed stop)
    """Raised inside a job that waits for a message when it is cancelled instead."""


class JobParked(Exception):  # noqa: N818 (not an error: somebody else needs the place)
    """Raised inside a job that waits for a message and may be gone on with later, in another process."""


class Inbox:
    """Messages for one job, oldest first; a target function with a parameter named `inbox` gets it.

    Without a worker (a test, the command line) make one yourself: `Inbox()` that stays empty.
    """

    def __init__(self) -> None:
        self._messages: deque[Any] = deque()
        self._changed = threading.Condition()
        self._cancelled = self._parking = self._closed = False

    def put(self, message: Any) -> bool:
        """Adds a message; False: too late, the job has been parked."""
        with self._changed:
            if self._closed:
                return False
            self._messages.append(message)
            self._changed.notify_all()
            return True

    def park(self) -> None:
        """Wakes a job that waits for a message and may be parked with JobParked; no effect on a job that works."""
        with self._changed:
            self._parking = True
            self._changed.notify_all()

    def cancel(self) -> None:
        """Wakes a waiting job with JobCancelled; from now on `cancelled` is True."""
        with self._changed:
            self._cancelled = True
            self._changed.notify_all()

    @property
    def cancelled(self) -> bool:
        """Whether the job should stop; it need not look: the worker also stops it at its next `yield`."""
        return self._cancelled

    def poll(self) -> Any | None:
        """The oldest message, or None at once if there is none."""
        with self._changed:
            self._parking = False  # who polls works
            return self._messages.popleft() if self._messages else None

    def wait(self, timeout: float | None = None, may_park: bool = False) -> Any | None:
        """The oldest message; None after `timeout` seconds without one (None: waits for ever).

        Args:
            may_park: everything is saved, so that the job could be gone on with from there.

        Raises:
            JobCancelled: the job was cancelled meanwhile.
            JobParked: somebody else needs its place. What is sent from now on waits for the job's next place.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._messages or self._cancelled or (may_park and self._parking), timeout)
            if self._cancelled:
                raise JobCancelled
            if self._messages:
                return self._messages.popleft()
            if may_park and self._parking:
                self._closed = True
                raise JobParked
            return None
