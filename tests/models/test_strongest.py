"""The way back from a logit: its gradients are autograd's, its products the module's, and no other value adds more."""

import copy
import math

import pytest
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F

from imgcls.data.samples import load_sample
from imgcls.models.classify import Classifier
from imgcls.models.graph import graph_of
from imgcls.models.registry import load
from imgcls.models.strongest import Way, opening_of, strongest_way
from imgcls.models.trace import trace
from imgcls.training.trained import tinyvgg
from tests.models.random_networks import SEEDS, random_network, random_picture


def way_of(classifier: Classifier, inputs: torch.Tensor) -> Way:
    return strongest_way(graph_of(classifier), inputs)


@pytest.mark.parametrize("seed", SEEDS)
def test_gradients_of_the_loss_are_those_that_the_network_itself_gives(seed: int) -> None:
    classifier = random_network(seed)
    inputs = random_picture(classifier, seed)
    way = way_of(classifier, inputs)
    module, x = copy.deepcopy(classifier.module), inputs.clone().requires_grad_()
    convolution = module.get_submodule(way.opening[0].name)
    convolution.weight.requires_grad_()
    logits = module(x)
    best, target = logits[0].topk(2).indices.tolist()
    loss = F.cross_entropy(logits, torch.tensor([target]))
    loss.backward()
    assert (way.class_index, way.target) == (best, target)
    assert way.loss == pytest.approx(float(loss.detach()), rel=1e-5)
    assert way.loss == pytest.approx(-math.log(float(way.probabilities[target])), rel=1e-4)
    torch.testing.assert_close(way.gradients[0], x.grad[0])
    channel = way.cell(way.opening[0].index).channel
    torch.testing.assert_close(way.patch.gradient, convolution.weight.grad[channel])
    one_hot = F.one_hot(torch.tensor(target), len(way.logits))
    torch.testing.assert_close(way.logit_gradients, way.probabilities - one_hot)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_cells_are_values_of_the_trace_and_the_products_make_the_first_sum(seed: int) -> None:
    classifier = random_network(seed)
    inputs = random_picture(classifier, seed)
    way, seen = way_of(classifier, inputs), trace(graph_of(classifier), inputs)
    assert [cell.step for cell in way.cells] == sorted(cell.step for cell in way.cells)
    assert way.cells[0].step == 0
    for cell in way.cells:
        output = seen.output(cell.step)
        assert cell.value == pytest.approx(float(output[cell.place]), rel=1e-5, abs=1e-6)
        torch.testing.assert_close(way.outputs[cell.step], output)
        assert cell.gradient == pytest.approx(float(way.gradients[cell.step][cell.place]))
    patch = way.patch
    assert float(patch.products.sum()) + patch.bias == pytest.approx(patch.total, rel=1e-4, abs=1e-5)
    made = seen.output(way.opening[0].index)
    assert patch.total == pytest.approx(float(made[way.cell(way.opening[0].index).place]), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("sample", ["small-husky", "coffee"])
def test_in_tinyvgg_each_cell_is_the_strongest_product_or_the_winner_of_the_next(sample: str) -> None:
    classifier = tinyvgg()
    layers = dict(classifier.module.layers.named_children())
    way = way_of(classifier, classifier.preprocess(load_sample(sample).image))
    cells = {way.graph.steps[cell.step].name.removeprefix("layers."): cell for cell in way.cells}
    for convolution, before in (("conv1_1", "input"), ("conv1_2", "relu1_1"), ("conv2_1", "pool1"),
                                ("conv2_2", "relu2_1")):  # fmt: skip
        here, there = cells[convolution], cells[before]
        values = way.outputs[there.step][:, here.row : here.row + 3, here.column : here.column + 3]
        products = values * layers[convolution].weight[here.channel]
        assert there.adds == pytest.approx(float(products.max()), rel=1e-5)
        assert there.channel == int(products.argmax()) // 9
    for pool, before in (("pool1", "relu1_2"), ("pool2", "relu2_2")):
        here, there = cells[pool], cells[before]
        assert (there.row // 2, there.column // 2, there.channel) == (here.row, here.column, here.channel)
        assert there.value == here.value == there.adds
    last, weights = cells["pool2"], layers["logits"].weight[way.class_index].view(10, 13, 13)
    contributions = way.outputs[last.step] * weights
    assert last.adds == pytest.approx(float(contributions.max()), rel=1e-5)
    assert float(contributions[last.place]) == pytest.approx(last.adds, rel=1e-5)


@pytest.mark.parametrize("sample", ["coffee", "drawn-samoyed", "photographer", "small-pug"])
def test_where_an_activation_is_flat_the_way_goes_elsewhere(sample: str) -> None:
    """EfficientNet-Lite0's ReLU6 is flat above 6: a way through there would lead nowhere."""
    classifier = load()
    way = way_of(classifier, classifier.preprocess(load_sample(sample).image))
    assert all(cell.adds for cell in way.cells)
    assert float(way.outputs[way.cells[-1].step].max()) == 6 > way.cells[-1].value


def test_the_patch_lies_where_the_first_convolution_looks() -> None:
    classifier = load()
    inputs = classifier.preprocess(load_sample("coffee").image)
    patch = way_of(classifier, inputs).patch
    assert patch.stride == 2
    top, left = patch.top, patch.left
    torch.testing.assert_close(patch.values, inputs[0, :, top : top + 3, left : left + 3])


@pytest.mark.parametrize("make", [tinyvgg, load], ids=["tinyvgg", "efficientnet"])
def test_a_picture_of_one_colour_has_a_way_too(make: object) -> None:
    classifier = make()
    way = way_of(classifier, classifier.preprocess(Image.new("RGB", (40, 40))))
    assert way.cells[0].step == 0
    assert math.isfinite(way.loss)


def test_a_network_with_one_class_or_without_a_convolution_is_refused() -> None:
    one = random_network(0, classes=1)
    with pytest.raises(ValueError, match="one class only"):
        way_of(one, random_picture(one, 0))
    dense = random_network(0)
    graph = graph_of(dense)
    bare = type(graph)(dense, tuple(step for step in graph.steps if step.kind != "convolution"), graph.columns)
    with pytest.raises(ValueError, match="does not begin with a convolution"):
        opening_of(bare)


def test_the_networks_own_parameters_stay_as_they_are() -> None:
    classifier = random_network(3)
    before = copy.deepcopy(classifier.module.state_dict())
    way_of(classifier, random_picture(classifier, 3))
    for name, numbers in classifier.module.state_dict().items():
        assert torch.equal(numbers, before[name])
    assert all(parameter.grad is None for parameter in classifier.module.parameters())
    assert not any(
        isinstance(module, nn.Conv2d) and module.weight.requires_grad for module in classifier.module.modules()
    )
