"""Batch norm and dropout over a batch of which each process has a part: as if one process had it all."""

from collections.abc import Callable
from functools import partial

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn import functional as F

from imgcls.training.world import World


class WholeBatch:
    """Makes the layers of a network that look across a batch, or draw by lot for it, treat all parts as one.

    The layers stay what they are, in name, weights and evaluation: only their forward pass in training is another. All
    processes must take part in every pass, with no pictures if need be, and with the same state of torch's generator.

    Attributes:
        count: pictures in the batch that comes next, over all processes.
    """

    def __init__(self, module: nn.Module, world: World) -> None:
        self.world, self.count = world, 0
        for layer in module.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.forward = partial(self._batch_norm, layer, layer.forward)
            elif isinstance(layer, nn.Dropout):
                layer.forward = partial(self._dropout, layer)

    def _batch_norm(self, layer: nn.BatchNorm2d, alone: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
        """x (N, C, H, W), N of this process, with mean and variance of all."""
        if not layer.training:
            return alone(x)
        numbers = x.float()
        sums = numbers.sum((0, 2, 3))
        totals = _Total.apply(torch.cat([sums, sums.new_tensor([x.numel() / x.shape[1]])]))
        count = totals[-1].detach()
        mean = totals[:-1] / count
        centred = numbers - mean.view(-1, 1, 1)
        # Squares of what is centred: E[x²] - E[x]² would lose the digits that count.
        variance = _Total.apply(centred.square().sum((0, 2, 3))) / count
        with torch.no_grad():
            layer.num_batches_tracked += 1
            layer.running_mean.lerp_(mean, layer.momentum)
            layer.running_var.lerp_(variance * count / (count - 1).clamp(min=1), layer.momentum)
        factor = layer.weight * (variance + layer.eps).rsqrt()
        return torch.addcmul(layer.bias.view(-1, 1, 1), centred, factor.view(-1, 1, 1)).to(x.dtype)

    def _dropout(self, layer: nn.Dropout, x: Tensor) -> Tensor:
        """x (N, ...), with this process's part of the mask that one process would draw."""
        if not layer.training:
            return x
        mask = F.dropout(x.new_ones(self.count, *x.shape[1:]), layer.p)
        return x * mask[self.world.share(self.count)]


class _Total(torch.autograd.Function):
    """The sum over all processes. Each loss depends on every part, so the gradient is a sum over them, too."""

    @staticmethod
    def forward(_context: object, part: Tensor) -> Tensor:
        total = part.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(_context: object, gradient: Tensor) -> Tensor:
        total = gradient.clone()
        dist.all_reduce(total)
        return total
