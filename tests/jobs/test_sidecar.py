import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from imgcls.jobs.sidecar import BusyError, Sidecar

TARGET = "tests.jobs.job_targets.short:answer"


@pytest.fixture
def sidecar() -> Iterator[Sidecar]:
    process = Sidecar(TARGET)
    yield process
    process.stop()


def test_a_call_is_answered_by_another_process_that_yields_to_the_server(sidecar: Sidecar) -> None:
    first, second = sidecar.call(number=3), sidecar.call(number=4)
    assert (first["square"], second["square"]) == (9, 16)
    assert first["process"] == second["process"] != os.getpid()
    if hasattr(os, "nice"):
        assert first["niceness"] > os.nice(0)


def test_a_refusal_of_the_function_is_one_here_and_harms_nobody_else(sidecar: Sidecar) -> None:
    with pytest.raises(ValueError, match=r"^no square of a word$"):
        sidecar.call(number="word")
    assert sidecar.call(number=2)["square"] == 4


def test_one_that_dies_is_reported_and_started_again(sidecar: Sidecar) -> None:
    dead = sidecar.call(number=1)["process"]
    with pytest.raises(ValueError, match="has ended: try again"):
        sidecar.call(number=-1)  # ends its process
    assert sidecar.call(number=5)["process"] != dead
    os.kill(sidecar.call(number=5)["process"], signal.SIGKILL)
    time.sleep(0.2)
    assert sidecar.call(number=6)["square"] == 36


def test_nobody_waits_for_a_call_of_another_and_those_refused_get_turns_one_after_the_other(sidecar: Sidecar) -> None:
    sidecar.call(number=1)
    slow = threading.Thread(target=lambda: sidecar.call(number=0, seconds=1.0))
    slow.start()
    deadline = time.monotonic() + 5
    turns: list[float] = []
    while len(turns) < 3 and time.monotonic() < deadline:
        try:
            sidecar.call(number=1)
        except BusyError as busy:
            turns.append(time.monotonic() + busy.seconds)
    slow.join()
    assert len(turns) == 3
    assert turns == sorted(turns)
    assert sidecar.call(number=7)["square"] == 49
