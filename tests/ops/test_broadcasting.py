"""Broadcasting as PyTorch does it, for every pair of small shapes; texts that are no shapes are refused."""

import itertools
import math
import random

import pytest
import torch

from imgcls.ops.broadcasting import ShapeError, broadcast, parse_shape

SHAPES = [shape for count in range(4) for shape in itertools.product((1, 2, 3), repeat=count)]


@pytest.mark.parametrize("a_shape", SHAPES[::3])
def test_result_clash_and_strides_are_pytorchs_for_all_pairs(a_shape: tuple[int, ...]) -> None:
    for b_shape in SHAPES:
        made = broadcast(a_shape, b_shape)
        try:
            expected = torch.broadcast_shapes(a_shape, b_shape)
        except RuntimeError:
            assert made.total is None
            assert "must match" in made.trouble
            assert any(axis.result is None for axis in made.axes)
            continue
        assert tuple(made.total.shape) == expected == tuple(axis.result for axis in made.axes)
        assert torch.equal(made.total, made.a + made.b)
        assert torch.equal(made.a.flatten()[made.from_a], made.a.expand(expected))
        assert torch.equal(made.b.flatten()[made.from_b], made.b.expand(expected))
        assert made.strides == (made.a.expand(expected).stride(), made.b.expand(expected).stride())
        for place, axis in enumerate(made.axes):
            for name, strides in zip("ab", made.strides, strict=True):
                if name in axis.stretched and axis.result > 1:
                    assert strides[place] == 0, "the same number again"


def test_a_column_and_a_row_meet_in_a_table() -> None:
    made = broadcast((3, 1), (1, 4))
    assert made.total.tolist() == [[0, 10, 20, 30], [1, 11, 21, 31], [2, 12, 22, 32]]
    assert [axis.stretched for axis in made.axes] == [("b",), ("a",)]
    assert made.from_a.tolist() == [[0] * 4, [1] * 4, [2] * 4]


def test_a_missing_dimension_is_stretched_too() -> None:
    axes = broadcast((2, 3), (3,)).axes
    assert (axes[0].a, axes[0].b, axes[0].result, axes[0].stretched) == (2, None, 2, ("b",))
    assert broadcast((), (2,)).total.tolist() == [0, 10]


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("3, 1, 4", (3, 1, 4)),
        ("(3,)", (3,)),
        ("[2 3]", (2, 3)),
        ("", ()),
        ("()", ()),
        ("2x3×4", (2, 3, 4)),
        ("6", (6,)),
    ],
)
def test_shapes_are_read_as_people_write_them(text: str, shape: tuple[int, ...]) -> None:
    assert parse_shape(text) == shape


@pytest.mark.parametrize(
    "text", ["0", "7", "-1", "3.5", "a", "1,2,3,4,5", "9999999999", "3,,x", "__import__('os')", "²"]
)
def test_what_is_no_shape_gets_one_sentence(text: str) -> None:
    with pytest.raises(ShapeError) as caught:
        parse_shape(text)
    assert str(caught.value).endswith(".")


def test_no_text_makes_a_large_shape() -> None:
    rng = random.Random(1)
    for _ in range(3000):
        text = "".join(rng.choices("0123456789,()[] x×.-", k=rng.randrange(80)))
        try:
            assert math.prod(parse_shape(text)) <= 6**4
        except ShapeError:
            continue
