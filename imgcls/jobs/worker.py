"""The worker process: `python -m imgcls.jobs.worker`, fed by imgcls.jobs through its standard input.

It imports torch once, then runs one job after the other: calls the named generator function and sends on what it
yields. It ends when its standard input ends, that is, at the latest when the web process does.
"""

import gc
import importlib
import inspect
import logging
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, BinaryIO

from imgcls.jobs import pipes
from imgcls.jobs.inbox import Inbox, JobCancelled, JobParked
from imgcls.store.files import why

# Records are gathered this long before they are sent: a fast job must not keep the web process busy with receiving.
GATHER_SECONDS = 0.02
# A job that yields faster than the web process reads waits here.
UNSENT_RECORDS = 500
# The web server answers sliders first; an idle core still trains at full speed.
NICENESS = 10
log = logging.getLogger("imgcls.worker")


class Sender(threading.Thread):
    """Sends what the job yields, several records in one go."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(daemon=True)
        self.stream = stream
        self.waiting: queue.Queue[tuple] = queue.Queue(UNSENT_RECORDS)

    def run(self) -> None:
        while True:
            frames = [self.waiting.get()]
            if frames[0][0] == "record":
                time.sleep(GATHER_SECONDS)
            with suppress(queue.Empty):
                while True:
                    frames.append(self.waiting.get_nowait())
            try:
                pipes.send(self.stream, frames)
            except OSError:
                os._exit(1)  # nobody listens any more


class Worker:
    """Listens on a thread of its own, so that a stop is heard in the middle of a step."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self.incoming = incoming
        self.sender = Sender(outgoing)
        self.starts: queue.SimpleQueue[tuple[str, str, bytes]] = queue.SimpleQueue()
        self.inboxes: dict[str, Inbox] = {}
        self.threads = 1

    def serve(self) -> None:
        """Runs jobs until the web process goes away."""
        self.sender.start()
        threading.Thread(target=self._listen, daemon=True).start()
        _warm_up(sys.argv[1:])
        if hasattr(os, "nice"):  # only now: a busy machine should still get its workers soon
            os.nice(NICENESS)
        self._report("ready")
        while True:
            self._run(*self.starts.get())
            gc.collect()
            _free_gpu()

    def _listen(self) -> None:
        while True:
            try:
                kind, *rest = pipes.receive(self.incoming)
            except (EOFError, OSError):
                os._exit(0)
            if kind == "start":
                self.inboxes[rest[0]] = Inbox()
                self.starts.put(tuple(rest))
            elif kind == "threads":
                (self.threads,) = rest
            elif kind == "message":
                inbox = self.inboxes.get(rest[0])
                if inbox is None or not inbox.put(pipes.decode(rest[1])):
                    self._report("undelivered", *rest)
            elif inbox := self.inboxes.get(rest[0]):
                inbox.cancel() if kind == "cancel" else inbox.park()

    def _report(self, *frame: Any) -> None:
        self.sender.waiting.put(frame)

    def _run(self, job_id: str, target: str, kwargs: bytes) -> None:
        inbox = self.inboxes[job_id]
        outcome, sentence = "done", ""
        try:
            for record in self._records(target, pipes.decode(kwargs), inbox):
                self._report("record", job_id, pipes.encode(record))
        except JobCancelled:
            pass
        except JobParked:
            outcome = "parked"
        except (ValueError, MemoryError) as error:
            outcome, sentence = "failed", str(error) or "The memory did not suffice."
        except Exception as error:
            log.exception("job %s failed", target)
            outcome, sentence = "failed", _sentence(error)
        if inbox.cancelled:
            outcome, sentence = "cancelled", ""
        del self.inboxes[job_id]
        self._report("ended", job_id, outcome, sentence)

    def _records(self, target: str, kwargs: dict[str, Any], inbox: Inbox) -> Iterator[Any]:
        import torch

        module, _, name = target.partition(":")
        function = getattr(importlib.import_module(module), name)
        if "inbox" in inspect.signature(function).parameters:
            kwargs = {**kwargs, "inbox": inbox}
        generator = function(**kwargs)
        try:
            while not inbox.cancelled:
                if torch.get_num_threads() != self.threads:
                    torch.set_num_threads(self.threads)
                try:
                    yield next(generator)
                except StopIteration:
                    return
        finally:
            generator.close()


def _sentence(error: Exception) -> str:
    text = " ".join(str(error).split())
    if isinstance(error, OSError):  # its text may hold a path of the server
        return f"The job stopped: the server could not use a file ({why(error)})."
    if type(error).__name__ == "OutOfMemoryError":
        return "The memory of the GPU did not suffice: choose a smaller batch or a smaller network."
    return f"The job stopped with an error ({type(error).__name__}: {text[:300]})."


def _warm_up(modules: Sequence[str] = ()) -> None:
    """Imports torch and `modules`, and takes one training step on each device: the first job need not pay for it."""
    import torch
    from torch import nn

    from imgcls.eager import optim

    torch.set_num_threads(1)
    for device in ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",):
        with suppress(RuntimeError):  # a GPU without memory left: a job that needs it will say so
            network = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 6 * 6, 2)).to(device)
            network(torch.zeros(2, 3, 8, 8, device=device)).sum().backward()
            optim.Adam(network.parameters()).step()
    for name in modules:
        importlib.import_module(name)


def _free_gpu() -> None:
    import torch

    if torch.cuda.is_initialized():
        torch.cuda.empty_cache()


def main() -> None:
    """Standard output is the pipe to the web process: whatever prints is sent to standard error instead."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the web process's business
    outgoing = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    Worker(sys.stdin.buffer, outgoing).serve()


if __name__ == "__main__":
    main()
