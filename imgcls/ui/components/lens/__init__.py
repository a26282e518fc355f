"""The lens: a picture, the arithmetic of one window, and what comes out; pointing costs no message to the server.

It knows no operation: pages give it the pixels, the outputs that torch computed, and how the windows lie. Convolution
gives weights, pooling gives none (the cell that equals the output is then the winner).
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from imgcls.ops.histogram import Histogram
from imgcls.palette import colour_table
from imgcls.ui.components import declare, ignore, sent
from imgcls.ui.packet import pack

_mount = declare("lens")


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
    before: Side,
    after: Side,
    window: Window,
    *,
    row_sources: np.ndarray,
    column_sources: np.ndarray,
    key: str,
    caption: str,
    weights: Weights | None = None,
    summed: bool = False,
    ask: str = "",
    on_change: Callable[[], Any] = ignore,
) -> None:
    """Show `before` and `after` with the window between them.

    Args:
        row_sources, column_sources: for each padded row and column, the one of `before` that it copies, -1 for zeros.
        caption: what stands above the cells.
        summed: the output adds up the three channels.
        ask: where `imgcls.ui.live` answers {"weights": [...], "divisor", "bias"} with `lens_answer(...)` during a drag.
        on_change: called when the reader has set a weight, the divisor or the bias; `sent(key, "edit")` then holds the
            same three, "seq", and "final", which is false in the middle of a drag that nobody could be asked about.
    """
    fields, arrays = _moved(after, window, row_sources, column_sources, weights, before)
    fields |= {
        "ack": sent(key, "edit").get("seq"),
        "ask": ask,
        "start": _strongest(after.values),
        "caption_middle": caption,
        "summed": summed,
        "weighted": weights is not None,
        "editable": weights is not None and weights.limits is not None,
        "limits": weights.limits if weights else None,
    }
    arrays |= {"input_colours": colour_table(before.quantity), "output_colours": colour_table(after.quantity)}
    # Not "value": Streamlit unwraps a lone state of that name, and its callback never fires.
    _mount(key=key, data=pack(fields, **arrays), default={"edit": None}, on_edit_change=on_change)


def move_lens(
    after: Side,
    window: Window,
    *,
    row_sources: np.ndarray,
    column_sources: np.ndarray,
    key: str,
    weights: Weights | None = None,
    before: Side | None = None,
) -> None:
    """Other windows for a lens that is on the page, while a slider is dragged (see `imgcls.ui.live.follow`).

    Everything else stays as `lens` has it; `before` comes along only if it is another picture.
    """
    fields, arrays = _moved(after, window, row_sources, column_sources, weights, before)
    _mount(key=key, data=pack(fields, **arrays))


def lens_answer(after: Side, weights: Weights) -> bytes:
    """What changes in the lens with the weights: the answer to `ask`."""
    fields, arrays = _answer(after, weights)
    return pack(fields, **arrays)


def _strongest(output: np.ndarray) -> list[float]:
    """Where to look first, as shares of the last row and column: a flat part of the photo would show nothing."""
    rows, columns, channels = output.shape
    row, column = divmod(int(np.abs(output.astype(np.float32)).argmax()) // channels, columns)
    return [row / max(1, rows - 1), column / max(1, columns - 1)]


def _moved(
    after: Side,
    window: Window,
    row_sources: np.ndarray,
    column_sources: np.ndarray,
    weights: Weights | None,
    before: Side | None,
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    fields, arrays = _answer(after, weights)
    fields["window"] = asdict(window)
    arrays |= {"rows": row_sources.astype(np.int16), "columns": column_sources.astype(np.int16)}
    if before is not None:
        fields["caption_input"] = before.caption
        fields["input"] = {"low": before.histogram.low, "high": before.histogram.high}
        arrays |= {"input": before.values, "input_counts": before.histogram.counts.numpy().astype(np.uint32)}
    return fields, arrays


def _answer(after: Side, weights: Weights | None) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    counts = after.histogram.counts.numpy().astype(np.uint32)
    fields = {"caption_output": after.caption, "output": {"low": after.histogram.low, "high": after.histogram.high}}
    arrays = {"output": after.values, "output_counts": counts}
    if weights is not None:
        fields |= {"divisor": weights.divisor, "bias": weights.bias}
        arrays |= {"weights": weights.values}
        if weights.sums is not None:
            arrays["sums"] = weights.sums
    return fields, arrays
