import math
from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from imgcls.ops.dense import (
    DenseLayer,
    LayerShape,
    centre_minus_border,
    dense_layers,
    first_weights,
    layer_costs,
    linear_scores,
    neighbour_difference,
    neuron,
    random_weights,
)

SHAPES = [
    LayerShape(3, 12, 5, 4, 1, 2),
    LayerShape(2, 11, 3, 5, 2, 0),
    LayerShape(1, 9, 4, 3, 3, 1),
    LayerShape(5, 7, 7, 8, 1, 0),
]


def parameters(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize("shape", SHAPES)
def test_costs_are_those_of_torchs_layers_with_the_same_output_shape(shape: LayerShape) -> None:
    conv = nn.Conv2d(shape.channels, shape.filters, shape.kernel, shape.stride, shape.padding)
    x = torch.rand(1, shape.channels, shape.size, shape.size)
    out = conv(x)
    dense = nn.Linear(x.numel(), out.numel())
    costs = layer_costs(shape)
    assert out.shape[1:] == (shape.filters, shape.side, shape.side)
    assert dense(x.flatten(1)).numel() == shape.outputs == out.numel()
    assert (costs.conv.weights, costs.conv.parameters) == (conv.weight.numel(), parameters(conv))
    assert (costs.dense.weights, costs.dense.parameters) == (dense.weight.numel(), parameters(dense))
    for cost, module in ((costs.conv, conv), (costs.dense, dense)):
        assert cost.weight_bytes == sum(p.nbytes for p in module.parameters())
        assert cost.activation_bytes == out.nbytes


@pytest.mark.parametrize("shape", SHAPES)
def test_multiply_adds_are_the_weights_used_for_each_output(shape: LayerShape) -> None:
    """A pass with all ones counts: without padding, every output of a convolution is the number of its products."""
    bare = replace(shape, padding=0)
    ones = torch.ones(1, bare.channels, bare.size, bare.size)
    weights = torch.ones(bare.filters, bare.channels, bare.kernel, bare.kernel)
    counted = torch.nn.functional.conv2d(ones, weights, stride=bare.stride).sum()
    costs = layer_costs(bare)
    assert costs.conv.multiply_adds == costs.local.multiply_adds == int(counted)
    assert costs.dense.multiply_adds == bare.outputs * ones.numel()


def test_by_hand_a_3_x_3_kernel_on_a_4_x_4_picture() -> None:
    costs = layer_costs(LayerShape(channels=1, size=4, kernel=3, filters=2))  # 2 x 2 x 2 values come out
    assert (costs.conv.weights, costs.conv.biases, costs.conv.multiply_adds) == (18, 2, 72)
    assert (costs.local.weights, costs.local.biases, costs.local.multiply_adds) == (72, 8, 72)
    assert (costs.dense.weights, costs.dense.biases, costs.dense.multiply_adds) == (128, 8, 128)
    assert (costs.dense.weight_bytes, costs.dense.activation_bytes) == (544, 32)


def test_cs231n_one_neuron_on_a_200_x_200_photo_has_120_000_weights() -> None:
    assert layer_costs(LayerShape(3, 200, 5, 10, 1, 2)).dense.weights_each == 120_000


def test_cs231n_alexnets_first_layer_unshared_and_shared() -> None:
    shape = LayerShape(channels=3, size=227, kernel=11, filters=96, stride=4)
    costs = layer_costs(shape)
    assert (shape.side, shape.outputs) == (55, 290_400)
    assert costs.local.parameters == 105_705_600
    assert costs.conv.parameters == 34_944


def test_vggs_first_dense_layer_is_a_convolution_whose_kernel_covers_everything() -> None:
    costs = layer_costs(LayerShape(channels=512, size=7, kernel=7, filters=4096))
    assert costs.dense.weights == 102_760_448
    assert costs.dense == costs.local == costs.conv


def test_a_kernel_larger_than_the_picture_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="does not fit into 4 pixels"):
        layer_costs(LayerShape(1, 4, 5, 1))


@pytest.mark.parametrize("hidden", [(), (7,), (12, 8, 3)])
def test_parameters_of_a_network_are_those_of_torchs_sequential(hidden: tuple[int, ...]) -> None:
    layers = dense_layers(5, 3, hidden, 10)
    network = nn.Sequential(*(nn.Linear(layer.inputs, layer.outputs) for layer in layers))
    assert network(torch.rand(2, 75)).shape == (2, 10)
    assert sum(layer.parameters for layer in layers) == parameters(network)
    assert [layer.weights for layer in layers] == [layer.weight.numel() for layer in network]


def test_a_network_without_a_node_in_some_layer_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one node"):
        dense_layers(4, 1, (3, 0), 10)


@pytest.mark.parametrize("seed", [0, 7])
def test_the_first_weights_are_those_that_torchs_linear_starts_with(seed: int) -> None:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        whole = nn.Linear(50, 9).weight
    torch.testing.assert_close(first_weights(DenseLayer(50, 9), 4, seed), whole[:4].detach())
    assert first_weights(DenseLayer(50, 3), 6, seed).shape == (3, 50)


def test_a_neuron_gives_what_torchs_linear_gives_and_its_running_sum_ends_there() -> None:
    generator = torch.Generator().manual_seed(0)
    pixels, weights = torch.rand(3, 6, 6, generator=generator), torch.randn(3, 6, 6, generator=generator)
    linear = nn.Linear(108, 1)
    with torch.no_grad():
        linear.weight.copy_(weights.view(1, -1))
        linear.bias.fill_(0.25)
    result = neuron(pixels, weights, 0.25)
    assert result.output == pytest.approx(linear(pixels.flatten()).item(), rel=1e-6)
    assert float(result.running[-1]) + 0.25 == pytest.approx(result.output, abs=1e-5)
    assert len(result.running) == 3 * 6 + 1
    assert float(result.running[7]) == pytest.approx(float(result.products[0].sum() + result.products[1, 0].sum()))


def test_by_hand_the_first_channel_comes_first_in_the_running_sum() -> None:
    pixels = torch.tensor([[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]])
    result = neuron(pixels, torch.full((2, 2, 2), 2.0), 1.0)
    assert result.running.tolist() == [0, 6, 20, 42, 72]
    assert result.output == 73


def test_a_neuron_with_another_shape_than_the_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="Every pixel needs a weight"):
        neuron(torch.ones(3, 4, 4), torch.ones(3, 4, 5))


@pytest.mark.parametrize("side", range(4, 33))
def test_centre_minus_border_ignores_brightness_and_is_one_for_a_white_centre(side: int) -> None:
    weights = centre_minus_border(3, side)
    assert float(weights.sum()) == pytest.approx(0, abs=1e-5)
    assert neuron((weights > 0).float(), weights).output == pytest.approx(1, abs=1e-5)


def test_random_weights_stay_within_one_over_the_root_of_the_inputs() -> None:
    weights = random_weights(3, 20, 1)
    assert weights.shape == (3, 20, 20)
    assert 0.9 / math.sqrt(1200) < float(weights.abs().max()) <= 1 / math.sqrt(1200)


def test_by_hand_neighbours_of_a_two_by_two_picture_differ_by_two() -> None:
    assert neighbour_difference(torch.tensor([[[[0.0, 1.0], [3.0, 5.0]]]])) == pytest.approx((1 + 2 + 3 + 4) / 4)


@pytest.mark.parametrize("seed", [0, 1])
def test_linear_scores_are_those_of_one_dense_layer_and_add_up(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    x, weights = torch.randn(3, 5, 4, generator=generator), torch.randn(7, 3, 5, 4, generator=generator)
    bias = torch.randn(7, generator=generator)
    result = linear_scores(x, weights, bias)
    torch.testing.assert_close(result.scores, F.linear(x.flatten(), weights.flatten(1), bias))
    torch.testing.assert_close(result.products.flatten(1).sum(1) + bias, result.scores)
    assert (result.positive >= 0).all()
    assert (result.negative <= 0).all()


def test_a_score_by_hand() -> None:
    x, weights = torch.tensor([[[1.0, -2.0]]]), torch.tensor([[[[3.0, 4.0]]]])
    result = linear_scores(x, weights, torch.tensor([0.5]))
    assert (float(result.positive), float(result.negative), float(result.scores)) == (3.0, -8.0, -4.5)
    with pytest.raises(ValueError, match="needs a weight"):
        linear_scores(x, torch.zeros(1, 1, 2, 2), torch.zeros(1))
