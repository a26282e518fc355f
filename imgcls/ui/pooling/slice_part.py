"""A part of the pooling lesson: one slice, as numbers that the reader changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from imgcls.numbers import sides, written
from imgcls.ops.pooling import KINDS, Pooled, pool, pool_backward, pooled_size
from imgcls.ui.components import Element
from imgcls.ui.memo import remember
from imgcls.ui.photo import current_photo
from imgcls.ui.pooling.pool_grid import numbers_within, pool_grid
from imgcls.ui.shell import code_panel
from imgcls.ui.stage import Numbers, Row, Setting, stage

GRID = "pool_grid"
EXAMPLE = ((1, 1, 2, 4), (5, 6, 7, 8), (3, 2, 1, 0), (1, 2, 3, 4))  # CS231n's
PATCH = 6  # values a side that are cut out of the photo
VALUES, PLACE, TYPED, UPSTREAM = "pool_values", "pool_patch", "pool_typed", "pool_upstream"
_EXAMPLE = "example"


@dataclass(frozen=True, eq=False)
class Source:
    """Where the numbers come from: the example, or the grey photo (uint8, (H, W)) with its `digest`."""

    digest: str = ""
    grey: np.ndarray | None = None

    def start(self, corner: tuple[int, int]) -> Tensor:
        """The numbers before the reader changed any: (1, H, W), float64."""
        if self.grey is None:
            return torch.tensor(EXAMPLE, dtype=torch.float64)[None]
        row, column = corner
        return torch.from_numpy(self.grey[row : row + PATCH, column : column + PATCH].astype(float))[None]

    def version(self, corner: tuple[int, int]) -> str:
        """Which numbers they are: what the reader types belongs to them alone."""
        return _EXAMPLE if self.grey is None else f"{self.digest[:16]}:{corner[0]},{corner[1]}"


@dataclass(frozen=True, eq=False)
class Slice:
    """The numbers at hand: values (1, H, W), pooled, and the gradient that flows back from `upstream` (1, h, w)."""

    pooled: Pooled
    upstream: Tensor
    gradient: Tensor


@st.fragment
def slice_part(window: int, stride: int, kind: str, source: str, direction: str) -> None:
    """The grids and the window between them, forward or backward; they follow a hand that is at them."""
    numbers_from = _source() if source == "photo" else Source()

    def picture(numbers: Numbers) -> dict[str, Any]:
        corner = numbers[PLACE][1:] if PLACE in numbers else (0, 0)
        shown = _pooled(numbers_from, numbers, corner, (window, stride, kind))
        return {GRID: _grid(shown, direction, numbers_from, corner), "shown": shown}

    live = stage("pool_slices", _table(numbers_from), picture)
    live.show()
    code, shows = slice_code(live["shown"])
    code_panel(code, shows, functions=(pool, pool_backward), key="slice")


def _source() -> Source:
    photo = current_photo()
    return Source(photo.digest, remember("pool_grey", photo.digest, lambda: grey_pixels(photo.image)))


def _table(source: Source) -> list[Row]:
    """What a hand can change: the place on the photo, the numbers, the gradient that arrives at the output."""
    upstream = Setting(UPSTREAM, GRID, (), _gradient, _joined)
    if source.grey is None:
        example = tuple(float(number) for row in EXAMPLE for number in row)

        def values(told: object) -> tuple[float, ...] | None:
            if isinstance(told, Mapping):
                told = told.get("values") if told.get("version") == _EXAMPLE else None
            return _listed(told, len(example))

        return [Setting(VALUES, GRID, example, values, _joined), upstream]
    grey, digest = source.grey, source.digest

    def place(told: object) -> tuple[str, int, int] | None:
        told = told.split(",") if isinstance(told, str) else told
        try:
            row, column = map(int, told)  # type: ignore[call-overload]
        except (TypeError, ValueError):
            return None
        return digest, *_inside(grey, row, column)

    start = (digest, *liveliest_patch(grey))
    return [
        Setting(
            PLACE, GRID, start, place, lambda kept: f"{kept[1]},{kept[2]}",
            lambda kept, _: kept if kept[0] == digest else start,  # another photo has come
        ),
        Setting(TYPED, GRID, ("", ()), _typed),
        upstream,
    ]  # fmt: skip


def _joined(numbers: Sequence[float]) -> str:
    return ",".join(f"{number:g}" for number in numbers)


def _listed(told: object, count: int | None = None) -> tuple[float, ...] | None:
    """Small finite numbers, `count` of them if given, from a message or the address."""
    told = told[:400].split(",") if isinstance(told, str) else told
    if not isinstance(told, list | tuple):
        return None
    numbers = numbers_within(told, len(told) if count is None else count)
    return None if numbers is None else tuple(numbers)


def _gradient(told: object) -> tuple[float, ...] | None:
    """The gradient put on the output; () for the one that is there at first, 1 on the first output."""
    numbers = _listed(told)
    return () if numbers and numbers[0] == 1 and not any(numbers[1:]) else numbers


def _typed(told: object) -> tuple[str, tuple[float, ...]] | None:
    """What was typed over the numbers of a version."""
    if not isinstance(told, Mapping):
        return None
    numbers = _listed(told.get("values"), PATCH * PATCH)
    return None if numbers is None else (str(told.get("version"))[:80], numbers)


def _pooled(
    source: Source, numbers: Mapping[str, Any], corner: tuple[int, int], settings: tuple[int, int, str]
) -> Slice:
    values = source.start(corner)
    typed: Sequence[float] = numbers.get(VALUES, ())
    if TYPED in numbers and numbers[TYPED][0] == source.version(corner):
        typed = numbers[TYPED][1]
    if typed:
        values = torch.tensor(typed, dtype=torch.float64).view(values.shape)
    pooled = pool(values, *settings)
    upstream = torch.zeros_like(pooled.output)
    if len(numbers[UPSTREAM]) == upstream.numel():
        upstream = torch.tensor(numbers[UPSTREAM], dtype=torch.float64).view(upstream.shape)
    else:
        upstream[0, 0, 0] = 1  # nobody has set one for outputs of this size
    return Slice(pooled, upstream, pool_backward(values, upstream, *settings))


def _grid(shown: Slice, direction: str, source: Source, corner: tuple[int, int]) -> Element:
    pooled, kind = shown.pooled, shown.pooled.kind
    marks = " · ◤ marks the largest value of a window" if kind == "max" else ""
    backward = direction == "backward"
    return pool_grid(
        pooled,
        shown.upstream,
        shown.gradient,
        direction=direction,
        version=source.version(corner),
        quantity="activation" if source.grey is None else "pixel",
        captions={
            "photo": "Drag the square",
            "before": "Gradient on the slice" if backward else _sized("Slice", pooled.values) + marks,
            "after": "Gradient put here" if backward else _sized("Pooled", pooled.output),
        },
        formula=_formula(pooled.values.shape[1], pooled.window, pooled.stride),
        photo=source.grey,
        corner=corner,
        start=source.start(corner),
        sets={"upstream": UPSTREAM}
        | ({"values": VALUES} if source.grey is None else {"values": TYPED, "corner": PLACE}),
    )


def _sized(name: str, sheet: Tensor) -> str:
    return f"{name}, {sides(sheet.shape[1], sheet.shape[2])}"


def _formula(size: int, window: int, stride: int) -> str:
    """(W - F) / S + 1 with the numbers of the moment, and what torch makes of a fraction."""
    exact = (size - window) / stride + 1
    rounded = pooled_size(size, window, stride)
    down = "" if exact == rounded else f", rounded down to {rounded}"
    return f"(W − F) / S + 1 = ({size} − {window}) / {stride} + 1 = {written(exact, 3)}{down}"


def grey_pixels(image: Image.Image, longest: int = 96) -> np.ndarray:
    """The photo in grey, uint8 (H, W), its longer side `longest` and no side shorter than a patch."""
    scale = longest / max(image.size)
    size = tuple(max(PATCH, round(side * scale)) for side in image.size)
    return np.asarray(image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0).convert("L"))


def liveliest_patch(grey: np.ndarray) -> tuple[int, int]:
    """Row and column of the patch whose pixels differ most (largest variance): a good place to begin."""
    pixels = torch.from_numpy(grey.astype(float))[None, None]
    variance = F.avg_pool2d(pixels**2, PATCH, 1) - F.avg_pool2d(pixels, PATCH, 1) ** 2
    row, column = divmod(int(variance.argmax()), variance.shape[-1])
    return row, column


def slice_code(shown: Slice) -> tuple[str, dict[str, list[float]]]:
    """The lines of torch for the numbers at hand, and what they give."""
    pooled = shown.pooled
    step = KINDS[pooled.kind].code
    code = f"""
import torch
from torch.nn import functional as F

values = torch.tensor({_written(pooled.values)}, requires_grad=True)
pooled = {step}(values[None], kernel_size={pooled.window}, stride={pooled.stride})[0]
upstream = torch.tensor({_written(shown.upstream)})
pooled.backward(upstream)

output = pooled.tolist()
gradient = values.grad.tolist()
"""
    return code, {"output": pooled.output.flatten().tolist(), "gradient": shown.gradient.flatten().tolist()}


def _written(sheet: Tensor) -> str:
    rows = ",\n    ".join(str([float(f"{number:.7g}") for number in row]) for row in sheet[0].tolist())
    return f"[\n    {rows},\n]"


def _inside(grey: np.ndarray, row: int, column: int) -> tuple[int, int]:
    return min(max(row, 0), grey.shape[0] - PATCH), min(max(column, 0), grey.shape[1] - PATCH)
