"""A picture that follows a drag, enlarged pixel by pixel."""

import numpy as np

from imgcls.ui.components import Element, declare, placed

_mount = declare("picture", html='<figure><canvas role="img"></canvas><figcaption></figcaption></figure>')


def picture(
    array: np.ndarray,
    *,
    alt: str,
    caption: str = "",
    smooth: bool = False,
    over: np.ndarray | None = None,
    first: bool = True,
    key: str | None = None,
) -> Element:
    """Show uint8 (H, W, 3) or (H, W) as wide as there is room; `alt` says in a sentence what it shows.

    `smooth`: where it is shown smaller than it is, neighbours are mixed rather than left out. `over`: a picture
    (H, W, 3) from which this one differs in few pixels. It travels the `first` time only; then those pixels do.
    """
    arrays = {"picture": array}
    if over is not None:
        where = np.flatnonzero((array != over).any(axis=-1)).astype(np.uint32)
        arrays = {"where": where, "colours": array.reshape(-1, 3)[where]} | ({"picture": over} if first else {})
    return placed(_mount.element({"alt": alt, "caption": caption, "smooth": smooth}, arrays), key)
