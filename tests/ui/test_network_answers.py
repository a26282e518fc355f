"""What the canvas gets: the trace's own numbers, on the page that was asked for, with the change that was asked for."""

import json
import random

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from imgcls.data.samples import DEFAULT_SAMPLE, SAMPLES, load_sample
from imgcls.models.ablation import WhatIf, what_if
from imgcls.models.graph import graph_of
from imgcls.models.influence import order_of_maps
from imgcls.models.registry import load
from imgcls.training.trained import tinyvgg
from imgcls.ui.network.answers import answerer, first_overview, overview, overviews
from imgcls.ui.network.drafts import DRAFT_SIDE, SIDE, TAIL, averaged_down
from imgcls.ui.network.look import ROWS, Look
from imgcls.ui.network.state import change_of
from imgcls.ui.packet import unpack
from tests.javascript import JS, evaluated
from tests.models.random_networks import random_network, untrained

VIEWS = JS.parent


@pytest.fixture(scope="module", params=["tinyvgg", "efficientnet-lite0"])
def look(request: pytest.FixtureRequest) -> Look:
    classifier = tinyvgg() if request.param == "tinyvgg" else load()
    return Look(graph_of(classifier), load_sample(DEFAULT_SAMPLE))


def ask(look: Look, **question: object) -> tuple[dict, dict[str, np.ndarray]]:
    return unpack(answerer(look)(json.loads(json.dumps(question))))


def test_the_overview_shows_the_maps_of_the_trace(look: Look) -> None:
    fields, arrays = ask(look, want="overview")
    for place, (sent, column) in enumerate(zip(fields["columns"][:-1], look.graph.columns, strict=False)):
        maps = look.trace.output(column.step)[sent["channels"]]
        assert sent["channels"] == list(range(min(ROWS, column.shape[0])))
        expected = torch.stack([maps.abs().amax((1, 2)), maps.amin((1, 2)), maps.amax((1, 2)), maps.mean((1, 2))], 1)
        np.testing.assert_allclose(arrays[f"stats{place}"], expected, rtol=1e-6)
        tiles = arrays[f"maps{place}"]
        assert tiles.dtype == np.uint8 and tiles.shape[1] <= SIDE
        if column.shape[1] <= SIDE:  # not averaged down: half a shade of 255 is all that is lost
            limits = np.maximum(expected[:, :1, None].numpy(), 1e-12)
            np.testing.assert_allclose((tiles / 127.5 - 1) * limits, maps, atol=float(limits.max()) / 250)
    for bar in fields["classes"]:
        assert bar["probability"] == bar["before"] == pytest.approx(float(look.trace.probabilities[bar["index"]]))
    assert len(unpacked := json.dumps(fields)) < 40_000 and unpacked


def test_the_row_before_the_dense_layer_is_what_its_weights_multiply(look: Look) -> None:
    fields, arrays = ask(look, want="overview")
    tail, values = fields["tail"], arrays["tail"].reshape(-1)
    linear = [module for module in look.graph.classifier.module.modules() if isinstance(module, torch.nn.Linear)][-1]
    assert (tail["count"], tail["outputs"]) == (linear.in_features, linear.out_features)
    assert tail["parameters"] == linear.weight.numel() + linear.bias.numel()
    maps = look.trace.output(look.graph.columns[-2].step)
    assert tail["from"] == len(maps)
    row = maps.flatten() if tail["title"] == "flatten" else maps.mean((1, 2))
    assert len(row) == linear.in_features and tail["title"] in ("flatten", "average")
    torch.testing.assert_close(row @ linear.weight.T + linear.bias, look.trace.logits, atol=1e-3, rtol=1e-3)
    assert len(values) == TAIL  # neighbours averaged
    assert values.mean() == pytest.approx(float(row.mean()), rel=0.1)
    assert row.min() <= values.min() and values.max() <= row.max()


def test_a_draft_in_no_known_frame_has_coarser_maps_and_the_same_numbers(look: Look) -> None:
    fields, arrays = ask(look, want="overview")
    draft, coarse = ask(look, want="overview", draft=True)
    assert draft == fields
    for name, values in arrays.items():
        if name.startswith("maps"):
            rows = fields["columns"][int(name.removeprefix("maps"))]["rows"]
            assert coarse[name].shape[1] == -(-rows // -(-rows // DRAFT_SIDE)) <= DRAFT_SIDE
        else:
            np.testing.assert_array_equal(coarse[name], values)


MOVES = [
    {"change": {"patch": "0.5,0.4,0.3"}},
    {"change": {"patch": "0.2,0.9,0.7", "off": "2-1"}, "order": "mean", "pages": {"9": 1}, "class": "3"},
    {"change": {"shift": "3,-2"}, "shift": [0, 0], "order": "influence", "colours": "layer"},
    {"change": {"activation": "tanh", "patch": "0.5,0.5,0.2"}, "pages": {"8": 99}},
    {"change": {}},
]  # fmt: skip


@pytest.mark.parametrize("question", MOVES)
def test_what_moves_fits_into_its_frame(look: Look, question: dict) -> None:
    """As the canvas puts it together, it is the draft that is sent to who knows no frame, without what is left out."""
    question = {"want": "overview", "shift": list(change_of(look.graph, question["change"]).shift)} | question
    whole = answerer(look)(question | {"change": {}})
    moves = answerer(look)(question | {"draft": True, "frame": unpack(whole)[0]["frame"]})
    expected, arrays = unpack(answerer(look)(question | {"draft": True}))
    found = put_together(whole, moves)
    for column in expected["columns"]:
        column.pop("strongest", None)
    if question.get("colours") != "layer":  # nobody draws by them
        for column, before in zip(expected["columns"], unpack(whole)[0]["columns"], strict=True):
            column |= {"limit": before["limit"]} if "limit" in before else {}
    told = found.pop("arrays")
    assert close(found, expected)
    shifted = question["shift"] != list(change_of(look.graph, question["change"]).shift)
    for name, values in arrays.items():
        if name.startswith(("edges", "votes")):
            assert name not in told
        elif name != "photo" or shifted:
            assert told[name]["shape"] == list(values.shape), name
            np.testing.assert_allclose(np.reshape(told[name]["values"], values.shape), values, rtol=1e-4, atol=1e-5)
    assert ("photo" in unpack(moves)[1]) == shifted
    assert shifted or len(moves) < 0.85 * len(answerer(look)(question | {"draft": True}))


def test_another_frame_is_told_in_full(look: Look) -> None:
    frame = ask(look, want="overview")[0]["frame"]
    second = {"class": str(look.listed()[look.best == look.listed()[0]])}
    for other in ({"order": "mean"}, {"pages": {"5": 1}}, second, {"gradient": True}, {"draft": False}):
        question = {"want": "overview", "draft": True, "frame": frame} | other
        # TinyVGG has one page of each layer.
        same = other == {"pages": {"5": 1}} and look.graph.classifier.name == "tinyvgg"
        assert ("moves" in ask(look, **question)[0]) == same, other
    elsewhere = Look(look.graph, load_sample(DEFAULT_SAMPLE))
    assert "moves" not in ask(elsewhere, want="overview", draft=True, frame=frame)[0]


def test_maps_are_averaged_down_as_torch_does() -> None:
    generator = torch.Generator().manual_seed(0)
    for height, width, step in ((62, 62, 2), (61, 59, 2), (112, 112, 4), (13, 7, 5), (5, 5, 1), (3, 3, 4)):
        maps = torch.randn(3, height, width, generator=generator)
        expected = F.avg_pool2d(maps[:, None], step, ceil_mode=True)[:, 0]
        torch.testing.assert_close(averaged_down(maps, step), expected, rtol=1e-5, atol=1e-6)


def put_together(whole: bytes, moves: bytes) -> dict:
    """What the canvas's `inFrame` makes of two packets."""

    def unpacked(packet: bytes) -> str:
        fields, arrays = unpack(packet)
        told = {name: {"shape": values.shape, "values": values.ravel().tolist()} for name, values in arrays.items()}
        plain = json.dumps(fields | {"arrays": told})
        return (
            f"((p) => ({{ ...p, arrays: Object.fromEntries(Object.entries(p.arrays).map(([name, "
            f"{{ shape, values }}]) => [name, Object.assign(Float64Array.from(values), {{ shape }})])) }}))({plain})"
        )

    told = (
        "((p) => ({ ...p, arrays: Object.fromEntries(Object.entries(p.arrays).map(([name, values]) =>"
        " [name, { shape: values.shape, values: [...values] }])) }))"
        f"(m.inFrame({unpacked(whole)}, {unpacked(moves)}))"
    )
    (found,) = evaluated(VIEWS / "network/canvas/frame.js", [told])
    return found


def close(one: object, other: object) -> bool:
    """Equal, numbers to a millionth: a batch adds up in another order."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(close(each, other[name]) for name, each in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(map(close, one, other))
    return one == (pytest.approx(other, rel=1e-5, abs=1e-6) if isinstance(one, float) else other)


def test_news_of_another_frame_are_not_drawn() -> None:
    (found,) = evaluated(VIEWS / "network/canvas/frame.js", ['m.inFrame({ frame: "a" }, { moves: "b", arrays: {} })'])
    assert found is None


QUESTIONS = 8


def a_question(look: Look, rng: random.Random) -> dict:
    """What a hand that drags may ask, sense or nonsense."""
    places = len(look.graph.columns)
    frame = {
        "order": rng.choice(["channel", "mean", "influence"]),
        "class": rng.choice(["", str(rng.randrange(look.graph.steps[-1].shape[0]))]),
        "pages": {str(rng.randrange(places)): rng.randrange(4)},
    }
    known = unpack(overview(look, frame))[0]["frame"]
    change = {
        "patch": f"{rng.random():.3f},{rng.random():.3f},{rng.random():.2f}",
        "off": rng.choice(["", f"{rng.randrange(1, places - 1)}-0", f"{rng.randrange(1, places - 1)}-all"]),
        "shift": rng.choice(["", f"{rng.randrange(-2, 3)},{rng.randrange(-2, 3)}"]),
        "activation": rng.choice(["", "", "tanh"]),
    }
    wrong = rng.choice([{}] * 9 + [{"order": "best"}, {"change": {"off": "99-1"}}, {"pages": []}])
    colours = rng.choice(["map", "layer", "network"])
    return (
        frame
        | {"draft": True, "frame": rng.choice([known] * 5 + ["other"]), "change": change, "colours": colours}
        | wrong
    )


@pytest.mark.parametrize("seed", range(6))
def test_everybody_gets_what_they_would_get_alone(seed: int) -> None:
    """Random networks, photos and questions: the same packets as one by one."""
    rng = random.Random(seed)
    graph = graph_of(random_network(seed))
    looks = [Look(graph, load_sample(slug)) for slug in rng.sample(sorted(SAMPLES), 3)]
    asked = [(look, a_question(look, rng)) for look in (rng.choice(looks) for _ in range(QUESTIONS))]
    for (look, question), found in zip(asked, overviews(asked), strict=True):
        (alone,) = overviews([(look, question)])
        if isinstance(alone, Exception):
            assert (type(found), str(found)) == (type(alone), str(alone))
            continue
        (fields, arrays), (wanted, expected) = unpack(found), unpack(alone)
        assert close(fields, wanted)
        assert arrays.keys() == expected.keys()
        for name, values in arrays.items():
            if name.startswith("maps"):  # at the border between two shades the last bit decides
                assert np.abs(values.astype(int) - expected[name]).max(initial=0) <= 1
                assert (values != expected[name]).mean() < 0.01
            else:
                np.testing.assert_allclose(values, expected[name], rtol=1e-5, atol=1e-6)


def test_an_overview_is_small_enough_for_a_hall(look: Look) -> None:
    assert len(answerer(look)({"want": "overview"})) < 250_000


def test_pages_follow_the_order_that_was_chosen(look: Look) -> None:
    place = len(look.graph.columns) - 2
    column = look.graph.columns[place]
    for order, backs in (("mean", None), ("influence", look.backward(look.best))):
        expected = order_of_maps(look.trace, column, backs).tolist()
        for page in range(min(2, -(-column.shape[0] // ROWS))):
            fields, _ = ask(look, want="overview", order=order, pages={str(place): page})
            assert fields["columns"][place]["channels"] == expected[page * ROWS : (page + 1) * ROWS]


def test_the_edges_into_a_map_add_up_to_its_mean() -> None:
    look = Look(graph_of(tinyvgg()), load_sample(DEFAULT_SAMPLE))
    fields, arrays = ask(look, want="overview")
    links = [column.get("link") for column in fields["columns"][1:-1]]
    assert links == ["sum", "same", "sum", "same", "same"] * 2
    strongest = np.abs(arrays["edges6"]).argmax(1).tolist()
    assert fields["columns"][6]["strongest"] == strongest
    assert len(set(strongest)) > 1
    bias = tinyvgg().module.layers.conv2_1.bias
    np.testing.assert_allclose(arrays["edges6"].sum(1) + bias.numpy(), arrays["stats6"][:, 3], rtol=1e-4, atol=1e-5)
    votes = arrays["votes"].sum(1) + tinyvgg().module.layers.logits.bias.numpy()
    np.testing.assert_allclose(votes, [bar["logit"] for bar in fields["classes"]], rtol=1e-4, atol=1e-4)


def test_a_change_moves_the_bars_and_keeps_what_was_before(look: Look) -> None:
    change = {"off": "2-all,3-1", "patch": "0.5,0.4,0.3", "shift": "3,-2", "activation": "tanh"}
    columns = look.graph.columns
    wanted = WhatIf(
        frozenset({(columns[2].name, None), (columns[3].name, 1)}), (0.5, 0.4, 0.3), (3, -2), "tanh"
    )  # fmt: skip
    expected = what_if(look.graph, look.inputs, wanted)
    fields, _ = ask(look, want="overview", change=change)
    assert fields["changed"]
    for bar in fields["classes"]:
        assert bar["probability"] == pytest.approx(float(expected.probabilities[bar["index"]]))
        assert bar["before"] == pytest.approx(float(look.trace.probabilities[bar["index"]]))
    assert int(expected.logits.argmax()) in [bar["index"] for bar in fields["classes"]]


def test_backwards_sends_gradients_and_grad_cam(look: Look) -> None:
    place = len(look.graph.columns) - 2
    fields, arrays = ask(look, want="overview", gradient=True, **{"class": "1"}, layer=str(place))
    backs = look.backward(1)
    gradient = backs.gradients[look.graph.columns[place].name][fields["columns"][place]["channels"]]
    np.testing.assert_allclose(arrays[f"stats{place}"][:, 3], gradient.mean((1, 2)), rtol=1e-5, atol=1e-9)
    heat = backs.grad_cam(look.graph.columns[place]).heatmap
    np.testing.assert_allclose(arrays["cam"] / 255, heat, atol=1 / 500)
    assert 1 in [bar["index"] for bar in fields["classes"]]


def test_a_close_up_adds_up(look: Look) -> None:
    for column in look.graph.columns[1:-1]:
        fields, arrays = ask(look, want="map", map=f"{column.step}-2")
        total = arrays["products"].sum(0) + arrays["rest"] + fields["bias"]
        np.testing.assert_allclose(total, arrays["sum"], rtol=1e-5, atol=2e-5)
        if fields["chosen"] >= 0:
            np.testing.assert_array_equal(arrays[f"stage{fields['chosen']}"], look.trace.output(column.step)[2])
        chosen = arrays[f"stage{fields['chosen']}"] if fields["chosen"] >= 0 else arrays["sum"]
        assert abs(chosen.flat[fields["strongest"]]) == np.abs(chosen).max()


def test_a_class_adds_up(look: Look) -> None:
    fields, arrays = ask(look, want="class", **{"class": "3"})
    assert sum(fields["sums"]) + fields["others_and_bias"] == pytest.approx(fields["logit"], rel=1e-4, abs=1e-4)
    assert fields["for"] + fields["against"] + fields["bias"] == pytest.approx(fields["logit"], rel=1e-4, abs=1e-4)
    np.testing.assert_allclose(arrays["contributions"].sum((1, 2)), fields["sums"], rtol=1e-4, atol=1e-6)
    for term in fields["terms"]:
        assert term["term"] / fields["total"] == pytest.approx(term["probability"])
    assert 3 in [term["index"] for term in fields["terms"]]


def test_a_photos_channel_gets_a_sentence_and_nonsense_is_refused(look: Look) -> None:
    assert "no such layer" in ask(look, want="map", map="0-1")[0]["sentence"]
    for question in ({}, {"want": "all"}, {"want": "overview", "order": "best"}, {"want": "overview", "class": "9999"}):
        with pytest.raises(ValueError):
            answerer(look)(question)
    for change in ({"off": "99-1"}, {"off": "x"}, {"patch": "1,2"}, {"activation": "maxout"}, {"shift": "900,0"}):
        with pytest.raises(ValueError):
            answerer(look)({"want": "overview", "change": change})


@pytest.mark.parametrize(
    ("mode", "state"),
    [
        ("forward", {"order": "mean", "off": "2-all"}),
        ("what if", {"off": "2-all", "class": "1"}),
        ("backwards", {"class": "2", "layer": "3"}),
    ],
)
def test_the_first_overview_is_the_one_that_would_be_asked_for(look: Look, mode: str, state: dict[str, str]) -> None:
    change = {"off": state.get("off")} if mode == "what if" else {}
    question = {
        "order": state.get("order", "channel"),
        "class": state.get("class", ""),
        "layer": state.get("layer", ""),
    }
    gradient = mode == "backwards"
    asked = answerer(look)({"want": "overview", "change": change, "gradient": gradient, "pages": {}, **question})
    assert first_overview(look, mode, state) == asked


@pytest.mark.parametrize("name", ["resnet50", "convnext_tiny"])
def test_downloaded_kinds_of_network_get_every_view(name: str) -> None:
    graph = graph_of(untrained(name))
    look = Look(graph, load_sample(DEFAULT_SAMPLE))
    ask(look, want="overview", gradient=True)
    changed, _ = ask(look, want="overview", change={"off": "2-all"})
    after = what_if(graph, look.inputs, WhatIf(frozenset({(graph.columns[2].name, None)})))
    for bar in changed["classes"]:
        assert bar["probability"] == pytest.approx(float(after.probabilities[bar["index"]]))
    verdict, _ = ask(look, want="class", **{"class": "3"})
    assert verdict["logit"] == pytest.approx(float(look.trace.logits[3]))
    assert verdict["for"] + verdict["against"] + verdict["bias"] == pytest.approx(verdict["logit"], abs=1e-4)
    for column in graph.columns[1:-1]:
        fields, arrays = ask(look, want="map", map=f"{column.step}-1")
        if name == "convnext_tiny":  # its stages end in layer norm and a sum
            assert column.title in fields["sentence"] and "no kernel" in fields["sentence"]
        else:
            sums = arrays["products"].sum(0) + arrays["rest"] + fields["bias"]
            np.testing.assert_allclose(sums, arrays["sum"], rtol=1e-4, atol=1e-4)
            np.testing.assert_allclose(arrays[f"stage{fields['chosen']}"], look.trace.output(column.step)[1], atol=1e-5)
