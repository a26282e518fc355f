"""The part on matrix products: what it prints comes out, and what an address asks for is read or left alone."""

import random

import pytest
import torch

from imgcls.data.samples import SAMPLES, load_sample
from imgcls.numbers import read, written
from imgcls.ops.matmul import grey_rows, matmul
from imgcls.ui.packet import unpack
from imgcls.ui.tensors.matmul import Entries, matmul_picture, worked
from imgcls.ui.tensors.matmul_part import BIAS, CELL, ENTRIES, LAYER_ENTRIES, SIDE, WEIGHTS
from tests.equations import claims
from tests.test_pages import built_lessons, opened

TENSORS = next(lesson for lesson in built_lessons() if lesson.slug == "tensors")


def printed(cell: dict) -> list[str]:
    return [f"{a} · {b} {sign} {product}" for a, b, sign, product in cell["products"]] + cell["sums"]


def test_every_product_and_sum_that_is_printed_comes_out() -> None:
    source, texts, about = random.Random(2), [], 0
    for case in range(80):
        inner, whole = source.randint(1, 6), case % 2
        a = torch.tensor([[source.randint(-9, 9) if whole else round(source.random(), 2) for _ in range(inner)]])
        b = torch.tensor([[source.randint(-9, 9) if whole else round(source.uniform(-9, 9), 1)] for _ in range(inner)])
        made = matmul(a.float(), b.float(), None if whole else torch.tensor([round(source.uniform(-9, 9), 1)]))
        cell = worked(made, 0, 0)
        assert len(cell["sums"]) == inner + (not whole)
        texts += printed(cell)
        about += sum("≈" in text for text in printed(cell))
        if cell["sums"][-1].count("="):  # the last line is the number in the table
            result, last = float(made.result), cell["sums"][-1].split(" = ")[1]
            assert last == written(result) or abs(float(read(last)) - result) < 0.06
    found = [claim for text in texts for claim in claims(text)]
    assert len(found) > 350
    assert all(claim.holds for claim in found)
    assert about < 8


def fields(address: dict[str, str]) -> dict:
    app = opened(TENSORS, None, {"tensors_part": "Matmul", **address})
    assert not app.exception
    packets = [unpack(each.proto.bytes)[0] for each in app.get("bidi_component") if each.proto.bytes]
    return next(each for each in packets if "titles" in each)


def test_an_address_sets_sizes_numbers_and_the_cell() -> None:
    shown = fields({"tensors_rows": "1", "tensors_columns": "2", "tensors_cell": "3_1"})
    assert (shown["shape"], shown["cell"]) == ([1, 2], [0, 1])
    assert shown["result"] == [["4", "6"]]
    assert shown["cells"][0][1]["sums"][-1] == "0 + 6 + 0 = 6"
    numbers = "_".join(["2"] * 24)
    assert fields({"tensors_ma": numbers, "tensors_mb": numbers})["result"] == [["12"] * 4] * 2


def test_sizes_that_clash_show_torchs_own_words_and_no_result() -> None:
    shown = fields({"tensors_brows": "4"})
    assert "cells" not in shown
    assert shown["trouble"] == "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x4)"


def test_the_dense_layer_multiplies_the_photos_on_the_screen() -> None:
    shown = fields({"tensors_matmul": "a dense layer on photos", "tensors_photos": "2"})
    assert shown["rows"] == ["your photo", "cat"]
    x, w_t, b = (
        torch.tensor([[float(read(text)) for text in row] for row in shown[name]["texts"]], dtype=torch.float64)
        for name in ("a", "b", "bias")
    )
    expected = torch.nn.functional.linear(x, w_t.T, b[0])
    assert [[written(each) for each in row] for row in expected.tolist()] == shown["result"]


def test_short_numbers_stay_short_with_every_sample_as_the_photo() -> None:
    """0.01, not 0.01000: the digits that float32 adds are none of the photo's."""
    images = [load_sample(slug).image for slug in SAMPLES]
    weights, bias = (torch.tensor(each, dtype=torch.float64) for each in (WEIGHTS, BIAS))
    edited = Entries("", (), 2, -9, 9, 0.1)
    for start in range(0, len(images), 4):
        made = matmul(grey_rows(images[start : start + 4], SIDE), weights, bias)
        drawn = matmul_picture(
            made, None, edited, edited, cell=(0, 0), sets="", titles=("x", "W.T", "x @ W.T + b")
        ).fields
        assert all(len(text.lstrip("−")) <= 4 for row in drawn["result"] for text in row)
        last = [cell["sums"][-1] for row in drawn["cells"] for cell in row]
        assert [text.split(" = ")[1] for text in last] == [text for row in drawn["result"] for text in row]


def test_what_binary_fractions_leave_is_no_number() -> None:
    signs = torch.tensor([[1], [-1], [-1]], dtype=torch.float64)
    exact = matmul(torch.tensor([[0.3, 0.1, 0.2]], dtype=torch.float64), signs)
    assert float(exact.result) != 0
    assert worked(exact, 0, 0)["sums"][-1] == "0.3 − 0.1 − 0.2 = 0"


@pytest.mark.parametrize(
    "told", ["", "1_x", "1_2_3", [1] * 23, [10] * 24, [float("nan")] * 24, {"0": 1}, None, "9" * 999]
)
def test_numbers_that_make_no_sense_are_left_alone(told: object) -> None:
    assert all(row.read(told) is None for row in (*ENTRIES, *LAYER_ENTRIES))


@pytest.mark.parametrize("told", ["", "1", "1_9", "-1_0", [1], [0, "x"], 3, None])
def test_a_cell_that_cannot_be_is_left_alone(told: object) -> None:
    assert CELL.read(told) is None
