"""Keeps the keyboard's focus where somebody works when Streamlit puts another element in the place of the one in use.

It goes to the element of the same key. Where buttons take each other's places, a container around them has a key that
ends in "buttons" or "uploader": then it goes to the one of the same kind in there, else to the first.
Streamlit's progress bars, which have no name, get one on the way.
"""

from collections.abc import Mapping

from imgcls.ui.components import declare

_mount = declare("frame/focus")


def keep_focus(instead: Mapping[str, str]) -> None:
    """Mount it once a page. `instead`: beginning of keys -> the container that follows when none is left."""
    _mount.element({"instead": dict(instead)}).show("focus_keeper")
