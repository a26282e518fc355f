"""Receptive fields against the gradient of real layers and against values worked out by hand."""

import pytest
import torch

from imgcls.ops.receptive import Layer, Receptive, effective_side, influence, random_stack, receptive_fields

STACKS = [
    [Layer(3)] * 4,
    [Layer(5, 2), Layer(3), Layer(3, 2, 2)],
    [Layer(1), Layer(7), Layer(3, 2), Layer(1)],
    [Layer(3, 1, 1), Layer(3, 1, 2), Layer(3, 1, 4)],
]


def test_the_sizes_are_those_worked_out_by_hand() -> None:
    assert [field.size for field in receptive_fields([Layer(3)] * 4)] == [1, 3, 5, 7, 9]
    assert [field.size for field in receptive_fields([Layer(3, 2)] * 4)] == [1, 3, 7, 15, 31], (
        "strides double the steps"
    )
    assert [field.size for field in receptive_fields(STACKS[3])] == [1, 3, 7, 15], "so do dilations of 1, 2, 4"
    assert receptive_fields([Layer(3, 2)] * 2)[-1] == Receptive(7, 4, -3)
    assert Receptive(7, 4, -3).box(1, 2) == (1, 5, 8, 12)


@pytest.mark.parametrize("layers", STACKS, ids=str)
def test_the_square_is_where_the_gradient_is(layers: list[Layer]) -> None:
    field, stack = receptive_fields(layers)[-1], random_stack(layers)
    ones = torch.nn.Sequential(*[module for module in stack if isinstance(module, torch.nn.Conv2d)])
    for convolution in ones:
        torch.nn.init.ones_(convolution.weight)
    picture = torch.rand(1, 3, 40, 40, generator=torch.Generator().manual_seed(0))
    rows = torch.arange(40)
    spots = ones(picture).shape[-1]
    for row, column in ((spots // 2, spots // 2), (0, spots - 1)):
        top, left, bottom, right = field.box(row, column)
        inside = ((rows >= top) & (rows < bottom))[:, None] & ((rows >= left) & (rows < right))[None]
        seen = influence(ones, picture, row, column) > 0
        if all(layer.dilation == 1 for layer in layers):
            assert torch.equal(seen, inside)
        else:  # between the cells of a dilated kernel there are holes
            assert not (seen & ~inside).any()
            where = seen.nonzero()
            corners = [*where.amin(0).tolist(), *(where.amax(0) + 1).tolist()]
            assert corners == [max(top, 0), max(left, 0), min(bottom, 40), min(right, 40)]


def test_the_influence_is_the_slope_that_finite_differences_find() -> None:
    stack = random_stack([Layer(3), Layer(3, 2)], channels=4).double()
    picture = torch.rand(1, 3, 9, 9, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    found = influence(stack, picture, 2, 1)
    for y, x in ((4, 2), (3, 3), (0, 8)):
        slopes = 0.0
        for channel in range(3):
            nudged = picture.clone()
            nudged[0, channel, y, x] += 1e-6
            slopes += abs(float((stack(nudged) - stack(picture))[0, :, 2, 1].sum())) / 1e-6
        assert float(found[y, x]) == pytest.approx(slopes, abs=1e-5)


def test_the_part_that_counts_grows_slower_than_the_square() -> None:
    picture = torch.rand(1, 3, 96, 96, generator=torch.Generator().manual_seed(0))
    shares = []
    for depth in (2, 8, 16):
        layers = [Layer(3)] * depth
        sides = [
            effective_side(influence(random_stack(layers, seed=seed), picture, 48, 48), 48, 48) for seed in range(5)
        ]
        shares.append(sum(sides) / len(sides) / receptive_fields(layers)[-1].size)
    assert shares[0] > shares[1] > shares[2]
    assert shares[2] < 0.8


def test_the_smallest_square_that_holds_a_share() -> None:
    strength = torch.zeros(7, 7)
    assert effective_side(strength, 3, 3) == 0
    strength[3, 3] = 96
    strength[0, 0] = 4
    assert effective_side(strength, 3, 3) == 1
    assert effective_side(strength, 3, 3, share=0.97) == 7
    assert effective_side(strength, 0, 0, share=1.0) == 7
