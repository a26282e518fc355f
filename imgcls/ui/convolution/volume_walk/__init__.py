"""Filters walking over a small volume of whole numbers: played, stepped, scrubbed and edited in the browser."""

from collections.abc import Callable
from typing import Any

import numpy as np

from imgcls.ops.volume_walk import LIMIT, Volume, Walk
from imgcls.ui.components import declare

_mount = declare("convolution/volume_walk", says=("edit",))


def volume_walk(
    volume: Volume, steps: Walk, *, stride: int, padding: int, key: str, on_change: Callable[[], Any]
) -> None:
    """Show all steps of `walk(volume, stride=stride, padding=padding)`, which torch has computed.

    `on_change` is called when a number was edited; `sent(key, "edit")` then holds {"pixels", "filters", "biases": flat
    lists, "final", "seq"}.
    """
    numbers = {
        "pixels": volume.pixels, "filters": volume.filters, "biases": volume.biases, "windows": steps.windows,
        "products": steps.products, "sums": steps.sums, "output": steps.output,
    }  # fmt: skip
    arrays = {name: each.numpy().astype(np.int32) for name, each in numbers.items()}
    _mount.element({"stride": stride, "padding": padding, "limit": LIMIT}, arrays, on_change).show(key)
