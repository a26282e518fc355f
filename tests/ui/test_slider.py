"""The live slider's Python side: what it takes from the address, and what it refuses."""

import pytest
from streamlit.testing.v1 import AppTest


def script() -> None:
    import streamlit as st

    from imgcls.ui.components.slider import live_slider

    st.session_state["shown"] = live_slider("x", -1.0, 3.0, 0.5, step=0.1, key="page_x")
    st.session_state["whole"] = live_slider("n", 1, 9, 4, step=1, key="page_n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2.25", 2.25), ("-1", -1.0), ("3.5", 0.5), ("nan", 0.5), ("inf", 0.5), ("abc", 0.5), ("", 0.5)],
)
def test_the_address_sets_it_and_nonsense_is_ignored(text: str, expected: float) -> None:
    app = AppTest.from_function(script)
    app.query_params["page_x"] = text
    app.run()
    assert not app.exception
    assert app.session_state["shown"] == expected


def test_an_integer_slider_gives_integers() -> None:
    app = AppTest.from_function(script)
    app.query_params["page_n"] = "7"
    app.run()
    assert app.session_state["whole"] == 7
    assert isinstance(app.session_state["whole"], int)


def test_a_default_stays_out_of_the_address_and_another_value_is_written_there() -> None:
    app = AppTest.from_function(script)
    app.query_params["page_x"] = "0.5"
    app.query_params["page_n"] = "7"
    app.run()
    assert "page_x" not in app.query_params
    assert app.query_params["page_n"] in ("7", ["7"])
