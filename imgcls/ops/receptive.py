"""What one output of a stack of layers sees of the picture: the square that it can see, and the part that counts.

Sizes after Araujo, Norris & Sim 2019, "Computing Receptive Fields of Convolutional Neural Networks", Distill; that only
the middle of the square counts for much, after Luo et al. 2016, "Understanding the Effective Receptive Field in Deep
Convolutional Neural Networks" (arXiv:1701.04128).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Receptive:
    """The square of input pixels behind output (r, c): rows first + r * jump, `size` of them; columns alike."""

    size: int = 1
    jump: int = 1
    first: int = 0

    def through(self, window: int, stride: int, before: int) -> "Receptive":
        """After a layer with windows of `window`, `stride` apart, with `before` padded places at the top and left."""
        size = self.size + (window - 1) * self.jump
        return Receptive(size, self.jump * stride, self.first - before * self.jump)

    def box(self, row: int, column: int) -> tuple[int, int, int, int]:
        """(top, left, bottom, right) behind output (row, column), the last two excluded; may leave the picture."""
        top, left = (self.first + place * self.jump for place in (row, column))
        return top, left, top + self.size, left + self.size


@dataclass(frozen=True)
class Layer:
    """A convolution of a stack: kernel side (odd), stride, dilation. It is padded so that stride 1 keeps the size."""

    kernel: int = 3
    stride: int = 1
    dilation: int = 1

    @property
    def padding(self) -> int:
        """Rows of zeros at each side."""
        return self.dilation * (self.kernel - 1) // 2


def receptive_fields(layers: Sequence[Layer]) -> tuple[Receptive, ...]:
    """The field of an input pixel, then of the output of each layer."""
    fields = [Receptive()]
    for layer in layers:
        fields.append(fields[-1].through((layer.kernel - 1) * layer.dilation + 1, layer.stride, layer.padding))
    return tuple(fields)


def random_stack(layers: Sequence[Layer], channels: int = 16, seed: int = 0) -> nn.Sequential:
    """Those convolutions with `channels` kernels each and ReLU after each, weights drawn after He: (1, 3, H, W) in."""
    generator = torch.Generator().manual_seed(seed)
    modules: list[nn.Module] = []
    for place, layer in enumerate(layers):
        into = channels if place else 3
        convolution = nn.Conv2d(
            into, channels, layer.kernel, layer.stride, layer.padding, layer.dilation, bias=False
        ).requires_grad_(False)
        spread = (2 / (into * layer.kernel**2)) ** 0.5
        convolution.weight.copy_(spread * torch.randn(convolution.weight.shape, generator=generator))
        modules += [convolution, nn.ReLU()]
    return nn.Sequential(*modules).eval()


def influence(output_of: Callable[[Tensor], Tensor], picture: Tensor, row: int, column: int) -> Tensor:
    """How strongly each pixel of a picture (1, C, H, W) moves the output (1, K, h, w) at one place: (H, W), >= 0.

    The size of the gradient of the sum over the K channels, added up over the picture's channels.

    Raises:
        IndexError: the output has no such place.
    """
    with torch.inference_mode(False), torch.enable_grad():
        leaf = picture.detach().clone().requires_grad_()
        total = output_of(leaf)[0, :, row, column].sum()
        (gradient,) = torch.autograd.grad(total, leaf)
    return gradient[0].abs().sum(0)


def effective_side(strength: Tensor, row: int, column: int, share: float = 0.95) -> int:
    """Side of the smallest square around pixel (row, column) that holds `share` of the sum of `strength` (H, W) >= 0.

    The square is cut off at the borders. 0 where there is nothing to hold.
    """
    whole = float(strength.sum())
    if whole <= 0:
        return 0
    rows, columns = (torch.arange(size) - place for size, place in zip(strength.shape, (row, column), strict=True))
    away = torch.maximum(rows.abs()[:, None], columns.abs()[None])  # rings around the pixel
    rings = torch.zeros(int(away.max()) + 1, dtype=torch.float64).index_add_(
        0, away.flatten(), strength.flatten().double()
    )
    enough = rings.cumsum(0) >= share * whole * (1 - 1e-9)
    return 2 * int(enough.to(torch.int8).argmax()) + 1
