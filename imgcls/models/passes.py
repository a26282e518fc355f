"""One forward pass for all who wait for one: a hall that drags over its photos asks one network many times a second."""

import threading
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from imgcls.models.classify import Classifier, Prediction, classify_batch
from imgcls.models.graph import CannotDraw, graph_of
from imgcls.models.pace import most_at_once


@dataclass(eq=False)
class _Line:
    """Who waits for a network; whoever has the turn computes for all of them."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    waiting: "deque[tuple[Tensor, Future[Prediction]]]" = field(default_factory=deque)
    most: int | None = None  # not known before two have waited


_lines: WeakKeyDictionary[Classifier, _Line] = WeakKeyDictionary()
_lock = threading.Lock()


def predict_with_others(classifier: Classifier, inputs: Tensor) -> Prediction:
    """What the network says of one preprocessed picture (1, 3, S, S), as `classify_batch` does.

    Pictures of other threads that wait meanwhile go through it in one pass, where that is measured to be shorter; where
    not, each goes alone and nobody waits.
    """
    with _lock:
        line = _lines.setdefault(classifier, _Line())
    if line.most == 1:
        return classify_batch(classifier, inputs)[0]
    promise: Future[Prediction] = Future()
    line.waiting.append((inputs, promise))
    with line.turn:
        while not promise.done():
            _serve(classifier, line)
    return promise.result()


def _serve(classifier: Classifier, line: _Line) -> None:
    """One pass for those who have waited longest."""
    if line.most is None and len(line.waiting) > 1:
        line.most = _most(classifier, line.waiting[0][0])
    taken = [line.waiting.popleft() for _ in range(min(len(line.waiting), line.most or 1))]
    try:
        predictions = classify_batch(classifier, torch.cat([inputs for inputs, _ in taken]))
    except Exception as trouble:
        for _, promise in taken:
            promise.set_exception(trouble)
        return
    for (_, promise), prediction in zip(taken, predictions, strict=True):
        promise.set_result(prediction)


def _most(classifier: Classifier, inputs: Tensor) -> int:
    try:
        return most_at_once(
            graph_of(classifier), lambda count: classify_batch(classifier, inputs.repeat(count, 1, 1, 1))
        )
    except (CannotDraw, RuntimeError):  # its program cannot be followed, or there is no memory for several
        return 1
