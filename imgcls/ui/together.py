"""Answers that share: questions of one kind that wait at the same moment are answered together.

While one batch is computed, others come in: they are the next batch. Nobody waits for a timer, and one student alone is
answered at once.
"""

import gzip
import os
import threading
from collections import deque
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

CORES = os.cpu_count() or 1
_pool = ThreadPoolExecutor(max(2, CORES), thread_name_prefix="answers")
_lock = threading.Lock()


@dataclass(frozen=True, eq=False)
class Shared:
    """An answer to be offered (see `imgcls.ui.live.offer`), some of whose questions can be answered with others' of its
    `kind`.

    Args:
        kind: such as the network that is asked about.
        subject: what the questions of this one are about.
        alone: the answer to one question, as for any that is offered.
        shares: whether a question is one of those.
        work: (subject, question) of everybody to their packets; in place of one a ValueError, TypeError or KeyError.
        most: how many pay to be answered at once, by the subject; asked as soon as two wait. 1: as many at a time as
            there are cores, each alone.
    """

    kind: Hashable
    subject: Any
    alone: Callable[[Mapping[str, Any]], bytes]
    shares: Callable[[Mapping[str, Any]], bool]
    work: Callable[[Sequence[tuple[Any, Mapping[str, Any]]]], Sequence[bytes | Exception]]
    most: Callable[[Any], int]

    def __call__(self, question: Mapping[str, Any]) -> bytes:
        return self.alone(question)


def compressed(packet: bytes) -> bytes:
    """In under two milliseconds: Streamlit's own middleware would take its time at the highest level."""
    return gzip.compress(packet, compresslevel=1)


@dataclass
class _Line:
    """Who waits for answers of a kind, and how many batches of them are being computed."""

    waiting: deque[tuple[Shared, Mapping[str, Any], "Future[bytes]"]] = field(default_factory=deque)
    running: int = 0


_lines: dict[Hashable, _Line] = {}


def ask(answer: Shared, question: Mapping[str, Any]) -> "Future[bytes]":
    """The compressed packet, when it is there. Whoever does not wait any longer cancels it."""
    promise: Future[bytes] = Future()
    with _lock:
        line = _lines.setdefault(answer.kind, _Line())
        line.waiting.append((answer, question, promise))
        if not line.running:
            _begin(answer.kind, line)
    return promise


def _begin(kind: Hashable, line: _Line) -> None:
    line.running += 1
    _pool.submit(_batch, kind, line)


def _batch(kind: Hashable, line: _Line) -> None:
    """Answers what waits, as many as pay, and sees to it that the rest follows."""
    try:
        with _lock:
            first = line.waiting[0][0] if line.waiting else None
        most = first.most(first.subject) if first and len(line.waiting) > 1 else 1
        taken = []
        with _lock:
            while line.waiting and len(taken) < most:
                entry = line.waiting.popleft()
                if entry[2].set_running_or_notify_cancel():
                    taken.append(entry)
            if line.waiting and most == 1 and line.running < CORES:
                _begin(kind, line)
        if taken:
            _answer(taken)
    finally:
        with _lock:
            line.running -= 1
            if line.waiting and not line.running:
                _begin(kind, line)
            elif not line.waiting and not line.running:
                _lines.pop(kind, None)


def _answer(taken: Sequence[tuple[Shared, Mapping[str, Any], "Future[bytes]"]]) -> None:
    try:
        packets = taken[0][0].work([(answer.subject, question) for answer, question, _ in taken])
    except Exception as trouble:
        packets = [trouble] * len(taken)
    for packet, (_, _, promise) in zip(packets, taken, strict=True):
        if isinstance(packet, Exception):
            promise.set_exception(packet)
        elif len(taken) == 1:
            promise.set_result(compressed(packet))
        else:  # while the next batch is computed
            _pool.submit(lambda packet=packet, promise=promise: promise.set_result(compressed(packet)))
