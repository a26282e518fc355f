"""The pooling lesson without a browser: every part and setting, its code, and what it sends to its components."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest
from torch.nn import functional as F

from imgcls.data.pictures import picture_from_image
from imgcls.data.samples import load_sample
from imgcls.figures.images import shade_limit, signed_levels
from imgcls.models.registry import load
from imgcls.ops.shift import EVERYWHERE, REACH, UNPOOLED, pooled_ways, relative_change, shifted
from imgcls.ui.packet import unpack
from imgcls.ui.pooling.pool_grid import LIMIT, numbers_within
from imgcls.ui.pooling.slice_part import PATCH, grey_pixels, liveliest_patch
from imgcls.ui.pooling.volume_stack import slice_thumbnails
from imgcls.ui.shell import PANEL

ROOT = Path(__file__).resolve().parents[2]
PARTS = {
    "slice": "One slice",
    "volume": "A volume",
    "shift": "Why it helps",
    "lost": "What is lost",
    "average": "Global average",
}


def opened(photo: Image.Image | None = None, **settings: object) -> AppTest:
    app = AppTest.from_file(str(ROOT / "imgcls/ui/navigation.py"), default_timeout=60)
    if photo is not None:
        app.session_state["current_photo"] = picture_from_image(photo, "test")
        app.session_state["current_photo_sample"] = None
    for name, value in settings.items():
        app.session_state[f"pool_{name}"] = PARTS[str(value)] if name == "part" else value
    app.run()
    app.switch_page(str(ROOT / "pages/pooling.py")).run()
    assert not app.exception, app.exception[0].message
    return app


def packets(app: AppTest) -> list[tuple[dict, dict]]:
    """What the page's components were sent, in order."""
    sent = [component.proto.bytes for component in app.get("bidi_component")]
    return [unpack(packet) for packet in sent if packet]


@pytest.mark.parametrize(
    ("part", "settings"),
    [
        ("slice", {"source": "photo", "window": 3, "stride": 1, "kind": "average", "direction": "backward"}),
        ("slice", {"window": 3, "stride": 3}),
        ("volume", {"window": 3, "stride": 2}),
        ("volume", {"kind": "average"}),
        ("shift", {"window": 3, "stride": 3, "measure": "along"}),
        ("shift", {"stride": 1, "kind": "average"}),
        ("lost", {}),
        ("average", {}),
    ],
)
def test_the_printed_code_gives_the_numbers_shown(
    part: str, settings: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(part=part, **settings)
    app.session_state["current_photo"].image.save(tmp_path / "photo.png")
    monkeypatch.chdir(tmp_path)
    panel = app.session_state[PANEL][part]
    variables: dict[str, object] = {}
    exec(compile(panel.code, part, "exec"), variables)
    for name, shown in panel.shows.items():
        computed = np.asarray(variables[name], float).reshape(-1)
        np.testing.assert_allclose(computed, np.asarray(shown, float).reshape(-1), rtol=1e-4, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("size", [(1, 1), (1, 80), (40, 3)])
def test_every_part_survives_awkward_photos(part: str, size: tuple[int, int]) -> None:
    opened(Image.new("RGB", size, (250, 3, 90)), part=part, source="photo")


def test_the_grid_is_sent_what_torch_computes() -> None:
    fields, arrays = packets(opened(window=3, stride=1))[-1]
    values = torch.from_numpy(arrays["values"].copy())
    output, winners = F.max_pool2d(values[None], 3, 1, return_indices=True)
    np.testing.assert_array_equal(arrays["output"], output[0])
    np.testing.assert_array_equal(arrays["winners"], winners[0])
    assert arrays["gradient"].sum() == arrays["upstream"].sum() == 1
    assert fields["captions"]["after"] == "Pooled, 2 × 2"


def test_the_photos_patch_is_sent_as_its_grey_pixels() -> None:
    fields, arrays = packets(opened(source="photo"))[-1]
    row, column = fields["corner"]
    np.testing.assert_array_equal(arrays["values"], arrays["photo"][row : row + PATCH, column : column + PATCH])


def test_the_volume_sends_thumbnails_once_and_the_chosen_slice_whole() -> None:
    app = opened(part="volume")
    (stack, sheets), (pair, pictures) = packets(app)[-2:]
    assert sheets["before"].shape == (64, 56, 56)
    assert sheets["after"].shape == (64, 56, 56)
    assert stack["names"] == [["224", "224", "64"], ["112", "112", "64"]]
    assert pair["slice"] == stack["chosen"]
    values = torch.from_numpy(pictures["before_values"].copy())
    assert values.shape == (224, 224)
    assert bool((values >= 0).all())
    np.testing.assert_array_equal(pictures["after_values"], F.max_pool2d(values[None, None], 2)[0, 0])


def test_the_address_carries_numbers_and_nonsense_in_it_is_ignored() -> None:
    for written, expected in (
        (",".join(str(n) for n in range(16)), [[5, 7], [13, 15]]),
        ("1,2,three", [[6, 8], [3, 4]]),
        (",".join(["1e9"] * 16), [[6, 8], [3, 4]]),
    ):
        app = AppTest.from_file(str(ROOT / "imgcls/ui/navigation.py"), default_timeout=60)
        app.run()
        app.query_params["pool_values"] = written
        app.query_params["pool_patch"] = "x,-5"
        app.switch_page(str(ROOT / "pages/pooling.py")).run()
        assert not app.exception
        assert packets(app)[-1][1]["output"].tolist() == expected


@pytest.mark.parametrize(
    "candidate",
    [None, "1234", [1, 2, 3], [1, 2, 3, "x"], [1, 2, 3, float("nan")], [1, 2, 3, 2 * LIMIT], [[1, 2], [3, 4]]],
)
def test_anything_but_enough_small_finite_numbers_is_refused(candidate: object) -> None:
    assert numbers_within(candidate, 4) is None
    assert numbers_within([1, -2.5, LIMIT, 0], 4) == [1, -2.5, LIMIT, 0]


def test_the_page_says_first_what_pooling_does_for_shifts_and_it_holds_on_the_samples() -> None:
    app = opened(part="shift")
    said = next(each.value for each in app.markdown if each.value.startswith("Moved by 1 pixel"))
    shares = [float(number) for number in re.findall(r"\*\*(\d+)%\*\*", said)]
    kernels = load().module.features[0][0].weight.detach()
    whole = replace(load().preprocess, crop=load().preprocess.resize)
    for slug in ("drawn-bernese", "cat", "coffee", "motorcycle", "drawn-samoyed"):
        wide = whole(load_sample(slug).image)[..., REACH:-REACH, :]
        features = F.conv2d(wide, kernels).relu()
        resting, moved = (pooled_ways(shifted(features, shift), 2, 2, "max") for shift in (0, 1))
        changes = {name: relative_change(moved[name], resting[name]) for name in resting}
        if slug == "drawn-bernese":
            assert shares == [round(100 * changes[name]) for name in (UNPOOLED, "pooled 3×")]
        assert changes[UNPOOLED] > changes["pooled 1×"] > changes["pooled 2×"] > changes["pooled 3×"]
        assert changes["pooled 1×"] > 0.4 * changes[UNPOOLED], "one pooling tolerates little"
        assert changes[EVERYWHERE] < changes["pooled 3×"]


def test_thumbnails_are_shaded_slice_by_slice_with_zero_in_the_middle() -> None:
    volume = torch.zeros(3, 224, 224)
    volume[1], volume[2, :112] = 0.001, 50.0
    thumbnails = slice_thumbnails(volume)
    assert thumbnails.shape == (3, 56, 56)
    assert thumbnails.dtype == np.uint8
    assert set(thumbnails[0].ravel()) == {128}
    assert set(thumbnails[1].ravel()) == {255}
    assert set(thumbnails[2].ravel()) == {128, 255}
    assert signed_levels(torch.tensor([-2.0, 0.0, 2.0, 9.0]), 2.0).tolist() == [0, 128, 255, 255]


def test_one_bright_spot_does_not_decide_the_shades() -> None:
    slice_ = torch.ones(1, 100, 100)
    slice_[0, 0, 0] = 1000
    assert float(shade_limit(slice_)) == 1


@pytest.mark.parametrize("size", [(1, 1), (1, 1024), (1024, 7), (640, 480)])
def test_a_grey_photo_always_has_room_for_a_patch(size: tuple[int, int]) -> None:
    grey = grey_pixels(Image.new("RGB", size, (200, 10, 30)))
    assert grey.dtype == np.uint8
    assert min(grey.shape) >= PATCH
    assert max(grey.shape) == 96
    assert set(grey.ravel()) == {69}  # 0.299 * 200 + 0.587 * 10 + 0.114 * 30, as PIL rounds it


def test_the_first_patch_is_where_most_happens() -> None:
    grey = np.full((40, 60), 90, np.uint8)
    grey[20:26:2, 30:36] = 255
    assert liveliest_patch(grey) == (19, 30)  # the first of those that hold all three bright lines
