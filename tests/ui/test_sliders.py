"""The Python side of many sliders in one element: what they take from the address and a drag, and what they refuse."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from imgcls.ui.components.sliders import Column, Dial, Drawing, SliderRows, asked, drawing_fields, joined
from imgcls.ui.packet import pack, unpack


def script() -> None:
    import streamlit as st

    from imgcls.ui.components.sliders import Column, Dial, Drawing, live_sliders, read_sliders

    dials = (Dial("page_t", "T", 0.1, 5.0, 0.1, 1.0),)
    rows = read_sliders("page_z", (1.0, -2.0, 0.0), low=-10, high=15, picked=2, limits=(2, 5), dials=dials)
    st.session_state["rows"] = rows
    count = len(rows.numbers)
    names = [f"class {i}" for i in range(count)]
    column = Column("p", ["nan", *["1"] * (count - 1)], [float("nan"), *([0.5] * (count - 1))])
    live_sliders(rows, names, lambda _rows: Drawing([column]), alt="test")


def opened(**address: str) -> AppTest:
    app = AppTest.from_function(script)
    for name, text in address.items():
        app.query_params[name] = text
    app.run()
    assert not app.exception
    return app


def test_the_address_sets_all_numbers_and_the_true_row():
    rows = opened(page_z="1.5_-2_0.25_7", page_z_true="1").session_state["rows"]
    assert rows.numbers == (1.5, -2.0, 0.25, 7.0)
    assert rows.picked == 1


@pytest.mark.parametrize("text", ["", "1", "1_2_3_4_5_6", "1_x", "nan_1", "inf_0", "99_0", "1,2,3", "_" * 500])
def test_nonsense_in_the_address_is_ignored(text):
    assert opened(page_z=text).session_state["rows"].numbers == (1.0, -2.0, 0.0)


@pytest.mark.parametrize(("text", "picked"), [("9", 2), ("-1", 2), ("x", 2), ("²", 2), ("0", 0)])
def test_a_true_row_that_is_not_there_falls_back(text, picked):
    assert opened(page_z_true=text).session_state["rows"].picked == picked


def test_defaults_stay_out_of_the_address():
    app = opened(page_z="1_-2_0", page_z_true="2")
    assert "page_z" not in app.query_params
    assert "page_z_true" not in app.query_params


def test_setting_them_from_code_is_kept_in_the_address():
    def preset() -> None:
        import streamlit as st

        from imgcls.ui.components.sliders import read_sliders, set_sliders

        set_sliders("page_z", (4.0, 0.5), picked=1)
        st.session_state["rows"] = read_sliders("page_z", (0.0,), low=-10, high=15, picked=0, limits=(1, 5))

    app = AppTest.from_function(preset).run()
    assert app.session_state["rows"].numbers == (4.0, 0.5)
    assert app.query_params["page_z"] == "4_0.5"
    assert app.query_params["page_z_true"] == "1"


def test_what_is_not_a_number_is_sent_as_a_bar_of_no_length():
    sent = json.loads(opened().get("bidi_component")[0].proto.json)
    assert sent["columns"][0]["lengths"] == [0.0, 0.5, 0.5]
    assert sent["columns"][0]["texts"][0] == "nan"


def test_a_dial_is_set_by_the_address_and_its_nonsense_ignored():
    assert opened(page_t="2.5").session_state["rows"].settings == {"page_t": 2.5}
    assert opened(page_t="99").session_state["rows"].settings == {"page_t": 1.0}
    assert "page_t" not in opened(page_t="1").query_params


ROWS = SliderRows("k", (1.0, 2.0), -10, 15, (2, 5), 0, 1, None, (Dial("t", "T", 0.1, 5, 0.1, 1),), {"t": 1.0})


def test_a_drag_asks_for_the_same_rows_with_other_numbers():
    rows = asked(ROWS, {"numbers": [3, -4.5], "settings": {"t": 2}, "active": 1, "picked": 0})
    assert (rows.numbers, rows.settings, rows.active) == ((3.0, -4.5), {"t": 2.0}, 1)
    assert rows.picked == 1, "the true row changes by a click, not by a drag"


@pytest.mark.parametrize(
    "question",
    [
        {},
        {"numbers": [1, 2, 3], "settings": {"t": 1}},
        {"numbers": [1, 99], "settings": {"t": 1}},
        {"numbers": ["x", 1], "settings": {"t": 1}},
        {"numbers": [1, float("nan")], "settings": {"t": 1}},
        {"numbers": "12", "settings": {"t": 1}},
        {"numbers": [1, 2]},
        {"numbers": [1, 2], "settings": {"t": 0}},
        {"numbers": [1, 2], "settings": [1]},
    ],
)
def test_a_drag_beyond_the_limits_is_refused(question):
    with pytest.raises(ValueError, match="limits"):
        asked(ROWS, question)


def test_a_drawing_travels_as_a_packet_also_with_what_is_not_a_number():
    drawing = Drawing([Column("p", ["inf", "1"], [float("inf"), 1.0])], beside={"other": {"x": 1}})
    fields, _ = unpack(pack(drawing_fields(drawing)))
    assert fields["columns"][0]["lengths"] == [0.0, 1.0]
    assert fields["beside"] == {"other": {"x": 1}}


def test_joined_numbers_need_no_escaping():
    assert joined((1.0, -2.5, 0.0)) == "1_-2.5_0"
