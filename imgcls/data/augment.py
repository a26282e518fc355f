"""Augmentation: every time a picture is learned from it looks a little different. For whole batches, on any device."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F


@dataclass(frozen=True)
class Augmentation:
    """What may happen to a picture; 0 or False: nothing.

    Attributes:
        flip: mirror half of the pictures left to right.
        crop: shift by up to this part of the side; what comes in from outside is the picture mirrored at its edge.
        rotation: turn by up to so many degrees; the corners that appear are black.
        colour: change brightness, contrast and saturation each by a factor from 1 - colour to 1 + colour.
        erasing: side of a square that is erased to grey, as a part of the picture's side.

    Raises:
        ValueError: a number out of range.
    """

    flip: bool = False
    crop: float = 0.0
    rotation: float = 0.0
    colour: float = 0.0
    erasing: float = 0.0

    def __post_init__(self) -> None:
        limits = {"crop": 0.5, "rotation": 180, "colour": 1, "erasing": 1}
        for name, most in limits.items():
            if not 0 <= getattr(self, name) <= most:
                raise ValueError(f"{name} must lie between 0 and {most:g}, not {getattr(self, name):g}.")

    @property
    def active(self) -> bool:
        """Whether it does anything."""
        return self != Augmentation()


@dataclass(frozen=True)
class Draw:
    """What happens to each of N pictures, drawn by lot: one entry a picture; None: nothing.

    `flip` (N,) bool; `shift` (N, 2) pixels right and down; `turn` (N,) degrees counterclockwise; `factors` (N, 3) of
    brightness, contrast, saturation; `erased` (N, 3): left, top and side of the square.
    """

    flip: Tensor | None = None
    shift: Tensor | None = None
    turn: Tensor | None = None
    factors: Tensor | None = None
    erased: Tensor | None = None

    def part(self, keep: slice) -> "Draw":
        """The entries of some pictures only: of one process's share of a batch."""
        return self._map(lambda entry: entry[keep])

    def to(self, device: torch.device) -> "Draw":
        """On another device."""
        return self._map(lambda entry: entry.to(device, non_blocking=True))

    def _map(self, change: Callable[[Tensor], Tensor]) -> "Draw":
        return Draw(*(None if entry is None else change(entry) for entry in vars(self).values()))


def draw(augmentation: Augmentation, count: int, size: int, generator: torch.Generator) -> Draw:
    """Decides by lot what happens to each of `count` pictures of side `size`."""

    def symmetric(most: float, *shape: int) -> Tensor:
        return (2 * torch.rand(*shape, generator=generator) - 1) * most

    a, erased = augmentation, None
    if a.erasing:
        side = max(1, round(a.erasing * size))
        corner = torch.randint(0, size - side + 1, (count, 2), generator=generator)
        erased = torch.cat([corner, torch.full((count, 1), side)], 1)
    return Draw(
        flip=torch.rand(count, generator=generator) < 0.5 if a.flip else None,
        shift=symmetric(a.crop * size, count, 2).round().long() if a.crop else None,
        turn=symmetric(a.rotation, count) if a.rotation else None,
        factors=1 + symmetric(a.colour, count, 3) if a.colour else None,
        erased=erased,
    )


def apply(x: Tensor, drawn: Draw) -> Tensor:
    """Pictures (N, 3, S, S) in 0..1 changed as drawn. The order: flip, shift, turn, colour, erase.

    The same as torchvision's transforms v2 one picture at a time (`hflip`, `pad` and `crop`, `rotate` with bilinear
    interpolation, `adjust_brightness`, `adjust_contrast`, `adjust_saturation`, `erase`), but for a batch in one go.
    """
    if drawn.flip is not None:
        x = torch.where(drawn.flip.view(-1, 1, 1, 1), x.flip(-1), x)
    if drawn.shift is not None:
        x = _shifted(x, drawn.shift)
    if drawn.turn is not None:
        x = _turned(x, drawn.turn)
    if drawn.factors is not None:
        x = _coloured(x, *drawn.factors.T.reshape(3, -1, 1, 1, 1).unbind())
    if drawn.erased is not None:
        x = _erased(x, *drawn.erased.T.unbind())
    return x


def variations(picture: np.ndarray, drawn: Draw, count: int) -> np.ndarray:
    """What `drawn` makes of one and the same picture, uint8 (S, S, 3): uint8 (count, S, S, 3)."""
    x = torch.from_numpy(np.array(picture)).permute(2, 0, 1).expand(count, -1, -1, -1) / 255
    return (apply(x, drawn) * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()


def _shifted(x: Tensor, shift: Tensor) -> Tensor:
    """Moves each picture right and down; beyond the edge it is mirrored, without doubling the edge's pixels."""
    size = x.shape[-1]
    places = torch.arange(size, device=x.device)
    period = max(1, 2 * (size - 1))

    def source(offset: Tensor) -> Tensor:  # (N, S): which row or column lands here
        wrapped = (places - offset.view(-1, 1)) % period
        return torch.minimum(wrapped, period - wrapped)

    columns, rows = source(shift[:, 0]), source(shift[:, 1])
    picture = torch.arange(len(x), device=x.device).view(-1, 1, 1)
    # (N, S, S, 3): reading channels last keeps the three colours of a pixel together.
    moved = x.permute(0, 2, 3, 1)[picture, rows.unsqueeze(2), columns.unsqueeze(1)]
    return moved.permute(0, 3, 1, 2)


def _turned(x: Tensor, degrees: Tensor) -> Tensor:
    angle = degrees * (math.pi / 180)
    cos, sin, zero = angle.cos(), angle.sin(), torch.zeros_like(angle)
    matrix = torch.stack([cos, -sin, zero, sin, cos, zero], 1).view(-1, 2, 3)
    grid = F.affine_grid(matrix.to(x.dtype), list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def _coloured(x: Tensor, brightness: Tensor, contrast: Tensor, saturation: Tensor) -> Tensor:
    x = (x * brightness).clamp(0, 1)
    x = (x * contrast + (1 - contrast) * _grey(x).mean(dim=(1, 2, 3), keepdim=True)).clamp(0, 1)
    return (x * saturation + (1 - saturation) * _grey(x)).clamp(0, 1)


def _grey(x: Tensor) -> Tensor:
    red, green, blue = x.unbind(1)
    return (0.2989 * red + 0.587 * green + 0.114 * blue).unsqueeze(1)


def _erased(x: Tensor, left: Tensor, top: Tensor, side: Tensor) -> Tensor:
    places = torch.arange(x.shape[-1], device=x.device)

    def inside(first: Tensor) -> Tensor:
        return (places >= first.view(-1, 1)) & (places < (first + side).view(-1, 1))

    hole = inside(top).view(len(x), 1, -1, 1) & inside(left).view(len(x), 1, 1, -1)
    return torch.where(hole, 0.5, x)
