"""Where the gradients of one convolution and one max-pool go: small enough to check by hand.

image (6, 6) * kernel (3, 3) -> convolved (4, 4) -> max-pool 2 -> pooled (2, 2) -> one number. The convolution is
PyTorch's, so the kernel is not flipped: convolved[i, j] = sum over u, v of image[i + u, j + v] kernel[u, v].
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from imgcls.ops.autodiff import Trace, central_differences, trace
from imgcls.ops.program import Operation, Step

POOL = 2
NAMES = ("image", "kernel", "convolved", "pooled", "output")


@dataclass(frozen=True)
class Term:
    """One summand of a gradient: what arrives at cell `cell` of the next layer, times the local derivative."""

    cell: tuple[int, int]
    arriving: float
    local: float


@dataclass(frozen=True)
class Routes:
    """The trace of the small network, its central differences by leaf, and the winner of every pooling window.

    `winners[i, j]` is the (row, column) in `convolved` that pooled[i, j] took: an int64 (2, 2, 2) tensor. `ties` are
    the windows whose largest value occurs more than once: nudging a value either way changes the winner there.
    """

    trace: Trace
    differences: Mapping[str, Tensor]
    winners: Tensor
    ties: tuple[tuple[int, int], ...]

    @property
    def disagreement(self) -> float:
        """The largest difference between autograd's gradients and the central differences of image and kernel."""
        return max(float((self.gradient(name) - slope).abs().max()) for name, slope in self.differences.items())

    def value(self, name: str) -> Tensor:
        """The forward value of a layer: (H, W), or () for the output."""
        return _flat(self.trace.nodes[NAMES.index(name)].value)

    def gradient(self, name: str) -> Tensor:
        """d output / d layer, by autograd; same shape as the value."""
        gradient = self.trace.nodes[NAMES.index(name)].gradient
        if gradient is None:
            raise ValueError(f"The backward pass does not reach {name}.")
        return _flat(gradient)

    def terms(self, name: str, row: int, column: int) -> tuple[Term, ...]:
        """The chain rule for one cell: all products with the next layer's cells that it takes part in.

        They add up to `gradient(name)[row, column]`.
        """
        if name == "output":
            return ()
        if name == "pooled":
            # Whether this cell is counted is the derivative of a sum, or of picking one cell.
            return (Term((0, 0), 1.0, float(self.gradient(name)[row, column])),)
        if name == "convolved":
            window = (row // POOL, column // POOL)
            won = self.winners[window].tolist() == [row, column]
            return (Term(window, float(self.gradient("pooled")[window]), float(won)),)
        arriving = self.gradient("convolved")
        height, width = arriving.shape
        if name == "kernel":
            image = self.value("image")
            return tuple(
                Term((i, j), float(arriving[i, j]), float(image[i + row, j + column]))
                for i in range(height)
                for j in range(width)
            )
        kernel = self.value("kernel")
        rows, columns = kernel.shape
        return tuple(
            Term((i, j), float(arriving[i, j]), float(kernel[row - i, column - j]))
            for i in range(max(0, row - rows + 1), min(height, row + 1))
            for j in range(max(0, column - columns + 1), min(width, column + 1))
        )


def _flat(tensor: Tensor) -> Tensor:
    """(1, 1, H, W) -> (H, W); a single number as it is."""
    return tensor[0, 0] if tensor.ndim == 4 else tensor


def routes(image: Tensor, kernel: Tensor, picked: tuple[int, int] | None = None) -> Routes:
    """Convolve `image` (H, W) with `kernel` (h, w), max-pool by 2, and differentiate.

    The output is the sum of the pooled cells, or the one cell `picked`. Of equal values in a window the first wins, in
    reading order, as in PyTorch.

    Raises:
        ValueError: the picked cell does not exist.
    """
    convolved = tuple(size - k + 1 for size, k in zip(image.shape, kernel.shape, strict=True))
    rows, columns = (size // POOL for size in convolved)
    if picked is not None and not (0 <= picked[0] < rows and 0 <= picked[1] < columns):
        raise ValueError(f"There is no pooled cell {picked}; there are {rows} rows and {columns} columns.")
    zero = torch.zeros(1, dtype=torch.int64)
    place = (zero, zero, *(zero + index for index in picked or (0, 0)))
    operations = {
        "convolution": Operation("conv", F.conv2d, ("kernel", "image")),
        "max-pool": Operation("max-pool", lambda x: F.max_pool2d(x, POOL), ("1 for the winner, else 0",)),
        "sum": Operation("sum", torch.sum, ("1",)),
        "pick": Operation("one cell", lambda x: x[place], ("1 for the picked cell, else 0",)),
    }
    steps = (
        Step("variable", "image", label="image"),
        Step("variable", "kernel", label="kernel"),
        Step("operation", "convolution", (0, 1), "convolved"),
        Step("operation", "max-pool", (2,), "pooled"),
        Step("operation", "sum" if picked is None else "pick", (3,), "output"),
    )
    leaves = {"image": image[None, None], "kernel": kernel[None, None]}  # (1, 1, H, W), as PyTorch wants them
    recorded = trace(steps, leaves, operations=operations)
    _, flat = F.max_pool2d(recorded.nodes[2].value, POOL, return_indices=True)
    winners = torch.stack([flat[0, 0] // convolved[1], flat[0, 0] % convolved[1]], dim=-1)
    differences = central_differences(steps, leaves, operations=operations)
    windows = recorded.nodes[2].value[0, 0].unfold(0, POOL, POOL).unfold(1, POOL, POOL)  # (rows, columns, 2, 2)
    tied = (windows == windows.amax((-2, -1), keepdim=True)).sum((-2, -1)) > 1
    ties = tuple((row, column) for row, column in tied.nonzero().tolist())
    return Routes(recorded, {name: slope[0, 0] for name, slope in differences.items()}, winners, ties)


IMAGES: Mapping[str, tuple[str, ...]] = {
    "speckles": ("122012", "312002", "113311", "020123", "223233", "023103"),
    "a bar": ("000300", "001310", "000320", "010300", "000310", "000300"),
    "a corner": ("000000", "033320", "032110", "031000", "022010", "031000"),
}
"""Small pictures, one digit a pixel."""

KERNELS: Mapping[str, tuple[tuple[int, ...], ...]] = {
    "left edge": ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
    "sharpen": ((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
    "sum": ((1, 1, 1), (1, 1, 1), (1, 1, 1)),
    "copy": ((0, 0, 0), (0, 1, 0), (0, 0, 0)),
}
"""Kernels of whole numbers."""


def image_named(name: str) -> Tensor:
    """One of `IMAGES` as a float64 (6, 6) tensor."""
    return torch.tensor([[float(digit) for digit in row] for row in IMAGES[name]], dtype=torch.float64)


def kernel_named(name: str) -> Tensor:
    """One of `KERNELS` as a float64 (3, 3) tensor."""
    return torch.tensor(KERNELS[name], dtype=torch.float64)
