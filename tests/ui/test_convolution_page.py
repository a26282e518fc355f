"""The convolution page: what its parts compute, what the address sets, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest

from imgcls.data.pictures import picture_from_image
from imgcls.models.first_layer import first_layer
from imgcls.models.registry import load
from imgcls.models.specs import SMALL_RESNET
from imgcls.ops.convolution import PADDING_MODES
from imgcls.ops.kernels import PRESETS
from imgcls.ui import live
from imgcls.ui.packet import unpack
from imgcls.ui.shell import PANEL
from tests.history import led_to

ROOT = Path(__file__).resolve().parents[2]
VOLUME, LEARNED = "Filters over a volume", "Kernels a network learned"


def opened(**address: str) -> AppTest:
    """The lesson with these settings in its address, on a small noisy photo."""
    app = AppTest.from_file(str(ROOT / "imgcls/ui/navigation.py"), default_timeout=60)
    array = np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    app.session_state["current_photo"] = picture_from_image(Image.fromarray(array), "noise")
    app.session_state["current_photo_sample"] = None
    app.run()
    for name, value in address.items():
        app.query_params[name] = value
    return again(app.switch_page("../../pages/convolution.py"))


def again(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception, app.exception[0].message
    return app


def packet(app: AppTest, name: str) -> tuple[dict, dict]:
    """What the live component of that name was sent."""
    found = [part.proto for part in app.get("bidi_component") if part.proto.component_name.endswith(name)]
    return unpack(found[0].bytes)


def run_panel(app: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Execute the page's code and compare it with the numbers that the page shows."""
    app.session_state["current_photo"].image.save(tmp_path / "photo.png")
    monkeypatch.chdir(tmp_path)
    (panel,) = app.session_state[PANEL].values()
    variables: dict[str, object] = {}
    exec(panel.code, variables)
    for name, shown in panel.shows.items():
        computed = np.asarray(variables[name], float).reshape(-1)
        np.testing.assert_allclose(computed, np.asarray(shown, float).reshape(-1), rtol=1e-4, atol=1e-4, err_msg=name)


@pytest.mark.parametrize(
    "address",
    [
        {"conv_preset": "sharpen"},
        {"conv_preset": "blur", "conv_channels": "colour, each alone", "conv_padding": "2", "conv_mode": "reflect"},
        {"conv_preset": "emboss", "conv_channels": "R+G+B summed", "conv_stride": "3", "conv_flip": "true"},
        {"conv_preset": "Gaussian 5×5", "conv_channels": "blue only", "conv_dilation": "3", "conv_size": "48"},
        {"conv_weights": "_".join(map(str, range(27))) + "_9_-1", "conv_channels": "colour, each alone"},
    ],
    ids=lambda address: " ".join(address.values())[:40],
)
def test_the_code_gives_the_numbers_shown_whatever_the_settings(
    address: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_panel(opened(**address), tmp_path, monkeypatch)


@pytest.mark.parametrize("part", [VOLUME, LEARNED])
def test_the_code_of_the_other_parts_gives_their_numbers(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_panel(opened(conv_part=part), tmp_path, monkeypatch)


@pytest.mark.parametrize("mode", PADDING_MODES)
def test_what_the_lens_is_sent_is_torchs_and_explains_every_output(mode: str) -> None:
    app = opened(
        conv_preset="random (seed)", conv_seed="5", conv_size="32", conv_mode=mode, conv_padding="2", conv_stride="2"
    )
    fields, arrays = packet(app, "lens")
    photo = torch.from_numpy(arrays["input"][..., 0].copy()).float()[None, None]
    layer = torch.nn.Conv2d(1, 1, 3, 2, 2, bias=False, padding_mode=mode)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(arrays["weights"].copy())[None])
        expected = layer(photo)[0, 0]
    torch.testing.assert_close(torch.from_numpy(arrays["output"][..., 0].copy()), expected)
    # The products that the browser forms from the pixels and weights that it was sent.
    rows, columns, k = arrays["rows"], arrays["columns"], fields["window"]["rows"]
    for r, c in [(0, 0), (0, 5), (16, 16), (7, 16)]:
        total = 0.0
        for i in range(k):
            for j in range(k):
                y, x = rows[r * 2 + i], columns[c * 2 + j]
                total += 0.0 if min(y, x) < 0 else float(arrays["input"][y, x, 0]) * float(arrays["weights"][0, i, j])
        assert total == arrays["output"][r, c, 0]


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_can_be_chosen_by_its_name_in_the_address(name: str) -> None:
    app = opened(conv_preset=PRESETS[name].title)
    _, arrays = packet(app, "lens")
    if PRESETS[name].rows:
        assert arrays["weights"][0].tolist() == [list(row) for row in PRESETS[name].rows]
    assert app.selectbox(key="conv_preset").value == name


def test_nonsense_in_the_address_is_ignored() -> None:
    app = opened(conv_weights="1_2_nan", conv_size="9999", conv_stride="-3", conv_preset="xyz", conv_channels="no")
    fields, arrays = packet(app, "lens")
    assert arrays["weights"][0].tolist() == [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]
    assert arrays["input"].shape == (128, 128, 1)
    assert fields["window"]["stride"] == 1


def test_an_own_kernel_comes_back_from_the_address() -> None:
    app = opened(conv_weights="1_0_0_0_2.5_0_0_0_-3_4_-7")
    fields, arrays = packet(app, "lens")
    assert arrays["weights"].flatten().tolist() == [1, 0, 0, 0, 2.5, 0, 0, 0, -3]
    assert (fields["divisor"], fields["bias"]) == (4, -7)


def test_a_link_within_the_session_brings_another_kernel_and_a_preset_drops_it() -> None:
    app = opened(conv_weights="1_0_0_0_2_0_0_0_-3_4_-7")
    _, arrays = packet(led_to(app, {"conv_weights": "0_0_0_0_7_0_0_0_0_1_0"}), "lens")
    assert arrays["weights"].flatten().tolist() == [0, 0, 0, 0, 7, 0, 0, 0, 0]
    app.selectbox(key="conv_preset").set_value("top-sobel")
    _, arrays = packet(again(app), "lens")
    assert arrays["weights"][0].tolist() == [[1, 2, 1], [0, 0, 0], [-1, -2, -1]]
    assert "conv_weights" not in app.query_params
    assert app.selectbox(key="conv_view").value == "hue"  # an edge detector is shown signed


@pytest.mark.parametrize("divisor", ["9999", "-9999", "0.001"])
def test_no_own_kernel_breaks_another_choice_of_channels(divisor: str) -> None:
    app = opened(conv_weights=f"100_-100_0_0_2_0_0_0_-3_{divisor}_-1000")
    for channels in ("summed", "colour", "blue", "grey"):
        app.selectbox(key="conv_channels").set_value(channels)
        _, arrays = packet(again(app), "lens")
        assert np.isfinite(arrays["output"]).all()


def test_another_size_keeps_the_middle_of_the_kernel() -> None:
    app = opened(conv_preset="outline")
    app.button_group(key="conv_side").set_value(5)
    _, arrays = packet(again(app), "lens")
    assert arrays["weights"].shape == (1, 5, 5)
    assert arrays["weights"][0, 1:4, 1:4].tolist() == [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]
    assert app.selectbox(key="conv_preset").value == "custom"


def test_only_strides_that_fit_are_on_offer_and_the_reason_is_given() -> None:
    app = opened(conv_part=VOLUME)
    assert app.selectbox(key="conv_s").options == ["1", "2", "4"]
    assert any("Stride 3 is not offered: it would give 2.33 windows" in text.value for text in app.markdown)
    _, arrays = packet(app, "volume_walk")
    assert arrays["output"].shape == (2, 3, 3)


@pytest.mark.parametrize(
    "controls", [("conv_h", 2), ("conv_w", 8), ("conv_f", 1), ("conv_f", 5), ("conv_p", 2), ("conv_c", 4)]
)
def test_no_choice_leads_to_an_illegal_volume(controls: tuple[str, int]) -> None:
    app = opened(conv_part=VOLUME)
    app.selectbox(key=controls[0]).set_value(controls[1])
    _, arrays = packet(again(app), "volume_walk")
    assert arrays["output"].size > 0


def test_the_kernels_of_the_small_network_are_a_choice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(conv_part=LEARNED, conv_network=SMALL_RESNET.title)
    run_panel(app, tmp_path, monkeypatch)
    _, arrays = packet(app, "kernel_bank")
    assert arrays["maps"].shape == (32, 32, 32)
    layer = first_layer(load(SMALL_RESNET.name), app.session_state["current_photo"].image)
    assert app.session_state[PANEL]["conv_learned"].shows["convolved_mean"] == pytest.approx(
        float(layer.convolved.mean())
    )
    assert any("**ReLU** sets everything below 0 to 0." in each.value for each in app.markdown)


def test_the_learned_part_shows_the_layers_own_kernels() -> None:
    app = opened(conv_part=LEARNED)
    fields, arrays = packet(app, "kernel_bank")
    assert arrays["maps"].shape == (32, 112, 112)
    weights = load().module.features[0][0].weight
    assert len(fields["titles"]) == len(weights) == len(arrays["kernels"])
    strongest = int(weights[3].abs().argmax())
    channel, place = divmod(strongest, 9)
    assert arrays["kernels"][3].reshape(9, 3)[place, channel] in (0, 255)


@pytest.mark.parametrize(
    ("name", "number"), [("conv_stride", 3), ("conv_padding", 1), ("conv_dilation", 5), ("conv_size", 48)]
)
@pytest.mark.parametrize("kernel", [{}, {"conv_preset": "blur", "conv_channels": "R+G+B summed", "conv_flip": "true"}])
def test_a_drag_shows_what_the_slider_shows_when_it_is_let_go(name: str, number: int, kernel: dict[str, str]) -> None:
    settings = {"conv_size": "64", "conv_dilation": "2", "conv_padding": "4", "conv_mode": "reflect", **kernel}
    before, after = opened(**settings), opened(**settings | {name: str(number)})
    told, packets = moved(before, name, number)
    fields, arrays = packet(after, "lens")
    assert told["conv_lens"]["window"] == fields["window"]
    assert told["conv_lens"]["caption_output"] == fields["caption_output"]
    for key in ("output", "weights", "rows", "columns", *(["sums"] if "sums" in arrays else [])):
        assert np.array_equal(packets[key], arrays[key]), key
    assert ("input" in packets) == (name == "conv_size")
    assert told["conv_formula"]["paragraphs"] == words_of(after)


@pytest.mark.parametrize("side", ["3×3", "5×5", "7×7"])
def test_no_drag_leads_to_an_illegal_layer(side: str) -> None:
    """With the others as far up as they go: a smaller photo or dilation holds them back, for as long as it is."""
    span = int(side[0])
    most = {"conv_dilation": "8", "conv_padding": str(8 * (span - 1))}
    app = opened(conv_preset="random (seed)", conv_side=side, conv_size="256", **most)
    for name, numbers in {"conv_size": range(32, 257, 32), "conv_dilation": range(1, 9), "conv_stride": (1, 8)}.items():
        for number in numbers:
            told, packets = moved(app, name, number)
            window, size = told["conv_lens"]["window"], number if name == "conv_size" else 256
            assert window["padding"] == told["conv_padding"]["number"] <= told["conv_padding"]["high"]
            assert window["dilation"] == told["conv_dilation"]["number"] <= told["conv_dilation"]["high"]
            reach = window["dilation"] * (span - 1) + 1
            assert reach <= size
            assert packets["output"].shape[0] == (size + 2 * window["padding"] - reach) // window["stride"] + 1
    told, _ = moved(app, "conv_dilation", 8)
    assert told["conv_padding"]["number"] == told["conv_padding"]["high"] == 8 * (span - 1)


def moved(app: AppTest, name: str, number: int) -> tuple[dict, dict]:
    """What a drag of the slider `name` to `number` brings: the news by key, and the arrays of the lens."""
    answers = live._answers[app.session_state["live_token"]]
    fields, arrays = unpack(answers["conv"]({"numbers": {name: number}}))
    news, packets = unpack(arrays["conv_lens"].tobytes())
    return fields["beside"] | {"conv_lens": news}, packets


def words_of(app: AppTest) -> list[str]:
    found = [part.proto for part in app.get("bidi_component") if part.proto.component_name.endswith("words")]
    return json.loads(found[0].json)["paragraphs"]
