"""Two small charts of gradient descent: the value at every step, and the value along one step."""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from imgcls.numbers import written
from imgcls.ops.descent import Descent, Slice
from imgcls.ui.charts import Axis, axis_for, line, place


def value_path(path: Descent, at: int, others: Mapping[str, Descent] = MappingProxyType({})) -> dict[str, Any]:
    """The value at every step; a logarithmic axis where positive values differ by a factor above 1000.

    `others` are further paths by the kind of their line.
    """
    rows = {"value": [point.value for point in path.points]}
    rows |= {kind: [point.value for point in other.points] for kind, other in others.items()}
    finite = [value for values in rows.values() for value in values if math.isfinite(value)]
    powers = bool(finite) and min(finite) > 0 and max(finite) > 1000 * min(finite)
    heights = {
        kind: [math.log10(value) if powers and value > 0 else value for value in values]
        for kind, values in rows.items()
    }
    last = max(*(len(values) - 1 for values in rows.values()), 10)
    across = Axis(-0.5, last + 0.5, tuple((k, str(k)) for k in range(0, last + 1, 5 if last > 12 else 2)))
    up = axis_for([height for each in heights.values() for height in each], powers=powers)
    places = {kind: [place(across, up, k, y) for k, y in enumerate(each)] for kind, each in heights.items()}
    now, values = places["value"][at], rows["value"]
    return {
        "title": "value at every step",
        "xticks": across.drawn,
        "yticks": up.drawn,
        "lines": [line(kind, each, dots=kind == "value") for kind, each in reversed(places.items())],
        "marks": [{"kind": "ring", "at": now, "label": ""}] if now else [],
        "alt": f"The value at steps 0 to {len(values) - 1}: from {written(values[0])} to {written(values[-1])}",
    }


def step_slice(along: Slice, here: float, landing: float | None) -> dict[str, Any]:
    """The value on the way of the next step: the curve, the line that the step trusts, its start and its landing."""
    shares = (0, 0.5, 1, 1.5, 2)
    across = Axis(along.shares[0], along.shares[-1], tuple((share, f"{share:g}") for share in shares))
    # The curve between both ends of the step is what matters; its far tails would flatten it.
    up = axis_for([value for x, value in zip(along.shares, along.values, strict=True) if -0.3 <= x <= 1.3])
    promised = here + along.slope
    marks = [{"kind": "start", "at": place(across, up, 0, here), "label": "here"}]
    told = f"The value along the next step, from {written(here)}"
    if landing is not None:
        kind = "lands" if landing <= here else "rises"
        marks.append({"kind": kind, "at": place(across, up, 1, landing), "label": "lands"})
        told += f" to {written(landing)}; the straight line promises {written(promised)}"
    curve = [place(across, up, x, y) for x, y in zip(along.shares, along.values, strict=True)]
    return {
        "title": "value along the next step",
        "xticks": across.drawn,
        "yticks": up.drawn,
        "lines": [
            line("promise", [place(across, up, 0, here), place(across, up, 1, promised)]),
            line("value", curve),
        ],
        "marks": [mark for mark in marks if mark["at"]],
        "alt": told,
    }
