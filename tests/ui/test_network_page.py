"""The page of the whole network: its state comes from the address, and what does not fit is left out."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from imgcls.data.samples import load_sample
from imgcls.models.confidence import STRANGE
from imgcls.models.registry import load
from imgcls.models.world import OWN
from imgcls.training.trained import tinyvgg
from imgcls.ui.network import models
from imgcls.ui.network.questions import QUESTIONS
from imgcls.ui.packet import unpack
from imgcls.ui.shell import PANEL
from tests.history import led_to
from tests.models.random_networks import untrained

ROOT = Path(__file__).resolve().parents[2]


def opened(**address: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "imgcls/ui/navigation.py"), default_timeout=60).run()
    app.switch_page("../../pages/network.py")
    app.query_params.update(address)
    app.run()
    assert not app.exception
    return app


def canvas(app: AppTest) -> dict:
    """What the page sent to the canvas, known by its field "ask"."""
    packets = [unpack(each.proto.bytes)[0] for each in app.get("bidi_component") if each.proto.bytes]
    return next(fields for fields in packets if "subject" in fields)


def test_the_state_in_the_address_reaches_the_canvas_and_the_code() -> None:
    app = opened(net_map="3-4", net_colours="layer", net_order="mean", net_large="2")
    assert canvas(app)["state"] == {"map": "3-4", "colours": "layer", "order": "mean", "large": "2"}
    assert "layers.conv1_2" in app.session_state[PANEL]["net_forward"].code


def test_what_does_not_fit_the_network_is_left_out_and_taken_from_the_address() -> None:
    app = opened(
        net_map="3-99",
        net_class="6",
        net_off="1-2,99-1",
        net_patch="nan,0,1",
        net_layer="x",
        net_order="best",
        net_large="11",
    )
    assert canvas(app)["state"] == {}
    assert not [name for name in app.query_params if name.startswith("net_")]


def test_another_network_forgets_the_map_but_not_the_colours() -> None:
    app = opened(net_map="3-4", net_colours="layer")
    app.selectbox(key=models.KEY).select("efficientnet-lite0").run()
    assert not app.exception
    assert canvas(app)["state"] == {"colours": "layer"}
    assert app.query_params[models.KEY] == "efficientnet-lite0"


def test_a_link_from_another_lesson_chooses_the_network_and_coming_back_keeps_the_choice() -> None:
    app = opened()
    assert app.selectbox(key=models.KEY).value == models.TINY
    app.switch_page("../../pages/home.py").run()
    app.switch_page("../../pages/network.py")
    app.query_params[models.KEY] = "efficientnet-lite0"
    app.run()
    assert app.selectbox(key=models.KEY).value == "efficientnet-lite0"
    app.switch_page("../../pages/home.py").run()
    app.switch_page("../../pages/network.py").run()
    assert app.selectbox(key=models.KEY).value == "efficientnet-lite0"


def test_own_pictures_whose_classes_have_the_drawings_names_are_no_drawings() -> None:
    assert models.home_samples(replace(tinyvgg(), name="efficientnet-lite0")) == []
    assert models.home_samples(replace(tinyvgg(), name="run-that-is-not-there")) == []


def test_a_network_that_learned_from_drawings_is_offered_some_and_others_are_not() -> None:
    assert models.home_samples(tinyvgg()) == [f"small-{label.lower()}" for label in tinyvgg().labels]
    assert models.home_samples(load()) == []


def test_an_unknown_network_in_the_address_gives_tinyvgg() -> None:
    app = opened(net_model="run-of-somebody-else")
    assert app.selectbox(key=models.KEY).value == models.TINY
    assert models.KEY not in app.query_params


def test_a_transformer_gets_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "network", lambda _name: untrained("vit_b_16"))
    app = opened()
    assert any("feature maps" in box.value for box in app.info)


def test_a_run_without_weights_falls_back_with_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(models, "network_titles", lambda: {models.TINY: "TinyVGG", "run-gone": "gone"})
    monkeypatch.setattr("imgcls.ui.models.run_folder", lambda _id: tmp_path)
    app = opened(net_model="run-gone")
    assert "weights of this run are not there" in app.warning[0].value
    assert canvas(app)["title"].startswith("TinyVGG")


@pytest.mark.parametrize(
    ("sample", "name"),
    [("coffee", "efficientnet-lite0"), ("drawn-bernese", models.TINY), ("small-pug", models.TINY)],
)
def test_a_photograph_opens_with_efficientnet_and_a_drawing_with_tinyvgg(sample: str, name: str) -> None:
    app = opened()
    app.session_state["current_photo"] = load_sample(sample)
    app.session_state["current_photo_sample"] = sample
    app.run()
    assert app.selectbox(key=models.KEY).value == name
    assert models.KEY not in app.query_params


@pytest.mark.parametrize(("sample", "name"), [("astronaut", "efficientnet-lite0"), ("small-husky", models.TINY)])
def test_ones_own_picture_is_told_from_a_drawing_by_its_distance(sample: str, name: str) -> None:
    app = opened()
    app.session_state["current_photo"] = load_sample(sample)
    app.session_state["current_photo_sample"] = None
    app.run()
    assert app.selectbox(key=models.KEY).value == name


def test_what_was_chosen_stays_whatever_photo_comes() -> None:
    app = opened()
    app.session_state["current_photo"] = load_sample("coffee")
    app.session_state["current_photo_sample"] = "coffee"
    app.run()
    app.selectbox(key=models.KEY).select(models.TINY).run()
    assert app.query_params[models.KEY] == models.TINY
    assert canvas(app)["title"].startswith("TinyVGG")
    app.session_state["current_photo"] = load_sample("astronaut")
    app.session_state["current_photo_sample"] = "astronaut"
    app.run()
    assert app.selectbox(key=models.KEY).value == models.TINY


@pytest.mark.parametrize("told", [False, True], ids=["skipped", "told"])
@pytest.mark.parametrize("part", ["", "What if", "Backwards", "Film"])
def test_the_network_of_a_question_goes_with_it(part: str, told: bool) -> None:
    """Else the student's own dog would stay with a network that knows drawings alone."""
    question = next(each for each in QUESTIONS if each.part == (part or "Forward"))
    where, app = {"net_part": part} if part else {}, opened()
    app.session_state["current_photo"] = load_sample("coffee")
    app.session_state["current_photo_sample"] = "coffee"
    led_to(app, where | {"ask": question.id})
    assert models.KEY not in [each.key for each in app.selectbox], "the question is about TinyVGG, whatever is chosen"
    if told:
        led_to(app, where | dict(question.at) | {"ask": question.id, "told": "1"})
        assert app.selectbox(key=models.KEY).value == models.TINY
    led_to(app, where | dict(question.at) | ({"net_map": "8-1"} if told else {}))
    assert app.selectbox(key=models.KEY).value == "efficientnet-lite0"
    assert app.query_params == where
    led_to(app, {models.KEY: models.TINY})  # a link that no question has made
    assert app.selectbox(key=models.KEY).value == models.TINY


def test_a_network_chosen_beside_a_question_stays() -> None:
    app = opened(ask="net-sides", told="1", net_model=models.TINY)
    app.selectbox(key=models.KEY).select("efficientnet-lite0").run()
    led_to(app, {models.KEY: "efficientnet-lite0"})  # "Try it yourself", with a drawing
    assert app.selectbox(key=models.KEY).value == "efficientnet-lite0"


def test_a_network_chosen_before_questions_comes_back_after_them() -> None:
    app = opened()  # with a drawing
    app.selectbox(key=models.KEY).select("efficientnet-lite0").run()
    led_to(app, {models.KEY: "efficientnet-lite0", "ask": "net-sides"})
    for asked in ({"ask": "net-sides", "told": "1", models.KEY: models.TINY}, {"ask": "net-weights"}):
        led_to(app, asked)
    led_to(app, {models.KEY: models.TINY})
    assert app.selectbox(key=models.KEY).value == "efficientnet-lite0"
    assert app.query_params == {models.KEY: "efficientnet-lite0"}


def test_a_class_that_is_led_from_a_question_to_another_network_sees_that() -> None:
    app = opened(ask="net-sides", told="1", net_model=models.TINY)
    led_to(app, {models.KEY: "efficientnet-lite0", "net_map": "2-1"})
    assert app.selectbox(key=models.KEY).value == "efficientnet-lite0"
    assert canvas(app)["state"] == {"map": "2-1"}


def test_a_strange_picture_is_called_so_with_its_distance_and_a_known_one_is_not() -> None:
    app = opened(net_model=models.TINY)
    for sample, strange in (("coffee", True), ("small-pug", False)):
        app.session_state["current_photo"] = load_sample(sample)
        app.session_state["current_photo_sample"] = sample
        app.run()
        said = next(each.value for each in app.markdown if each.value.startswith("Top answer"))
        assert (STRANGE.format(OWN) in said) == strange
        number = next(re.search(r"learned from: \*\*([\d.]+)", each.value) for each in app.caption
                      if "Distance" in each.value)  # fmt: skip
        assert (float(number[1]) > 1) == strange
