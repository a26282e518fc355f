"""Places for the nodes of a graph, left to right: columns by depth, rows with few crossings and straight chains.

The method is the usual one for layered graphs (Sugiyama, Tagawa and Toda 1981): longest-path layers, stand-ins where an
edge passes a layer, barycentre sweeps for the order, and least-squares shifts for the heights.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

GAP = 14.0
LANE = 18.0  # the height of a stand-in
SWEEPS = 8


@dataclass(frozen=True)
class Layout:
    """`columns[i]` and `middles[i]` (pixels from the top) of every node.

    `detours[(source, target)]` are the (column, y) that an edge passes between.
    """

    columns: tuple[int, ...]
    middles: tuple[float, ...]
    detours: dict[tuple[int, int], tuple[tuple[int, float], ...]]
    height: float


def lay_out(inputs: Sequence[Sequence[int]], heights: Sequence[float]) -> Layout:
    """Places for nodes of the given `heights`; `inputs[i]` are earlier nodes, drawn to the left of node i."""
    return _lay_out(tuple(map(tuple, inputs)), tuple(heights))


@lru_cache(maxsize=256)  # a drag asks for the same graph again and again
def _lay_out(inputs: tuple[tuple[int, ...], ...], heights: tuple[float, ...]) -> Layout:
    columns = _columns(inputs)
    # Stand-ins: one chain a source, as long as its furthest reader needs. Keys are nodes, or (source, column).
    size: dict = dict(enumerate(heights))
    left: dict = {i: [] for i in range(len(inputs))}
    where: dict = dict(enumerate(columns))
    detours: dict[tuple[int, int], list] = {}
    for target, sources in enumerate(inputs):
        for source in dict.fromkeys(sources):
            before, chain = source, []
            for column in range(columns[source] + 1, columns[target]):
                stand_in = (source, column)
                if stand_in not in size:
                    size[stand_in], where[stand_in], left[stand_in] = LANE, column, [before]
                before = stand_in
                chain.append(stand_in)
            left[target].append(before)
            detours[source, target] = chain
    right: dict = {key: [] for key in size}
    for key, sources in left.items():
        for source in sources:
            right[source].append(key)
    layers = [[key for key in size if where[key] == column] for column in range(max(columns) + 1)]
    _order(layers, left, right, inputs)
    middles = _middles(layers, left, right, size)
    top = min(middles[key] - size[key] / 2 for key in size)
    bottom = max(middles[key] + size[key] / 2 for key in size)
    return Layout(
        tuple(columns),
        tuple(middles[i] - top for i in range(len(inputs))),
        {pair: tuple((where[key], middles[key] - top) for key in chain) for pair, chain in detours.items()},
        bottom - top,
    )


def _columns(inputs: Sequence[Sequence[int]]) -> list[int]:
    """Operations as far left as they can be, leaves beside their first reader."""
    columns = [0] * len(inputs)
    for i, sources in enumerate(inputs):
        columns[i] = 1 + max((columns[s] for s in sources), default=-1)
    for i, sources in enumerate(inputs):
        readers = [columns[j] for j, other in enumerate(inputs) if i in other]
        if not sources and readers:
            columns[i] = min(readers) - 1
    return columns


def _order(layers: list[list], left: dict, right: dict, inputs: Sequence[Sequence[int]]) -> None:
    """Sort every layer so that few edges cross, starting from the order in which the text is read."""
    reading: dict[int, int] = {}

    def visit(node: int) -> None:
        if node not in reading:
            reading[node] = -1
            first, *others = inputs[node] or (None,)
            if first is not None:
                visit(first)
            reading[node] = len(reading)
            for other in others:
                visit(other)

    for node in reversed(range(len(inputs))):
        visit(node)
    for layer in layers:
        layer.sort(key=lambda key: reading[key[0] if isinstance(key, tuple) else key])
    for sweep in range(SWEEPS):
        neighbours = right if sweep % 2 == 0 else left
        for layer in reversed(layers) if sweep % 2 == 0 else layers:
            place = {key: k / max(1, len(row) - 1) for row in layers for k, key in enumerate(row)}
            place |= {row[0]: 0.5 for row in layers if len(row) == 1}
            layer.sort(key=lambda key: _mean([place[other] for other in neighbours[key]], place[key]))


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _middles(layers: list[list], left: dict, right: dict, size: dict) -> dict:
    """Heights that pull every node towards its neighbours, without overlaps."""
    middles: dict = {}
    for layer in layers:
        total = sum(size[key] + GAP for key in layer) - GAP
        y = -total / 2
        for key in layer:
            middles[key] = y + size[key] / 2
            y += size[key] + GAP
    for sweep in range(2 * SWEEPS):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            wanted = [_mean([middles[n] for n in (*left[key], *right[key])], middles[key]) for key in layer]
            for key, y in zip(layer, _spread(wanted, [size[key] for key in layer]), strict=True):
                middles[key] = y
    return middles


def _spread(wanted: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """The middles nearest to `wanted` (least squares) that keep the order and do not overlap: pooled neighbours."""
    offsets = [0.0]
    for above, below in pairwise(sizes):
        offsets.append(offsets[-1] + (above + below) / 2 + GAP)
    blocks: list[tuple[float, int]] = []  # (mean of wanted - offset, how many)
    for y, offset in zip(wanted, offsets, strict=True):
        mean, count = y - offset, 1
        while blocks and blocks[-1][0] > mean:
            other, many = blocks.pop()
            mean, count = (mean * count + other * many) / (count + many), count + many
        blocks.append((mean, count))
    return [mean + offset for mean, offset in zip((m for m, n in blocks for _ in range(n)), offsets, strict=True)]
