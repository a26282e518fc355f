"""The distance of a picture from a data set: by hand for a small one, on drawn dogs against photographs as shipped."""

import numpy as np
import pytest
import torch
from PIL import Image

from imgcls.data.drawn.tiny_scene import Difficulty
from imgcls.data.drawn.tiny_set import SHOWN, drawn_animal
from imgcls.data.samples import SAMPLES, load_sample
from imgcls.models.registry import load
from imgcls.models.world import LEAST, World, statistics, world_of
from imgcls.training.trained import tinyvgg
from imgcls.training.worlds import drawn_world, world_for


def test_the_distance_is_mahalanobis_by_hand() -> None:
    # Two numbers with mean (1, 2), spreads 2 and 4, correlation 0.6: inverse of [[1, .6], [.6, 1]] / (1 - .36).
    precision = torch.tensor([[1.0, -0.6], [-0.6, 1.0]]) / 0.64
    world = World(torch.tensor([1.0, 2.0]), torch.tensor([2.0, 4.0]), precision, 1.0)
    # (3, 2) is (1, 0) in spreads: 1 / 0.64 = 1.5625, over two directions 0.78125.
    assert world.raw(torch.tensor([[3.0, 2.0]])).item() == pytest.approx(np.sqrt(0.78125))
    assert world.raw(torch.tensor([[1.0, 2.0]])).item() == 0


def test_half_of_the_pictures_set_the_limit_that_95_of_100_keep() -> None:
    numbers = torch.randn(400, 5, generator=torch.Generator().manual_seed(0))
    world = world_of(numbers)
    held_out = world.raw(numbers[1::2]) / world.limit
    assert (held_out <= 1).float().mean().item() == pytest.approx(0.95, abs=0.01)
    with pytest.raises(ValueError, match="at least"):
        world_of(numbers[: LEAST - 1])


def test_statistics_are_means_and_spreads_of_the_maps() -> None:
    image = load_sample("cat").image
    maps = load().module.features[:4](_inputs(image))
    numbers = statistics([image])
    torch.testing.assert_close(numbers[0, :40], maps.mean(dim=(2, 3))[0], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(numbers[0, 40:], maps[0].flatten(1).std(dim=1), atol=1e-4, rtol=1e-4)


def _inputs(image: Image.Image) -> torch.Tensor:
    width, height = image.size
    times = 64 / min(width, height)
    small = image.resize((int(width * times), int(height * times)), Image.Resampling.BICUBIC)
    left, top = round((small.width - 64) / 2), round((small.height - 64) / 2)
    pixels = np.asarray(small.crop((left, top, left + 64, top + 64)), np.float32) / 255
    return torch.from_numpy(pixels).permute(2, 0, 1)[None] * 2 - 1


def test_every_photograph_of_the_samples_is_outside_the_drawn_world_and_every_small_drawing_inside() -> None:
    world = world_for(tinyvgg())
    distances = {slug: world.distance(load_sample(slug).image) for slug in SAMPLES}
    photographs = [slug for slug, sample in SAMPLES.items() if sample.kind == "photograph"]
    assert photographs
    assert all(distances[slug] > 1.2 for slug in photographs), distances
    assert all(distances[slug] < 1 for slug in SAMPLES if slug.startswith("small-")), distances


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_nearly_all_new_drawings_are_inside_whatever_their_difficulty(level: float) -> None:
    world = drawn_world()
    drawn = [
        Image.fromarray(drawn_animal(breed, 9000 + number, 1, Difficulty.level(level)))
        for breed in SHOWN for number in range(6)
    ]  # fmt: skip
    distances = world.raw(statistics(drawn)) / world.limit
    assert (distances <= 1).float().mean() >= 0.8
    assert distances.max() < 1.45


def test_a_network_that_learned_from_imagenet_has_no_known_world() -> None:
    assert world_for(load()) is None


def test_the_world_of_the_small_resnet_is_seen_at_its_own_size() -> None:
    world = world_for(load("small-resnet"))
    assert world.side == load("small-resnet").preprocess.crop
    assert world.distance(load_sample("cat").image) < 1 < world.distance(load_sample("bricks").image)
    state = World.from_state(world.state())
    assert (state.side, state.limit) == (world.side, world.limit)
