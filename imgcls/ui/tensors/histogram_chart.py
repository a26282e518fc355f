"""The histograms of a photo's channels before and after normalising, as a live chart."""

from typing import Any

from imgcls.numbers import whole
from imgcls.ops.histogram import Histogram
from imgcls.ops.tensors import SPAN, Normalised
from imgcls.ui.charts import Axis, axis_for, line, place

COLOURS = ("red", "green", "blue")


def moved_histograms(made: Normalised) -> dict[str, Any]:
    """One stepped line a channel after normalising, over what the three were before."""
    low, high = SPAN
    across = Axis(low, high, tuple((x, whole(x)) for x in range(round(low), round(high) + 1)))
    # The same height whatever is chosen, so that widening is seen as getting lower.
    up = axis_for([0, max(int(counted.counts.max()) for counted in made.before)])
    return {
        "title": "histogram of pixel values",
        "xticks": across.drawn,
        "yticks": up.drawn,
        "lines": [
            *(_stepped("before", counted, across, up) for counted in made.before),
            *(_stepped(name, counted, across, up) for name, counted in zip(COLOURS, made.after, strict=True)),
        ],
        "marks": [],
        "legend": [["before", "before"], *([name, name] for name in COLOURS)],
        "height": 270,
        "alt": "Histograms of red, green and blue before and after normalising",
    }


def _stepped(kind: str, counted: Histogram, across: Axis, up: Axis) -> dict[str, Any]:
    """Every bin as a level piece from its lower to its upper edge; empty bins at both ends are left out."""
    counts, edges = counted.counts.tolist(), counted.edges.tolist()
    filled = [i for i, count in enumerate(counts) if count]
    first, last = (filled[0], filled[-1]) if filled else (0, 0)
    corners = [(edges[first], 0)]
    for i in range(first, last + 1):
        corners += [(edges[i], counts[i]), (edges[i + 1], counts[i])]
    corners.append((edges[last + 1], 0))
    return line(kind, [place(across, up, x, y) for x, y in corners])
