"""What the new parts of /convolution and /tensors say and show, against torch, without a browser."""

import pytest
import torch
from torch.nn import functional as F

from imgcls.data.samples import load_sample
from imgcls.models.normalisation import Agreement
from imgcls.models.registry import load
from imgcls.models.separable import SeparableBlock, separable_block
from imgcls.ops.tensors import photo_array
from imgcls.ui.convolution.field_part import _output, _place
from imgcls.ui.convolution.kinds_part import made_of
from imgcls.ui.tensors.dealt import dealt
from imgcls.ui.tensors.normalise_part import COMPARED, IMAGENETS, UNDIVIDED, summary
from imgcls.ui.tensors.reshape_part import traps


@pytest.fixture(scope="module")
def block() -> SeparableBlock:
    return separable_block(load(), load_sample("coffee").image)


@pytest.mark.parametrize("kind", ["depthwise", "pointwise", "full"])
def test_the_addends_of_a_map_add_up_to_it_and_are_what_torch_computes(block: SeparableBlock, kind: str) -> None:
    addends, kernels, output = made_of(block, kind, 5)
    torch.testing.assert_close(addends.sum(0), output, rtol=1e-3, atol=1e-3)
    source = block.activated if kind == "pointwise" else block.maps[5:6] if kind == "depthwise" else block.maps
    expected = F.conv2d(source[None], kernels[None], padding=kernels.shape[-1] // 2)[0, 0]
    torch.testing.assert_close(output, expected, rtol=1e-3, atol=1e-3)
    assert len(addends) == (1 if kind == "depthwise" else 32)


@pytest.mark.parametrize(
    ("told", "expected"),
    [("0.25_1", (0.25, 1)), ([0, 0.5], (0, 0.5)), ("0.2", None), ("a_b", None), ("2_0", None), (None, None), (7, None),
     ("nan_0", None), ([0.1, 0.2, 0.3], None)],
)  # fmt: skip
def test_a_place_on_the_photo_is_two_shares_of_its_side(told: object, expected: object) -> None:
    assert _place(told) == expected


def test_the_last_share_is_the_last_output() -> None:
    assert [_output((share, 0.5), 7)[0] for share in (0, 0.15, 0.99, 1)] == [0, 1, 6, 6]


def test_the_summary_of_the_samples_counts_the_lost_answers() -> None:
    found = {way: Agreement(15, 15, 0.5) for way in COMPARED} | {
        IMAGENETS: Agreement(15, 11, 0.4), UNDIVIDED: Agreement(15, 1, 0.2),
    }  # fmt: skip
    assert "ImageNet's 4 of 15" in summary(found)
    assert "divide by 255 costs 14" in summary(found)


def test_the_numbers_of_a_few_pixels_are_named_by_channel_and_pixel() -> None:
    numbers = torch.arange(18).reshape(2, 3, 3).permute(2, 0, 1)
    fields = dealt(numbers, range(18), channels_first=True, alt="").fields
    assert [sheet["title"] for sheet in fields["sheets"]] == ["result[0]", "result[1]", "result[2]"]
    assert [cell[1] for row in fields["sheets"][1]["rows"] for (cell,) in row] == ["G0", "G1", "G2", "G3", "G4", "G5"]
    assert [name for _, name, _ in fields["memory"]][:4] == ["R0", "G0", "B0", "R1"]


def test_the_line_on_bytes_is_what_torch_does_with_the_photo() -> None:
    pixel = photo_array(load_sample("cat").image).new_tensor(100)
    said = traps()
    assert f"is {(pixel / 255).item():.3f} (float32)" in said
    assert f"but `pixel // 255` is {(pixel // 255).item()}" in said
    assert f"`pixel - 128` is {(pixel - 128).item()}" in said
