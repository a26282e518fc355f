"""The film on /network: its scenes say and draw what the network computed, and its clock and geometry hold."""

import json
import math
import shutil
import struct

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from imgcls.data.pictures import picture_from_image
from imgcls.data.samples import load_sample
from imgcls.models.graph import graph_of
from imgcls.models.registry import load
from imgcls.models.strongest import strongest_way
from imgcls.numbers import percent, read, written
from imgcls.training.trained import tinyvgg
from imgcls.ui.network import film_part, models
from imgcls.ui.network.film_story import CLASSES, LENGTH, MOST_NUMBERS, RATE, Story
from imgcls.ui.network.look import Look
from imgcls.ui.packet import pack, unpack
from tests.equations import claims
from tests.javascript import JS, evaluated
from tests.models.random_networks import SEEDS, random_network, untrained
from tests.ui.test_network_page import opened

NETWORKS = {"tinyvgg": tinyvgg, "small-resnet": lambda: load("small-resnet"), "efficientnet-lite0": load}
PHOTOS = ("small-pug", "drawn-bernese", "coffee")
FOLDER = JS.parent / "network/film"
LARGEST = 300_000  # bytes
needs_node = pytest.mark.skipif(not shutil.which("node"), reason="the module imports others, which only node finds")


def story_of(network: str, photo: str) -> Story:
    look = Look(graph_of(NETWORKS[network]()), load_sample(photo))
    return Story(look, strongest_way(look.graph, look.inputs))


@pytest.fixture(scope="module", params=[(network, photo) for network in NETWORKS for photo in PHOTOS], ids="-".join)
def story(request: pytest.FixtureRequest) -> Story:
    return story_of(*request.param)


def scene(story: Story, kind: str) -> dict:
    return next(each for each in story.fields["scenes"] if each["kind"] == kind)


def test_a_film_takes_twenty_seconds_and_few_bytes(story: Story) -> None:
    assert sum(each["seconds"] for each in story.fields["scenes"]) == pytest.approx(LENGTH) == pytest.approx(20)
    assert len(pack(story.fields, **story.arrays)) <= LARGEST


def test_only_a_network_that_pools_shows_pooling(story: Story) -> None:
    kinds = [each["kind"] for each in story.fields["scenes"]]
    assert kinds[:4] == ["photo", "product", "slide", "maps"]
    assert kinds[-6:] == ["logit", "softmax", "loss", "back", "kernel", "end"]
    assert ("pool" in kinds) == any(step.kind == "pool" for step in story.graph.steps)


def test_every_equation_of_a_film_comes_out(story: Story) -> None:
    found = [claim for each in story.fields["scenes"] for text in (each["line"], each["alt"]) for claim in claims(text)]
    assert found, "there are equations"
    assert [claim for claim in found if not claim.holds] == []


def test_the_pixels_are_those_of_the_photo_as_the_network_gets_it(story: Story) -> None:
    recipe = story.graph.classifier.preprocess
    pixels, (top, left) = story.arrays["pixels"], scene(story, "photo")["around"]
    mean, std = np.array(recipe.mean), np.array(recipe.std)
    inputs = story.look.inputs[0, :, top : top + len(pixels), left : left + len(pixels)].numpy().transpose(1, 2, 0)
    np.testing.assert_allclose((pixels / 255 - mean) / std, inputs, atol=2e-5)


@pytest.mark.parametrize("photo", PHOTOS)
def test_the_photo_is_the_crop_pixel_by_pixel(photo: str) -> None:
    story, picture = story_of("tinyvgg", photo), load_sample(photo)
    np.testing.assert_array_equal(story.arrays["photo"], np.asarray(tinyvgg().preprocess.steps(picture.image)[2].value))


def test_the_products_are_worked_out_with_the_printed_numbers(story: Story) -> None:
    told, patch = scene(story, "product"), story.way.patch
    for values, weights, products in zip(*told["texts"], strict=True):
        claim = float(read(values)) * float(read(weights))
        if told["sign"] == "=":
            half = 0.5 * float(10 ** read(products).as_tuple().exponent)
            assert abs(claim - float(read(products))) <= half * (1 + 1e-6)
    kernel = [float(read(text)) for text in told["texts"][1]]
    np.testing.assert_allclose(kernel, patch.kernel.flatten(), rtol=6e-3)
    at, row, column = told["tap"]
    assert float(patch.products[at, row, column]) == float(patch.products.flatten()[_followed(story)])


def _followed(story: Story) -> int:
    """The place of the followed pixel among the products, from where it is in the photo."""
    patch, pixel = story.way.patch, story.way.cell(story.graph.steps[story.way.opening[0].index].inputs[0])
    side = patch.kernel.shape[-1]
    return pixel.channel * side**2 + (pixel.row - patch.top) * side + pixel.column - patch.left


def test_the_logit_is_the_sum_of_its_rows_and_softmax_gives_the_chances(story: Story) -> None:
    rows, logits = scene(story, "logit")["rows"], story.look.trace.logits
    best = int(logits.argmax())
    assert sum(term for _, _, term in rows) == pytest.approx(float(logits[best]), abs=1e-3)
    shares = logits.softmax(0)
    for name, logit, chance, share in scene(story, "softmax")["rows"]:
        index = next(i for i in logits.topk(CLASSES).indices.tolist() if story.name_of(i) == name)
        assert float(read(logit)) == pytest.approx(float(logits[index]), rel=2e-3, abs=1e-4)
        assert chance == percent(float(story.way.probabilities[index]))
        assert share == pytest.approx(float(shares[index]), abs=1e-4)


def test_the_loss_blames_p_less_one_hot_and_the_kernel_takes_one_step(story: Story) -> None:
    way, target = story.way, story.name_of(story.way.target)
    told = scene(story, "loss")
    for name, _, gradient in told["rows"]:
        index = next(i for i in way.logits.topk(CLASSES).indices.tolist() if story.name_of(i) == name)
        assert gradient == pytest.approx(float(way.probabilities[index]) - (name == target), abs=1e-5)
    assert f"“{target}”" in told["caption"]
    assert way.loss == pytest.approx(-math.log(float(way.probabilities[way.target])), rel=1e-4)
    assert float(read(told["line"].split(" = ")[-1].split(". ")[0])) == pytest.approx(way.loss, rel=6e-3)
    step = story.arrays["kernel"] - story.arrays["moved"]
    np.testing.assert_allclose(step, RATE * way.patch.gradient.numpy(), atol=1e-6)


def test_the_followed_value_is_told_after_each_step_of_the_first_layer(story: Story) -> None:
    way, line = story.way, scene(story, "maps")["line"]
    names = [name.rsplit(" ", 1) for name in line.split(": ")[1].split(" → ")]
    assert len(names) == len(way.opening)
    assert names[0][0] == "sum"
    for step, (_, number) in zip(way.opening, names, strict=True):
        cell = way.cell(way.opening[-1].index)
        assert float(read(number)) == pytest.approx(float(story.look.trace.output(step.index)[cell.place]), rel=1e-3)


def test_maps_and_gradients_have_the_shades_of_their_numbers(story: Story) -> None:
    way = story.way
    for kind, values, steps in (
        ("deep", way.outputs, story.deep),
        ("back", way.gradients, [*reversed(story.deep), way.opening[-1].index]),
    ):
        for place, step in enumerate(steps):
            cell, levels = way.cell(step), story.arrays[f"{kind}{place}"]
            numbers = values[step][cell.channel].numpy()
            if levels.shape == numbers.shape and np.abs(numbers).max():
                shown = (levels / 127.5 - 1) * np.abs(numbers).max()
                np.testing.assert_allclose(shown, numbers, atol=np.abs(numbers).max() / 127)
    blame = way.gradients[0].abs().amax(dim=0)
    if blame.shape == story.arrays["blame"].shape:
        brightest = np.unravel_index(story.arrays["blame"].argmax(), blame.shape)
        assert float(blame[brightest]) == pytest.approx(float(blame.max()), rel=1 / 200)


def test_the_pool_keeps_the_winner_of_its_window() -> None:
    story = story_of("tinyvgg", "small-pug")
    told, window = scene(story, "pool"), story.arrays["window"]
    assert np.unravel_index(window.argmax(), window.shape) == tuple(told["winner"])
    top, left = told["window"][:2]
    assert [top // 2, left // 2] == told["cell"][:2]
    assert told["value"] == written(float(window.max()))
    assert told["caption"] == "One more convolution, then max pooling keeps the largest of each 2 × 2."


def test_what_a_layer_has_seen_is_its_receptive_field() -> None:
    story = story_of("tinyvgg", "small-pug")
    layers = scene(story, "deep")["layers"]
    assert [layer["box"][2] - layer["box"][0] for layer in layers] == [5, 6, 10, 14, 16]
    last = layers[-1]["cell"]
    # A pool2 place (r, c) begins at pixel 4 r and sees 16: 2 convolutions and a pool, twice.
    assert layers[-1]["box"] == [4 * last[0], 4 * last[1], 4 * last[0] + 16, 4 * last[1] + 16]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_network_has_a_film_or_a_sentence(seed: int) -> None:
    classifier = random_network(seed)
    look = Look(graph_of(classifier), picture_from_image(Image.effect_noise((30, 30), 90).convert("RGB"), "noise"))
    try:
        story = Story(look, strongest_way(look.graph, look.inputs))
    except ValueError as trouble:
        assert str(trouble).endswith(".")
        return
    assert sum(each["seconds"] for each in story.fields["scenes"]) == pytest.approx(LENGTH)
    unpack(pack(story.fields, **story.arrays))
    assert [claim for each in story.fields["scenes"] for claim in claims(each["line"]) if not claim.holds] == []


@pytest.mark.parametrize("name", ["resnet50", "convnext_tiny", "efficientnet_v2_s", "mobilenet_v3_large"])
def test_the_networks_that_can_be_downloaded_have_films_too(name: str) -> None:
    look = Look(graph_of(untrained(name)), load_sample("coffee"))
    story = Story(look, strongest_way(look.graph, look.inputs))
    assert len(pack(story.fields, **story.arrays)) <= LARGEST
    assert [claim for each in story.fields["scenes"] for claim in claims(each["line"]) if not claim.holds] == []
    assert bool(scene(story, "product")["texts"]) == (story.way.patch.kernel.numel() <= MOST_NUMBERS)


# ---- The page ----


def film(app: AppTest) -> tuple[dict, dict]:
    packets = [unpack(each.proto.bytes) for each in app.get("bidi_component") if each.proto.bytes]
    return next((fields, arrays) for fields, arrays in packets if "scenes" in fields)


def test_another_photo_makes_another_film() -> None:
    app = opened(net_part="Film", net_model=models.TINY)
    lines = []
    for sample in ("small-pug", "coffee"):
        app.session_state["current_photo"] = load_sample(sample)
        app.session_state["current_photo_sample"] = sample
        app.run()
        assert not app.exception
        fields, arrays = film(app)
        lines.append([each["line"] for each in fields["scenes"]])
        expected = story_of("tinyvgg", sample)
        assert lines[-1] == [each["line"] for each in expected.fields["scenes"]]
        np.testing.assert_array_equal(arrays["blame"], expected.arrays["blame"])
    assert len(set(lines[0]) & set(lines[1])) < 5


def test_nothing_is_computed_before_the_film_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    passes = []
    monkeypatch.setattr(film_part, "strongest_way", lambda *given: passes.append(given) or strongest_way(*given))
    photo = picture_from_image(Image.effect_noise((40, 40), 90).convert("RGB"), "noise")
    for _ in range(2):
        app = opened(net_model=models.TINY, net_colours="layer")
        app.session_state["current_photo"], app.session_state["current_photo_sample"] = photo, None
        app.run()
        seen = len(passes)
        app.segmented_control(key="net_part").select("Film").run()
        app.run()
        assert (seen, len(passes)) in ((0, 1), (1, 1)), "once for a photo, however often it is shown and to how many"


def test_a_network_that_cannot_be_filmed_gets_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "network", lambda _name: random_network(0, classes=1, batch_norm=False))
    app = opened(net_part="Film", net_colours="layer")
    assert any("Choose another network for the film." in box.value for box in app.info)


# ---- The browser's clock and geometry ----

SCENES = json.dumps([{"seconds": seconds} for seconds in (2, 1, 3)])


@needs_node
def test_the_clock_knows_the_scene_of_every_time() -> None:
    asked = [f"m.sceneAt({SCENES}, {time})" for time in (0, 1.9, 2, 2.5, 5.9, 6, 99)]
    found = evaluated(FOLDER / "timeline.js", asked)
    assert [each["index"] for each in found] == [0, 0, 1, 1, 2, 2, 2]
    assert [round(each["share"], 3) for each in found] == [0, 0.95, 0, 0.5, 0.967, 1, 1]
    length, whole, begins = evaluated(
        FOLDER / "timeline.js",
        [f"m.lengthOf({SCENES})", f"m.wholeAt({SCENES}, 1)", f"[0, 1, 2].map((k) => m.beginOf({SCENES}, k))"],
    )
    assert (length, begins) == (6, [0, 2, 3])
    assert 2.9 < whole < 3


@needs_node
def test_next_and_previous_lead_from_scene_to_scene_and_the_film_is_a_loop() -> None:
    asked = [(0.5, 1, 1), (2.1, 1, 2), (4, 1, 2), (1.9, -1, 0), (2.9, -1, 0), (6, -1, 1), (0, -1, 0)]
    found = evaluated(FOLDER / "timeline.js", [f"m.neighbour({SCENES}, {time}, {by})" for time, by, _ in asked])
    assert found == [to for *_, to in asked]
    assert evaluated(FOLDER / "timeline.js", [f"m.onward({SCENES}, 5.5, 1)", f"m.fadeAt({SCENES}, 0)"]) == [0.5, 1]
    assert 0 < evaluated(FOLDER / "timeline.js", [f"m.fadeAt({SCENES}, 2.1)"])[0] < 1


@needs_node
def test_tiles_and_grids_stay_in_their_room() -> None:
    room = {"x": 40, "y": 96, "w": 1200, "h": 530}
    for n, across in ((10, 5), (12, 6), (1, 1), (7, 4)):
        (tiles,) = evaluated(FOLDER / "geometry.js", [f"m.tilesIn({json.dumps(room)}, {n}, {across})"])
        assert len(tiles) == n
        for tile in tiles:
            assert room["x"] - 0.01 <= tile["x"] <= tile["x"] + tile["w"] <= room["x"] + room["w"] + 0.01
            assert room["y"] - 0.01 <= tile["y"] <= tile["y"] + tile["h"] <= room["y"] + room["h"] + 0.01
    for rows in (1, 3):
        (grids,) = evaluated(FOLDER / "geometry.js", [f"m.gridsIn({json.dumps(room)}, {rows})"])
        assert np.shape(grids) == (rows, 3)
        assert all(
            grid["x"] + grid["w"] <= 1240.01 and grid["y"] + grid["h"] <= 626.01 for row in grids for grid in row
        )


@needs_node
def test_a_zoom_begins_with_the_whole_and_ends_with_the_part_and_the_sweep_covers_the_map() -> None:
    whole, small = {"x": 0, "y": 0, "w": 224, "h": 224}, {"x": 100, "y": 60, "w": 5, "h": 5}
    asked = [f"m.zoomBetween({json.dumps(whole)}, {json.dumps(small)}, {share})" for share in (0, 0.5, 1)]
    first, half, last = evaluated(FOLDER / "geometry.js", asked)
    assert first == whole
    assert last == pytest.approx(small)
    assert half["w"] == pytest.approx(math.sqrt(224 * 5))
    start, end = evaluated(FOLDER / "geometry.js", ["m.sweep(0, 62, 62)", "m.sweep(1, 62, 62)"])
    assert (start["whole"], start["column"]) == (0, 0)
    assert (end["until"], end["column"]) == (62, 61)


@needs_node
def test_words_go_into_lines() -> None:
    measure = "(text) => text.length"
    asked = [
        f"m.wrapped('one two three four', {room}, {lines}, {measure})" for room, lines in ((99, 1), (9, 3), (9, 1))
    ]
    assert evaluated(FOLDER / "geometry.js", asked) == [
        ["one two three four"], ["one two", "three", "four"], ["one two…"],
    ]  # fmt: skip


def element(name: str, content: bytes, size: bytes | None = None) -> bytes:
    """An EBML element; its size in eight bytes unless it is given."""
    return bytes.fromhex(name) + (size or (len(content) | 1 << 56).to_bytes(8, "big")) + content


UNKNOWN = bytes.fromhex("01ffffffffffffff")
EBML_HEADER = element("1a45dfa3", b"\x42\x82\x84webm", b"\x87")
SCALE = element("2ad7b1", (1_000_000).to_bytes(3, "big"), b"\x83")
CLUSTER = element("1f43b675", b"frames", UNKNOWN)


def with_length(film: bytes, seconds: float) -> bytes:
    return bytes(evaluated(FOLDER / "webm.js", [f"[...m.withLength(Uint8Array.from({list(film)}), {seconds})]"])[0])


@pytest.mark.parametrize("size", [None, bytes([0x80 | len(SCALE)])], ids=["eight bytes", "one byte"])
@pytest.mark.parametrize("segment_size", [UNKNOWN, b"\xff"], ids=["long", "short"])
def test_a_webm_gets_the_length_that_its_browser_did_not_write(size: bytes | None, segment_size: bytes) -> None:
    film = EBML_HEADER + element("18538067", element("1549a966", SCALE, size) + CLUSTER, segment_size)
    duration = element("4489", struct.pack(">d", 20_030.0), b"\x88")
    expected = EBML_HEADER + element("18538067", element("1549a966", SCALE + duration) + CLUSTER, segment_size)
    assert with_length(film, 20.03) == expected
    assert with_length(expected, 7) == expected, "one that has a length keeps it"


def test_what_is_no_webm_in_the_making_stays_as_it_is() -> None:
    info = element("1549a966", SCALE)
    seeks = EBML_HEADER + element("18538067", element("114d9b74", b"seek") + info, UNKNOWN)
    finished = EBML_HEADER + element("18538067", info)
    for film in (b"", b"\x00\x00\x00\x20ftypisom", EBML_HEADER, EBML_HEADER[:7], seeks, finished, b"\xff" * 40):
        assert with_length(film, 20) == film


@needs_node
def test_a_film_is_kept_as_mp4_where_the_browser_can_else_as_webm() -> None:
    kinds = ["() => true", '(type) => type.startsWith("video/webm")', "() => false", '(type) => type === "video/mp4"']
    found = evaluated(FOLDER / "record.js", [f"m.kindOf({each})" for each in kinds])
    assert [each and each[1] for each in found] == ["mp4", "webm", None, "mp4"]
    names = [f'm.fileName("{label}", "mp4")' for label in ("Löwe / Tiger", "犬", "Pug")]
    expected = ["imgcls-lo-we-tiger.mp4", "imgcls.mp4", "imgcls-pug.mp4"]
    assert evaluated(FOLDER / "record.js", names) in (expected, ["imgcls-lowe-tiger.mp4", *expected[1:]])
