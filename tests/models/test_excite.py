"""Pictures grown for a channel: they climb, come out the same again, and their values are those of the network."""

import math

import numpy as np
import pytest
import torch

from imgcls.data.samples import load_sample
from imgcls.models.excite import EVERY, LEAST, MOST, STEPS, bare, grow, maps_of, piece_of, side_of, smooth_maximum
from imgcls.models.graph import Graph, graph_of
from imgcls.models.registry import load
from imgcls.models.trace import trace
from imgcls.training.trained import tinyvgg


@pytest.fixture(scope="module")
def tiny() -> Graph:
    return graph_of(tinyvgg())


def step_of(graph: Graph, title: str) -> int:
    return next(column.step for column in graph.columns if column.title == title)


def test_a_step_is_looked_at_before_its_activation_and_pooling(tiny: Graph) -> None:
    conv, relu, pool = (step_of(tiny, title) for title in ("conv1_2", "relu1_2", "pool1"))
    assert [bare(tiny, step) for step in (conv, relu, pool)] == [conv] * 3
    network = graph_of(load())
    stem, stage = step_of(network, "Stem"), step_of(network, "Stage 2")
    assert network.steps[bare(network, stem)].kind == "norm"
    assert bare(network, stage) == stage, "nothing bends there"


@pytest.mark.parametrize(("step", "channel"), [(0, 0), (99, 0), (-1, 0), (12, 0), (3, 10), (3, -1)])
def test_what_is_no_map_is_refused(tiny: Graph, step: int, channel: int) -> None:
    with pytest.raises(ValueError, match="There is no such"):
        next(grow(tiny, step, channel))


def test_deep_layers_get_larger_pictures(tiny: Graph) -> None:
    network = graph_of(load())
    sizes = [side_of(network, step_of(network, f"Stage {k}")) for k in (1, 2, 3, 7)]
    assert sizes == sorted(sizes)
    assert (sizes[0], sizes[-1]) == (LEAST, MOST)
    assert all(side_of(tiny, column.step) <= 64 for column in tiny.columns[1:-1]), "TinyVGG takes no larger ones"


def test_the_smooth_maximum_lies_between_mean_and_maximum() -> None:
    values = torch.tensor([[0.0, 1.0], [2.0, 5.0]])
    spread = 3 * math.sqrt(((values - 2) ** 2).mean())  # the mean is 2
    expected = spread * math.log(sum(math.exp(each / spread) for each in (0, 1, 2, 5)) / 4)
    assert float(smooth_maximum(values)) == pytest.approx(expected)
    assert 2 < float(smooth_maximum(values)) < 5
    assert float(smooth_maximum(torch.full((3, 3), 0.25))) == pytest.approx(0.25, abs=1e-5)


@pytest.mark.parametrize("title", ["conv1_1", "conv1_2", "relu2_1", "pool2"])
def test_the_grown_picture_excites_a_channel_more_than_a_photo_does(tiny: Graph, title: str) -> None:
    step = step_of(tiny, title)
    for channel in (0, 3, 7):
        *_, last = grow(tiny, step, channel)
        assert last.value > 1.2 * piece_of(tiny, step, channel, load_sample("cat").image).value
        assert last.value > 1.2 * piece_of(tiny, step, channel, load_sample("small-husky").image).value


@pytest.mark.parametrize(("name", "title"), [("efficientnet-lite0", "Stage 2"), ("small-resnet", "residual2")])
def test_the_other_shipped_networks_climb_too(name: str, title: str) -> None:
    graph = graph_of(load(name))
    step = step_of(graph, title)
    first, *_, last = grow(graph, step, 5)
    assert last.value > first.value
    assert last.value > piece_of(graph, step, 5, load_sample("cat").image).value


def test_the_same_seed_grows_the_same_picture_and_another_one_another(tiny: Graph) -> None:
    *_, one = grow(tiny, 3, 2, steps=20)
    *_, again = grow(tiny, 3, 2, steps=20)
    *_, other = grow(tiny, 3, 2, steps=20, seed=1)
    assert np.array_equal(one.picture, again.picture)
    assert one.value == again.value
    assert not np.array_equal(one.picture, other.picture)


def test_whoever_only_looks_gets_the_same_picture_and_keeps_the_mode(tiny: Graph) -> None:
    *_, one = grow(tiny, 3, 2, steps=9)
    with torch.inference_mode():
        others = [(each, torch.is_inference_mode_enabled()) for each in grow(tiny, 3, 2, steps=9)]
    assert all(enabled for _, enabled in others)
    assert np.array_equal(one.picture, others[-1][0].picture)
    for _ in grow(tiny, 3, 2, steps=9):
        assert torch.is_grad_enabled() and not torch.is_inference_mode_enabled()


def test_pictures_come_on_the_way_and_each_value_is_the_networks_own_on_the_picture(tiny: Graph) -> None:
    grown = list(grow(tiny, step_of(tiny, "relu1_2"), 4))
    assert [each.step for each in grown] == list(range(0, STEPS + 1, EVERY))
    network = tinyvgg()
    for each in grown[::6]:
        assert each.picture.dtype == np.uint8
        inputs = network.preprocess.normalise(torch.from_numpy(each.picture).permute(2, 0, 1) / 255)[None]
        with torch.inference_mode():
            found = network.module.layers[:3](inputs)[0, 4]  # conv1_1, relu1_1, conv1_2
        assert each.value == pytest.approx(float(found.max()), rel=1e-4)


def test_the_piece_of_a_photo_is_what_the_strongest_place_sees(tiny: Graph) -> None:
    step, channel = step_of(tiny, "relu1_2"), 4
    network, image = tinyvgg(), load_sample("coffee").image
    piece = piece_of(tiny, step, channel, image)
    assert piece.picture.shape == (5, 5, 3), "two convolutions of 3 x 3"
    whole = trace(tiny, network.preprocess(image)).output(step_of(tiny, "conv1_2"))[channel]
    assert piece.value == pytest.approx(float(whole.max()), rel=1e-5)
    inputs = network.preprocess.normalise(torch.from_numpy(piece.picture).permute(2, 0, 1) / 255)[None]
    with torch.inference_mode():
        alone = network.module.layers[:3](inputs)
    assert alone.shape[-2:] == (1, 1)
    assert float(alone[0, channel]) == pytest.approx(piece.value, rel=1e-4)


def test_where_every_place_sees_everything_the_piece_is_the_whole_picture() -> None:
    graph = graph_of(load())
    piece = piece_of(graph, step_of(graph, "Last"), 8, load_sample("cat").image)
    assert min(piece.picture.shape[:2]) > 200


def test_maps_of_a_picture_of_the_networks_size_are_those_of_its_trace(tiny: Graph) -> None:
    network = tinyvgg()
    prepared = network.preprocess.steps(load_sample("cat").image)
    with torch.inference_mode():
        found = maps_of(tiny, 6, prepared[3].value[None])[0]
    torch.testing.assert_close(found, trace(tiny, prepared[4].value[None]).output(6))
