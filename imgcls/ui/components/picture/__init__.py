"""A picture that follows a drag, enlarged pixel by pixel."""

import numpy as np

from imgcls.ui.components import Element, declare, placed

_mount = declare("picture", html='<figure><canvas role="img"></canvas><figcaption></figcaption></figure>')


def picture(array: np.ndarray, *, alt: str, caption: str = "", smooth: bool = False, key: str | None = None) -> Element:
    """Show uint8 (H, W, 3) or (H, W) as wide as there is room; `alt` says in a sentence what it shows.

    `smooth`: where it is shown smaller than it is, neighbours are mixed rather than left out.
    """
    return placed(_mount.element({"alt": alt, "caption": caption, "smooth": smooth}, {"picture": array}), key)
