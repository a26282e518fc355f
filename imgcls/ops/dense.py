"""Fully connected (dense) layers: a network of them, one neuron of it, and what a layer costs beside a convolution.

C channels, H rows, W columns, F kernel side, S stride, P padding, K filters; D = C H W inputs.
"""

import itertools
import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from imgcls.ops.convolution import output_extent

BYTES = 4  # of a float32


@dataclass(frozen=True)
class DenseLayer:
    """Every one of `inputs` nodes connected to every one of `outputs` nodes, as torch.nn.Linear(inputs, outputs)."""

    inputs: int
    outputs: int

    @property
    def weights(self) -> int:
        """One for each connection."""
        return self.inputs * self.outputs

    @property
    def parameters(self) -> int:
        """The weights, and one bias for each output."""
        return self.weights + self.outputs


def dense_layers(size: int, channels: int, hidden: tuple[int, ...], classes: int) -> tuple[DenseLayer, ...]:
    """The layers of a dense network for pictures (channels, size, size).

    Raises:
        ValueError: some layer would have no node.
    """
    widths = (channels * size * size, *hidden, classes)
    if min(size, channels, *widths) < 1:
        raise ValueError("Every layer of a network needs at least one node.")
    return tuple(DenseLayer(inputs, outputs) for inputs, outputs in itertools.pairwise(widths))


def first_weights(layer: DenseLayer, rows: int, seed: int) -> Tensor:
    """The first `rows` rows (rows, inputs) of the weights that torch.nn.Linear starts with after manual_seed(seed).

    Uniform in +-1/sqrt(inputs) (torch.nn.Linear's documentation). Rows are drawn one after the other, so that the first
    few of a huge layer cost little.
    """
    bound = 1 / math.sqrt(layer.inputs)
    generator = torch.Generator().manual_seed(seed)
    return torch.empty(min(rows, layer.outputs), layer.inputs).uniform_(-bound, bound, generator=generator)


@dataclass(frozen=True)
class LayerShape:
    """A layer on pictures (channels, size, size) whose output is that of a convolution: (filters, side, side)."""

    channels: int
    size: int
    kernel: int
    filters: int
    stride: int = 1
    padding: int = 0

    @property
    def side(self) -> int:
        """(size + 2 P - F) / S + 1, rounded down.

        Raises:
            ValueError: the kernel does not fit into the padded picture.
        """
        return output_extent(self.size, self.kernel, stride=self.stride, padding=self.padding).size

    @property
    def inputs(self) -> int:
        """D, the number of values that come in."""
        return self.channels * self.size**2

    @property
    def outputs(self) -> int:
        """The number of values that come out."""
        return self.filters * self.side**2


@dataclass(frozen=True)
class LayerCost:
    """What a layer costs for one picture; numbers are float32, of 4 bytes.

    Attributes:
        weights_each: weights into one output value.
        weights: different weights.
        biases: different biases.
        multiply_adds: multiplications, each with an addition.
        activations: values that come out.
    """

    weights_each: int
    weights: int
    biases: int
    multiply_adds: int
    activations: int

    @property
    def parameters(self) -> int:
        return self.weights + self.biases

    @property
    def weight_bytes(self) -> int:
        """Of all weights and biases."""
        return BYTES * self.parameters

    @property
    def activation_bytes(self) -> int:
        return BYTES * self.activations


@dataclass(frozen=True)
class Costs:
    """Three layers with the same input and the same output shape.

    `dense`: every output sees every input. `local`: every output sees its window, with weights of its own (locally
    connected, unshared). `conv`: all windows share the weights of their filter.
    """

    dense: LayerCost
    local: LayerCost
    conv: LayerCost


def layer_costs(shape: LayerShape) -> Costs:
    """Counts from the shape alone (CS231n, "Convolutional Layer": 105,705,600 and 34,944 for AlexNet's first layer).

    Raises:
        ValueError: the kernel does not fit into the padded picture.
    """
    window, out = shape.channels * shape.kernel**2, shape.outputs
    return Costs(
        dense=LayerCost(shape.inputs, shape.inputs * out, out, shape.inputs * out, out),
        local=LayerCost(window, window * out, out, window * out, out),
        conv=LayerCost(window, window * shape.filters, shape.filters, window * out, out),
    )


@dataclass(frozen=True, eq=False)
class Neuron:
    """One neuron of a dense layer on a picture (C, H, W).

    Attributes:
        products: x * w, (C, H, W).
        running: (C * H + 1,) float64: the sum of the products of the first 0, 1, ... rows of the vector; rows of the
            first channel come first, as `flatten` lays them out.
        output: the sum of all products and the bias, as torch.nn.functional.linear gives it.
    """

    products: Tensor
    running: Tensor
    bias: float
    output: float


def neuron(pixels: Tensor, weights: Tensor, bias: float = 0.0) -> Neuron:
    """The weighted sum w . flatten(x) + b of a picture and weights of the same shape (C, H, W).

    Raises:
        ValueError: the shapes differ.
    """
    if pixels.shape != weights.shape:
        raise ValueError(f"Every pixel needs a weight: {tuple(pixels.shape)} against {tuple(weights.shape)}.")
    products = pixels * weights
    running = F.pad(products.double().sum(2).flatten().cumsum(0), (1, 0))
    output = F.linear(pixels.flatten(), weights.flatten()[None], torch.tensor([bias]))
    return Neuron(products, running, bias, float(output))


@dataclass(frozen=True, eq=False)
class LinearScores:
    """What a linear classifier of K classes says about a picture (C, H, W).

    Attributes:
        products: x * w of each class, (K, C, H, W).
        positive, negative: the sums of the products above and below 0, (K,).
        scores: positive + negative + bias, the logits (K,).
    """

    products: Tensor
    positive: Tensor
    negative: Tensor
    scores: Tensor


def linear_scores(pixels: Tensor, weights: Tensor, bias: Tensor) -> LinearScores:
    """One dense layer from the pixels (C, H, W) to the classes: weights (K, C, H, W), one template a class; bias (K,).

    Raises:
        ValueError: a template has not the shape of the picture.
    """
    if pixels.shape != weights.shape[1:]:
        raise ValueError(f"Every pixel needs a weight: {tuple(pixels.shape)} against {tuple(weights.shape[1:])}.")
    products = weights * pixels
    positive, negative = (part.flatten(1).sum(1) for part in (products.clamp(min=0), products.clamp(max=0)))
    return LinearScores(products, positive, negative, positive + negative + bias)


def random_weights(channels: int, side: int, seed: int) -> Tensor:
    """What a neuron starts with: (C, side, side) uniform in +-1/sqrt(D), as torch.nn.Linear(D, 1)."""
    return first_weights(DenseLayer(channels * side**2, 1), 1, seed).view(channels, side, side)


def centre_minus_border(channels: int, side: int) -> Tensor:
    """(C, side, side): the mean of the middle minus the mean of the rest; the weights sum to 0.

    The middle is a square of half the side.
    """
    margin = side // 4
    inside = torch.zeros(side, side, dtype=torch.bool)
    inside[margin : side - margin, margin : side - margin] = True
    inner, outer = channels * int(inside.sum()), channels * int((~inside).sum())
    weights = torch.where(inside, 1 / inner, -1 / outer)
    return weights.expand(channels, -1, -1).contiguous()


def neighbour_difference(pixels: Tensor) -> float:
    """The mean absolute difference of a pixel (N, C, H, W) to the one on its right and the one below."""
    across, down = pixels.diff(dim=-1).abs(), pixels.diff(dim=-2).abs()
    return float((across.sum() + down.sum()) / (across.numel() + down.numel()))
