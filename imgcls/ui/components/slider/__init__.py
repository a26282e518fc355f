"""A slider that sends its value while it is dragged (Streamlit's own sends on release only)."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from imgcls.ui.address import store_of, to_address
from imgcls.ui.components import Element, declare
from imgcls.ui.dials import Dial

_mount = declare("slider", says=("value",), html='<div class="slider"></div>', styles=("range.css",))


def slider(dial: Dial, numbers: Mapping[str, Any]) -> Element:
    """The slider of one number of a live picture; see `imgcls.ui.stage`."""
    about = {"name": dial.name, "label": dial.label, "step": dial.step, "digits": dial.digits, "unit": dial.unit}
    about |= {"sets": dial.sets} if dial.sets else {}
    return _mount.element(about | dial.data(numbers))


def set_slider(key: str, number: float) -> None:
    """Set a slider from code (a preset, another control); takes effect at its next drawing."""
    st.session_state[store_of(key)] = number
    to_address(key, f"{number:g}")
