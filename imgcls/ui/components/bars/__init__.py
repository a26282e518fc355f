"""Probabilities as horizontal bars, made of plain elements: a page with them alone loads no chart library."""

from collections.abc import Sequence
from itertools import repeat

from imgcls.numbers import percent
from imgcls.ui.components import Element, declare, placed

_mount = declare("bars")


def bars(
    names: Sequence[str],
    chances: Sequence[float],
    *,
    label: str,
    caption: str = "",
    before: Sequence[float] | None = None,
    threshold: float | None = None,
    key: str | None = None,
) -> Element:
    """One bar a name, the first on top, its percentage written at its end.

    `label` says what they are, for screen readers. `before` outlines behind each bar the value to compare with,
    `threshold` draws a dashed line across all of them, `caption` stands below, with **words** in bold.
    """
    rows = [
        {
            "name": name, "chance": now, "before": old, "written": percent(now),
            "was": "" if old is None else f"(was {percent(old)})",
        }
        for name, now, old in zip(names, chances, before or repeat(None), strict=before is not None)
    ]  # fmt: skip
    return placed(_mount.element({"rows": rows, "threshold": threshold, "label": label, "caption": caption}), key)
