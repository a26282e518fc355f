"""Filters walking over a small volume of whole numbers: played, stepped, scrubbed and edited in the browser."""

from collections.abc import Callable
from typing import Any

import numpy as np

from imgcls.ops.volume_walk import LIMIT, Volume, Walk
from imgcls.ui.components import declare, sent
from imgcls.ui.packet import pack

_mount = declare("volume_walk")


def volume_walk(
    volume: Volume, steps: Walk, *, stride: int, padding: int, key: str, on_change: Callable[[], Any]
) -> None:
    """Show all steps of `walk(volume, stride=stride, padding=padding)`, which torch has computed.

    `on_change` is called when a number was edited; `sent(key, "edit")` then holds {"pixels", "filters", "biases": flat
    lists, "final", "seq"}.
    """

    def whole(numbers: Any) -> np.ndarray:
        return numbers.numpy().astype(np.int32)

    packet = pack(
        {"stride": stride, "padding": padding, "limit": LIMIT, "ack": sent(key, "edit").get("seq")},
        pixels=whole(volume.pixels),
        filters=whole(volume.filters),
        biases=whole(volume.biases),
        windows=whole(steps.windows),
        products=whole(steps.products),
        sums=whole(steps.sums),
        output=whole(steps.output),
    )
    # Not "value": Streamlit unwraps a lone state of that name, and its callback never fires.
    _mount(key=key, data=packet, default={"edit": None}, on_edit_change=on_change)
