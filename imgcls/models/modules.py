"""Building blocks that torch.nn lacks: Maxout, grey pictures, a residual connection, logits made smaller."""

import torch
from torch import Tensor, nn


class Maxout(nn.Module):
    """The larger of two linear functions: max(w1.x + b1, w2.x + b2) (Goodfellow et al. 2013, arXiv:1302.4389).

    The layer before computes both: 2K channels come in, the first K for w1, the rest for w2, and K go out.
    """

    def forward(self, x: Tensor) -> Tensor:
        """(N, 2K, ...) -> (N, K, ...)."""
        first, second = x.chunk(2, dim=1)
        return torch.maximum(first, second)


class Grey(nn.Module):
    """Colour to grey by the eye's sensitivity (ITU-R BT.601): 0.299 R + 0.587 G + 0.114 B. Nothing to learn."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("weights", torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) -> (N, 1, H, W)."""
        return (x * self.weights.to(x.dtype)).sum(1, keepdim=True)


class Residual(nn.Module):
    """x + f(x): the layers inside learn only what should change (He et al. 2015, arXiv:1512.03385)."""

    def __init__(self, layers: nn.Sequential) -> None:
        super().__init__()
        self.layers = layers

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


class Scale(nn.Module):
    """Multiplies by a constant: small first logits keep the first steps of a wide network calm."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        return x * self.factor

    def extra_repr(self) -> str:
        return f"{self.factor:g}"
