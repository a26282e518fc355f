"""One slice before and after pooling at one value a pixel, with a lens that shows the numbers of two by two windows."""

from collections.abc import Sequence

import numpy as np

from imgcls.figures.images import shade_limit, signed_levels
from imgcls.ops.pooling import Pooled
from imgcls.palette import colour_table
from imgcls.ui.components import Element, declare

_mount = declare("pooling/slice_pair")


def slice_pair(
    pooled: Pooled, *, number: int, captions: Sequence[str], note: str, exact: bool, quantity: str
) -> Element:
    """A volume of one slice and its pooled slice, both shaded alike.

    With `exact` all values travel along (float32) and the lens shows them; without, in the middle of a drag, the shades
    alone. `captions` stand above the two pictures, `note` below the second. `number` is its place in the volume.
    """
    limit = float(shade_limit(pooled.values))
    arrays = {
        "before": signed_levels(pooled.values[0], limit),
        "after": signed_levels(pooled.output[0], limit),
        "colours": colour_table(quantity),
    }
    if exact:
        arrays |= {"before_values": pooled.values[0].numpy(), "after_values": pooled.output[0].numpy()}
        if pooled.winners is not None:
            arrays["winners"] = pooled.winners[0].numpy().astype(np.int32)
    rows, columns = pooled.output.shape[1:]
    most = int(arrays["after"].argmax())  # of the shades, as they are seen
    fields = {
        "slice": number,
        "liveliest": [(most // columns + 0.5) / rows, (most % columns + 0.5) / columns],
        "window": pooled.window,
        "stride": pooled.stride,
        "kind": pooled.kind,
        "captions": list(captions),
        "note": note,
    }
    return _mount.element(fields, arrays)
