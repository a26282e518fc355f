"""The tour: each step opens on its state, names things that are there, and says the numbers that the picture shows."""

import re
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from imgcls.data.samples import DEFAULT_SAMPLE, load_sample
from imgcls.lessons import LESSONS
from imgcls.models.graph import graph_of
from imgcls.models.registry import load
from imgcls.numbers import percent, whole, written
from imgcls.training.trained import tinyvgg
from imgcls.ui.network.answers import answerer
from imgcls.ui.network.look import Look
from imgcls.ui.network.state import change_of, class_of, map_of
from imgcls.ui.network.tour import BACKWARDS, NETWORKS, STOPS, WHAT_IF, address, pieces
from imgcls.ui.network.tour_words import Sight
from imgcls.ui.packet import unpack
from tests.test_pages import opened

TARGET = re.compile(
    r"photo|maps|tail|panel|input|kernel|product|feature|weight|says|(column|stage|bar)-\d+|tile-\d+-\d+"
)


@pytest.fixture(scope="module", params=NETWORKS)
def sight(request: pytest.FixtureRequest) -> Sight:
    classifier = tinyvgg() if request.param == "tinyvgg" else load()
    return Sight(Look(graph_of(classifier), load_sample(DEFAULT_SAMPLE)))


def asked(sight: Sight, **question: object) -> tuple[dict, dict[str, np.ndarray]]:
    """What the canvas is sent."""
    return unpack(answerer(sight.look)(question))


def said(sight: Sight, name: str, **state: str) -> str:
    """The words of the step of that name, at its own state or another."""
    stop = next(each for each in STOPS if each.words.__name__ == name)
    return "".join(words for words, _ in pieces(stop.words(sight, state or stop.state(sight))))


def test_every_step_opens_on_a_state_of_the_network_and_names_what_the_picture_has(sight: Sight) -> None:
    for number, stop in enumerate(STOPS, 1):
        state, words = stop.state(sight), stop.words(sight, stop.state(sight))
        if "map" in state:
            map_of(sight.graph, state["map"])
        if "class" in state:
            class_of(sight.graph, state["class"])
        change_of(sight.graph, state)
        parts = pieces(words)
        assert not set("[]") & set("".join(text for text, _ in parts))
        assert all(TARGET.fullmatch(target) for _, target in parts if target), words
        query = parse_qs(urlsplit(address(sight, number, {})).query)
        assert query.pop("tour") == [str(number)]
        part = query.pop("net_part", ["Forward"])
        assert part == [stop.part]
        assert query == {f"net_{name}": [text] for name, text in state.items()}
    assert address(sight, 0, {}) == address(sight, len(STOPS) + 1, {}) == ""


def test_the_first_steps_say_what_the_overview_shows(sight: Sight) -> None:
    fields, arrays = asked(sight, want="overview", order="mean")
    assert whole(3 * fields["side"] ** 2) in said(sight, "photo")
    low, high = arrays["stats0"][:, 1].min(), arrays["stats0"][:, 2].max()
    assert f"between {written(low, 3)} and {written(high, 3)}" in said(sight, "channels")
    first, column = fields["columns"][1], fields["columns"][sight.bend]
    words = said(sight, "first")
    assert f"{first['maps']} maps of {first['size']}" in words and f"{whole(first['parameters'])} param" in words
    place = column["channels"].index(sight.strong)
    assert place < 3
    assert f"mean of its values is {written(arrays[f'stats{sight.bend}'][place, 3], 3)}" in said(sight, "strong")
    assert f"learned {whole(fields['total'])} parameters" in said(sight, "parameters")
    for k in (1, sight.last):
        assert f"{written(fields['columns'][k]['limit'], 3)}" in said(sight, "scale")
        assert fields["columns"][k]["size"] in said(sight, "smaller")
        side = whole(fields["columns"][k]["seen"][0])
        assert f"{side} × {side}" in said(sight, "field")
    assert f"one row of {whole(fields['tail']['count'])} numbers" in said(sight, "tail")


def test_a_maps_steps_say_what_its_close_up_shows(sight: Sight) -> None:
    fields, arrays = asked(sight, want="map", map=sight.opened)
    assert f"{whole(fields['count'] * arrays['kernels'][0].size)} multiplications" in said(sight, "products")
    total = arrays["sum"]
    assert f"run from {written(total.min(), 3)} to {written(total.max(), 3)}" in said(sight, "total")
    assert (f"the bias, {written(fields['bias'], 3)}," in said(sight, "total")) == bool(fields["bias"])
    place = next(k for k, stage in enumerate(fields["stages"]) if stage["kind"] == "activation")
    zeros = (arrays[f"stage{place}"] == 0).mean()
    assert f"{percent(zeros)} of the values are zero" in said(sight, "bent") and 0.1 < zeros < 0.9
    late, _ = asked(sight, want="map", map=sight.map(sight.last, sight.needed))
    words = said(sight, "many")
    assert f"from {whole(late['count'])} maps" in words
    assert f"{late['source_name']}, map {late['channels'][0]}." in words
    other = sight.map(sight.bend, sight.strong - 1 if sight.strong else 1)
    moved = asked(sight, want="map", map=other)[1]["sum"]
    assert written(moved.max(), 3) in said(sight, "total", map=other)


def test_the_last_steps_say_what_the_bars_and_the_class_show(sight: Sight) -> None:
    case, _ = asked(sight, want="class", **{"class": str(sight.best)})
    bars = {each["index"]: each for each in asked(sight, want="overview")[0]["classes"]}
    assert f"logit, {written(case['logit'], 3)}." in said(sight, "logit")
    numbers = [float(text.replace("−", "-")) for text in re.findall(r"−?\d+\.\d+", said(sight, "for_and_against"))]
    np.testing.assert_allclose(numbers, [case["for"], case["against"], case["bias"], case["logit"]], atol=0.006)
    assert round(sum(numbers[:3]), 2) == pytest.approx(numbers[3])
    now = percent(bars[sight.best]["probability"])
    assert f"{whole(case['classes'])} classes, {written(case['total'])}." in said(sight, "softmax")
    assert said(sight, "softmax").endswith(f"gets {now}.") and f"{bars[sight.best]['label']}, {now}." in said(
        sight, "end"
    )
    off = f"{sight.last}-{sight.needed}"
    for name, change in (("off", {"off": off}), ("patch", {"patch": "0.25,0.25,0.4"})):
        after = {each["index"]: each for each in asked(sight, want="overview", change=change)[0]["classes"]}
        assert percent(after[sight.best]["probability"]) in said(sight, name, **change) and now in said(sight, name)
    fields, arrays = asked(sight, want="overview", order="influence", gradient=True)
    assert fields["columns"][sight.last]["channels"][0] == sight.needed
    row, column = np.argwhere(arrays["cam"] == arrays["cam"].max())[0]
    side = len(arrays["cam"])
    where = f"{percent((column + 0.5) / side, 0)} from the left and {percent((row + 0.5) / side, 0)} from the top"
    assert where in said(sight, "back")


@pytest.mark.parametrize("number", [1, 5, 18, 21, len(STOPS)])
def test_an_address_that_names_a_step_alone_opens_it(number: int) -> None:
    app = opened(LESSONS[-1], address={"tour": str(number)})
    stop = STOPS[number - 1]
    assert app.segmented_control(key="net_part").value == stop.part
    assert app.session_state["tour"] == number
    state = app.session_state["net_state"]
    assert set(state) == set(stop.state(Sight(Look(graph_of(tinyvgg()), app.session_state["current_photo"]))))
    assert {WHAT_IF, BACKWARDS} & {each.part for each in STOPS}


@pytest.mark.parametrize("text", ["0", "99", "nonsense", "-1", "1e400"])
def test_a_step_that_does_not_exist_opens_the_free_page(text: str) -> None:
    app = opened(LESSONS[-1], address={"tour": text})
    assert app.session_state["tour"] is None and "tour" not in app.query_params
    assert any(each.label == "Take the tour" for each in app.button)
