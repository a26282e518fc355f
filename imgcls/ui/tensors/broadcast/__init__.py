"""Two tensors, stretched to one shape, and their sum: pointing at a sum shows the two numbers that met."""

import numpy as np

from imgcls.ops.broadcasting import Broadcast
from imgcls.ui.components import declare

_mount = declare("tensors/broadcast")


def broadcast_picture(made: Broadcast, *, key: str) -> None:
    """Show the aligned shapes, and the cells of a, b and a + b; cells that only repeat others are hatched."""
    fields = {
        "axes": [
            {"a": axis.a, "b": axis.b, "result": axis.result, "stretched": list(axis.stretched)} for axis in made.axes
        ],
        "trouble": made.trouble,
        "shapes": [str(tuple(made.a.shape)), str(tuple(made.b.shape))],
    }
    arrays = {}
    if made.total is not None and made.from_a is not None and made.from_b is not None:
        shape = tuple(made.total.shape) or (1,)
        fields |= {"size": shape, "strides": [str(stride) for stride in made.strides or ()]}
        arrays = {
            "from_a": made.from_a.numpy().astype(np.int32).reshape(-1),
            "from_b": made.from_b.numpy().astype(np.int32).reshape(-1),
            "a": made.a.numpy().astype(np.int32).reshape(-1),
            "b": made.b.numpy().astype(np.int32).reshape(-1),
            "total": made.total.numpy().astype(np.int32).reshape(-1),
        }
    _mount.element(fields, arrays).show(key)
