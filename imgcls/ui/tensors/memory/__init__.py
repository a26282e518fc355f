"""A tiny picture and its memory side by side: which number lies at which address. Hover and walk cost no message."""

import numpy as np
from torch import Tensor

from imgcls.ops.tensors import MemoryOrder
from imgcls.ui.components import declare

_mount = declare("tensors/memory")


def memory(array: Tensor, order: MemoryOrder, *, key: str) -> None:
    """Show a uint8 (H, W, 3) picture of a few pixels beside its memory in this order."""
    found = order.facts
    shares = "nothing was moved" if order.shares else "copied to new memory"
    fields = {
        "dimensions": order.dimensions,
        "shape": found.shape,
        "stride": found.stride,
        "facts": [
            ["shape", str(found.shape), f"({', '.join(order.dimensions)})"],
            ["stride", str(found.stride), "elements to the next along each"],
            ["is_contiguous", str(found.contiguous == "yes"), _contiguous(found.contiguous)],
            ["data_ptr", "same" if order.shares else "new", shares],
        ],
    }
    arrays = {"picture": array.numpy(), "address": order.address.numpy().astype(np.int32)}
    _mount.element(fields, arrays).show(key)


def _contiguous(answer: str) -> str:
    return {
        "yes": "neighbours along the last dimension are adjacent",
        "channels_last": "but is_contiguous(channels_last) is True",
        "no": "reading it in order jumps about in memory",
    }[answer]
