"""The walk over a volume: CS231n's shapes, torch's numbers, and one output worked by hand."""

import itertools

import pytest
import torch
from torch.nn import functional as F

from imgcls.ops.volume_walk import Volume, as_dense, random_volume, walk


def test_the_demo_of_cs231n_turns_5x5x3_into_3x3x2() -> None:
    volume = random_volume(5, 5, 3, 2, 3, seed=1)
    steps = walk(volume, stride=2, padding=1)
    assert steps.padded.shape == (3, 7, 7)
    assert steps.output.shape == (2, 3, 3)
    assert steps.sums.shape == (2, 3, 3, 3)
    assert volume.parameters == 56


@pytest.mark.parametrize(
    ("height", "width", "channels", "filters", "side", "stride", "padding"),
    [(5, 5, 3, 2, 3, 2, 1), (8, 6, 4, 3, 2, 2, 0), (2, 2, 1, 1, 1, 1, 0), (7, 5, 2, 4, 5, 1, 4)],
)
def test_channel_sums_and_bias_make_the_output_of_torch(
    height: int, width: int, channels: int, filters: int, side: int, stride: int, padding: int
) -> None:
    volume = random_volume(height, width, channels, filters, side, seed=4)
    steps = walk(volume, stride=stride, padding=padding)
    expected = F.conv2d(volume.pixels[None], volume.filters, volume.biases, stride, padding)[0]
    assert torch.equal(steps.output, expected)
    assert torch.equal(steps.sums.sum(1) + volume.biases[:, None, None], expected)
    assert steps.windows.shape == (channels, *expected.shape[1:], side, side)
    assert torch.equal(steps.products.sum(dim=(-1, -2)), steps.sums)
    for k, c in itertools.product(range(filters), range(channels)):
        alone = F.conv2d(volume.pixels[None, c : c + 1], volume.filters[k : k + 1, c : c + 1], None, stride, padding)
        assert torch.equal(steps.sums[k, c], alone[0, 0])


def test_one_output_worked_by_hand() -> None:
    pixels = torch.tensor([[[1.0, 2], [0, 1]], [[2, 2], [1, 0]]])
    filters = torch.tensor([[[[1.0, -1], [0, 1]], [[0, 1], [-1, 1]]]])
    steps = walk(Volume(pixels, filters, torch.tensor([1.0])))
    # first channel 1 - 2 + 0 + 1 = 0, second 0 + 2 - 1 + 0 = 1, bias 1
    assert steps.windows[:, 0, 0].tolist() == pixels.tolist()
    assert steps.products[0, :, 0, 0].tolist() == [[[1, -2], [0, 1]], [[0, 2], [-1, 0]]]
    assert steps.sums.flatten().tolist() == [0, 1]
    assert steps.output.item() == 2


def test_a_seed_gives_the_same_small_whole_numbers_each_time() -> None:
    first, again, other = (random_volume(5, 5, 3, 2, 3, seed=seed) for seed in (9, 9, 10))
    assert torch.equal(first.pixels, again.pixels)
    assert torch.equal(first.filters, again.filters)
    assert not torch.equal(first.pixels, other.pixels)
    assert set(first.pixels.unique().tolist()) <= {0, 1, 2}
    assert set(first.filters.unique().tolist()) <= {-1, 0, 1}


def test_numbers_that_are_not_whole_or_too_large_are_refused() -> None:
    volume = random_volume(3, 3, 1, 1, 3, seed=0)
    for bad in (0.5, 100.0, float("nan")):
        with pytest.raises(ValueError, match="whole"):
            Volume(volume.pixels + bad, volume.filters, volume.biases)


def test_shapes_that_do_not_fit_are_refused() -> None:
    volume = random_volume(3, 3, 2, 1, 3, seed=0)
    with pytest.raises(ValueError, match="fit together"):
        Volume(volume.pixels[:1], volume.filters, volume.biases)
    with pytest.raises(ValueError, match="does not fit"):
        walk(random_volume(2, 2, 1, 1, 3, seed=0))


def test_a_convolution_is_a_dense_layer_with_most_weights_zero_and_the_others_shared() -> None:
    volume = random_volume(5, 4, 3, 2, 3, seed=1)
    volume = Volume(volume.pixels, torch.arange(1.0, 55).reshape(2, 3, 3, 3), volume.biases)  # no weight is 0 or twice
    weights, output = as_dense(volume, stride=1), walk(volume, stride=1).output
    biases = volume.biases.repeat_interleave(output[0].numel())
    torch.testing.assert_close(F.linear(volume.pixels.flatten(), weights, biases).view_as(output), output)
    assert ((weights != 0).sum(1) == 27).all()
    first, second = (set(row[row != 0].tolist()) for row in weights[:2])
    assert first == second == set(range(1, 28))
    with pytest.raises(ValueError, match="does not fit"):
        as_dense(Volume(torch.zeros(1, 2, 2), torch.zeros(1, 1, 3, 3), torch.zeros(1)))
