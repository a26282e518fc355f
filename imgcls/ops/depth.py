"""What happens to numbers and gradients on their way through many layers: vanishing, exploding, dead units.

After Glorot & Bengio 2010 and He et al. 2015 (arXiv:1502.01852), whose initialisations are compared.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from imgcls.numbers import power_of_ten, written
from imgcls.ops.activations import activate, activation_curve
from imgcls.ops.verdicts import LEVEL, SATURATED, VERDICTS

INITIALISATIONS = {
    "small": "Small normal (std 0.01)",
    "xavier": "Xavier / Glorot (std √(1/n))",
    "he": "He (std √(2/n))",
}
_DRAWN = 50  # layers whose weights are drawn and kept together
PIECES = 2  # lines of a Maxout unit: it has that many times the weights


def initial_std(initialisation: str, fan_in: int) -> float:
    """The standard deviation of the weights of a layer with `fan_in` inputs (and as many outputs).

    Raises:
        ValueError: there is no such initialisation.
    """
    known = {"small": 0.01, "xavier": math.sqrt(1 / fan_in), "he": math.sqrt(2 / fan_in)}
    if initialisation not in known:
        raise ValueError(f"There is no initialisation {initialisation!r}; choose one of {', '.join(known)}.")
    return known[initialisation]


@dataclass(frozen=True, eq=False)
class DepthResult:
    """Layer by layer, the input first in `means` and `stds` (L + 1,), the first layer first elsewhere (L,).

    `means`, `stds`: of the activations. `gradient_norms`: of dLoss/dOutput of each layer, the loss being the mean
    square of the last layer's output. `dead`: share of units whose slope is exactly 0 for every example of the batch;
    `saturated`: share of all slopes that are below SATURATED in size.
    """

    means: Tensor
    stds: Tensor
    gradient_norms: Tensor
    dead: Tensor
    saturated: Tensor

    @property
    def overflow_layer(self) -> int | None:
        """The first layer (counted from 1) whose output is not finite; None if all are."""
        broken = (~torch.isfinite(self.stds[1:])).nonzero()
        return int(broken[0]) + 1 if len(broken) else None

    @property
    def gradient_ratio(self) -> float:
        """Norm of the gradient at the first layer divided by that at the last; see `verdicts`. NaN if undefined."""
        first, last = float(self.gradient_norms[0]), float(self.gradient_norms[-1])
        return first / last if last > 0 else math.nan

    @property
    def verdict(self) -> str:
        """What happened, in one sentence."""
        if self.overflow_layer:
            return (
                f"The numbers grew until layer {self.overflow_layer} overflowed to infinity; from there on everything "
                "is NaN, and no gradient means anything."
            )
        ratio = self.gradient_ratio
        if not math.isfinite(ratio):
            return "Nothing reaches the end: the output is the same for every example, so there is no gradient at all."
        if ratio == 0:
            return "Vanishing: nothing of the last layer's gradient is left at the first, which learns nothing."
        kind = "vanishing" if ratio < 1 / LEVEL else "exploding" if ratio > LEVEL else "healthy"
        if kind == "healthy" and float(self.stds[-1]) < 1e-3 * float(self.stds[0]):
            return "The signal fades: the last layer's outputs are nearly the same whatever goes in."
        amount = written(ratio, 2) if 1e-3 <= ratio <= 1e3 else f"about {power_of_ten(ratio)}"
        ends = {"vanishing": ", so it hardly learns", "exploding": "; a step throws it far off", "healthy": ""}
        verdict = VERDICTS[kind]
        return (
            f"{verdict.title} ({verdict.bound}): the gradient at the first layer is {amount} times that at the last"
            f"{ends[kind]}."
        )


def through_layers(
    name: str,
    layers: int,
    initialisation: str,
    *,
    width: int = 128,
    batch: int = 128,
    seed: int = 0,
    **settings: object,
) -> DepthResult:
    """A real forward and backward pass of `batch` random examples through `layers` dense layers of `width` units.

    Every layer is x -> activation(x W), W (width, width) normal with `initial_std`; Maxout has PIECES matrices a layer
    and takes the largest. float32, as in training, so that overflow is real too.

    Raises:
        ValueError: unknown activation or initialisation, or fewer than one layer.
    """
    if layers < 1:
        raise ValueError("There must be at least one layer.")
    std = initial_std(initialisation, width)
    pieces = PIECES if name == "maxout" else 1
    x, normals = _normals(seed, batch, width, width * pieces, -(-layers // _DRAWN) * _DRAWN)
    outputs: list[Tensor] = []
    before: list[Tensor] = []
    h = x
    with torch.enable_grad():
        for weights in normals[:layers]:
            sums = h @ (weights * std)  # (B, width * pieces)
            # A Maxout unit takes the largest of its own sums; the lines that the page draws are for a single input.
            h = sums.view(batch, width, pieces).amax(2) if pieces > 1 else activate(name, sums, **settings)
            h.requires_grad_().retain_grad()
            outputs.append(h)
            before.append(sums.detach())
        (h**2).mean().backward()
    # All layers at once, where one call a layer would take as long as the passes do.
    values = torch.stack([x, *(each.detach() for each in outputs)]).flatten(1)
    slopes = torch.ones(layers, 1, 1) if pieces > 1 else _slopes(name, torch.stack(before), settings)
    return DepthResult(
        means=values.mean(1),
        # Squared in float64: in float32 the squares of 1e-23 and 1e20 are 0 and infinity, though these numbers are not.
        stds=values.double().std(1).float(),
        gradient_norms=torch.stack([each.grad for each in outputs]).double().flatten(1).norm(dim=1).float(),
        dead=(slopes == 0).all(1).float().mean(1),
        saturated=(slopes.abs() < SATURATED).float().mean((1, 2)),
    )


@lru_cache(maxsize=4)
def _normals(seed: int, batch: int, inputs: int, outputs: int, layers: int) -> tuple[Tensor, list[Tensor]]:
    """Examples (batch, inputs) and the weights (inputs, outputs) of each layer, all with standard deviation 1.

    Those of a deeper network begin with those of a shallower one. Nobody may change them: they are kept.
    """
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(batch, inputs, generator=generator)
    return x, [torch.randn(inputs, outputs, generator=generator) for _ in range(layers)]


def _slopes(name: str, sums: Tensor, settings: Mapping[str, object]) -> Tensor:
    """The derivative of the activation at every sum, same shape."""
    return activation_curve(name, sums.flatten(), **settings).slope.view(sums.shape)
