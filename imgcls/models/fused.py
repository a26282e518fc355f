"""Convolutions that come with their activation, and with the sum behind them: oneDNN's own, on a CPU.

A layer is one call instead of up to four, goes through memory once, and its weights lie as oneDNN wants them. torch
keeps these operators for its compiler, so that nothing here counts on them: see `fused`.
"""

import copy
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from imgcls.models.efficientnet_lite import InvertedResidual, SamePaddingConv2d, same_padding

_ACTIVATIONS: Mapping[type[nn.Module], tuple[str, Sequence[float]]] = {
    nn.ReLU: ("relu", []),
    nn.ReLU6: ("hardtanh", [0.0, 6.0]),
}
_NEAR = 1e-4  # of a logit: what another order of adding up makes of it is a tenth of that


class Fused(nn.Module):
    """A convolution for inputs of one `shape` (1, C, H, W), and the ReLU or ReLU6 behind it; N pictures at a time.

    Raises:
        RuntimeError, AttributeError: this torch has no such operator, or not for this convolution.
    """

    def __init__(self, convolution: nn.Conv2d, activation: nn.Module | None, shape: Sequence[int]) -> None:
        super().__init__()
        weight, padding = convolution.weight.detach(), list(convolution.padding)
        if isinstance(convolution, SamePaddingConv2d):
            # One more row and column of zeros in the kernel, left and above, do what an odd row of padding does.
            sides = zip(shape[-2:], convolution.kernel_size, convolution.stride, strict=True)
            (above, below), (left, right) = (same_padding(*side) for side in sides)
            weight, padding = F.pad(weight, (right - left, 0, below - above, 0)), [below, right]
        self.settings = padding, list(convolution.stride), list(convolution.dilation), convolution.groups
        self.weight = torch.ops.mkldnn._reorder_convolution_weight(weight.contiguous(), *self.settings, list(shape))
        self.bias = None if convolution.bias is None else convolution.bias.detach()
        self.activation, self.numbers = _ACTIVATIONS[type(activation)] if activation else ("none", [])

    def forward(self, x: Tensor) -> Tensor:
        return torch.ops.mkldnn._convolution_pointwise(
            x, self.weight, self.bias, *self.settings, self.activation, self.numbers, ""
        )

    def added_to(self, other: Tensor, x: Tensor) -> Tensor:
        """`other` + the convolution of x, which has no activation."""
        return torch.ops.mkldnn._convolution_pointwise.binary(
            x, other, self.weight, self.bias, *self.settings, "add", 1.0, None, [], None
        )


class _Added(nn.Module):
    """A block whose last convolution is added to the block's input."""

    def __init__(self, layers: Sequence[Fused]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, x: Tensor) -> Tensor:
        *first, last = self.layers
        inside = x
        for layer in first:
            inside = layer(inside)
        return last.added_to(x, inside)


def fused(module: nn.Module, inputs: Tensor) -> nn.Module | None:
    """A copy of the network for inputs of the shape of `inputs` (1, 3, S, S), with `Fused` convolutions.

    None where this torch or this processor cannot, or would give other logits for `inputs`. Batch norm must have been
    folded into the convolutions.
    """
    made = copy.deepcopy(module)
    try:
        with torch.no_grad():
            right = made(inputs)  # before its layers are replaced
            _replace(made, _shapes(made, inputs))
            near = torch.allclose(made(inputs), right, rtol=_NEAR, atol=_NEAR)
    except (RuntimeError, AttributeError):
        return None
    return made if near else None


def _shapes(module: nn.Module, inputs: Tensor) -> dict[nn.Module, tuple[int, ...]]:
    """What each convolution gets."""
    shapes: dict[nn.Module, tuple[int, ...]] = {}
    hooks = [
        each.register_forward_pre_hook(lambda layer, given: shapes.update({layer: tuple(given[0].shape)}))
        for each in module.modules()
        if isinstance(each, nn.Conv2d)
    ]
    module(inputs)
    for hook in hooks:
        hook.remove()
    return shapes


def _replace(parent: nn.Module, shapes: Mapping[nn.Module, Sequence[int]]) -> None:
    for name, child in parent.named_children():
        _replace(child, shapes)
        if isinstance(child, nn.Sequential):
            _replace_in(child, shapes)
        elif isinstance(child, InvertedResidual) and child.adds_input:
            setattr(parent, name, _Added([each for each in child.modules() if isinstance(each, Fused)]))


def _replace_in(layers: nn.Sequential, shapes: Mapping[nn.Module, Sequence[int]]) -> None:
    for place, layer in enumerate(layers):
        if not isinstance(layer, nn.Conv2d) or layer.padding_mode != "zeros" or isinstance(layer.padding, str):
            continue
        behind = next((k for k in range(place + 1, len(layers)) if not isinstance(layers[k], nn.Identity)), None)
        activation = None if behind is None or type(layers[behind]) not in _ACTIVATIONS else layers[behind]
        layers[place] = Fused(layer, activation, shapes[layer])
        if activation:
            layers[behind] = nn.Identity()
