"""Small charts of `imgcls.ui.charts`, side by side where there is room; light enough to follow a drag."""

from collections.abc import Mapping
from typing import Any

from imgcls.ui.components import Element, declare

_mount = declare("chart", html='<div class="pictures"></div>', styles=("charts.css",))


def charts(*drawn: Mapping[str, Any]) -> Element:
    """Each of `drawn` as `imgcls.ui.charts` describes it.

    One with "readings" is read with the pointer or the arrow keys: the text of the place stands below it.
    """
    return _mount.element({"charts": [dict(each) for each in drawn]})
