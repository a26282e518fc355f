"""The Python side of many sliders in one element: what they take from the address and a drag, and what they refuse."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from imgcls.ui import live
from imgcls.ui.components.sliders import Column, Drawing, SliderRows, joined, sliders
from imgcls.ui.packet import unpack


def script() -> None:
    import streamlit as st

    from imgcls.ui.components.sliders import Column, Drawing, Rows, set_sliders, sliders
    from imgcls.ui.stage import Dial, stage

    rows = Rows("page_z", (1.0, -2.0, 0.0), -10, 15, picked=2, limits=(2, 5), also=lambda told, _: told.get("all"))
    if preset := st.session_state.pop("preset", None):
        set_sliders("page_z", *preset)

    def drawn(numbers):
        now = rows.of(numbers)
        count = len(now.numbers)
        column = Column("p", ["nan", *["1"] * (count - 1)], [float("nan"), *([0.5] * (count - 1))])
        names = [f"class {i}" for i in range(3 if st.session_state.get("three") else count)]
        return {"page_z": sliders(now, names, Drawing([column]), alt="test"), "rows": now}

    shown = stage("page", [Dial("page_t", "T", 0.1, 5.0, 0.1, 1.0), *rows.table()], drawn)
    shown.show("page_z")
    st.session_state["rows"] = shown["rows"]


def opened(**address: str) -> AppTest:
    app = AppTest.from_function(script, default_timeout=30)
    for name, text in address.items():
        app.query_params[name] = text
    app.run()
    assert not app.exception
    return app


def asked(app: AppTest, **numbers: object) -> dict:
    """What a hand that moves these numbers is answered for the sliders."""
    answer = live._answers[app.session_state["live_token"]]["page"]
    return unpack(answer({"numbers": numbers}))[0]["beside"]["page_z"]


def test_the_address_sets_all_numbers_and_the_true_row():
    rows = opened(page_z="1.5_-2_0.25_7", page_z_true="1").session_state["rows"]
    assert rows.numbers == (1.5, -2.0, 0.25, 7.0)
    assert (rows.picked, rows.active) == (1, 1)


@pytest.mark.parametrize("text", ["", "1", "1_2_3_4_5_6", "1_x", "nan_1", "inf_0", "99_0", "1,2,3", "_" * 500])
def test_nonsense_in_the_address_is_ignored(text):
    assert opened(page_z=text).session_state["rows"].numbers == (1.0, -2.0, 0.0)


@pytest.mark.parametrize(("text", "picked"), [("9", 2), ("-1", 2), ("x", 2), ("²", 2), ("0", 0)])
def test_a_true_row_that_is_not_there_falls_back(text, picked):
    assert opened(page_z_true=text).session_state["rows"].picked == picked


def test_the_row_last_touched_is_remembered_until_other_numbers_come():
    app = opened()
    message = {"numbers": {"page_z": [1, 5, 0], "page_z:active": 1, "page_z_true": 0}, "final": True, "seq": 1}
    app.session_state["page_z"] = {"value": message}  # as the element leaves it
    app.run()
    assert not app.exception
    rows = app.session_state["rows"]
    assert (rows.numbers, rows.active, rows.picked) == ((1.0, 5.0, 0.0), 1, 0)
    assert (app.query_params["page_z"], app.query_params["page_z_true"]) == ("1_5_0", "0")
    app.session_state["preset"] = ((4.0, 0.5), 1)
    app.run()
    assert app.session_state["rows"].active == 1, "the true one, when nobody has touched any"


def test_defaults_stay_out_of_the_address():
    app = opened(page_z="1_-2_0", page_z_true="2")
    assert "page_z" not in app.query_params
    assert "page_z_true" not in app.query_params


def test_setting_them_from_code_is_kept_in_the_address():
    app = opened()
    app.session_state["preset"] = ((4.0, 0.5), 1)
    app.run()
    assert app.session_state["rows"].numbers == (4.0, 0.5)
    assert app.query_params["page_z"] == "4_0.5"
    assert app.query_params["page_z_true"] == "1"


def test_what_is_not_a_number_is_sent_as_a_bar_of_no_length():
    sent = json.loads(opened().get("bidi_component")[0].proto.json)
    assert sent["columns"][0]["lengths"] == [0.0, 0.5, 0.5]
    assert sent["columns"][0]["texts"][0] == "nan"


def test_a_drag_asks_for_the_same_rows_with_other_numbers():
    app = opened(page_t="2.5")
    moved = asked(app, page_z=[3, -4.5, 1], **{"page_z:active": 1})
    assert (moved["numbers"], moved["active"], moved["picked"]) == ([3.0, -4.5, 1.0], 1, 2)
    assert moved["sets"] == "page_z"


def test_another_live_picture_may_set_them_in_its_own_words():
    assert asked(opened(), page_z={"all": [1, 1, 1]})["numbers"] == [1.0, 1.0, 1.0]
    with pytest.raises(ValueError, match="cannot be"):
        asked(opened(), page_z={"all": [99, 1, 1]})


@pytest.mark.parametrize("numbers", [[1, 99], ["x", 1], [1, float("nan")], "12", [1], [1] * 6, None, {}, 7, [[1], [2]]])
def test_a_drag_beyond_the_limits_is_refused(numbers):
    with pytest.raises(ValueError, match="cannot be"):
        asked(opened(), page_z=numbers)


def test_every_row_has_a_name():
    rows = SliderRows("k", (1.0, 2.0), -10, 15, (2, 5))
    with pytest.raises(ValueError, match="a name and a number"):
        sliders(rows, ["one"], Drawing([Column("p", ["1", "2"])]), alt="test")


def test_joined_numbers_need_no_escaping():
    assert joined((1.0, -2.5, 0.0)) == "1_-2.5_0"
