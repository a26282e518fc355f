"""Calls of a few milliseconds in a process beside the server, one after the other.

A job (see `runner`) has a worker to itself until it ends. What a hundred students ask for in small slices, such as a
few steps of a training, would find no worker; in the server's own process it would hold up everybody's sliders. Here
one process answers all, and it stands back behind the server. Whoever finds it busy is told when to come back.
"""

import importlib
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import Any

from imgcls.jobs import pipes
from imgcls.jobs.workers import ROOT

NICENESS = 10
PATIENCE = 10.0  # seconds for one call, the start of the process included
FIRST_GUESS = 0.02  # seconds that a call takes, before any has been timed


class BusyError(Exception):
    """Another call is running; `seconds` from now it is this one's turn."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Busy: come back in {seconds:.2f} s.")
        self.seconds = seconds


class Sidecar:
    """A process that answers calls of the function `target` ("module:function"); it is started by the first.

    It ends when this process does, and is started again if it has died.
    """

    def __init__(self, target: str) -> None:
        self.target = target
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()  # held by the call that is running
        self._turns = threading.Lock()
        self._next_turn = 0.0
        self._usual = FIRST_GUESS

    def call(self, **arguments: Any) -> Any:
        """What the function returns for these arguments.

        Raises:
            BusyError: somebody else's call is running.
            ValueError: the function raised it; or its process has died, or took too long.
        """
        if not self._lock.acquire(blocking=False):
            raise BusyError(self._turn())
        try:
            start = time.monotonic()
            good, answer = self._asked(arguments)
            self._usual += 0.1 * (time.monotonic() - start - self._usual)
        except (OSError, EOFError) as trouble:
            self.stop()
            raise ValueError("The process that computes this has ended: try again.") from trouble
        finally:
            self._lock.release()
        if not good:
            raise ValueError(answer)
        return answer

    def stop(self) -> None:
        """Ends the process; the next call starts another."""
        process, self._process = self._process, None
        if process:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                with suppress(OSError):
                    stream.close()

    def _turn(self) -> float:
        """Seconds until the turn of one more that waits: those who wait come one after the other."""
        with self._turns:
            now = time.monotonic()
            self._next_turn = max(now, self._next_turn) + self._usual
            return self._next_turn - now

    def _asked(self, arguments: dict[str, Any]) -> tuple[bool, Any]:
        if self._process is None or self._process.poll() is not None:
            self._process = _started(self.target)
        watch = threading.Timer(PATIENCE, self._process.kill)
        watch.start()
        try:
            pipes.send(self._process.stdin, arguments)
            return pipes.receive(self._process.stdout)
        finally:
            watch.cancel()


def _started(target: str) -> "subprocess.Popen[bytes]":
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return subprocess.Popen(
        [sys.executable, "-m", "imgcls.jobs.sidecar", target],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **one, "PYTHONPATH": path},
    )


def main() -> None:
    """The process itself: answers until its standard input ends. Whatever prints goes to standard error instead."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the web process's business
    outgoing = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    module, _, name = sys.argv[1].partition(":")
    function = getattr(importlib.import_module(module), name)
    with suppress(EOFError, OSError):
        while True:
            arguments = pipes.receive(sys.stdin.buffer)
            try:
                answer = True, function(**arguments)
            except ValueError as trouble:
                answer = False, str(trouble)
            pipes.send(outgoing, answer)


if __name__ == "__main__":
    main()
