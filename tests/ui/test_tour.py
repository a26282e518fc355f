"""The tour of /network: true on every photo, in both networks; each step is an address that leads to it."""

from urllib.parse import parse_qsl

import pytest
import torch
from PIL import Image

from imgcls.data.pictures import Picture, picture_from_image
from imgcls.data.samples import load_sample
from imgcls.lessons import built_lessons
from imgcls.models.graph import graph_of
from imgcls.models.registry import load
from imgcls.numbers import percent
from imgcls.training.trained import tinyvgg
from imgcls.ui.network import tour_words
from imgcls.ui.network.look import Look
from imgcls.ui.network.models import TINY
from imgcls.ui.network.state import change_of
from imgcls.ui.network.tour import BACKWARDS, FORWARD, NETWORKS, STOPS, WHAT_IF, Sight, address, pieces
from imgcls.ui.packet import unpack
from tests.equations import claims
from tests.test_pages import opened

PHOTOS = ("small-husky", "drawn-samoyed", "black")
LESSON = next(lesson for lesson in built_lessons() if lesson.slug == "network")
each_step = pytest.mark.parametrize("number", range(1, len(STOPS) + 1))


def photo_of(name: str) -> Picture:
    if name == "black":
        return picture_from_image(Image.new("RGB", (60, 40)), "black")
    return load_sample(name)


@pytest.fixture(scope="module", params=[(network, photo) for network in NETWORKS for photo in PHOTOS], ids="-".join)
def sight(request: pytest.FixtureRequest) -> Sight:
    network, photo = request.param
    return Sight(Look(graph_of(tinyvgg() if network == TINY else load(network)), photo_of(photo)))


def test_about_twenty_steps_go_forward_ask_what_if_and_look_back() -> None:
    assert 18 <= len(STOPS) <= 24
    assert {stop.part for stop in STOPS} == {FORWARD, WHAT_IF, BACKWARDS}


@each_step
def test_what_a_step_says_comes_out_and_names_things_of_the_picture(sight: Sight, number: int) -> None:
    stop = STOPS[number - 1]
    state = stop.state(sight)
    text = stop.words(sight, state)
    assert all(claim.holds for claim in claims("".join(words for words, _ in pieces(text)))), text
    assert "nan" not in text
    assert "inf" not in text.replace("influence", "")
    todo = stop.todo(sight) if stop.todo else None
    known = {
        "photo", "column", "maps", "tile", "tail", "bar", "panel", "input", "kernel", "product", "stage", "tool",
        "feature", "weight", "says",
    }  # fmt: skip
    targets = [target for _, target in pieces(text) if target] + ([todo.at] if todo else [])
    assert {target.split("-")[0] for target in targets} <= known


@each_step
def test_a_step_is_an_address_with_its_part_and_state(sight: Sight, number: int) -> None:
    stop = STOPS[number - 1]
    query = dict(parse_qsl(address(sight, number, {}).removeprefix("?")))
    assert query.pop("tour") == str(number)
    assert query.pop("net_part", FORWARD) == stop.part
    assert query == {f"net_{name}": text for name, text in stop.state(sight).items()}


def test_there_is_nothing_before_the_first_and_after_the_last_step(sight: Sight) -> None:
    assert address(sight, 0, {}) == address(sight, len(STOPS) + 1, {}) == ""


def test_its_numbers_are_those_of_a_plain_forward_pass(sight: Sight) -> None:
    network = sight.graph.classifier
    with torch.inference_mode():
        inputs = sight.look.trace.output(0)[None]
        probabilities = network.module(inputs)[0].softmax(0)
    best = int(probabilities.argmax())
    assert sight.best == best
    assert percent(float(probabilities[best])) in tour_words.end(sight, {})
    low, high = float(inputs.min()), float(inputs.max())
    said = tour_words.channels(sight, {})
    for number in (low, high):
        shown = f"{number:.3g}".replace("-", "−")
        assert shown.rstrip("0").rstrip(".") in said


def test_switching_the_most_needed_map_off_says_what_the_picture_then_shows(sight: Sight) -> None:
    name = f"{sight.last}-{sight.needed}"
    said = "".join(words for words, _ in pieces(tour_words.off(sight, {"off": name, "order": "influence"})))
    change = change_of(sight.graph, {"off": name})
    assert percent(float(sight.look.changed(change).probabilities[sight.best])) in said


def test_a_link_that_names_a_step_alone_opens_at_its_state_and_the_tour_is_never_covered() -> None:
    app = opened(LESSON, address={"tour": "19", "net_model": TINY})
    (canvas,) = [
        fields
        for component in app.get("bidi_component")
        if component.proto.bytes and "tour" in (fields := unpack(component.proto.bytes)[0])
    ]
    assert canvas["tour"]["number"] == 19
    assert canvas["mode"] == "what if"
    assert canvas["state"]["off"] == canvas["tour"]["start"]["off"]
    for nonsense in ("0", "99", "x", "-1"):
        assert not opened(LESSON, address={"tour": nonsense}).exception
