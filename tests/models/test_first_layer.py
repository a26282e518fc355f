"""The first layer stage by stage, and a learned kernel in the lesson's editor."""

import dataclasses

import pytest
import torch
from PIL import Image, ImageOps
from torch import nn

from imgcls.data.samples import DEFAULT_SAMPLE, load_sample
from imgcls.models.first_layer import first_layer, kernel_on_pixels
from imgcls.models.registry import load
from imgcls.models.specs import SMALL_RESNET
from imgcls.ops.convolution import Geometry, convolve, working_pixels


@pytest.fixture(scope="module")
def photo() -> Image.Image:
    return ImageOps.fit(load_sample(DEFAULT_SAMPLE).image, (256, 256))


def test_the_stages_are_those_of_the_network(photo: Image.Image) -> None:
    network = load()
    layer = first_layer(network, photo)
    with torch.inference_mode():
        expected = network.module.features[0](network.preprocess(photo))[0]
    torch.testing.assert_close(layer.activated, expected)
    torch.testing.assert_close(layer.normalised.clamp(0, 6), layer.activated)  # ReLU6
    assert layer.weights.shape == (32, 3, 3, 3)
    assert layer.convolved.shape == (32, 112, 112)
    assert layer.stride == 2


@pytest.mark.parametrize("index", [0, 7, 31])
def test_a_kernel_in_the_editor_gives_what_the_network_computes(photo: Image.Image, index: int) -> None:
    network = load()
    # At this size the network crops and does not resize, so that both see the same pixels.
    centre = photo.crop((16, 16, 240, 240))
    inside = first_layer(network, photo).convolved[index]
    editor = convolve(
        working_pixels(centre, 224, "summed"), kernel_on_pixels(network, index), Geometry(stride=2), summed=True
    )
    # The network pads one row and column at the far end, which the editor leaves out.
    torch.testing.assert_close(editor.output[0], inside[:111, :111], rtol=1e-4, atol=1e-4)


def test_channels_that_are_scaled_differently_keep_their_values() -> None:
    network = load()
    recipe = dataclasses.replace(network.preprocess, mean=(0.4, 0.5, 0.6), std=(0.2, 0.25, 0.3))
    other = dataclasses.replace(network, preprocess=recipe)
    pixels = torch.randint(0, 256, (3, 9, 9), generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        expected = nn.functional.conv2d(recipe.normalise(pixels / 255)[None], network.module.features[0][0].weight)[0]
    for index in (3, 20):
        output = convolve(pixels, kernel_on_pixels(other, index), summed=True).output[0]
        torch.testing.assert_close(output, expected[index], rtol=1e-4, atol=1e-4)


def test_a_network_that_starts_otherwise_is_refused(photo: Image.Image) -> None:
    network = load()
    other = dataclasses.replace(network, module=nn.Sequential(nn.Linear(3, 3)).eval())
    with pytest.raises(ValueError, match="does not start with a convolution"):
        first_layer(other, photo)


@pytest.mark.parametrize("index", [0, 13, 31])
def test_the_kernels_of_the_small_network_do_in_the_editor_what_they_do_in_it(photo: Image.Image, index: int) -> None:
    network = load(SMALL_RESNET.name)
    small = photo.resize((32, 32))
    layer = first_layer(network, small)
    with torch.inference_mode():
        expected = network.module.layers[:3](network.preprocess(small))[0]
    torch.testing.assert_close(layer.activated, expected)
    assert (layer.weights.shape, layer.stride) == ((32, 3, 3, 3), 1)
    editor = convolve(working_pixels(small, 32, "summed"), kernel_on_pixels(network, index), summed=True)
    # The network pads with grey all around, which the editor leaves out.
    torch.testing.assert_close(editor.output[0], layer.convolved[index, 1:-1, 1:-1], rtol=1e-4, atol=1e-4)
