"""Fooling a network: the compass against finite differences, the changes by hand, and the samples fooled."""

import pytest
import torch
from torch import nn

from imgcls.data.samples import SAMPLES, load_sample
from imgcls.models.adversarial import (
    MOST_LEVELS,
    as_pixels,
    attempts,
    compass,
    compasses,
    noisy,
    predict,
    promises,
    repainted,
    repainted_if_it_helps,
)
from imgcls.models.classify import Classifier
from imgcls.models.preprocess import Preprocess
from imgcls.models.registry import load
from imgcls.training.trained import tinyvgg


def linear(weights: torch.Tensor) -> Classifier:
    """A network of two classes on 2 x 2 pixels: logits = weights (2, 12) times the values from 0 to 1."""
    layer = nn.Linear(12, 2, bias=False)
    layer.weight.data = weights
    module = nn.Sequential(nn.Flatten(), layer).eval()
    plain = Preprocess(resize=2, crop=2, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))
    return Classifier("two", "Two", module, plain, ("a", "b"))


def test_the_compass_of_a_linear_network_is_the_difference_of_its_weights() -> None:
    weights = torch.randn(2, 12, generator=torch.Generator().manual_seed(0))
    pixels = torch.randint(0, 256, (3, 2, 2), generator=torch.Generator().manual_seed(1)).to(torch.uint8)
    expected = (weights[1] - weights[0]).view(3, 2, 2) / 255
    torch.testing.assert_close(compass(linear(weights), pixels, 1, 0), expected)
    with pytest.raises(ValueError, match="different"):
        compass(linear(weights), pixels, 1, 1)


def test_several_compasses_by_one_pass_are_those_of_each_alone() -> None:
    network = tinyvgg()
    pixels = as_pixels(network, network.preprocess(load_sample("small-pug").image))
    together = compasses(network, pixels, (0, 1, 4), 3)
    for target, gradient in zip((0, 1, 4), together, strict=True):
        torch.testing.assert_close(gradient, compass(network, pixels, target, 3))
        assert not gradient.requires_grad
    with pytest.raises(ValueError, match="different"):
        compasses(network, pixels, (0, 3), 3)


def test_the_compass_agrees_with_nudging_a_value_of_a_real_network() -> None:
    network = tinyvgg()
    pixels = as_pixels(network, network.preprocess(load_sample("small-pug").image))
    gradient = compass(network, pixels, 0, 3)
    place = int(gradient.abs().flatten().argmax())

    def margin(step: float) -> float:
        moved = pixels.double().flatten()
        moved[place] += step
        inputs = network.preprocess.normalise(moved.view_as(pixels).float() / 255)[None]
        with torch.inference_mode():
            logits = network.module(inputs)[0]
        return float(logits[0] - logits[3])

    assert (margin(0.05) - margin(-0.05)) / 0.1 == pytest.approx(gradient.flatten()[place].item(), rel=0.05)


def test_noise_moves_every_value_by_the_levels_and_stays_a_picture() -> None:
    pixels = torch.tensor([[[0, 100], [250, 255]]] * 3, dtype=torch.uint8)
    gradient = torch.tensor([[[-1.0, 0.5], [2.0, 0.0]]] * 3)
    assert noisy(pixels, gradient, 8).tolist() == [[[0, 108], [255, 255]]] * 3


def test_the_pixel_that_promises_most_is_repainted_first() -> None:
    pixels = torch.full((3, 2, 2), 200, dtype=torch.uint8)
    gradient = torch.zeros(3, 2, 2)
    gradient[0, 0, 0] = 1.0  # 55 more are left: gains 55
    gradient[1, 1, 1] = -0.5  # 200 less are left: gains 100
    assert repainted(pixels, promises(pixels, gradient), 1)[:, 1, 1].tolist() == [200, 0, 200]
    assert repainted(pixels, promises(pixels, gradient), 1)[:, 0, 0].tolist() == [200, 200, 200]
    assert repainted(pixels, promises(pixels, gradient), 2)[:, 0, 0].tolist() == [255, 200, 200]


DRAWN = [slug for slug in SAMPLES if slug.startswith("small-")]
FEW = 30
"""Pixels of 4,096, fewer than 1%, that are enough for each of the small drawings."""


@pytest.mark.parametrize(
    ("sample", "way"), [("small-pug", "noise"), ("small-husky", "noise"), *((slug, "pixels") for slug in DRAWN)]
)
def test_a_drawn_dog_becomes_the_runner_up(sample: str, way: str) -> None:
    network = tinyvgg()
    pixels = as_pixels(network, network.preprocess(load_sample(sample).image))
    target = predict(network, pixels).top(2)[1].index
    tries = list(attempts(network, pixels, target, way))
    last = tries[-1]
    assert last.won
    assert int(predict(network, last.picture).logits.argmax()) == target
    change = (last.picture.int() - pixels.int()).abs()
    assert last.levels == change.max() and last.pixels == (change.amax(0) > 0).sum()
    if way == "noise":
        assert not any(each.won for each in tries[:-1])
        assert last.levels <= last.looks <= MOST_LEVELS
    else:
        assert last.pixels <= FEW
        assert last.pixels == min(each.pixels for each in tries if each.won)


def test_a_thousandth_of_the_pixels_is_enough_for_efficientnet() -> None:
    network = load()
    pixels = as_pixels(network, network.preprocess(load_sample("drawn-husky").image))
    target = predict(network, pixels).top(2)[1].index
    *_, last = attempts(network, pixels, target, "pixels")
    assert last.won and last.pixels <= 50
    assert int(predict(network, last.picture).logits.argmax()) == target
    assert int((last.picture != pixels).any(dim=0).sum()) == last.pixels


def test_a_network_that_nothing_moves_is_given_up() -> None:
    """Its gradient is 0 everywhere: no pixel promises anything, and the search ends all the same."""
    pixels = torch.full((3, 2, 2), 100, dtype=torch.uint8)
    *_, last = attempts(linear(torch.zeros(2, 12)), pixels, 1, "pixels")
    assert not last.won and last.pixels == 0


def test_of_two_pixels_that_promise_alike_the_one_is_kept_that_helps() -> None:
    """The first one's gain ends where a hidden ReLU switches it off: the gradient does not see that, trying does."""
    module = nn.Sequential(nn.Flatten(), nn.Linear(12, 3, bias=False), Peak())
    module[1].weight.data = torch.zeros(3, 12)
    module[1].weight.data[0, 0] = module[1].weight.data[1, 1] = 1.0
    plain = Preprocess(resize=2, crop=2, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))
    network = Classifier("peak", "Peak", module.eval(), plain, ("a", "b"))
    pixels = torch.full((3, 2, 2), 50, dtype=torch.uint8)
    gradient, free = compass(network, pixels, 1, 0), torch.ones(2, 2, dtype=torch.bool)
    assert repainted(pixels, promises(pixels, gradient), 1)[0].tolist() == [[255, 50], [50, 50]]
    assert repainted_if_it_helps(network, pixels, gradient, 1, free, 1)[0].tolist() == [[50, 255], [50, 50]]


class Peak(nn.Module):
    """Logits 0 and: the first number up to 0.3, falling steeply from there, and 0.9 of the second."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        score = x[:, 0] - 9 * (x[:, 0] - 0.3).clamp(min=0) + 0.9 * x[:, 1]
        return torch.stack([torch.zeros_like(score), score], dim=1)


@pytest.mark.parametrize("sample", ["drawn-bernese", "coffee"])
def test_efficientnet_is_fooled_by_noise_that_hardly_anyone_sees(sample: str) -> None:
    network = load()
    pixels = as_pixels(network, network.preprocess(load_sample(sample).image))
    target = predict(network, pixels).top(2)[1].index
    *_, last = attempts(network, pixels, target, "noise")
    assert last.won and last.levels <= 4


def test_pixels_are_what_preprocessing_cut_out() -> None:
    network = tinyvgg()
    image = load_sample("small-pug").image
    crop = network.preprocess.steps(image)[2].value
    assert as_pixels(network, network.preprocess(image)).permute(1, 2, 0).flatten().tolist() == list(crop.tobytes())
