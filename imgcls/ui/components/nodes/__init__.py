"""A drawn network: every node of a layer connected to every node of the next. Pointing costs no message."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from imgcls.palette import HUES, NEGATIVE_LINE
from imgcls.ui.components import Element, declare, placed

_mount = declare("nodes")


@dataclass(frozen=True)
class Layer:
    """A column of `count` nodes, of which the first `drawn` are drawn; `title` stands above, the count below.

    Those in `off` are crossed out, and their connections are left away.
    """

    title: str
    count: int
    drawn: int
    off: tuple[int, ...] = ()


@dataclass(frozen=True)
class Connections:
    """The weights between two columns: of all (`count`), the share of all parameters, and those between drawn nodes.

    `weights` is (drawn nodes of the next column, drawn nodes of this one); `limit` is the size that gets the widest
    line. `bundled` connections are drawn as a band, with their number on it.
    """

    count: int
    share: float
    weights: np.ndarray
    limit: float
    bundled: bool


def nodes(
    layers: Sequence[Layer],
    connections: Sequence[Connections],
    *,
    alt: str,
    shares: bool = True,
    key: str | None = None,
) -> Element:
    """Draw the columns from left to right with one set of connections between each two.

    With `shares` a row below tells where the parameters are.
    """
    pairs = [
        {"count": each.count, "share": each.share, "limit": each.limit, "bundled": each.bundled} for each in connections
    ]
    fields = {
        "alt": alt,
        "shares": shares,
        "layers": [asdict(layer) for layer in layers],
        "pairs": pairs,
        "colours": [NEGATIVE_LINE["weight"], HUES["weight"].line],
    }
    return placed(_mount.element(fields, {f"w{i}": each.weights for i, each in enumerate(connections)}), key)
