"""The distance of a picture from a data set: by hand for a small one, on drawn dogs against photographs as shipped."""

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from imgcls.data.drawn.tiny_scene import Difficulty
from imgcls.data.drawn.tiny_set import SHOWN, drawn_animal
from imgcls.data.samples import SAMPLES, load_sample
from imgcls.models.classify import classify
from imgcls.models.confidence import STRANGE, confidence_words
from imgcls.models.registry import load
from imgcls.models.world import LEAST, World, statistics, world_of
from imgcls.training.trained import tinyvgg
from imgcls.training.worlds import DOGS_AND_CATS, PHOTOGRAPHS, drawn_world, without_colour, world_for

DRAWN = [slug for slug, sample in SAMPLES.items() if sample.drawn_dog]


def test_the_distance_is_mahalanobis_by_hand() -> None:
    # Two numbers with mean (1, 2), spreads 2 and 4, correlation 0.6: inverse of [[1, .6], [.6, 1]] / (1 - .36).
    precision = torch.tensor([[1.0, -0.6], [-0.6, 1.0]]) / 0.64
    world = World(torch.tensor([1.0, 2.0]), torch.tensor([2.0, 4.0]), precision, 1.0)
    # (3, 2) is (1, 0) in spreads: 1 / 0.64 = 1.5625, over two directions 0.78125.
    assert world.raw(torch.tensor([[3.0, 2.0]])).item() == pytest.approx(np.sqrt(0.78125))
    assert world.raw(torch.tensor([[1.0, 2.0]])).item() == 0


def test_of_new_pictures_95_of_100_lie_within_the_limit() -> None:
    numbers = torch.randn(6000, 5, generator=torch.Generator().manual_seed(0))
    world = world_of(numbers[:3000])
    new = world.raw(numbers[3000:]) / world.limit
    assert (new <= 1).float().mean().item() == pytest.approx(0.95, abs=0.015)
    with pytest.raises(ValueError, match="at least"):
        world_of(numbers[: LEAST - 1])


def test_the_same_pictures_made_otherwise_lie_within_the_limit_as_well() -> None:
    numbers = torch.randn(3000, 5, generator=torch.Generator().manual_seed(0))
    other = 0.3 * numbers + 4
    alone, together = world_of(numbers[:400]), world_of(numbers[:400], other[:400])
    assert (alone.raw(other[400:]) / alone.limit > 1).all()
    assert all((together.raw(each[400:]) / together.limit <= 1).float().mean() >= 0.93 for each in (numbers, other))


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
    distances = {slug: world.distance(load_sample(slug).image).value for slug in SAMPLES}
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


def test_the_photograph_of_a_cat_is_like_photographs_of_dogs_and_cats_and_what_is_none_is_not() -> None:
    world = world_for(load())
    assert world.of == PHOTOGRAPHS
    noise = np.random.default_rng(0).integers(0, 256, (224, 224, 3), np.uint8)
    page, chart = Image.new("RGB", (300, 300), "white"), Image.new("RGB", (640, 480), "white")
    for row in range(0, 300, 14):
        ImageDraw.Draw(page).text((5, row), "a network sees a dog and says so " * 2, "black")
    for place, height in enumerate((120, 300, 80, 210)):
        ImageDraw.Draw(chart).rectangle((60 + 140 * place, 460 - height, 160 + 140 * place, 460), "#1f77b4")
    strange = {"horse": load_sample("horse").image, "noise": Image.fromarray(noise), "page": page, "chart": chart}
    distances = {name: world.distance(image).value for name, image in strange.items()}
    assert world.distance(load_sample("cat").image).value < 0.9
    assert all(distance > 1.2 for distance in distances.values()), distances


def test_every_drawn_dog_is_unlike_photographs_of_dogs_and_a_photograph_without_colour_is_not() -> None:
    """Also those that were made to please EfficientNet-Lite0."""
    world = world_for(load())
    distances = {slug: world.distance(load_sample(slug).image).value for slug in DRAWN}
    assert all(distance > 1 for distance in distances.values()), distances
    assert world.distance(without_colour(load_sample("cat").image)).value < 0.9


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_new_drawings_are_unlike_photographs_of_dogs_whatever_their_difficulty_and_size(level: float) -> None:
    world = world_for(load())
    drawn = [
        Image.fromarray(drawn_animal(breed, 7000 + number, 3, Difficulty.level(level), size))
        for breed in SHOWN for number in range(3) for size in (64, 128)
    ]  # fmt: skip
    assert (world.raw(statistics(drawn, world.look)) > world.limit).float().mean() >= 0.97


def test_a_drawn_dog_s_percentage_is_said_to_say_little_and_of_a_cup_nothing_is_said_by_a_distance_from_dogs() -> None:
    network = load()
    for slug, strange in (("drawn-dalmatian", True), ("drawn-bernese", True), ("cat", False), ("coffee", False)):
        image = load_sample(slug).image
        best = classify(network, image).top(1)[0]
        said = confidence_words(best.probability, best.index, world_for(network).distance(image))
        assert (said == STRANGE.format(PHOTOGRAPHS)) == strange, slug


def test_dogs_and_cats_are_those_of_imagenet() -> None:
    network = load()
    assert set(network.dog_indices) <= DOGS_AND_CATS
    named = {network.name_of(index).lower() for index in DOGS_AND_CATS}
    assert {"tabby", "egyptian cat", "red fox"} <= named
    assert not {"cougar", "espresso"} & named


def test_the_world_of_the_small_resnet_is_seen_at_its_own_size() -> None:
    world = world_for(load("small-resnet"))
    assert world.look.side == load("small-resnet").preprocess.crop
    assert world.distance(load_sample("cat").image).value < 1 < world.distance(load_sample("bricks").image).value
    state = World.from_state(world.state())
    assert (state.look, state.limit) == (world.look, world.limit)
