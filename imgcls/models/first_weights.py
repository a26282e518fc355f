"""First weights by name: where a network starts from before its first step."""

import math
from collections.abc import Callable, Mapping

import torch
from torch import nn

Layer = nn.Conv2d | nn.Linear


def _default(layer: Layer, generator: torch.Generator) -> None:
    """As torch's own layers start: uniform in +-1/sqrt(inputs of a node), biases as well."""
    bound = 1 / math.sqrt(layer.weight[0].numel())
    for parameter in layer.parameters(recurse=False):
        parameter.uniform_(-bound, bound, generator=generator)


def _zeros(layer: Layer, generator: torch.Generator) -> None:
    """All weights and biases 0."""
    for parameter in layer.parameters(recurse=False):
        parameter.zero_()


def _small(layer: Layer, generator: torch.Generator) -> None:
    """A hundredth of He's weights."""
    _he(layer, generator)
    layer.weight.div_(100)


def _xavier(layer: Layer, generator: torch.Generator) -> None:
    """Uniform in +-sqrt(6 / (inputs + outputs)), biases 0 (Glorot & Bengio 2010)."""
    _zeros(layer, generator)
    nn.init.xavier_uniform_(layer.weight, generator=generator)


def _he(layer: Layer, generator: torch.Generator) -> None:
    """Normal with standard deviation sqrt(2 / inputs), biases 0 (He et al. 2015, arXiv:1502.01852)."""
    _zeros(layer, generator)
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)


def _large(layer: Layer, generator: torch.Generator) -> None:
    """Ten times He's weights."""
    _he(layer, generator)
    layer.weight.mul_(10)


# Each fills one layer in place, under torch.no_grad.
FIRST_WEIGHTS: Mapping[str, Callable[[Layer, torch.Generator], None]] = {
    "default": _default,
    "zeros": _zeros,
    "small": _small,
    "xavier": _xavier,
    "he": _he,
    "large": _large,
}


@torch.no_grad()
def draw_first_weights(module: nn.Module, name: str, seed: int) -> None:
    """Fills every convolution and dense layer of a network, in order, from one generator.

    Args:
        name: a key of FIRST_WEIGHTS.
        seed: the same one gives the same weights again.
    """
    generator = torch.Generator().manual_seed(seed)
    for layer in module.modules():
        if isinstance(layer, Layer):
            FIRST_WEIGHTS[name](layer, generator)
