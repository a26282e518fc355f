"""Functions above, their slopes below, and a cursor through both: the numbers it reads are those that were sent."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imgcls.ops.activations import ActivationCurve, Zone
from imgcls.ops.verdicts import VERDICTS
from imgcls.palette import SERIES
from imgcls.ui.components import Element, declare

DASHES: tuple[tuple[int, ...], ...] = ((), (10, 5), (3, 4), (10, 4, 3, 4), (16, 6), (16, 4, 3, 4))
_mount = declare("activations/curves", says=("value",))


@dataclass(frozen=True)
class Line:
    """y = w x + b, one of those that Maxout takes the largest of; a hand sets the numbers `names` with its handles."""

    w: float
    b: float
    names: tuple[str, str]


def curves(
    curves: Sequence[ActivationCurve],
    titles: Sequence[str],
    *,
    cursor: float,
    sets: str,
    zones: Sequence[Zone] = (),
    lines: Sequence[Line] = (),
    y_range: tuple[float, float] = (-2.0, 4.0),
) -> Element:
    """Up to six curves over the same x, and a cursor that sets the number `sets`.

    `zones` are shaded; `lines` are drawn thin, with handles to drag.
    """
    x = curves[0].x
    fields = {
        "titles": list(titles),
        "colours": list(SERIES),
        "dashes": DASHES,
        "yRange": y_range,
        "zones": [[zone.kind, zone.low, zone.high] for zone in zones],
        "words": {kind: [VERDICTS[kind].title, VERDICTS[kind].bound] for kind in {zone.kind for zone in zones}},
        "lines": [[line.w, line.b] for line in lines],
        "names": [line.names for line in lines],
        "cursor": cursor,
        "sets": sets,
    }
    y, slope = (np.stack([getattr(curve, name).numpy() for curve in curves]) for name in ("y", "slope"))
    arrays = {"x": x.numpy().astype("f4"), "y": y.astype("f4"), "slope": slope.astype("f4")}
    return _mount.element(fields, arrays)
