"""Reshape deals the numbers out anew, permute does not; views move nothing, copies do; torch's own refusals."""

import pytest
import torch

from imgcls.ops.rearrange import OPERATIONS, byte_traps, rearrange

ARRAY = torch.arange(5 * 7 * 3, dtype=torch.uint8).reshape(5, 7, 3)


def test_permute_keeps_every_pixel_and_reshape_scrambles_them() -> None:
    right, wrong = rearrange(ARRAY, "permute", 7), rearrange(ARRAY, "reshape", 7)
    assert right.facts.shape == wrong.facts.shape == (3, 5, 7)
    assert torch.equal(right.picture, ARRAY)
    assert not torch.equal(wrong.picture, ARRAY)
    assert wrong.tensor[0, 0].tolist() == [0, 1, 2, 3, 4, 5, 6], "red, green, blue, red, ..."
    assert right.tensor[0, 0].tolist() == [0, 3, 6, 9, 12, 15, 18], "the reds of the first row"
    assert right.kept == 105
    # Place (c, y, x) holds number 35 c + 7 y + x after reshape and c + 21 y + 3 x after permute.
    assert wrong.kept == sum(34 * c == 14 * y + 2 * x for c in range(3) for y in range(5) for x in range(7))


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_view_moves_nothing_and_the_code_makes_the_tensor(name: str) -> None:
    made = rearrange(ARRAY, name, 6)
    assert not any(letter in made.code for letter in ("H", "W", "w,"))
    if made.tensor is None:
        with pytest.raises(RuntimeError):
            eval(made.code, {"array": ARRAY})
        return
    assert torch.equal(made.tensor, eval(made.code, {"array": ARRAY}))
    assert made.is_view == (name not in ("back by reshape", "flip"))
    before = ARRAY.clone()
    made.tensor.fill_(0)  # a change of a view shows in the array, one of a copy does not
    try:
        assert torch.equal(ARRAY, before) != made.is_view
    finally:
        ARRAY.copy_(before)
    assert (made.moved == 0) == made.is_view


def test_a_copy_counts_the_numbers_that_lie_elsewhere() -> None:
    pixels = torch.arange(6).reshape(1, 2, 3)
    assert rearrange(pixels, "flip", 2).moved == 6
    # In memory 0 3 1 4 2 5 after the copy of permute: the first and the last stay.
    assert rearrange(pixels, "back by reshape", 2).moved == 4


def test_view_refuses_with_torchs_own_words() -> None:
    made = rearrange(ARRAY, "back by view", 7)
    assert made.tensor is None
    assert "view size is not compatible" in made.trouble


def test_a_row_length_that_is_right_is_the_photo_and_one_that_is_not_shears_it() -> None:
    assert torch.equal(rearrange(ARRAY, "row length", 7).picture, ARRAY)
    made = rearrange(ARRAY, "row length", 8)
    assert made.facts.shape == (4, 8, 3)
    assert torch.equal(made.picture[1, :6], ARRAY[1, 1:]), "every row begins one pixel later than the one above"
    with pytest.raises(ValueError, match="from 1 to 35"):
        rearrange(ARRAY, "row length", 0)


def test_bytes_wrap_round_and_whole_division_leaves_nothing() -> None:
    found = {trap.code: (round(trap.value, 4), trap.dtype) for trap in byte_traps()}
    assert found == {
        "pixel / 255": (0.3922, "float32"),
        "pixel // 255": (0, "uint8"),
        "(pixel / 255).byte()": (0, "uint8"),
        "pixel - 128": (228, "uint8"),
    }
