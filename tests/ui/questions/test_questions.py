"""Every question of every lesson: its answer by an independent way, and nothing of it sent before the reveal.

Questions and checks are found by themselves: a lesson with questions has a module here, named as its slug, with CHECKS.
"""

import importlib
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from imgcls.data.pictures import Picture, picture_from_image
from imgcls.data.samples import DEFAULT_SAMPLE, load_sample
from imgcls.lessons import Lesson, built_lessons
from imgcls.ui.packet import unpack
from imgcls.ui.predict_first import SWITCH, _glides
from imgcls.ui.questions import Bars, Choice, Curve, Number, Order, Pick, Question, Spot, questions_of
from imgcls.ui.shell import PANEL
from tests.equations import claims
from tests.serving import ROOT
from tests.test_pages import opened

PHOTOS = ("drawn-samoyed", "cat", "coffee")
ALL = [(lesson, question) for lesson in built_lessons() for question in questions_of(lesson.slug)]
LESSONS = [lesson for lesson in built_lessons() if questions_of(lesson.slug)]


def each(questions: list[tuple[Lesson, Question]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("lesson", "question"), questions, ids=[question.id for _, question in questions])


each_question = each(ALL)
RUBBISH = (
    None, "", "x", -1, 99, 1e400, float("nan"), True, [], [None], ["x"], [1e99] * 3, [float("nan")] * 9, {}, {"a": 1},
)  # fmt: skip


@pytest.fixture(scope="module", params=PHOTOS)
def photo(request: pytest.FixtureRequest) -> Picture:
    return load_sample(request.param)


RIGHT: dict[tuple[str, str], Any] = {}


def right_of(question: Question, photo: Picture) -> Any:
    """Its right answer, computed once for all tests."""
    key = question.id, photo.digest
    if key not in RIGHT:
        RIGHT[key] = question.right(photo)
    return RIGHT[key]


def checks(lesson: Lesson) -> Mapping[str, object]:
    return importlib.import_module(f"tests.ui.questions.{lesson.slug.replace('-', '_') or 'home'}").CHECKS


@each_question
def test_the_right_answer_is_what_another_way_gives(lesson: Lesson, question: Question, photo: Picture) -> None:
    right, expected = right_of(question, photo), checks(lesson)[question.id](photo)
    if isinstance(right, str):
        assert right == expected
    else:
        np.testing.assert_allclose(np.asarray(right, float), np.asarray(expected, float), rtol=2e-3, atol=2e-3)


@each_question
def test_a_question_can_be_answered_and_explained(lesson: Lesson, question: Question, photo: Picture) -> None:
    kind, right = question.kind, right_of(question, photo)
    for rubbish in RUBBISH:
        value = kind.read(rubbish)
        assert value is None or not (isinstance(kind, Choice | Pick | Order) or isinstance(rubbish, str))
    value = answer(kind, right)
    assert kind.read(list(value) if isinstance(value, tuple) else value) == value, "the truth can be predicted"
    assert kind.is_right(value, right)
    assert kind.words(value)
    assert kind.words(right)
    prompt, why = question.asks(photo), question.explains(photo, right)
    assert len(prompt) < 330
    assert prompt.rstrip()[-1] in "?."
    for text in (prompt, why):
        assert all(claim.holds for claim in claims(text)), text
        assert text.count("**") % 2 == 0


@pytest.fixture(scope="module", params=["black", "one pixel", "a stripe"])
def odd_photo(request: pytest.FixtureRequest) -> Picture:
    """What people bring, too."""
    sizes = {"black": (300, 200), "one pixel": (1, 1), "a stripe": (900, 20)}
    colour = "white" if request.param == "a stripe" else "black"
    return picture_from_image(Image.new("RGB", sizes[request.param], colour), request.param)


@each_question
def test_a_question_can_be_asked_of_any_photo(lesson: Lesson, question: Question, odd_photo: Picture) -> None:
    about, arrays = question.kind.about(odd_photo)
    right = right_of(question, odd_photo)
    fields = {"about": about, "truth": question.kind.truth(right), "words": question.kind.words(right)}
    text = json.dumps(fields | {"why": question.explains(odd_photo, right), "prompt": question.asks(odd_photo)})
    assert "NaN" not in text
    assert "nan" not in re.findall(r"[a-z]+", text)
    assert "Infinity" not in text
    assert all(np.isfinite(each).all() for each in arrays.values())


def answer(kind: object, right: object) -> object:
    """The right answer as a hand would predict it."""
    if isinstance(kind, Order):
        return tuple(kind.order(right))
    if isinstance(kind, Spot):
        return kind.peak(right)
    if isinstance(kind, Bars | Curve):
        return tuple(map(float, right))
    return float(right) if isinstance(kind, Number) else right


@each([(lesson, question) for lesson, question in ALL if isinstance(question.kind, Choice)])
def test_each_choice_can_be_made_and_each_wrong_one_has_its_sentence(
    lesson: Lesson, question: Question, photo: Picture
) -> None:
    kind, right = question.kind, right_of(question, photo)
    assert len(set(kind.options)) == len(kind.options) >= 3
    assert [option for option in kind.options if kind.is_right(option, right)] == [right]
    assert set(kind.misconceptions) == set(kind.options) - {right}


@each([(lesson, question) for lesson, question in ALL if isinstance(question.kind, Pick)])
def test_each_picture_is_there_and_can_be_picked(lesson: Lesson, question: Question, photo: Picture) -> None:
    about, arrays = question.kind.about(photo)
    assert about["count"] == len(question.kind.names) >= 3
    assert all(f"p{k}" in arrays and question.kind.read(k) == k for k in range(about["count"]))


# Whoever adds the same to all logits, or shuffles the pixels of a drawing, changes nothing: that is what they tell.
STAYS = {"soft-constant", "dense-colours"}


MOVED = [
    (lesson, question)
    for lesson, question in ALL
    if isinstance(question.kind, Order | Number | Bars | Curve) and question.id not in STAYS
]


@each(MOVED)
def test_the_answer_is_not_there_before_a_hand_has_moved(lesson: Lesson, question: Question) -> None:
    kind, right = question.kind, []
    for photo in map(load_sample, PHOTOS):
        about, _ = kind.about(photo)
        start = tuple(range(len(about["cards"]))) if isinstance(kind, Order) else about["start"]
        right.append(kind.is_right(start, right_of(question, photo)))
    assert not all(right)


@each(
    [(lesson, question) for lesson, question in ALL if isinstance(question.kind, Bars) and question.kind.start is None]
)
def test_no_bar_that_begins_in_the_middle_stays_there(lesson: Lesson, question: Question) -> None:
    kind, right = question.kind, []
    for photo in map(load_sample, PHOTOS):
        start, truth = kind.about(photo)[0]["start"], right_of(question, photo)
        near = 0.01 * (kind.high - kind.low)
        right.append([abs(bar - length) < near for bar, length in zip(start, truth, strict=True)])
    assert not any(map(all, zip(*right, strict=True)))


def test_one_of_a_unit_is_singular() -> None:
    assert [Number(1, 9, "levels").words(n) for n in (1, 2)] == ["1 level", "2 levels"]
    assert Curve((1,), 0, 9, "x", "y", "pixels a side").words([1, 3]) == "1 pixel a side, 3 pixels a side"
    assert Number(1, 1e6, "networks", log=True).words(1) == "1 network"


def test_names_are_unique_and_every_question_has_its_check() -> None:
    names = [question.id for _, question in ALL]
    assert len(names) == len(set(names)) >= 15
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name) for name in names)
    for lesson in LESSONS:
        assert set(checks(lesson)) == {question.id for question in questions_of(lesson.slug)}


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)
def test_every_part_that_is_asked_about_exists_and_has_three_questions(lesson: Lesson) -> None:
    control = next((each for each in opened(lesson).segmented_control if each.label == "Part"), None)
    parts = [question.part for question in questions_of(lesson.slug)]
    assert set(parts) <= (set(control.options) if control else {""})
    assert all(parts.count(part) >= 3 for part in parts)


@pytest.fixture
def asks_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SWITCH, "1")


def cards(app: AppTest) -> Iterator[dict]:
    for component in app.get("bidi_component"):
        if component.proto.bytes and "prompt" in (fields := unpack(component.proto.bytes)[0]):
            yield fields


def address(app_key: str, question: Question, numbers: Mapping[str, str], **more: str) -> dict[str, str]:
    part = {app_key: question.part} if app_key else {}
    return {**part, "ask": question.id, **numbers, **more}


@cache
def part_key(lesson: Lesson) -> str:
    return next((each.key for each in opened(lesson).segmented_control if each.label == "Part"), "")


@pytest.mark.usefixtures("asks_first")
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)
def test_before_the_reveal_nothing_of_the_answer_is_computed_or_sent(lesson: Lesson) -> None:
    key = part_key(lesson)
    for question in questions_of(lesson.slug):
        app = opened(lesson, address=address(key, question, {}))
        (card,) = cards(app)
        assert card["id"] == question.id
        assert not {"truth", "is", "said", "near", "why", "miss", "glide"} & set(card)
        assert not app.session_state[PANEL], "the part has not run"
        photo = app.session_state["current_photo"]
        right = right_of(question, photo)
        found = question.finds(right) if question.finds else {}
        assert not any(f"{name}={text}" in card["still"] + card["moving"] for name, text in found.items())
        why = question.explains(photo, right)
        assert why not in "".join(str(element.proto) for element in app.main.children.values())


@pytest.mark.usefixtures("asks_first")
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)
def test_the_reveal_has_the_truth_and_the_live_part_at_its_state(lesson: Lesson) -> None:
    key = part_key(lesson)
    for question in questions_of(lesson.slug):
        photo = load_sample(DEFAULT_SAMPLE)
        changes = question.changes(right_of(question, photo))
        app = opened(lesson, address=address(key, question, {**question.at, **changes}, told="1"))
        (card,) = cards(app)
        assert app.session_state["current_photo"] == photo
        assert card["why"] == question.explains(photo, right_of(question, photo))
        assert app.session_state[PANEL], "the part has run"
        assert moves(question, changes, app), "what the address moves, a slider or a player of the page can move"
        for name, text in changes.items():
            back_to_default = (None,) if name in question.at else ()
            kept = app.query_params.get(name)
            assert kept in (text, [text], *back_to_default), f"{question.id}: {name} is {kept} in the address"


VIEWS = "".join(file.read_text("utf-8") for file in (ROOT / "imgcls/ui").rglob("*.js"))
LATER = {"data_threshold"}  # sliders that come when a worker is done


def moves(question: Question, changes: Mapping[str, str], app: AppTest) -> bool:
    """Whether all that is to glide, and what is to play, has its slider or button on the page."""
    parts = [str(each.proto) for each in app.get("bidi_component") if '"glide"' not in str(each.proto)]
    there = "".join(parts).replace("\\", "") + VIEWS
    glides = set(_glides(question, changes)) - LATER
    return all(re.search(rf'"{name}"|-{name}\b', there) for name in glides) and (
        not question.plays or f'data-plays="{question.plays}"' in VIEWS
    )


@pytest.mark.usefixtures("asks_first")
@pytest.mark.parametrize("lesson", built_lessons(), ids=lambda lesson: lesson.slug or "home")
def test_around_a_question_the_photo_and_the_way_on_stay(lesson: Lesson) -> None:
    app = opened(lesson)
    for _ in range(2):  # the first run of a session draws the photo before the page, all others after it
        assert list(cards(app)) or not lesson.slug
        assert [each.value for each in app.sidebar.markdown][:1] == ["## Your photo"]
        assert any(each.label.startswith("Next: ") for each in app.get("page_link")) or lesson is built_lessons()[-1]
        app.run()


@pytest.mark.usefixtures("asks_first")
def test_what_a_reload_brings_back_is_shown_and_not_counted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from imgcls.ui import predict_first

    heard: list[object] = []
    monkeypatch.setattr(predict_first.host, "predicted", lambda question, value: heard.append(value))
    pooling = next(lesson for lesson in built_lessons() if lesson.slug == "pooling")
    app = opened(pooling, address={"ask": "pool-losers"})
    for seq, (told, of, mine) in enumerate(
        [("rubbish", "pool-losers", None), (7, "pool-border", None), (7, "pool-losers", 7), (9, "pool-losers", 7)]
    ):
        app.session_state["asked_first"] = {"value": {"prediction": told, "of": of, "kept": True, "seq": f"s{seq}"}}
        app.run()
        (card,) = cards(app)
        assert card["mine"] == mine
        assert not card["reveal"]
        assert "truth" not in card
    assert not heard


@pytest.mark.usefixtures("asks_first")
def test_a_lesson_begins_with_a_question_and_a_link_to_its_numbers_does_not() -> None:
    pooling = next(lesson for lesson in built_lessons() if lesson.slug == "pooling")
    assert [card["id"] for card in cards(opened(pooling))] == ["pool-losers"]
    assert not list(cards(opened(pooling, address={"pool_window": "3 × 3"})))
    assert [card["id"] for card in cards(opened(pooling, address={"pool_part": "A volume"}))] == ["pool-depth"]


def test_a_server_that_does_not_ask_shows_the_lesson_but_follows_a_link_to_a_question() -> None:
    pooling = next(lesson for lesson in built_lessons() if lesson.slug == "pooling")
    assert not list(cards(opened(pooling)))
    assert [card["id"] for card in cards(opened(pooling, address={"ask": "pool-saw"}))] == ["pool-saw"]


@pytest.mark.usefixtures("asks_first")
def test_a_prediction_is_heard_kept_and_led_to_the_reveal(monkeypatch: pytest.MonkeyPatch) -> None:
    from imgcls.ui import predict_first

    heard: list[tuple[str, object]] = []
    monkeypatch.setattr(predict_first.host, "predicted", lambda question, value: heard.append((question.id, value)))
    pooling = next(lesson for lesson in built_lessons() if lesson.slug == "pooling")
    app = opened(pooling)
    for told, reveals in (("rubbish", False), (12, True)):
        app.session_state["asked_first"] = {"value": {"prediction": told, "final": True, "seq": hash(told)}}
        app.run()
        assert next(cards(app))["reveal"] is reveals
    assert heard == [("pool-losers", 12)]
    assert "pool-losers" in app.session_state["imgcls_met"]


@pytest.mark.usefixtures("asks_first")
def test_a_class_can_hold_the_reveal_back(monkeypatch: pytest.MonkeyPatch) -> None:
    from imgcls.ui import predict_first

    monkeypatch.setattr(predict_first.host, "may_reveal", lambda question: False)
    pooling = next(lesson for lesson in built_lessons() if lesson.slug == "pooling")
    app = opened(pooling, address={"ask": "pool-losers", "told": "1"})
    assert "truth" not in next(cards(app))
    assert not app.session_state[PANEL]
    app.session_state["asked_first"] = {"value": {"prediction": 12, "final": True, "seq": 1}}
    app.run()
    card = next(cards(app))
    assert card["waits"]
    assert not card["reveal"]
