import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from imgcls.jobs.beside import Beside, BusyError

TARGET = "tests.jobs.job_targets.short:answer"


@pytest.fixture
def beside() -> Iterator[Beside]:
    process = Beside(TARGET)
    yield process
    process.stop()


def test_a_call_is_answered_by_another_process_that_yields_to_the_server(beside: Beside) -> None:
    first, second = beside.call(number=3), beside.call(number=4)
    assert (first["square"], second["square"]) == (9, 16)
    assert first["process"] == second["process"] != os.getpid()
    if hasattr(os, "nice"):
        assert first["niceness"] > os.nice(0)


def test_a_refusal_of_the_function_is_one_here_and_harms_nobody_else(beside: Beside) -> None:
    with pytest.raises(ValueError, match=r"^no square of a word$"):
        beside.call(number="word")
    assert beside.call(number=2)["square"] == 4


def test_one_that_dies_is_reported_and_started_again(beside: Beside) -> None:
    dead = beside.call(number=1)["process"]
    with pytest.raises(ValueError, match="has ended: try again"):
        beside.call(number=-1)  # ends its process
    assert beside.call(number=5)["process"] != dead
    os.kill(beside.call(number=5)["process"], signal.SIGKILL)
    time.sleep(0.2)
    assert beside.call(number=6)["square"] == 36


def test_nobody_waits_for_a_call_of_another_and_those_refused_get_turns_one_after_the_other(beside: Beside) -> None:
    beside.call(number=1)
    slow = threading.Thread(target=lambda: beside.call(number=0, seconds=1.0))
    slow.start()
    deadline = time.monotonic() + 5
    turns: list[float] = []
    while len(turns) < 3 and time.monotonic() < deadline:
        try:
            beside.call(number=1)
        except BusyError as busy:
            turns.append(time.monotonic() + busy.seconds)
    slow.join()
    assert len(turns) == 3
    assert turns == sorted(turns)
    assert beside.call(number=7)["square"] == 49
