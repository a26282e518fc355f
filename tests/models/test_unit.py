"""The close-up of a map: slices, products, rest and bias add up to what torch's convolution gives."""

import pytest
import torch
from PIL import Image
from torch import nn

from imgcls.models.classify import Classifier
from imgcls.models.graph import graph_of
from imgcls.models.trace import trace
from imgcls.models.unit import map_unit, mean_contributions, norm_line, pooled_back
from tests.models.random_networks import SEEDS, random_network, random_picture


def close(found: torch.Tensor, expected: torch.Tensor) -> None:
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("most", [2, 10])
@pytest.mark.parametrize("seed", SEEDS)
def test_products_rest_and_bias_add_up_to_the_convolution(seed: int, most: int) -> None:
    classifier = random_network(seed)
    graph = graph_of(classifier)
    found = trace(graph, random_picture(classifier, seed))
    for column in graph.columns[1:-1]:
        if graph.steps[column.step].kind in ("grey", "mean"):
            continue
        for channel in range(column.shape[0]):
            unit = map_unit(found, column.step, channel, most=most)
            close(unit.products.sum(0) + unit.rest + unit.bias, unit.sum)
            close(unit.sum, found.output(unit.step.index)[unit.channel])
            assert len(unit.inputs) + unit.hidden == unit.step.module.weight.shape[1]
            if unit.chosen >= 0:
                close(unit.stages[unit.chosen].values, found.output(column.step)[channel])


@pytest.mark.parametrize("seed", SEEDS)
def test_each_stage_follows_from_the_one_before(seed: int) -> None:
    classifier = random_network(seed)
    graph = graph_of(classifier)
    found = trace(graph, random_picture(classifier, seed))
    for column in graph.columns[1:-1]:
        if graph.steps[column.step].kind == "mean":
            continue
        unit = map_unit(found, column.step, column.shape[0] - 1)
        before = unit.sum
        for stage in unit.stages:
            if stage.step.kind == "norm":
                close(stage.values, before * stage.factor + stage.offset)
            elif stage.step.kind == "add":
                close(stage.values, before + stage.other)
            elif stage.step.kind == "maxout":
                close(stage.values, torch.maximum(before, stage.other))
            else:
                close(stage.values, stage.step.module(before[None, None])[0, 0])
            assert (stage.back is None) == (stage.step.kind != "pool")
            if stage.step.kind == "pool" and isinstance(stage.step.module, nn.MaxPool2d):
                torch.testing.assert_close(before.flatten()[stage.back], stage.values)
            before = stage.values


def test_a_pooling_leads_back_to_its_winner_or_to_the_first_place_of_its_mean() -> None:
    values = torch.tensor([[0.0, 3, 3, 1], [2, 3, 4, 4], [1, 1, 0, 9]])
    assert pooled_back(nn.MaxPool2d(2), values).tolist() == [[1, 6]]  # of equal values the first, as torch
    assert pooled_back(nn.AvgPool2d(2), values).tolist() == [[0, 2]]
    assert pooled_back(nn.AvgPool2d(3, 2, 1), values).tolist() == [[0, 1], [4, 5]]  # the padding is no place
    assert pooled_back(nn.MaxPool2d(2, ceil_mode=True), values).tolist() == [[1, 6], [8, 11]]


def test_batch_norm_after_training_is_a_line() -> None:
    layer = torch.nn.BatchNorm2d(2, eps=1e-3).eval()
    layer.running_mean[:], layer.running_var[:] = torch.tensor([1.0, -2.0]), torch.tensor([4.0, 0.25])
    layer.weight.data[:], layer.bias.data[:] = torch.tensor([3.0, -1.0]), torch.tensor([0.5, 7.0])
    x = torch.randn(1, 2, 3, 3, generator=torch.Generator().manual_seed(0))
    for channel in (0, 1):
        factor, offset = norm_line(layer, channel)
        torch.testing.assert_close(x[0, channel] * factor + offset, layer(x).detach()[0, channel])


@pytest.mark.parametrize("seed", SEEDS)
def test_mean_contributions_and_bias_give_the_mean_of_each_map(seed: int) -> None:
    classifier = random_network(seed)
    graph = graph_of(classifier)
    found = trace(graph, random_picture(classifier, seed))
    for step in graph.steps:
        if step.kind != "convolution":
            continue
        bias = step.module.bias if step.module.bias is not None else torch.zeros(step.shape[0])
        close(mean_contributions(found, step.index).sum(1) + bias, found.output(step.index).mean((1, 2)))


def test_every_stage_of_the_embedded_network_can_be_opened(
    embedded: Classifier, photographs: dict[str, Image.Image]
) -> None:
    graph = graph_of(embedded)
    found = trace(graph, embedded.preprocess(photographs["chelsea"]))
    for column in graph.columns[1:-1]:
        unit = map_unit(found, column.step, 3, first=10)
        close(unit.products.sum(0) + unit.rest + unit.bias, unit.sum)
    wide = next(step for step in graph.steps if step.name == "features.2.0.block.1.0")  # stride 2, an input each
    unit = map_unit(found, wide.index, 7)
    assert unit.input_channels == (7,) and unit.stride == 2 and unit.before == (0, 0)
    close(unit.products.sum(0), found.output(wide.index)[7])
    contributions = mean_contributions(found, wide.index)
    assert contributions.count_nonzero() <= wide.shape[0]
    close(contributions.sum(1), found.output(wide.index).mean((1, 2)))


def test_the_strongest_inputs_come_first_where_there_are_many(embedded: Classifier) -> None:
    graph = graph_of(embedded)
    found = trace(graph, torch.ones(1, 3, 224, 224))
    step = graph.columns[4].step
    pages = [map_unit(found, step, 0, first=first, most=10) for first in (0, 10)]
    sizes = [each.products.mean((1, 2)).abs() for each in pages]
    assert sizes[0].min() >= sizes[1].max()
    assert not set(pages[0].input_channels) & set(pages[1].input_channels)


def test_grey_is_a_sum_of_the_three_channels() -> None:
    classifier = random_network(0, grey=True)
    graph = graph_of(classifier)
    found = trace(graph, random_picture(classifier, 0))
    unit = map_unit(found, graph.columns[1].step, 0)
    assert unit.kernels.flatten().tolist() == pytest.approx([0.299, 0.587, 0.114])
    assert (unit.stride, unit.dilation, unit.before, unit.bias) == (1, 1, (0, 0), 0.0)
    close(unit.products.sum(0), found.output(graph.columns[1].step)[0])


def test_a_channel_of_the_photo_has_no_kernel(tiny: Classifier) -> None:
    found = trace(graph_of(tiny), torch.zeros(1, 3, 16, 16))
    with pytest.raises(ValueError, match="photo itself"):
        map_unit(found, 0, 1)
    with pytest.raises(ValueError, match="no such map"):
        map_unit(found, 1, 4)
