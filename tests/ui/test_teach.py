"""The lesson plan: its minutes add up, and each of its links leads to what it names."""

import json
import re
from pathlib import Path

import pytest

from imgcls.lessons import TEACH, built_lessons
from imgcls.ui.address import STORES
from imgcls.ui.questions import questions_of
from imgcls.ui.teach.plan import LENGTHS, PLAN, Stop, stations
from tests.test_pages import opened

STOPS = {stop.slug or "home": stop for stop in PLAN}


def test_the_plan_goes_through_all_lessons_in_order_and_fills_its_time() -> None:
    assert [stop.slug for stop in PLAN] == [lesson.slug for lesson in built_lessons()]
    for which, length in enumerate(LENGTHS):
        assert sum(stop.minutes[which] for stop in PLAN) == length


@pytest.mark.parametrize("name", STOPS)
def test_each_question_of_the_plan_exists_and_a_lesson_that_asks_gives_two(name: str) -> None:
    stop = STOPS[name]
    offered = questions_of(stop.slug)
    assert set(stop.ask) <= {each.id for each in offered}
    asks = stop.asks()
    assert len(asks) == len({each.id for each in asks}) == min(2, len(offered))
    assert [each.id for each in asks][: len(stop.ask)] == list(stop.ask)
    if len({each.part for each in offered}) > 1 and not stop.ask:
        assert asks[0].part != asks[1].part


def test_what_is_named_comes_first_and_the_rest_is_chosen_from_the_parts() -> None:
    one = Stop("pooling", "", "", "", (1, 1), ask=("pool-where",))
    assert [each.id for each in one.asks()] == ["pool-where", "pool-losers"]
    assert [each.id for each in Stop("pooling", "", "", "", (1, 1)).asks()] == ["pool-losers", "pool-depth"]
    assert Stop("teach", "", "", "", (1, 1)).asks() == []


@pytest.mark.parametrize("name", [name for name, stop in STOPS.items() if stop.setting])
def test_the_setting_of_a_lesson_is_one_that_its_page_reads(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMGCLS_PREDICT_FIRST", "0")
    stop = STOPS[name]
    app = opened(stop.lesson, address=dict(stop.setting))
    chosen = {each.key: each.value for each in app.segmented_control}
    read = app.session_state[STORES].get(stop.slug, {})
    for key, value in stop.setting.items():
        assert chosen.get(key) == value or key in read, f"{key}={value}"


def test_what_a_class_does_together_is_called_as_its_buttons_are() -> None:
    programs = "".join(file.read_text() for file in Path("imgcls/ui/classroom").glob("*.js"))
    lengths = re.search(r"const LENGTHS = \[(.*?)\]", programs)[1].split(", ")
    words = programs + "".join(f'"{each} seconds"' for each in lengths)
    named = [name for stop in PLAN for name in re.findall(r"\*(.+?)\*", stop.together)]
    assert len(set(named)) > 10
    assert not [name for name in named if f'"{name}"' not in words]


@pytest.mark.parametrize("length", LENGTHS)
def test_the_page_says_when_each_lesson_begins(length: int) -> None:
    app = opened(TEACH, address={"teach_length": f"{length} minutes"})
    which = LENGTHS.index(length)
    stops = [stop for stop in PLAN if stop.minutes[which]]
    said = [each.value for each in app.header]
    assert len(said) == len(stops)
    for place, (stop, words) in enumerate(zip(stops, said, strict=True)):
        assert stop.lesson.title in words and f"{stop.minutes[which]} min" in words
        assert words.endswith(f"from minute {sum(each.minutes[which] for each in stops[:place])}")


@pytest.mark.parametrize("length", LENGTHS)
def test_the_plan_as_stations_names_every_place_in_order(length: int) -> None:
    which, places = LENGTHS.index(length), json.loads(json.dumps(stations(length)))
    stops = [stop for stop in PLAN if stop.minutes[which]]
    assert len(places) == sum(1 + len(stop.asks()) for stop in stops)
    for each in places:
        assert re.fullmatch(r"[\w-]*(\?[^\\]*)?", each["place"]) and 0 < len(each["title"]) <= 120
    assert [each["place"].partition("?")[0] for each in places if "ask=" not in each["place"]] == [
        stop.slug for stop in stops
    ]
