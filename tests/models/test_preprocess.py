"""Preprocessing against torchvision's own transforms, and the stages that are shown."""

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.models import get_model_weights
from torchvision.transforms import InterpolationMode

from imgcls.models.preprocess import Preprocess

DOWNLOADED = ("resnet50", "convnext_tiny", "efficientnet_v2_s", "mobilenet_v3_large", "vit_b_16")


@pytest.mark.parametrize("model", DOWNLOADED)
@pytest.mark.parametrize("name", ["chelsea", "astronaut"])
def test_input_equals_torchvisions_transforms(model, name, photographs):
    transforms = get_model_weights(model).DEFAULT.transforms()
    ours = Preprocess.from_torchvision(transforms)(photographs[name])[0]
    torch.testing.assert_close(ours, transforms(photographs[name]), atol=1e-6, rtol=0)


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (257, 100), (300, 301), (3, 200)])
def test_input_equals_torchvisions_transforms_at_odd_sizes(size):
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    image, transforms = Image.fromarray(pixels), get_model_weights("resnet50").DEFAULT.transforms()
    torch.testing.assert_close(Preprocess.from_torchvision(transforms)(image)[0], transforms(image), atol=1e-6, rtol=0)


def test_a_grey_picture_by_hand():
    inputs = Preprocess()(Image.new("RGB", (300, 400), (255, 51, 0)))
    assert inputs.shape == (1, 3, 224, 224)
    for channel, value in zip(inputs[0], (1.0, -0.6, -1.0), strict=True):  # 51 / 255 = 0.2; (0.2 - 0.5) / 0.5 = -0.6
        torch.testing.assert_close(channel, torch.full((224, 224), value))


def test_steps_end_in_the_very_input(photographs):
    preprocess = Preprocess()
    steps = preprocess.steps(photographs["coffee"])
    assert torch.equal(steps[-1].value, preprocess(photographs["coffee"])[0])
    assert [step.name for step in steps] == ["Original", "Resized", "Centre crop", "Scaled to 0..1", "Normalised"]
    assert steps[0].value is photographs["coffee"]


def test_steps_tell_their_shapes(photographs):
    shapes = [step.shape for step in Preprocess().steps(photographs["coffee"])]  # 600 x 400 pixels
    assert shapes[:3] == ["400 × 600 × 3, uint8 0..255", "256 × 384 × 3, uint8 0..255", "224 × 224 × 3, uint8 0..255"]
    assert shapes[3].startswith("3 × 224 × 224, float32 0.0")
    low, high = (float(end.replace("−", "-")) for end in shapes[4].removeprefix("3 × 224 × 224, float32 ").split(".."))
    assert -1 <= low < -0.9 < 0.9 < high <= 1


def test_steps_name_the_numbers_of_the_recipe(photographs):
    recipe = Preprocess(232, 224, InterpolationMode.BILINEAR, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    sentences = " ".join(step.sentence for step in recipe.steps(photographs["chelsea"]))
    for words in ("232", "bilinear", "224 × 224", "0.485, 0.456, 0.406", "0.229, 0.224, 0.225"):
        assert words in sentences


def test_crop_box_by_hand():
    # 640 x 480 becomes 341 x 256; of 341 - 224 = 117 columns, 58 fall away on the left
    left, top, right, bottom = Preprocess().crop_box((640, 480))
    assert (left, right) == pytest.approx((58 * 640 / 341, 282 * 640 / 341))
    assert (top, bottom) == pytest.approx((30.0, 450.0))


@pytest.mark.parametrize("size", [(512, 384), (384, 512), (500, 500), (1024, 300)])
def test_crop_box_is_what_the_network_sees(size):
    """A ramp in each direction: the values at the crop's rims tell where in the picture they come from."""
    across, down = np.linspace(0, 255, size[0]), np.linspace(0, 255, size[1])
    red, green = np.meshgrid(across, down)
    pixels = np.stack([red, green, np.zeros_like(red)], axis=2)
    crop = np.asarray(Preprocess().steps(Image.fromarray(pixels.astype(np.uint8)))[2].value).astype(float)
    left, top, right, bottom = Preprocess().crop_box(size)
    seen = crop[112, 0, 0], crop[112, -1, 0], crop[0, 112, 1], crop[-1, 112, 1]
    expected = [255 * end / size[0] for end in (left, right)] + [255 * end / size[1] for end in (top, bottom)]
    assert seen == pytest.approx(expected, abs=2.0)


@pytest.mark.parametrize("mode", ["L", "RGBA", "CMYK"])
def test_a_picture_that_is_not_rgb_is_refused(mode):
    with pytest.raises(ValueError, match=f"must be RGB, not {mode}"):
        Preprocess()(Image.new(mode, (8, 8)))


def test_a_crop_larger_than_the_picture_is_refused():
    with pytest.raises(ValueError, match="between 1 and the resized side"):
        Preprocess(resize=200, crop=224)
