"""One forward pass for all who wait: everybody gets the answer they would get alone, and nobody another's mistake."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from imgcls.models import passes
from imgcls.models.classify import Classifier, classify_batch
from imgcls.models.occlusion import covered, occlude
from imgcls.models.passes import predict_with_others
from tests.models.random_networks import SEEDS, random_network, random_picture

SECONDS = 20


class Gate(nn.Module):
    """The network behind it, whose first pass waits until `go`; remembers how many pictures came at a time."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.batches: list[int] = []
        self.begun, self.go = threading.Event(), threading.Event()

    def forward(self, inputs: Tensor) -> Tensor:
        self.batches.append(len(inputs))
        self.begun.set()
        assert self.go.wait(SECONDS)
        if not torch.isfinite(inputs).all():
            raise ValueError("not a picture")
        return self.network(inputs)


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def gated(seed: int, most: int | None, monkeypatch: pytest.MonkeyPatch) -> tuple[Classifier, Gate]:
    network = random_network(seed)
    gate = Gate(network.module)
    monkeypatch.setattr(passes, "most_at_once", lambda graph, work: most)
    monkeypatch.setattr(passes, "graph_of", lambda classifier: None)
    return replace(network, module=gate.eval()), gate


def all_wait(classifier: Classifier, gate: Gate, pictures: list[Tensor], pool: ThreadPoolExecutor) -> list[Future]:
    """The first is computed, the others wait for it."""
    first = pool.submit(predict_with_others, classifier, pictures[0])
    assert gate.begun.wait(SECONDS)
    others = [pool.submit(predict_with_others, classifier, picture) for picture in pictures[1:]]
    line = passes._lines[classifier]
    until(lambda: len(line.waiting) == len(others))
    gate.go.set()
    return [first, *others]


@pytest.mark.parametrize("seed", SEEDS)
def test_together_they_get_what_each_gets_alone(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    classifier, gate = gated(seed, 4, monkeypatch)
    pictures = [random_picture(classifier, number) for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        answers = [each.result(SECONDS) for each in all_wait(classifier, gate, pictures, pool)]
    assert gate.batches == [1, 4, 1]
    for picture, answer in zip(pictures, answers, strict=True):
        alone = classify_batch(random_network(seed), picture)[0]
        torch.testing.assert_close(answer.logits, alone.logits, rtol=1e-6, atol=1e-6)


def test_where_it_does_not_pay_each_goes_alone_and_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    classifier, gate = gated(0, 1, monkeypatch)
    pictures = [random_picture(classifier, number) for number in range(3)]
    with ThreadPoolExecutor(4) as pool:
        for each in all_wait(classifier, gate, pictures, pool):
            each.result(SECONDS)
        assert gate.batches == [1, 1, 1]
        gate.go.clear()
        later = [pool.submit(predict_with_others, classifier, picture) for picture in pictures]
        until(lambda: len(gate.batches) == 6)  # all three are in the network at the same moment
        gate.go.set()
        assert all(each.result(SECONDS) for each in later)


def test_a_pass_that_fails_leaves_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    classifier, gate = gated(1, 8, monkeypatch)
    good = random_picture(classifier, 0)
    with ThreadPoolExecutor(4) as pool:
        first, *others = all_wait(classifier, gate, [good, good, good * torch.nan], pool)
        assert first.result(SECONDS)
        for each in others:
            with pytest.raises(ValueError, match="not a picture"):
                each.result(SECONDS)
    assert predict_with_others(classifier, good)


def test_how_many_is_measured_only_when_two_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    classifier, gate = gated(2, 8, monkeypatch)
    gate.go.set()
    picture = random_picture(classifier, 0)
    alone = [predict_with_others(classifier, picture) for _ in range(3)]
    assert passes._lines[classifier].most is None
    assert gate.batches == [1, 1, 1]
    assert torch.equal(alone[0].logits, classify_batch(classifier, picture)[0].logits)


def test_a_covered_photo_is_one_of_those_that_go_together(monkeypatch: pytest.MonkeyPatch) -> None:
    classifier, gate = gated(3, 4, monkeypatch)
    picture = random_picture(classifier, 0)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(occlude, classifier, picture, 0.5, 0.5, 0.2)
        assert gate.begun.wait(SECONDS)
        others = [pool.submit(occlude, classifier, picture, place, place, 0.4) for place in (0.2, 0.8)]
        until(lambda: len(passes._lines[classifier].waiting) == 2)
        gate.go.set()
        answers = [each.result(SECONDS) for each in (first, *others)]
    assert gate.batches == [1, 2]
    alone = classify_batch(random_network(3), covered(classifier, picture, [(0.8, 0.8)], 0.4))[0]
    torch.testing.assert_close(answers[2].logits, alone.logits, rtol=1e-6, atol=1e-6)
