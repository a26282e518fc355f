"""Image kernels: the small weight matrices of the lecture, by name, and how they are laid out."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

SIDES = (3, 5, 7)
WEIGHT_LIMIT = 100.0
DIVISOR_LIMIT = 10_000.0
BIAS_LIMIT = 1_000.0


@dataclass(frozen=True, eq=False)
class Kernel:
    """A square kernel: output = (sum of weight * pixel) / divisor + bias.

    `weights` is float32 (S, k, k): S = 1 slice for every channel alike, or S = 3, one each for red, green and blue.

    Raises:
        ValueError: another shape, a side that is not 3, 5 or 7, or a number that is not finite or beyond the limits
            WEIGHT_LIMIT, DIVISOR_LIMIT, BIAS_LIMIT; the message is one sentence for people.
    """

    weights: Tensor
    divisor: float = 1.0
    bias: float = 0.0

    def __post_init__(self) -> None:
        shape = tuple(self.weights.shape)
        if len(shape) != 3 or shape[0] not in (1, 3) or shape[1] != shape[2] or shape[1] not in SIDES:
            raise ValueError(f"A kernel here has 1 or 3 slices of 3x3, 5x5 or 7x7 weights, not {shape}.")
        # Written so that NaN fails too.
        if not bool((self.weights.abs() <= WEIGHT_LIMIT).all()):
            raise ValueError(f"Weights go from -{WEIGHT_LIMIT:g} to {WEIGHT_LIMIT:g}.")
        if not 0 < abs(self.divisor) <= DIVISOR_LIMIT:
            raise ValueError(f"The divisor is a number from -{DIVISOR_LIMIT:g} to {DIVISOR_LIMIT:g}, not 0.")
        if not abs(self.bias) <= BIAS_LIMIT:
            raise ValueError(f"The bias goes from -{BIAS_LIMIT:g} to {BIAS_LIMIT:g}.")

    @property
    def side(self) -> int:
        """k, the number of rows and of columns."""
        return self.weights.shape[-1]

    @property
    def slices(self) -> int:
        """S, 1 or 3."""
        return self.weights.shape[0]

    def resized(self, side: int) -> "Kernel":
        """The same kernel in the middle of a side x side matrix: with zeros around it, or without its outer rings."""
        ring = (side - self.side) // 2
        return Kernel(F.pad(self.weights, (ring, ring, ring, ring)), self.divisor, self.bias)

    def sliced(self, slices: int, keep: int | None = None) -> "Kernel":
        """The kernel with 3 slices (each a copy) or with 1: slice `keep` of the three, or their mean if it is None."""
        if slices == self.slices:
            return self
        if slices == 3:
            weights = self.weights.expand(3, -1, -1).clone()
        else:
            weights = self.weights.mean(0, keepdim=True) if keep is None else self.weights[keep : keep + 1]
        return Kernel(weights, self.divisor, self.bias)


@dataclass(frozen=True)
class Preset:
    """A kernel by name. `rows` is None where the weights depend on the side (motion blur) or on a seed (random).

    `signed` tells whether its output is best shown with zero in the middle of the scale rather than as a picture.
    """

    title: str
    says: str
    rows: tuple[tuple[float, ...], ...] | None
    divisor: float = 1.0
    signed: bool = False


# The first nine carry the values of setosa.io/ev/image-kernels, applied as they stand (cross-correlation).
PRESETS: dict[str, Preset] = {
    "sharpen": Preset(
        "sharpen",
        "Five times the pixel minus its four neighbours: differences grow.",
        ((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
    ),
    "blur": Preset(
        "blur", "A weighted mean of the neighbourhood: fine detail goes.", ((1, 2, 1), (2, 4, 2), (1, 2, 1)), 16
    ),
    "outline": Preset(
        "outline",
        "The pixel against all eight neighbours: 0 wherever the photo is flat.",
        ((-1, -1, -1), (-1, 8, -1), (-1, -1, -1)),
        signed=True,
    ),
    "emboss": Preset(
        "emboss",
        "Lower right minus upper left, plus the pixel: light seems to fall from one corner.",
        ((-2, -1, 0), (-1, 1, 1), (0, 1, 2)),
    ),
    "left-sobel": Preset(
        "left sobel", "Left minus right: positive where it gets darker to the right.",
        ((1, 0, -1), (2, 0, -2), (1, 0, -1)), signed=True,
    ),
    "right-sobel": Preset(
        "right sobel", "Right minus left: positive where it gets brighter to the right.",
        ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)), signed=True,
    ),
    "top-sobel": Preset(
        "top sobel", "Above minus below: positive where it gets darker downwards.",
        ((1, 2, 1), (0, 0, 0), (-1, -2, -1)), signed=True,
    ),
    "bottom-sobel": Preset(
        "bottom sobel", "Below minus above: positive where it gets brighter downwards.",
        ((-1, -2, -1), (0, 0, 0), (1, 2, 1)), signed=True,
    ),
    "identity": Preset("identity", "Only the middle pixel counts: nothing changes.", ((0, 0, 0), (0, 1, 0), (0, 0, 0))),
    "gaussian": Preset(
        "Gaussian 5×5",
        "The bell curve in whole numbers, 1 4 6 4 1 in both directions: the smoothest blur.",
        tuple(tuple(float(a * b) for b in (1, 4, 6, 4, 1)) for a in (1, 4, 6, 4, 1)),
        256,
    ),
    "laplacian": Preset(
        "Laplacian", "The sum of the second differences across and down: edges in every direction.",
        ((0, 1, 0), (1, -4, 1), (0, 1, 0)), signed=True,
    ),
    "motion-blur": Preset("motion blur", "The mean along a diagonal, as if the camera had moved.", None),
    "random": Preset(
        "random (seed)", "Random whole numbers from −4 to 4: what a network starts from.", None, signed=True
    ),
}  # fmt: skip


def preset_kernel(name: str, *, side: int = 3, seed: int = 0) -> Kernel:
    """The kernel of that name; `side` counts for motion blur and random alone, `seed` for random alone.

    Raises:
        KeyError: there is no preset of that name.
    """
    preset = PRESETS[name]
    if preset.rows is not None:
        return Kernel(torch.tensor([preset.rows], dtype=torch.float32), preset.divisor)
    if name == "motion-blur":
        return Kernel(torch.eye(side)[None], float(side))
    generator = torch.Generator().manual_seed(seed)
    return Kernel(torch.randint(-4, 5, (1, side, side), generator=generator).float())


def kernel_from_numbers(numbers: Sequence[float], divisor: float = 1.0, bias: float = 0.0) -> Kernel:
    """The kernel of k*k or 3*k*k weights in reading order.

    Raises:
        ValueError: another count of numbers, or what `Kernel` refuses.
    """
    for slices in (1, 3):
        for side in SIDES:
            if len(numbers) == slices * side * side:
                weights = torch.tensor(numbers, dtype=torch.float32).reshape(slices, side, side)
                return Kernel(weights, float(divisor), float(bias))
    raise ValueError(f"A kernel has 9, 25 or 49 weights, or three times as many, not {len(numbers)}.")


FAMILIES = {
    "edges": "positive and negative weights side by side: 0 where the photo is flat",
    "colours": "the channels against each other: next to nothing on a grey photo",
    "blurs": "nearly all weights of one sign: a mean, so brightness comes through",
    "off": "weights that training shrank to zero",
}
"""Family of learned kernels -> what makes a kernel one of it."""


def families(weights: Tensor) -> list[str]:
    """Which of FAMILIES each kernel of a layer (K, C, F, F) belongs to.

    "off": its norm is below 1% of the layer's largest. "colours": at least 80% of its squared weights remain when the
    channels' mean is taken off at each place. "blurs": its sum is at least 60% of the sum of the weights' sizes. Every
    other is one of the "edges".
    """
    sizes = weights.flatten(1).norm(dim=1)
    squares = weights.square().sum((1, 2, 3)).clamp(min=1e-30)
    colour = (weights - weights.mean(1, keepdim=True)).square().sum((1, 2, 3)) / squares
    one_sign = weights.sum((1, 2, 3)).abs() / weights.abs().sum((1, 2, 3)).clamp(min=1e-30)
    return [
        "off" if size < 0.01 * sizes.max() else "colours" if c >= 0.8 else "blurs" if s >= 0.6 else "edges"
        for size, c, s in zip(sizes, colour, one_sign, strict=True)
    ]
