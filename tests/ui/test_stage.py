"""A live picture: one function of all its numbers, for the script and for the finger."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from imgcls.ui import live
from imgcls.ui.packet import unpack


def script() -> None:
    import streamlit as st

    from imgcls.ui.components.words import words
    from imgcls.ui.stage import Dial, Numbers, Setting, stage

    def pair(candidate: object) -> tuple[int, int] | None:
        parts = candidate.split(",") if isinstance(candidate, str) else candidate
        try:
            x, y = map(int, parts)
        except (TypeError, ValueError):
            return None
        return x, y

    table = (
        Dial("page_kernel", "kernel", 1, 9, 1, 3, 0),
        Dial(
            "page_padding", "padding", 0, lambda n: n["page_kernel"] - 1, 1, 0, 0, help=lambda n: str(n["page_kernel"])
        ),
        Dial("page_x", "x", -1.0, 1.0, 0.1, 0.5),
        Setting("page_place", "page_words", (0, 0), pair, lambda place: f"{place[0]},{place[1]}"),
    )

    def picture(numbers: Numbers) -> dict[str, object]:
        text = " ".join(f"{name[5:]}={value}" for name, value in numbers.items())
        return {"page_words": words(f"{text} moved={sorted(numbers.moved)}"), "sum": numbers["page_x"] + 1}

    drawn = stage("page", table, picture)
    drawn.show("page_words")
    drawn.show()
    st.session_state["numbers"], st.session_state["sum"] = dict(drawn.numbers), drawn["sum"]


def opened(**address: str) -> AppTest:
    app = AppTest.from_function(script)
    app.query_params.update(address)
    app.run()
    assert not app.exception
    return app


def asked(app: AppTest, **numbers: object) -> dict[str, dict]:
    """What a finger that moves these numbers is answered."""
    answer = live._answers[app.session_state["live_token"]]["page"]
    return unpack(answer({"numbers": numbers}))[0]["beside"]


def test_the_numbers_start_as_the_table_says_and_stay_out_of_the_address() -> None:
    app = opened()
    assert app.session_state["numbers"] == {
        "page_kernel": 3, "page_padding": 0, "page_x": 0.5, "page_place": (0, 0),
    }  # fmt: skip
    assert app.session_state["sum"] == 1.5
    assert not app.query_params


def test_the_elements_stand_where_they_are_shown_the_rest_behind() -> None:
    data = [json.loads(each.proto.json) for each in opened().get("bidi_component")]
    assert [each.get("label", "words") for each in data] == ["words", "kernel", "padding", "x"]
    assert all(each["ask"].endswith("/page") for each in data[1:])


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ({"page_x": "0.25"}, {"page_x": 0.25}),
        ({"page_x": "-1"}, {"page_x": -1.0}),
        ({"page_x": "0.5"}, {"page_x": 0.5}),
        *(({"page_x": text}, {"page_x": 0.5}) for text in ("1.5", "nan", "inf", "abc", "")),
        ({"page_kernel": "7", "page_padding": "6"}, {"page_kernel": 7, "page_padding": 6}),
        ({"page_kernel": "3", "page_padding": "6"}, {"page_kernel": 3, "page_padding": 0}),
        ({"page_place": "4,2"}, {"page_place": (4, 2)}),
        ({"page_place": "nowhere"}, {"page_place": (0, 0)}),
    ],
)
def test_the_address_sets_them_and_nonsense_is_ignored(address: dict[str, str], expected: dict[str, object]) -> None:
    app = opened(**address)
    numbers = app.session_state["numbers"]
    assert {name: numbers[name] for name in expected} == expected
    assert isinstance(numbers["page_kernel"], int)
    assert set(app.query_params) == {name for name in expected if expected[name] not in (0.5, 0, 3, (0, 0))}


def test_a_finger_gets_the_same_picture_with_all_numbers_and_the_limits_that_moved() -> None:
    app = opened(page_x="0.25", page_kernel="7", page_padding="6")
    news = asked(app, page_kernel=4)
    text = news["page_words"]["paragraphs"][0]
    assert text == "kernel=4 padding=3 x=0.25 place=(0, 0) moved=['page_kernel']"
    assert news["page_padding"] == {"number": 3, "low": 0, "high": 3, "help": "4"}
    assert "page_x" not in news, "its limits stand, and no hand is on it"
    assert asked(app, page_kernel=8)["page_padding"]["number"] == 6, "what was held back comes again"
    assert asked(app, page_place=[5, 6])["page_words"]["paragraphs"][0].startswith(
        "kernel=7 padding=6 x=0.25 place=(5, 6)"
    )


@pytest.mark.parametrize("numbers", [{"page_x": 7}, {"page_x": "wide"}, {"page_x": None}, {"page_place": {}}])
def test_a_question_without_sense_is_refused(numbers: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        asked(opened(), **numbers)


def test_numbers_are_told_by_their_names() -> None:
    app = opened()
    with pytest.raises(ValueError, match="by their names"):
        live._answers[app.session_state["live_token"]]["page"]({"numbers": [1, 2]})
