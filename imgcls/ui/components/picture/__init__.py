"""A picture that follows a drag, enlarged pixel by pixel."""

import numpy as np

from imgcls.ui.components import declare
from imgcls.ui.packet import pack

_mount = declare("picture", html='<figure><canvas role="img"></canvas><figcaption></figcaption></figure>')


def picture(array: np.ndarray, *, key: str, alt: str, caption: str = "") -> None:
    """Show uint8 (H, W, 3) or (H, W) as wide as there is room; `alt` says in a sentence what it shows."""
    _mount(key=key, data=pack({"alt": alt, "caption": caption}, picture=array))
