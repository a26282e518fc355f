"""Whether pictures are computed together: only where it holds, and where it pays."""

import dataclasses
import time

import pytest
import torch
from torch import Tensor, nn

from imgcls.models import pace
from imgcls.models.classify import Classifier
from imgcls.models.graph import graph_of
from imgcls.models.pace import MOST, TRIED, holds_for_several, most_at_once
from tests.models.random_networks import random_network


@pytest.mark.parametrize(("a_batch", "expected"), [(0.9, 1), (0.3, MOST["cpu"])])
def test_the_shorter_time_decides(a_batch: float, expected: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "seconds", lambda work, count, clock: a_batch * count if count > 1 else 1.0)
    assert most_at_once(graph_of(random_network(1)), lambda count: None) == expected


def test_it_is_the_work_that_is_timed() -> None:
    counts: list[int] = []

    def work(count: int) -> None:
        counts.append(count)
        end = time.perf_counter() + (0.02 if count > 1 else 0.01)
        while time.perf_counter() < end:
            pass

    assert most_at_once(graph_of(random_network(1)), work) == MOST["cpu"]
    assert set(counts) == {1, TRIED}


class ForOne(nn.Module):
    """Its program was written with one picture in mind."""

    def __init__(self, mixes: bool) -> None:
        super().__init__()
        self.mixes, self.conv, self.dense = mixes, nn.Conv2d(3, 2, 3), nn.Linear(2 * 6 * 6, 4)

    def forward(self, picture: Tensor) -> Tensor:
        maps = self.conv(picture)
        return self.dense((maps - maps.mean() if self.mixes else maps).view(-1 if self.mixes else 1, 2 * 6 * 6))


@pytest.mark.parametrize("mixes", [False, True])
def test_a_network_that_holds_for_one_picture_only_is_never_given_several(mixes: bool) -> None:
    torch.manual_seed(0)
    module = ForOne(mixes).eval().requires_grad_(False)
    like = random_network(1)
    recipe = dataclasses.replace(like.preprocess, resize=8, crop=8)
    classifier = Classifier("one", "One", module, recipe, list("abcd"), (), {"conv": "conv"})
    assert not holds_for_several(graph_of(classifier))
    assert most_at_once(graph_of(classifier), lambda count: pytest.fail("it was tried")) == 1
    assert holds_for_several(graph_of(like))
