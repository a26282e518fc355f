"""A small chart of `imgcls.ui.charts`, as wide as its place."""

from collections.abc import Mapping
from typing import Any

from imgcls.ui.components import Element, declare

_mount = declare("tensors/chart", html='<div class="charts"></div>', styles=("charts.css",))


def chart(drawn: Mapping[str, Any]) -> Element:
    """`drawn` as `imgcls.ui.charts` describes it: title, axes, lines, legend, height, alt."""
    return _mount.element({"chart": dict(drawn)})
