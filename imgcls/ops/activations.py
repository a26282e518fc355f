"""Activation functions with their derivatives: the lecture's six, and three that came later.

The derivative of every function is torch's own, from autograd; at a kink it is what torch decides there.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from imgcls.ops.verdicts import SATURATED

MAXOUT_LINES = ((-0.5, 0.0), (1.0, 0.0))
"""(w, b) of the two lines that Maxout starts with."""


def _sigmoid(x: Tensor) -> Tensor:
    return torch.sigmoid(x)  # the formula as it stands overflows far below zero, and its slope becomes NaN


def _tanh(x: Tensor) -> Tensor:
    return torch.tanh(x)


def _relu(x: Tensor) -> Tensor:
    return torch.relu(x)


def _leaky_relu(x: Tensor, slope: float = 0.1) -> Tensor:
    return torch.maximum(slope * x, x) if slope <= 1 else torch.where(x >= 0, x, slope * x)


def _elu(x: Tensor, alpha: float = 1.0) -> Tensor:
    # e^x would overflow where it is not used, and inf times a zero gradient is NaN: clamp first.
    return torch.where(x >= 0, x, alpha * (torch.exp(x.clamp(max=0)) - 1))


def _maxout(x: Tensor, lines: tuple[tuple[float, float], ...] = MAXOUT_LINES) -> Tensor:
    return torch.stack([w * x + b for w, b in lines]).amax(0)


def _gelu(x: Tensor) -> Tensor:
    return x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))


def _silu(x: Tensor) -> Tensor:
    return x * torch.sigmoid(x)


def _softplus(x: Tensor) -> Tensor:
    return x.clamp(min=0) + torch.log1p(torch.exp(-x.abs()))  # log(1 + e^x) without overflow


@dataclass(frozen=True)
class Activation:
    """A function of one number, applied to each value of a tensor.

    `latex` is its formula; `parameters` name the settings of `function` and their usual values; `source` is where it
    comes from. `code` is it in torch, for `x` and its settings in braces; `layer` makes it as a layer of a network,
    None where torch has none. `extra` ones are not among the lecture's six.
    """

    name: str
    title: str
    latex: str
    function: Callable[..., Tensor]
    source: str
    code: str
    layer: Callable[[], nn.Module] | None
    parameters: Mapping[str, float] = field(default_factory=dict)
    extra: bool = False


ACTIVATIONS: dict[str, Activation] = {
    each.name: each
    for each in (
        Activation(
            "sigmoid", "Sigmoid", r"\frac{1}{1 + e^{-x}}", _sigmoid, "the logistic function, Verhulst 1845",
            "torch.sigmoid(x)", nn.Sigmoid,
        ),
        Activation(
            "tanh", "tanh", r"\tanh(x)", _tanh, "LeCun et al. 1998, Efficient BackProp", "torch.tanh(x)", nn.Tanh
        ),
        Activation("relu", "ReLU", r"\max(0, x)", _relu, "Nair & Hinton 2010", "torch.relu(x)", nn.ReLU),
        Activation(
            "leaky_relu", "Leaky ReLU", r"\max(a x, x)", _leaky_relu, "Maas et al. 2013",
            "torch.nn.functional.leaky_relu(x, {slope:g})", lambda: nn.LeakyReLU(0.1), {"slope": 0.1},
        ),
        Activation(
            "maxout", "Maxout", r"\max(w_1 x + b_1,\; w_2 x + b_2)", _maxout, "Goodfellow et al. 2013",
            "torch.stack([w * x + b for w, b in {lines}]).amax(0)", None,
        ),
        Activation(
            "elu", "ELU", r"\begin{cases} x & x \ge 0 \\ \alpha (e^x - 1) & x < 0 \end{cases}", _elu,
            "Clevert et al. 2015", "torch.nn.functional.elu(x, {alpha:g})", nn.ELU, {"alpha": 1.0},
        ),
        Activation(
            "gelu", "GELU", r"x \, \Phi(x)", _gelu, "Hendrycks & Gimpel 2016", "torch.nn.functional.gelu(x)", nn.GELU,
            extra=True,
        ),
        Activation(
            "silu", "SiLU", r"\frac{x}{1 + e^{-x}}", _silu, "Elfwing et al. 2017", "torch.nn.functional.silu(x)",
            nn.SiLU, extra=True,
        ),
        Activation(
            "softplus", "Softplus", r"\log(1 + e^x)", _softplus, "Dugas et al. 2001",
            "torch.nn.functional.softplus(x)", nn.Softplus, extra=True,
        ),
    )
}  # fmt: skip


def activate(name: str, x: Tensor, **settings: object) -> Tensor:
    """The function on every value of `x`, same shape. `settings`: slope, alpha or lines, as the function has them.

    Raises:
        ValueError: there is no such function.
    """
    if name not in ACTIVATIONS:
        raise ValueError(f"There is no activation {name!r}; choose one of {', '.join(ACTIVATIONS)}.")
    return ACTIVATIONS[name].function(x, **settings)


@dataclass(frozen=True, eq=False)
class ActivationCurve:
    """`y` and `slope` = dy/dx (from autograd) at every `x`; all (n,)."""

    name: str
    x: Tensor
    y: Tensor
    slope: Tensor

    def zones(self) -> tuple["Zone", ...]:
        """The stretches of x in which gradients die or nearly do, from the slope; neighbours of a kind are one."""
        kinds = ["off" if s == 0 else "saturated" if abs(s) < SATURATED else "" for s in self.slope.tolist()]
        found: list[Zone] = []
        start = 0
        for i in range(1, len(kinds) + 1):
            if i == len(kinds) or kinds[i] != kinds[start]:
                if kinds[start] and i - start > 1:  # one point alone is a kink, not a stretch
                    found.append(Zone(kinds[start], float(self.x[start]), float(self.x[i - 1])))
                start = i
        return tuple(found)


@dataclass(frozen=True)
class Zone:
    """A stretch of x: "off" (slope exactly 0) or "saturated" (slope below SATURATED in size)."""

    kind: str
    low: float
    high: float


def activation_curve(name: str, x: Tensor, **settings: object) -> ActivationCurve:
    """The function and its derivative at each of the points `x` (n,)."""
    points = x.detach().clone().requires_grad_()
    with torch.enable_grad():
        y = activate(name, points, **settings)
        (slope,) = torch.autograd.grad(y.sum(), points)
    return ActivationCurve(name, x.detach(), y.detach(), slope)
