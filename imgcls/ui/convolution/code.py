"""The torch lines behind the three parts of the convolution lesson, written for the settings of the moment."""

from torch import Tensor

from imgcls.models.classify import Classifier
from imgcls.models.registry import DEFAULT
from imgcls.ops.convolution import PADDING_MODES, Geometry
from imgcls.ops.kernels import Kernel
from imgcls.ops.volume_walk import Volume

_CHANNELS = {
    "grey": ('np.array(photo.convert("L"))[None]', "grey"),
    "red": ("np.array(photo)[None, :, :, 0]", "red"),
    "green": ("np.array(photo)[None, :, :, 1]", "green"),
    "blue": ("np.array(photo)[None, :, :, 2]", "blue"),
    "colour": ("np.array(photo).transpose(2, 0, 1)", "red, green, blue"),
    "summed": ("np.array(photo).transpose(2, 0, 1)", "red, green, blue"),
}


def one_kernel_code(kernel: Kernel, size: int, channels: str, geometry: Geometry) -> str:
    """Photo, padding, `conv2d`, and the numbers that the page shows."""
    array, names = _CHANNELS[channels]
    count = 3 if channels in ("colour", "summed") else 1
    lines = [
        "import numpy as np",
        "import torch",
        "from PIL import Image, ImageOps",
        "from torch.nn import functional as F",
        "",
        f'photo = ImageOps.fit(Image.open("photo.png"), ({size}, {size}), Image.Resampling.BICUBIC)',
        f"pixels = torch.from_numpy({array}).float()[None]  # (1, {count}, {size}, {size}): {names}",
        f"weights = torch.tensor({_written(kernel.weights)})  # {tuple(kernel.weights.shape)}",
    ]
    if geometry.flip:
        lines.append("weights = weights.flip(-2, -1)")
    if geometry.padding:
        sides = (geometry.padding,) * 4
        lines.append(f'pixels = F.pad(pixels, {sides}, mode="{PADDING_MODES[geometry.padding_mode]}")')
    shape, groups = (f"1, {count}", "") if channels == "summed" else (f"{count}, 1", f", groups={count}")
    lines += [
        f"weights = weights.expand({count}, -1, -1).reshape({shape}, {kernel.side}, {kernel.side})",
        f"sums = F.conv2d(pixels, weights, stride={geometry.stride}, dilation={geometry.dilation}{groups})",
        f"output = sums / {kernel.divisor:.9g} + {kernel.bias:.9g}",
        "_, channels, height, width = output.shape",
        "smallest, largest, mean = output.min().item(), output.max().item(), output.mean().item()",
    ]
    return "\n".join(lines)


def volume_code(volume: Volume, stride: int, padding: int) -> str:
    """The whole walk in one call."""
    return "\n".join([
        "import torch",
        "from torch.nn import functional as F",
        "",
        f"pixels = torch.tensor({_written(volume.pixels)})",
        f"filters = torch.tensor({_written(volume.filters)})",
        f"biases = torch.tensor({_written(volume.biases)})",
        f"output = F.conv2d(pixels[None], filters, biases, stride={stride}, padding={padding})[0]",
        "filters_out, height, width = output.shape",
    ])  # fmt: skip


def learned_code(network: Classifier) -> str:
    """The first layer of a network, part by part."""
    side, default = network.preprocess.crop, network.name == DEFAULT
    name, block = ("", "features[0]") if default else (f'"{network.name}"', "layers[:3]")
    return f"""
import torch
from PIL import Image

from imgcls.models.registry import load

network = load({name})
convolution, norm, activation = network.module.{block}
with torch.inference_mode():
    pixels = network.preprocess(Image.open("photo.png"))  # (1, 3, {side}, {side})
    convolved = convolution(pixels)
    normalised = norm(convolved)
    activated = activation(normalised.clone())
kernels, channels, height, width = convolution.weight.shape
convolved_mean, normalised_mean = convolved.mean().item(), normalised.mean().item()
zeros = (activated == 0).float().mean().item()
"""


def _written(numbers: Tensor) -> str:
    """A tensor as a nested list, one row a line, with as many digits as float32 holds."""
    if numbers.ndim == 1:
        return (
            "["
            + ", ".join(f"{number:.9g}" + ("." if float(number).is_integer() else "") for number in numbers.tolist())
            + "]"
        )
    inner = (",\n" + " " * 4 if numbers.ndim == 2 else ",\n\n" + " " * 4).join(_written(part) for part in numbers)
    return f"[{inner}]"
