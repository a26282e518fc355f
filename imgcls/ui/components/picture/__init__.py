"""A picture that follows a drag, enlarged pixel by pixel."""

import numpy as np

from imgcls.ui.components import Element, declare, placed

_mount = declare("picture", html='<figure><canvas role="img"></canvas><figcaption></figcaption></figure>')


def picture(array: np.ndarray, *, alt: str, caption: str = "", key: str | None = None) -> Element:
    """Show uint8 (H, W, 3) or (H, W) as wide as there is room; `alt` says in a sentence what it shows."""
    return placed(_mount.element({"alt": alt, "caption": caption}, {"picture": array}), key)
