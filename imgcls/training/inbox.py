"""What a running job hears from outside: messages (pause, a new learning rate) and the wish that it should stop."""

import threading
from collections import deque
from typing import Any


class JobCancelled(Exception):  # noqa: N818 (not an error: somebody pressed stop)
    """Raised inside a job that waits for a message when it is cancelled instead."""


class Inbox:
    """Messages for one job, oldest first; a target function with a parameter named `inbox` gets it.

    Without a worker (a test, the command line) make one yourself: `Inbox()` that stays empty.
    """

    def __init__(self) -> None:
        self._messages: deque[Any] = deque()
        self._changed = threading.Condition()
        self._cancelled = False

    def put(self, message: Any) -> None:
        """Adds a message."""
        with self._changed:
            self._messages.append(message)
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
            return self._messages.popleft() if self._messages else None

    def wait(self, timeout: float | None = None) -> Any | None:
        """The oldest message; None after `timeout` seconds without one (None: waits for ever).

        Raises:
            JobCancelled: the job was cancelled meanwhile.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._messages or self._cancelled, timeout)
            if self._cancelled:
                raise JobCancelled
            return self._messages.popleft() if self._messages else None
