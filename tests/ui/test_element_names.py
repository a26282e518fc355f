"""Names of live components: any key will do, and the elements find each other by the class that it becomes."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from imgcls.ui.components import element_name

KEYS = ("film:20260101-000000-a__b", "a___b", "__", "é·x y", "plain_key")


def script() -> None:
    import streamlit as st

    from imgcls.ui.components import sent
    from imgcls.ui.training.timeline import timeline

    for key in ("film:20260101-000000-a__b", "a___b", "__", "é·x y", "plain_key"):
        timeline([1, 2], None, per_epoch=1, key=key)
        st.session_state["seen"] = [*st.session_state.get("seen", []), dict(sent(key))]


def test_components_take_keys_that_streamlit_refuses() -> None:
    app = AppTest.from_function(script).run(timeout=20)
    assert not app.exception, app.exception[0].message
    assert len(app.get("bidi_component")) == len(KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_names_are_classes_without_two_underscores(key: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]+", element_name(key))
    assert "__" not in element_name(key)


def test_different_keys_stay_different() -> None:
    assert len({element_name(key) for key in KEYS}) == len(KEYS)
