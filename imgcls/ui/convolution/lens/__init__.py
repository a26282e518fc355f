"""The lens: a picture, the arithmetic of one window, and what comes out; pointing costs no message to the server.

The page gives it the pixels, the weights, the outputs that torch computed, and how the windows lie.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from imgcls.ops.histogram import Histogram
from imgcls.palette import colour_table
from imgcls.ui.components import Element, declare

_mount = declare("convolution/lens", says=("edit",))


@dataclass(frozen=True)
class Window:
    """How windows of `rows` x `columns` taps, `dilation` apart, lie on the padded picture, one every `stride` pixels.

    `padding` is what was added at the top and at the left; with `flip` the weights lie turned by 180 degrees.
    """

    rows: int
    columns: int
    stride: int = 1
    dilation: int = 1
    padding: int = 0
    flip: bool = False


@dataclass(frozen=True)
class Weights:
    """What the pixels are multiplied by: float32 (S, k, k), S = 1 for all channels or 3; products / divisor + bias.

    `sums` float32 (H', W', C) are the products added up per channel, before divisor and bias; None if these change
    nothing. `limits` holds the largest sizes that may be typed, for "weight", "divisor" and "bias"; None makes all
    read-only.
    """

    values: np.ndarray
    divisor: float = 1.0
    bias: float = 0.0
    sums: np.ndarray | None = None
    limits: dict[str, float] | None = None


@dataclass(frozen=True)
class Side:
    """One of the two pictures: uint8 or float32 (H, W, 1 or 3), its caption, and its colours from `low` to `high`.

    A picture with three channels is drawn in red, green and blue; one with one channel in the hue of `quantity`.
    """

    values: np.ndarray
    caption: str
    histogram: Histogram
    quantity: str = "pixel"


def lens(
    before: Side | None,
    after: Side,
    window: Window,
    *,
    row_sources: np.ndarray,
    column_sources: np.ndarray,
    caption: str,
    weights: Weights,
    summed: bool = False,
    sets: str = "",
    on_change: Callable[[], Any] = lambda: None,
) -> Element:
    """`before` and `after` with the window between them.

    Args:
        before: None leaves the picture as it was, for a lens that is on the page already.
        row_sources, column_sources: for each padded row and column, the one of `before` that it copies, -1 for zeros.
        caption: what stands above the cells.
        summed: the output adds up the three channels.
        sets: the row of the stage's table that a drag of the weights moves, as {"weights": [...], "divisor", "bias"}.
        on_change: called when the reader has set a weight, the divisor or the bias; `sent(key, "edit")` then holds the
            same three, "seq", and "final", which is false in the middle of a drag that nobody could be asked about.
    """
    fields, arrays = _answer(after, weights)
    fields |= {
        "window": asdict(window),
        "caption_middle": caption,
        "summed": summed,
        "editable": weights.limits is not None,
        "limits": weights.limits,
        "sets": sets,
    }
    arrays |= {
        "rows": row_sources.astype(np.int16),
        "columns": column_sources.astype(np.int16),
        "output_colours": colour_table(after.quantity),
    }
    if before is not None:
        fields |= {
            "caption_input": before.caption,
            "input": {"low": before.histogram.low, "high": before.histogram.high},
            "start": _strongest(after.values),
        }
        arrays |= {
            "input": before.values,
            "input_counts": before.histogram.counts.numpy().astype(np.uint32),
            "input_colours": colour_table(before.quantity),
        }
    return _mount.element(fields, arrays, on_change)


def _strongest(output: np.ndarray) -> list[float]:
    """Where to look first, as shares of the last row and column: a flat part of the photo would show nothing."""
    rows, columns, channels = output.shape
    row, column = divmod(int(np.abs(output.astype(np.float32)).argmax()) // channels, columns)
    return [row / max(1, rows - 1), column / max(1, columns - 1)]


def lens_output(after: Side, weights: Weights) -> Element:
    """What changes with the weights alone, for a lens that is on the page already."""
    return _mount.element(*_answer(after, weights))


def _answer(after: Side, weights: Weights) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    counts = after.histogram.counts.numpy().astype(np.uint32)
    fields = {"caption_output": after.caption, "output": {"low": after.histogram.low, "high": after.histogram.high}}
    arrays = {"output": after.values, "output_counts": counts}
    fields |= {"divisor": weights.divisor, "bias": weights.bias}
    arrays |= {"weights": weights.values}
    if weights.sums is not None:
        arrays["sums"] = weights.sums
    return fields, arrays
