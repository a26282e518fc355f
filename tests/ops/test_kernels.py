"""Kernels: the lecture's values, layouts, and what is refused."""

import pytest
import torch

from imgcls.models.registry import load
from imgcls.ops.kernels import FAMILIES, PRESETS, SIDES, Kernel, families, kernel_from_numbers, preset_kernel

# setosa.io/ev/image-kernels, row by row; blur is printed there as 0.0625, 0.125, 0.25.
SETOSA = {
    "identity": [0, 0, 0, 0, 1, 0, 0, 0, 0],
    "blur": [0.0625, 0.125, 0.0625, 0.125, 0.25, 0.125, 0.0625, 0.125, 0.0625],
    "sharpen": [0, -1, 0, -1, 5, -1, 0, -1, 0],
    "outline": [-1, -1, -1, -1, 8, -1, -1, -1, -1],
    "emboss": [-2, -1, 0, -1, 1, 1, 0, 1, 2],
    "left-sobel": [1, 0, -1, 2, 0, -2, 1, 0, -1],
    "right-sobel": [-1, 0, 1, -2, 0, 2, -1, 0, 1],
    "top-sobel": [1, 2, 1, 0, 0, 0, -1, -2, -1],
    "bottom-sobel": [-1, -2, -1, 0, 0, 0, 1, 2, 1],
}


@pytest.mark.parametrize("name", SETOSA)
def test_the_nine_presets_of_setosa_have_its_values(name: str) -> None:
    kernel = preset_kernel(name)
    assert (kernel.weights / kernel.divisor).flatten().tolist() == SETOSA[name]
    assert kernel.bias == 0


@pytest.mark.parametrize("name", ["blur", "gaussian", "motion-blur", "identity", "sharpen", "emboss"])
@pytest.mark.parametrize("side", SIDES)
def test_presets_that_keep_brightness_add_up_to_one(name: str, side: int) -> None:
    kernel = preset_kernel(name, side=side)
    assert float(kernel.weights.sum()) / kernel.divisor == pytest.approx(1)


@pytest.mark.parametrize("name", [name for name, preset in PRESETS.items() if preset.signed and name != "random"])
def test_presets_shown_signed_are_blind_to_flat_areas(name: str) -> None:
    assert float(preset_kernel(name).weights.sum()) == 0


def test_the_gaussian_is_the_binomial_row_1_4_6_4_1_in_both_directions() -> None:
    kernel = preset_kernel("gaussian")
    assert kernel.weights[0, 2].tolist() == [6, 24, 36, 24, 6]
    assert kernel.divisor == 256


def test_a_random_kernel_is_that_of_its_seed_and_leaves_the_global_generator_alone() -> None:
    state = torch.random.get_rng_state()
    first, again, other = (preset_kernel("random", side=5, seed=seed).weights for seed in (7, 7, 8))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.equal(torch.random.get_rng_state(), state)


def test_a_resized_kernel_keeps_its_middle() -> None:
    kernel = preset_kernel("outline")
    larger = kernel.resized(7)
    assert larger.side == 7
    assert float(larger.weights.abs().sum()) == 16  # zeros around
    assert torch.equal(larger.resized(3).weights, kernel.weights)


def test_slices_are_copied_kept_or_averaged() -> None:
    kernel = Kernel(torch.arange(27.0).reshape(3, 3, 3))
    assert torch.equal(kernel.sliced(1, 2).weights[0], kernel.weights[2])
    assert torch.equal(kernel.sliced(1).weights[0], kernel.weights[1])  # the mean of 0, 9 and 18 more
    copied = preset_kernel("blur").sliced(3)
    assert torch.equal(copied.weights, torch.stack([preset_kernel("blur").weights[0]] * 3))


@pytest.mark.parametrize("count", [9, 25, 49, 27, 75, 147])
def test_numbers_in_reading_order_become_a_kernel(count: int) -> None:
    kernel = kernel_from_numbers([float(i % 90) for i in range(count)], 2, -3)
    assert kernel.weights.flatten().tolist() == [float(i % 90) for i in range(count)]
    assert (kernel.divisor, kernel.bias) == (2.0, -3.0)


@pytest.mark.parametrize(
    ("numbers", "divisor", "bias"),
    [
        ([0.0] * 8, 1, 0),
        ([], 1, 0),
        ([1e9] + [0.0] * 8, 1, 0),
        ([float("nan")] + [0.0] * 8, 1, 0),
        ([float("-inf")] + [0.0] * 8, 1, 0),
        ([0.0] * 9, 0, 0),
        ([0.0] * 9, float("nan"), 0),
        ([0.0] * 9, 1, float("inf")),
    ],
)
def test_a_kernel_that_cannot_be_used_is_refused(numbers: list[float], divisor: float, bias: float) -> None:
    with pytest.raises(ValueError, match=r"weights|Weights|divisor|bias"):
        kernel_from_numbers(numbers, divisor, bias)


def test_families_of_kernels_do_what_is_said_of_them() -> None:
    sobel, blur = (preset_kernel(name).sliced(3).weights for name in ("left-sobel", "blur"))
    colour = torch.tensor([1.0, -1, 0])[:, None, None].expand(3, 3, 3)
    assert families(torch.stack([sobel, blur, colour, 1e-4 * sobel])) == ["edges", "blurs", "colours", "off"]


def test_of_the_learned_kernels_four_are_off_and_a_grey_photo_leaves_the_colours_dark() -> None:
    weights = load().module.features[0][0].weight.detach()
    found = families(weights)
    assert set(found) == set(FAMILIES)
    assert found.count("off") == 4
    grey = torch.rand(1, 1, 32, 32, generator=torch.Generator().manual_seed(0)).expand(1, 3, 32, 32)
    sizes = torch.nn.functional.conv2d(grey, weights)[0].abs().mean((1, 2)) / weights.abs().sum((1, 2, 3)).clamp(1e-9)
    strength = {name: [float(sizes[k]) for k, each in enumerate(found) if each == name] for name in FAMILIES}
    assert max(strength["colours"]) < 0.15 * max(strength["edges"])
    assert min(strength["blurs"]) > max(strength["colours"])
