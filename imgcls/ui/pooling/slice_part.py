"""Part 1 of the pooling lesson: one slice, as numbers that the reader changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from imgcls.numbers import sides, written
from imgcls.ops.pooling import Pooled, pool, pool_backward, pooled_size
from imgcls.ui.address import kept, to_address
from imgcls.ui.components import caught, sent
from imgcls.ui.components.pool_grid import numbers_within, pool_grid
from imgcls.ui.live import beside, offer
from imgcls.ui.memo import remember
from imgcls.ui.photo import current_photo

GRID = "pool_grid"
EXAMPLE = ((1, 1, 2, 4), (5, 6, 7, 8), (3, 2, 1, 0), (1, 2, 3, 4))  # CS231n's
PATCH = 6  # values a side that are cut out of the photo
_EXAMPLE, _DESK, _VALUES, _PLACE = "example", "pool_desk", "pool_values", "pool_patch"


@dataclass
class _Desk:
    """What the reader made of numbers cut out of the photo, by version, and gradients by their number.

    The numbers of the example and the place of the patch are kept beside it: they stand in the address.
    """

    seq: object = None
    values: dict[str, list[float]] = field(default_factory=dict)
    upstream: dict[int, list[float]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Slice:
    """The numbers at hand: values (1, H, W), pooled, and the gradient that flows back from `upstream` (1, h, w).

    `grey` is the photo that they were cut out of at `corner`, None for the example; `version` says which they are.
    """

    pooled: Pooled
    upstream: Tensor
    gradient: Tensor
    version: str
    grey: np.ndarray | None
    corner: tuple[int, int]


def slice_at_hand(source: str, window: int, stride: int, kind: str) -> Slice:
    """The example's numbers, or those of a patch of the photo, with what the reader changed in them; pooled."""
    desk = _desk()
    grey, corner, version = None, (0, 0), _EXAMPLE
    start = torch.tensor(EXAMPLE, dtype=torch.float64)
    if source == "photo":
        photo = current_photo()
        grey = remember("pool_grey", photo.digest, lambda: grey_pixels(photo.image))
        corner = _corner(desk, photo.digest, grey)
        version = _version(photo.digest[:16], corner)
        start = _patch(grey, corner)
    own = _values(desk, version, start.numel())
    values = start[None] if own is None else torch.tensor(own, dtype=torch.float64).view(1, *start.shape)
    pooled = pool(values, window, stride, kind)
    upstream = _upstream(desk, pooled.output)
    gradient = pool_backward(values, upstream, window, stride, kind)
    return Slice(pooled, upstream, gradient, version, grey, corner)


def draw_slice(shown: Slice, direction: str) -> None:
    """Draw the grids and the window between them, forward or backward; they follow while a hand is at them."""

    def answer(question: Mapping[str, Any]) -> bytes:
        with caught() as elements:
            _draw(_meanwhile(shown, question), direction, ask)
        return beside(elements)

    ask = offer(GRID, answer)
    _draw(shown, direction, ask)


def _meanwhile(shown: Slice, news: Mapping[str, Any]) -> Slice:
    """The slice as the hand has it now: the patch moved, numbers changed, gradients put on the output."""
    values, corner, version = shown.pooled.values, shown.corner, shown.version
    place = news.get("corner")
    if shown.grey is not None and isinstance(place, list) and len(place) == 2:
        corner = _inside(shown.grey, *map(int, place))
        version = _version(shown.version.partition(":")[0], corner)
        if version != shown.version:
            values = _patch(shown.grey, corner)[None]
    if news.get("version") == version and (typed := numbers_within(news.get("values"), values.numel())):
        values = torch.tensor(typed, dtype=torch.float64).view(values.shape)
    settings = shown.pooled.window, shown.pooled.stride, shown.pooled.kind
    upstream = shown.upstream
    if put := numbers_within(news.get("upstream"), upstream.numel()):
        upstream = torch.tensor(put, dtype=torch.float64).view(upstream.shape)
    gradient = pool_backward(values, upstream, *settings)
    return Slice(pool(values, *settings), upstream, gradient, version, shown.grey, corner)


def _draw(shown: Slice, direction: str, ask: str) -> None:
    pooled, kind = shown.pooled, shown.pooled.kind
    marks = " · ◤ wins a window" if kind == "max" else ""
    pool_grid(
        pooled,
        shown.upstream,
        shown.gradient,
        direction=direction,
        version=shown.version,
        quantity="activation" if shown.grey is None else "pixel",
        captions={
            "photo": "Drag the square",
            "before": "Gradient on the slice" if direction == "backward" else _sized("Slice", pooled.values) + marks,
            "after": "Gradient put here" if direction == "backward" else _sized("Pooled", pooled.output),
        },
        formula=_formula(pooled.values.shape[1], pooled.window, pooled.stride),
        photo=shown.grey,
        corner=shown.corner,
        ask=ask,
        key=GRID,
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
    step = "F.max_pool2d" if pooled.kind == "max" else "F.avg_pool2d"
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


def _desk() -> _Desk:
    return st.session_state.setdefault(_DESK, _Desk())


def _corner(desk: _Desk, digest: str, grey: np.ndarray) -> tuple[int, int]:
    """The patch in use: where the reader last put it on this photo, kept inside."""

    def place_in(text: str | None) -> tuple[str, int, int] | None:
        try:
            row, column = map(int, (text or "").split(","))
        except ValueError:
            return None  # no place, or not one: the liveliest patch it is
        return digest, row, column

    candidate = sent(GRID).get("corner") if sent(GRID).get("seq") != desk.seq else None
    if isinstance(candidate, list) and len(candidate) == 2 and all(isinstance(place, int) for place in candidate):
        st.session_state[_PLACE] = (digest, *candidate)
        if sent(GRID).get("final"):
            to_address(_PLACE, f"{candidate[0]},{candidate[1]}")
    place = kept(_PLACE, place_in)
    here = place is not None and place[0] == digest
    if not sent(GRID):  # the page opens anew on what was set before
        to_address(_PLACE, f"{place[1]},{place[2]}" if here else None)
    return _inside(grey, *place[1:]) if here else liveliest_patch(grey)


def _inside(grey: np.ndarray, row: int, column: int) -> tuple[int, int]:
    return min(max(row, 0), grey.shape[0] - PATCH), min(max(column, 0), grey.shape[1] - PATCH)


def _patch(grey: np.ndarray, corner: tuple[int, int]) -> Tensor:
    row, column = corner
    return torch.from_numpy(grey[row : row + PATCH, column : column + PATCH].astype(float))


def _version(photo: str, corner: tuple[int, int]) -> str:
    return f"{photo}:{corner[0]},{corner[1]}"


def _values(desk: _Desk, version: str, count: int) -> list[float] | None:
    """The numbers of that version as the reader made them; None as long as they are as they were."""
    own = kept(_VALUES, lambda text: numbers_within((text or "").split(","), sum(map(len, EXAMPLE))))
    own = own if version == _EXAMPLE else desk.values.get(version)
    news = sent(GRID)
    if not news or news.get("seq") == desk.seq:
        return own
    desk.seq = news.get("seq")
    if news.get("version") != version:
        return own
    if news.get("reset"):
        own = None
        desk.upstream.clear()
    else:
        own = numbers_within(news.get("values"), count) or own
        upstream = news.get("upstream")
        if isinstance(upstream, list) and numbers_within(upstream, len(upstream)) is not None:
            desk.upstream[len(upstream)] = numbers_within(upstream, len(upstream))
    if version == _EXAMPLE:
        st.session_state[_VALUES] = own
        if news.get("final"):
            _to_address(own)
    else:  # of one place alone
        desk.values = {} if own is None else {version: own}
    return own


def _to_address(values: list[float] | None) -> None:
    unchanged = values is None or values == [float(number) for row in EXAMPLE for number in row]
    to_address(_VALUES, None if unchanged else ",".join(f"{number:g}" for number in values))


def _upstream(desk: _Desk, output: Tensor) -> Tensor:
    """The gradient put on the output: what the reader put there, else 1 on the first."""
    own = desk.upstream.get(output.numel())
    if own is not None:
        return torch.tensor(own, dtype=torch.float64).view(output.shape)
    first = torch.zeros_like(output)
    first[0, 0, 0] = 1
    return first
