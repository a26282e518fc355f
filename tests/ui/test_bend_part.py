"""The network that learns before one's eyes: what its view asks and gets, without a browser."""

import base64
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from imgcls.jobs.sidecar import BusyError
from imgcls.lessons import built_lessons
from imgcls.ops.mlp import Plan, measure
from imgcls.ops.mlp_film import Twins, film
from imgcls.ops.points import own_points, pattern
from imgcls.ui import live
from imgcls.ui.activations import bend_part as module
from imgcls.ui.activations.bend import Reel, reel_of
from imgcls.ui.packet import unpack
from tests.test_pages import opened

LESSON = next(lesson for lesson in built_lessons() if lesson.slug == "activations")
TWINS = Twins(Plan((4,), "tanh"))


def shown(app: AppTest) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What the page sent to the view."""
    packets = [unpack(each.proto.bytes) for each in app.get("bidi_component") if each.proto.bytes]
    return next(packet for packet in packets if "token" in packet[0])


def asked(app: AppTest, **reel: Any) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What a view that plays is answered."""
    answer = live._answers[app.session_state["live_token"]]["act_bend_stage"]
    reel = {"id": 1, "state": None, "first": 0, "skip": 0, "frames": 2, "steps": 3} | reel
    packet = unpack(answer({"numbers": {"act_reel": reel}}))[1]["act_bend_view"]
    return unpack(packet.tobytes())


def test_the_page_opens_with_the_networks_before_their_first_step() -> None:
    fields, arrays = shown(opened(LESSON))
    points = pattern("circle", 0, count=module.COUNT)
    assert np.array_equal(arrays["places"], points.places)
    first = film(TWINS, TWINS.start(0), points, 0.1)
    assert np.array_equal(arrays["answers"], first.answers)
    assert arrays["losses"][0, 0] == pytest.approx(
        measure(TWINS.plan, TWINS.start(0)[: TWINS.plan.parameters], points)[0]
    )
    assert (fields["first"], fields["each"], fields["layers"]) == (0, 0, [2, 4, 1])


def test_films_go_on_where_the_last_one_ended_and_are_those_of_the_maths() -> None:
    app = opened(LESSON)
    points = pattern("circle", 0, count=module.COUNT)
    fields, first = asked(app)
    again, second = asked(app, id=2, state=fields["state"], first=6)
    whole = film(TWINS, TWINS.start(0), points, 0.1, frames=4, steps=3)
    assert np.array_equal(np.concatenate([first["answers"], second["answers"]]), whole.answers)
    assert base64.b64decode(again["state"]) == whole.state.tobytes()
    assert (fields["first"], again["id"], again["first"], again["each"]) == (0, 2, 6, 3)
    assert "places" not in first, "what does not change is not sent again"


def test_a_state_of_other_networks_is_answered_with_a_sentence() -> None:
    fields, arrays = asked(opened(LESSON), state=base64.b64encode(np.zeros(8, np.float32).tobytes()).decode())
    assert fields == {"id": 1, "trouble": "This is no state of these networks."}
    assert not arrays


def test_a_server_that_is_busy_says_when_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    class Busy:
        def call(self, **_: object) -> None:
            raise BusyError(0.25)

    app = opened(LESSON, address={"act_bend_seed": "7"})
    monkeypatch.setattr(module, "films", Busy())
    assert asked(app)[0] == {"id": 1, "busy": 0.25}


def test_own_points_come_from_the_address_beside_those_of_the_pattern_and_alone() -> None:
    for address, others in (({}, module.COUNT), ({"act_pattern": "mine"}, 0)):
        fields, arrays = shown(opened(LESSON, address={"act_points": "a0ZbzA", **address}))
        own = own_points(module.read_own("a0ZbzA"))
        assert fields["own"] == 2
        assert np.array_equal(arrays["places"][others:], own.places)
        assert arrays["classes"][others:].tolist() == [0, 1]


def test_without_any_point_the_page_stands_and_training_says_what_is_missing() -> None:
    app = opened(LESSON, address={"act_pattern": "mine"})
    assert np.isnan(shown(app)[1]["losses"]).all()
    assert "there are none" in asked(app)[0]["trouble"]


@pytest.mark.parametrize(
    "candidate",
    [None, 3, [[0, 0]], [[0, 0, 2]], [["a", 0, 1]], [[0, 0, 1]] * (module.MOST_OWN + 1), "xyz", [[float("nan"), 0, 1]]],
)
def test_points_that_make_no_sense_are_none(candidate: object) -> None:
    assert module.read_own(candidate) is None


GOOD = {"id": 1, "first": 0, "skip": 0, "frames": 2, "steps": 3}


@pytest.mark.parametrize(
    "candidate",
    [
        None, "film", [], {}, GOOD | {"frames": "2"}, GOOD | {"frames": -1}, GOOD | {"steps": 2.5}, GOOD | {"id": True},
        GOOD | {"state": 5}, GOOD | {"state": "!"}, GOOD | {"state": "QQ=="}, GOOD | {"state": "A" * 20_000},
        GOOD | {"first": 10**9},
    ],
)  # fmt: skip
def test_questions_that_make_no_sense_are_none(candidate: object) -> None:
    assert reel_of(candidate) is None


def test_a_question_that_makes_sense() -> None:
    assert reel_of(GOOD | {"state": None}) == Reel(1, None, 0, 0, 2, 3)
    assert reel_of(GOOD | {"state": base64.b64encode(np.float32([1.5]).tobytes()).decode()}).start == [1.5]
