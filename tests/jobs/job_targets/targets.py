"""Generator functions run by worker processes."""

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from imgcls.jobs.inbox import Inbox
from imgcls.training.records import Snapshot


@dataclass(frozen=True)
class Counted:
    number: int
    squares: np.ndarray


class Unreadable:
    """Can be pickled, but not read back."""

    def __reduce__(self) -> tuple:
        return int, ("not a number",)


def count(to: int, pause: float = 0.0) -> Iterator[Counted]:
    print("what a job prints must not disturb the pipe")
    for number in range(to):
        time.sleep(pause)
        yield Counted(number, np.arange(number) ** 2)


def replacing(to: int) -> Iterator[object]:
    """Snapshots, each followed by its number."""
    for number in range(to):
        yield Snapshot(number, 0.0, (), np.zeros(3))
        yield number


def echo(inbox: Inbox) -> Iterator[object]:
    """Yields every message until one says stop."""
    while (message := inbox.wait(10)) != "stop":
        yield message


def linger(inbox: Inbox) -> Iterator[str]:
    """Does nothing until it is stopped, and hears that it is."""
    yield "lingering"
    inbox.wait()


@dataclass(frozen=True)
class Resting:
    idle: bool


def rest(inbox: Inbox, start: str = "anew") -> Iterator[object]:
    """Pauses, and yields every message."""
    yield start
    yield Resting(True)
    while True:
        yield inbox.wait(may_park=True)


def hang() -> Iterator[str]:
    yield "hanging"
    while True:
        time.sleep(60)


def tidy(path: str) -> Iterator[str]:
    """Yields for ever; writes a file when it is stopped properly."""
    try:
        while True:
            time.sleep(0.01)
            yield "working"
    finally:
        with open(path, "w") as file:
            file.write("tidied up")


def refuse() -> Iterator[None]:
    raise ValueError("The picture is too small: choose a larger one.")
    yield


def crash() -> Iterator[None]:
    raise KeyError("weights")
    yield


def unreadable() -> Iterator[Unreadable]:
    yield Unreadable()


def environment() -> Iterator[dict]:
    yield {
        "torch": "torch" in sys.modules,
        "nice": os.nice(0),
        "threads": torch.get_num_threads(),
        "streamlit": "streamlit" in sys.modules,
        "compiler": "torch._dynamo" in sys.modules,
    }


def threads(inbox: Inbox) -> Iterator[int]:
    """The number of torch's threads, ten times a second."""
    while not inbox.poll():
        time.sleep(0.02)
        yield torch.get_num_threads()
