"""Convolution against torch's own layers, against loops written out, and against values worked by hand."""

import itertools
import math

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from imgcls.ops.convolution import (
    CHANNELS,
    PADDING_MODES,
    Geometry,
    convolve,
    largest_dilation,
    largest_padding,
    missing_stride,
    output_extent,
    pad,
    padding_sources,
    signed_limit,
    whole_strides,
    working_pixels,
)
from imgcls.ops.kernels import Kernel, preset_kernel


def picture(channels: int, height: int = 11, width: int = 9, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (channels, height, width), generator=generator, dtype=torch.uint8)


def written_out(padded: Tensor, weights: Tensor, geometry: Geometry) -> Tensor:
    """One channel's sums as the lens shows them: for each output the plain products of its window, in float64."""
    side = weights.shape[-1]
    rows, columns = (
        output_extent(size, side, stride=geometry.stride, dilation=geometry.dilation).size for size in padded.shape
    )
    if geometry.flip:
        weights = weights.rot90(2)
    out = torch.zeros(rows, columns, dtype=torch.float64)
    for r, c, i, j in itertools.product(range(rows), range(columns), range(side), range(side)):
        pixel = padded[r * geometry.stride + i * geometry.dilation, c * geometry.stride + j * geometry.dilation]
        out[r, c] += float(pixel) * float(weights[i, j])
    return out


@pytest.mark.parametrize("mode", PADDING_MODES)
@pytest.mark.parametrize(("stride", "dilation", "flip"), list(itertools.product((1, 2, 3), (1, 2), (False, True))))
def test_the_sums_are_the_products_of_the_windows(mode: str, stride: int, dilation: int, flip: bool) -> None:
    geometry = Geometry(stride, 2, mode, dilation, flip)
    kernel = preset_kernel("random", seed=3)
    pixels = picture(1)
    result = convolve(pixels, kernel, geometry)
    expected = written_out(pad(pixels.float(), 2, mode)[0], kernel.weights[0], geometry)
    assert torch.equal(result.sums[0].double(), expected)  # whole numbers: equal to the last digit


@pytest.mark.parametrize("mode", PADDING_MODES)
@pytest.mark.parametrize("summed", [False, True])
def test_it_equals_a_torch_layer_in_every_padding_mode(mode: str, summed: bool) -> None:
    generator = torch.Generator().manual_seed(1)
    weights = torch.randn(3, 5, 5, generator=generator)
    layer = nn.Conv2d(
        3, 1 if summed else 3, 5, stride=2, padding=3, dilation=1, groups=1 if summed else 3, padding_mode=mode
    )
    with torch.no_grad():
        layer.weight.copy_(weights[None] if summed else weights[:, None])
        layer.bias.fill_(0.5)
        pixels = picture(3)
        expected = layer(pixels.float()[None])[0]
    result = convolve(pixels, Kernel(weights, 1.0, 0.5), Geometry(2, 3, mode), summed=summed)
    torch.testing.assert_close(result.output, expected, rtol=1e-5, atol=1e-3)  # sums of 75 products up to 1000
    assert result.sums.shape == (3, *expected.shape[1:])
    if summed:
        torch.testing.assert_close(result.sums.sum(0, keepdim=True) + 0.5, result.output, rtol=1e-5, atol=1e-3)


def test_a_window_worked_by_hand() -> None:
    pixels = torch.tensor([[[10, 20, 30], [40, 50, 60], [70, 80, 90]]])
    # sharpen: 5 * 50 - 20 - 40 - 60 - 80 = 50; outline: 8 * 50 - (450 - 50) = 0; blur leaves the middle of a slope;
    # emboss: -20 - 20 - 40 + 50 + 60 + 80 + 180 = 290; top sobel: 10 + 40 + 30 - 70 - 160 - 90 = -240.
    for name, expected in {"sharpen": 50.0, "outline": 0.0, "blur": 50.0, "emboss": 290.0, "top-sobel": -240.0}.items():
        assert convolve(pixels, preset_kernel(name)).output.tolist() == [[[expected]]]


def test_divisor_and_bias_come_after_the_sum() -> None:
    pixels = torch.full((1, 3, 3), 10)
    result = convolve(pixels, Kernel(torch.ones(1, 3, 3), 4.0, -2.0))
    assert result.sums.item() == 90
    assert result.output.item() == 20.5


def test_without_flip_it_is_cross_correlation_and_with_it_the_impulse_response_is_the_kernel() -> None:
    impulse = torch.zeros(1, 5, 5)
    impulse[0, 2, 2] = 1
    kernel = Kernel(torch.arange(9.0).reshape(1, 3, 3))
    assert torch.equal(convolve(impulse, kernel).output, kernel.weights.flip(-2, -1))
    assert torch.equal(convolve(impulse, kernel, Geometry(flip=True)).output, kernel.weights)


def test_one_slice_serves_every_channel() -> None:
    pixels = picture(3)
    together = convolve(pixels, preset_kernel("emboss")).output
    for channel in range(3):
        assert torch.equal(
            together[channel], convolve(pixels[channel : channel + 1], preset_kernel("emboss")).output[0]
        )


def test_slices_that_do_not_fit_the_channels_are_refused() -> None:
    with pytest.raises(ValueError, match="3 slices"):
        convolve(picture(1), preset_kernel("blur").sliced(3))


@pytest.mark.parametrize(("size", "kernel", "stride", "padding", "dilation"), [
    (7, 3, 1, 0, 1), (7, 3, 2, 0, 1), (5, 3, 2, 1, 1), (32, 7, 8, 6, 5), (227, 11, 4, 0, 1), (10, 3, 2, 0, 1),
])  # fmt: skip
def test_output_extent_equals_torch(size: int, kernel: int, stride: int, padding: int, dilation: int) -> None:
    layer = nn.Conv2d(1, 1, kernel, stride, padding, dilation)
    extent = output_extent(size, kernel, stride=stride, padding=padding, dilation=dilation)
    assert layer(torch.zeros(1, 1, size, size)).shape[-1] == extent.size
    assert (extent.size - 1) * stride + extent.span + extent.unused == size + 2 * padding


def test_cs231n_calls_ten_pixels_three_wide_stride_two_illegal() -> None:
    assert output_extent(10, 3, stride=2).exact == 4.5
    assert whole_strides((10,), 3, 0) == (1, 7)
    assert missing_stride((10,), 3, 0).stride == 2
    assert output_extent(227, 11, stride=4).size == 55  # AlexNet


def test_strides_on_offer_give_whole_numbers_along_both_axes_and_all_such_are_on_offer() -> None:
    for height, width, kernel, padding in itertools.product(range(2, 8), range(2, 8), range(1, 4), range(3)):
        offered = whole_strides((height, width), kernel, padding)
        rooms = [size + 2 * padding - kernel for size in (height, width)]
        if min(rooms) < 0:
            assert offered == ()
            continue
        for stride in range(1, max(1, min(rooms)) + 1):
            assert (stride in offered) == all(room % stride == 0 for room in rooms)


def test_a_window_that_does_not_fit_is_refused_with_its_numbers() -> None:
    with pytest.raises(ValueError, match="9 wide does not fit into 5 pixels with 1"):
        output_extent(5, 5, padding=1, dilation=2)
    with pytest.raises(ValueError, match="does not fit"):
        convolve(picture(1, 4, 4), preset_kernel("gaussian"))


def test_the_limits_of_the_controls_admit_no_illegal_shape_in_any_padding_mode() -> None:
    for size, kernel, mode in itertools.product((32, 40), (3, 5, 7), PADDING_MODES):
        dilation = min(8, largest_dilation(size, kernel))
        for padding in (0, largest_padding(kernel, dilation)):
            for stride in (1, 8):
                result = convolve(
                    picture(1, size, size),
                    preset_kernel("random", side=kernel),
                    Geometry(stride, padding, mode, dilation),
                )
                assert result.output.numel() > 0
        assert (dilation + 1) * (kernel - 1) + 1 > size or dilation == 8  # one more would not do


@pytest.mark.parametrize("mode", PADDING_MODES)
def test_padding_sources_say_where_each_padded_pixel_comes_from(mode: str) -> None:
    pixels = picture(1, 6, 6).float() + 1
    rows = padding_sources(6, 4, mode)
    padded = pad(pixels, 4, mode)[0]
    for r, c in itertools.product(range(14), range(14)):
        outside = rows[r] < 0 or rows[c] < 0
        assert padded[r, c] == (0 if outside else pixels[0, rows[r], rows[c]])
    assert (rows < 0).any() == (mode == "zeros")


@pytest.mark.parametrize("channels", CHANNELS)
@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (200, 300), (300, 20)])
def test_the_working_picture_is_square_whatever_the_photo(channels: str, shape: tuple[int, int]) -> None:
    array = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    pixels = working_pixels(Image.fromarray(array), 32, channels)
    assert pixels.shape == (3 if channels in ("colour", "summed") else 1, 32, 32)
    assert pixels.dtype == torch.uint8


def test_one_channel_is_that_channel() -> None:
    array = np.zeros((32, 32, 3), np.uint8)
    array[..., 1] = 200
    photo = Image.fromarray(array)
    assert [int(working_pixels(photo, 32, name).max()) for name in ("red", "green", "blue")] == [0, 200, 0]
    assert int(working_pixels(photo, 32, "grey").max()) == 117  # 0.587 * 200, rounded


def test_the_signed_limit_ignores_outliers_and_is_never_zero() -> None:
    values = torch.linspace(-1, 1, 1001)
    values[0] = 1e6
    assert signed_limit(values, 0.99) == pytest.approx(0.99, abs=0.01)
    assert signed_limit(values, 1.0) == 1e6
    assert signed_limit(torch.zeros(5)) > 0
    for count in (1, 7, 200, 4001):
        values = torch.randn(count, generator=torch.Generator().manual_seed(count))
        assert signed_limit(values) == pytest.approx(float(values.abs().kthvalue(math.ceil(0.995 * count)).values))
