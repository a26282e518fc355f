"""Whether pictures are computed together: only where it holds, and where it pays."""

import dataclasses

import pytest
import torch
from torch import Tensor, nn

from imgcls.models import pace
from imgcls.models.classify import Classifier
from imgcls.models.graph import Graph, graph_of
from imgcls.models.pace import MOST, most_at_once
from tests.models.random_networks import random_network


@pytest.fixture
def graph() -> Graph:
    most_at_once.cache_clear()
    return graph_of(random_network(1))


def test_the_shorter_time_decides(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    for batch, expected in ((7.9, 1), (3.0, MOST["cpu"])):
        most_at_once.cache_clear()
        monkeypatch.setattr(pace, "_seconds", lambda _, pictures, batch=batch: batch if len(pictures) > 1 else 1.0)
        assert most_at_once(graph) == expected


def test_it_is_measured_once(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    most_at_once(graph)
    monkeypatch.setattr(pace, "_seconds", lambda *_: pytest.fail("measured again"))
    most_at_once(graph)


class ForOne(nn.Module):
    """Its program was written with one picture in mind."""

    def __init__(self, mixes: bool) -> None:
        super().__init__()
        self.mixes, self.conv, self.dense = mixes, nn.Conv2d(3, 2, 3), nn.Linear(2 * 6 * 6, 4)

    def forward(self, picture: Tensor) -> Tensor:
        maps = self.conv(picture)
        return self.dense((maps - maps.mean() if self.mixes else maps).view(-1 if self.mixes else 1, 2 * 6 * 6))


@pytest.mark.parametrize("mixes", [False, True])
def test_a_network_that_holds_for_one_picture_only_is_never_given_several(mixes: bool, monkeypatch) -> None:
    most_at_once.cache_clear()
    monkeypatch.setattr(pace, "_seconds", lambda _, pictures: 1.0)
    torch.manual_seed(0)
    module = ForOne(mixes).eval().requires_grad_(False)
    like = random_network(1)
    recipe = dataclasses.replace(like.preprocess, resize=8, crop=8)
    classifier = Classifier("one", "One", module, recipe, list("abcd"), (), {"conv": "conv"})
    assert most_at_once(graph_of(classifier)) == 1
