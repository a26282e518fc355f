"""Answers that share: everybody gets their own, what waits is answered at once, nobody pays for another's mistake."""

import gzip
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any

import pytest

from imgcls.ui import together
from imgcls.ui.together import Shared, ask

SECONDS = 20


class Counter:
    """Answers with subject and number of the question; the first batch waits until the others are there."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.begun, self.go = threading.Event(), threading.Event()

    def work(self, asked: Sequence[tuple[Any, Mapping[str, Any]]]) -> list[bytes | Exception]:
        self.batches.append(len(asked))
        self.begun.set()
        assert self.go.wait(SECONDS)
        return [
            ValueError("odd") if question["number"] == 99 else f"{subject}:{question['number']}".encode()
            for subject, question in asked
        ]

    def shared(self, subject: str, most: int) -> Shared:
        return Shared(self, subject, lambda question: b"alone", lambda question: True, self.work, lambda subject: most)


def got(promise: "Future[bytes]") -> str:
    return gzip.decompress(promise.result(SECONDS)).decode()


@pytest.fixture
def counter() -> Counter:
    return Counter()


def test_what_waits_while_a_batch_is_computed_is_the_next_batch(counter: Counter) -> None:
    first = ask(counter.shared("a", 16), {"number": 0})
    assert counter.begun.wait(SECONDS)
    others = [ask(counter.shared("bcd"[number % 3], 16), {"number": number}) for number in range(1, 21)]
    counter.go.set()
    assert got(first) == "a:0"
    assert [got(each) for each in others] == [f"{'bcd'[number % 3]}:{number}" for number in range(1, 21)]
    assert counter.batches == [1, 16, 4]


def test_a_mistake_is_told_to_its_asker_alone(counter: Counter) -> None:
    counter.go.set()
    asked = [ask(counter.shared("a", 16), {"number": number}) for number in (12, 99, 14)]
    assert [got(asked[0]), got(asked[2])] == ["a:12", "a:14"]
    with pytest.raises(ValueError, match="odd"):
        asked[1].result(SECONDS)


def test_a_batch_that_fails_as_a_whole_leaves_nobody_waiting() -> None:
    def broken(asked: Sequence[object]) -> list[bytes]:
        raise RuntimeError("no memory")

    shared = Shared("broken", None, lambda question: b"", lambda question: True, broken, lambda subject: 4)
    for promise in [ask(shared, {}) for _ in range(5)]:
        with pytest.raises(RuntimeError):
            promise.result(SECONDS)


def test_what_nobody_waits_for_any_more_is_not_computed(counter: Counter) -> None:
    first = ask(counter.shared("a", 16), {"number": 0})
    assert counter.begun.wait(SECONDS)
    promises = [ask(counter.shared("a", 16), {"number": number}) for number in (1, 2, 3)]
    assert promises[1].cancel()
    assert not first.cancel()  # it is being computed
    counter.go.set()
    assert [got(each) for each in (first, promises[0], promises[2])] == ["a:0", "a:1", "a:3"]
    assert counter.batches == [1, 2]


def test_where_batches_do_not_pay_as_many_are_computed_at_a_time_as_there_are_cores(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "CORES", 2)
    promises = [ask(counter.shared("a", 1), {"number": number}) for number in range(5)]
    for _ in range(200):
        if len(counter.batches) == 2:
            break
        threading.Event().wait(0.02)
    assert counter.batches == [1, 1]
    counter.go.set()
    assert [got(each) for each in promises] == [f"a:{number}" for number in range(5)]
    assert counter.batches == [1] * 5


def test_nothing_is_left_behind(counter: Counter) -> None:
    counter.go.set()
    got(ask(counter.shared("a", 16), {"number": 0}))
    for _ in range(200):
        if counter not in together._lines:
            break
        threading.Event().wait(0.02)
    assert counter not in together._lines
