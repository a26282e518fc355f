"""One slice under a pooling window: editable numbers, the window between them and the output, forward and backward."""

from collections.abc import Mapping

import numpy as np
from torch import Tensor

from imgcls.ops.pooling import Pooled, covered, handed_back, ties, window_places
from imgcls.palette import colour_table
from imgcls.ui.components import Element, declare

LIMIT = 999.0
"""The largest size of a number that may be typed: more digits would not fit into a cell."""

_mount = declare("pooling/pool_grid", says=("value",))


def numbers_within(candidate: object, count: int) -> list[float] | None:
    """`candidate` as `count` finite numbers of at most LIMIT, rounded to 6 decimals; None if it is anything else."""
    try:
        numbers = np.asarray(candidate, float)
    except (TypeError, ValueError, OverflowError):
        return None
    if numbers.shape != (count,) or not (np.abs(numbers) <= LIMIT).all():  # false for NaN
        return None
    return numbers.round(6).tolist()


def pool_grid(
    pooled: Pooled,
    upstream: Tensor,
    gradient: Tensor,
    *,
    direction: str,
    version: str,
    quantity: str,
    captions: Mapping[str, str],
    formula: str,
    photo: np.ndarray | None = None,
    corner: tuple[int, int] = (0, 0),
    start: Tensor,
    sets: Mapping[str, str],
) -> Element:
    """A volume of one slice, pooled "forward", or "backward" with `gradient` (1, H, W) from `upstream` (1, h, w).

    `captions` are those of "photo", "before" and "after"; `formula` says how the output's size comes about.
    `version` names the numbers' origin: what the reader types belongs to that version. `photo` uint8 (H, W) is shown
    beside, with the patch at `corner` (row, column). `start` (1, H, W) are the numbers before the reader changed any.
    A hand moves the rows of the stage's table that `sets` names for "values" (as {"version", "values"}), "upstream"
    (a list) and, with a photo, "corner".
    """
    values = pooled.values[0].double().numpy()
    largest = max(float(np.abs(values).max()), 1e-9)
    steepest = max(float(gradient.abs().max()), float(upstream.abs().max()), 1e-9)
    arrays = {
        "values": values,
        "output": pooled.output[0].double().numpy(),
        "uses": pooled.uses.numpy().astype(np.int32),
        "upstream": upstream[0].double().numpy(),
        "gradient": gradient[0].double().numpy(),
        "places": window_places(pooled).numpy().astype(np.int32),
        "parts": handed_back(pooled, upstream)[0].double().numpy(),
        "value_colours": colour_table(quantity),
        "gradient_colours": colour_table("gradient"),
    }
    if pooled.winners is not None:
        arrays["winners"] = pooled.winners[0].numpy().astype(np.int32)
        arrays["wins"] = pooled.wins[0].numpy().astype(np.int32)
        arrays["ties"] = ties(pooled)[0].numpy().astype(np.uint8)
    if photo is not None:
        arrays["photo"] = photo
    fields = {
        "version": version,
        "direction": direction,
        "kind": pooled.kind,
        "window": pooled.window,
        "stride": pooled.stride,
        "covered": covered(pooled),
        "limit": LIMIT,
        "scale": [0.0, 255.0] if quantity == "pixel" else [-largest, largest],
        "gradient_scale": [-steepest, steepest],
        "captions": dict(captions),
        "formula": formula,
        "corner": list(corner),
        "start": start.flatten().tolist(),
        "sets": dict(sets),
    }
    return _mount.element(fields, arrays)
