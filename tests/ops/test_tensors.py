"""Slices, memory orders, normalising and batches against torch itself, NumPy, and hand-worked addresses."""

import itertools

import numpy as np
import pytest
import torch
from PIL import Image

from imgcls.ops.batches import squared, stack
from imgcls.ops.tensors import (
    CHANNELS,
    LAYOUTS,
    SPAN,
    channel_statistics,
    cut,
    facts,
    memory_order,
    normalise,
    photo_array,
    photo_tensor,
    same_memory,
)


def random_image(width: int, height: int, seed: int = 0) -> Image.Image:
    rng = np.random.default_rng(seed)
    return Image.fromarray(rng.integers(0, 256, (height, width, 3), dtype=np.uint8))


def test_the_photo_is_a_view_of_the_array_with_swapped_strides() -> None:
    image = random_image(7, 4)
    photo = photo_tensor(image)
    assert facts(photo).shape == (3, 4, 7)
    assert facts(photo).stride == (1, 21, 3)
    assert facts(photo).contiguous == "no"
    assert (facts(photo).dtype, facts(photo).device, facts(photo).bytes) == ("uint8", "cpu", 84)
    assert np.array_equal(photo.numpy(), np.asarray(image).transpose(2, 0, 1))


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("step", [1, 2, 5])
def test_a_cut_is_what_its_own_code_gives_and_no_copy(channel: str, step: int) -> None:
    photo = photo_tensor(random_image(20, 12))
    made = cut(photo, (2, 11), (3, 17), step, channel)
    assert torch.equal(made.view, eval(made.code, {"photo": photo}))
    assert same_memory(made.view, photo)
    assert made.facts == facts(made.view)
    first = (2 * 20 + 3) * 3 + max(CHANNELS.index(channel) - 1, 0)
    assert made.facts.storage_offset == first, "row 2, column 3, three numbers a pixel"


@pytest.mark.parametrize(
    ("rows", "columns", "step", "channel"),
    [((5, 5), (0, 3), 1, "all"), ((0, 13), (0, 3), 1, "all"), ((-1, 3), (0, 3), 1, "all"), ((0, 3), (4, 21), 1, "all"),
     ((0, 3), (0, 3), 0, "all"), ((0, 3), (0, 3), 1, "alpha")],
)  # fmt: skip
def test_a_cut_outside_the_photo_is_refused(
    rows: tuple[int, int], columns: tuple[int, int], step: int, channel: str
) -> None:
    with pytest.raises(ValueError, match=r"range|step|channel"):
        cut(photo_tensor(random_image(20, 12)), rows, columns, step, channel)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_address_is_index_times_stride_and_finds_its_number(layout: str) -> None:
    array = photo_array(random_image(5, 3))
    order = memory_order(array, layout)
    code, dimensions, _ = LAYOUTS[layout]
    tensor = eval(code, {"array": array, "torch": torch})
    assert (tuple(tensor.shape), tensor.stride()) == (order.facts.shape, order.facts.stride)
    assert order.shares == same_memory(tensor, array)
    memory = torch.as_strided(tensor, (45,), (1,), 0)
    for y, x, c in itertools.product(range(3), range(5), range(3)):
        index = [{"n": 0, "c": c, "y": y, "x": x}[name] for name in dimensions]
        address = int(order.address[y, x, c])
        assert address == sum(i * s for i, s in zip(index, order.facts.stride, strict=True))
        assert memory[address] == array[y, x, c]
    assert sorted(order.address.flatten().tolist()) == list(range(45))


def test_the_layouts_are_those_that_the_words_say() -> None:
    array = photo_array(random_image(5, 3))
    place = {name: memory_order(array, name).address[1, 2].tolist() for name in LAYOUTS}
    pixel = 1 * 5 + 2
    assert place["HWC"] == place["CHW, a view"] == place["channels_last"] == [3 * pixel, 3 * pixel + 1, 3 * pixel + 2]
    assert place["CHW"] == place["NCHW"] == [pixel, 15 + pixel, 30 + pixel]
    assert {name for name in LAYOUTS if memory_order(array, name).shares} == {"HWC", "CHW, a view"}
    assert memory_order(array, "channels_last").facts.contiguous == "channels_last"


def test_normalising_is_torchvisions() -> None:
    from torchvision.transforms import v2

    photo = photo_tensor(random_image(16, 9))
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    made = normalise(photo, mean, std)
    expected = v2.functional.normalize(photo.float() / 255, list(mean), list(std))
    torch.testing.assert_close(made.means[1], expected.mean((1, 2)))
    torch.testing.assert_close(made.stds[1], expected.std((1, 2), correction=0))
    torch.testing.assert_close(made.pixel[1], expected[:, 4, 8])
    assert all(int(h.counts.sum()) == 16 * 9 for h in (*made.before, *made.after))
    outside = ((expected < SPAN[0]) | (expected > SPAN[1])).float().mean()
    assert made.beyond == pytest.approx(float(outside))


def test_with_a_photos_own_numbers_its_means_become_0_and_its_deviations_1() -> None:
    photo = photo_tensor(random_image(30, 20))
    made = normalise(photo, *channel_statistics(photo))
    torch.testing.assert_close(made.means[1], torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(made.stds[1], torch.ones(3), atol=1e-5, rtol=0)


def test_a_photo_of_one_colour_can_be_normalised_and_a_zero_deviation_is_refused() -> None:
    photo = photo_tensor(Image.new("RGB", (4, 4), (10, 20, 30)))
    mean, std = channel_statistics(photo)
    assert std == pytest.approx((0.01, 0.01, 0.01))
    assert normalise(photo, mean, std).means[1].tolist() == pytest.approx([0, 0, 0], abs=1e-5)
    with pytest.raises(ValueError, match="above 0"):
        normalise(photo, mean, (1.0, 0.0, 1.0))


def test_a_batch_holds_every_photo_and_knows_how_far_they_are_apart() -> None:
    images = [random_image(30, 20, 1), random_image(10, 50, 2), random_image(1, 1, 3)]
    made = stack(images, 8)
    assert made.facts is not None
    assert made.facts.shape == (3, 3, 8, 8)
    assert made.facts.stride[0] == 3 * 8 * 8
    for i, image in enumerate(images):
        assert torch.equal(made.stacked[i], photo_tensor(squared(image, 8)))
        assert same_memory(made.stacked[i], made.stacked)


def test_photos_of_different_sizes_are_refused_in_pytorchs_words() -> None:
    made = stack([random_image(30, 20), random_image(20, 30)], None)
    assert made.stacked is None
    assert "equal size" in made.trouble
    assert stack([random_image(30, 20), random_image(30, 20)], None).facts.shape == (2, 3, 20, 30)
