"""For each layer how its weights and its gradients are spread: two small histograms that change in place."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imgcls.ui.components import declare

_mount = declare("training/histograms", html='<div class="histograms"></div>')


@dataclass(frozen=True, eq=False)
class Spread:
    """A layer and a note about it; `weights` and `gradients`: a reach and counts (B,) from -reach to +reach."""

    name: str
    note: str
    weights: tuple[float, np.ndarray] | None
    gradients: tuple[float, np.ndarray] | None


def histograms(layers: Sequence[Spread], *, key: str, alt: str) -> None:
    """Show a line for each layer."""
    arrays: dict[str, np.ndarray] = {}
    lines = []
    for place, layer in enumerate(layers):
        line = {"name": layer.name, "note": layer.note}
        for kind in ("weights", "gradients"):
            if spread := getattr(layer, kind):
                reach, counts = spread
                negative = float(counts[: len(counts) // 2].sum()) / max(float(counts.sum()), 1.0)
                line[kind] = {"reach": reach, "negative": negative}
                arrays[f"{kind}{place}"] = counts.astype(np.int32)
        lines.append(line)
    _mount.element({"lines": lines, "alt": alt}, arrays).show(key)
