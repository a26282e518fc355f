"""The web process's end of a worker: starting it, talking to it without ever waiting, noticing its death."""

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from imgcls.jobs import pipes

ROOT = Path(__file__).resolve().parents[2]
# OpenMP threads wait for each other in a busy loop. Where other work wants the cores, too, the default of 300,000
# turns makes two threads slower than one; few turns cost little on an idle machine.
SPINS = "2000"


class WorkerProcess:
    """One worker process and two threads: one writes what is posted, one reads and hands on what comes.

    `on_frame(worker, frame)` is called for every message, `on_end(worker)` once when the process is gone; both on the
    reading thread. Started by `subprocess`, not by `multiprocessing`, whose spawn would import the web server's main
    module again in the child.
    """

    def __init__(
        self,
        on_frame: Callable[["WorkerProcess", tuple], None],
        on_end: Callable[["WorkerProcess"], None],
        environment: Mapping[str, str],
        warm: Sequence[str] = (),
    ) -> None:
        self.ready = False
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "imgcls.jobs.worker", *warm],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"GOMP_SPINCOUNT": SPINS, **os.environ, **environment, "PYTHONPATH": path},
        )
        self._on_frame, self._on_end = on_frame, on_end
        self._outgoing: queue.SimpleQueue[tuple | None] = queue.SimpleQueue()
        threading.Thread(target=self._write, name="worker-writer", daemon=True).start()
        threading.Thread(target=self._read, name="worker-reader", daemon=True).start()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """How the process ended: minus the signal's number if it was killed; None while it runs."""
        return self._process.poll()

    def post(self, *frame: Any) -> None:
        """Sends when it can; never waits."""
        self._outgoing.put(frame)

    def stop(self) -> None:
        """Lets the process end by itself: it does as soon as its standard input ends."""
        self._outgoing.put(None)

    def kill(self) -> None:
        """Ends the process at once."""
        with suppress(OSError):
            self._process.kill()

    def wait(self, timeout: float) -> None:
        """Waits for the end of the process; kills it after `timeout` seconds."""
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()

    def _write(self) -> None:
        with suppress(OSError, ValueError), self._process.stdin:
            while (frame := self._outgoing.get()) is not None:
                pipes.send(self._process.stdin, frame)

    def _read(self) -> None:
        with suppress(EOFError, OSError, ValueError), self._process.stdout:
            while True:
                for frame in pipes.receive(self._process.stdout):
                    self._on_frame(self, frame)
        # A closed pipe without an end of the process (it closed its output) is an end, too.
        self.kill()
        self._process.wait()
        self.stop()
        self._on_end(self)


def long_workers(gpus: int) -> int:
    """How many long jobs may run at once: one a GPU; without one two, or one for every four cores up to four."""
    cores = os.cpu_count() or 1
    return gpus or max(min(2, cores), min(4, cores // 4))


def gpu_count() -> int:
    """How many GPUs torch can use."""
    import torch

    return torch.cuda.device_count()


def environment_of(number: int, gpus: int) -> dict[str, str]:
    """What a worker must be told so that it uses its own GPU."""
    return {"CUDA_VISIBLE_DEVICES": str(number % gpus)} if gpus > 1 else {}
