"""What the convolution lesson asks before it shows."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from imgcls.data.pictures import Picture
from imgcls.figures.images import signed_levels
from imgcls.models.first_layer import FirstLayer, first_layer
from imgcls.models.registry import load
from imgcls.numbers import percent, whole
from imgcls.ops.convolution import convolve, output_extent, signed_limit, working_pixels
from imgcls.ops.kernels import FAMILIES, PRESETS, families, preset_kernel
from imgcls.ui.questions import Bars, Choice, Number, Pick, Question, Spot

KERNEL, LEARNED = "One kernel, your photo", "Kernels a network learned"
SIZE = 128  # pixels a side, as the page has it at first
SHOWN = ("top-sobel", "blur", "left-sobel")
AROUND = 9  # pixels a side over which the answer to a click is averaged
SIGNED = {"conv_view": "signed, colour"}


def _output(photo: Picture, preset: str) -> Tensor:
    """The kernel's output (1, 126, 126) on the photo."""
    return convolve(working_pixels(photo.image, SIZE), preset_kernel(preset)).output


def _grey(photo: Picture) -> np.ndarray:
    """What the kernel works on."""
    return working_pixels(photo.image, SIZE)[0].numpy()[..., None].repeat(3, axis=-1)


NOTHING, ITSELF, WHITE, DARKER = "0 everywhere", "The wall as it is", "White everywhere", "The wall, half as bright"


def _on_a_wall(photo: Picture) -> str:
    wall = torch.full((1, 16, 16), 180, dtype=torch.uint8)
    found = convolve(wall, preset_kernel("laplacian")).output.unique().tolist()
    return {0.0: NOTHING, 180.0: ITSELF, 90.0: DARKER}.get(found[0], WHITE)


def _pictures(photo: Picture) -> list[np.ndarray]:
    outputs = [_output(photo, preset)[0] for preset in SHOWN]
    return [signed_levels(output, signed_limit(output)) for output in outputs]


def _strength(photo: Picture) -> np.ndarray:
    """How strongly "right sobel" answers around each place: the mean size of its outputs there, (126, 126)."""
    sizes = _output(photo, "right-sobel").abs()
    return F.avg_pool2d(sizes, AROUND, 1, AROUND // 2, count_include_pad=False)[0].numpy()


def _layer(photo: Picture) -> FirstLayer:
    return first_layer(load(), photo.image)


def _kinds() -> list[str]:
    return families(load().module.features[0][0].weight.detach())


def _counts(photo: Picture) -> list[int]:
    return [_kinds().count(family) for family in FAMILIES]


def _zeros(photo: Picture) -> float:
    return 100 * float((_layer(photo).activated == 0).float().mean())


def _one_of_each() -> list[int]:
    """The first kernel of each family."""
    return [_kinds().index(family) for family in FAMILIES]


def _weights(photo: Picture) -> list[np.ndarray]:
    """Each kernel in red, green and blue, grey for 0; all on the scale of the largest, as weights compare."""
    weights = load().module.features[0][0].weight.detach()[_one_of_each()]
    return list(signed_levels(weights.permute(0, 2, 3, 1), float(weights.abs().max())))


def _strongest(photo: Picture) -> int:
    maps = _layer(photo).convolved[_one_of_each()]
    return int(maps.abs().mean(dim=(1, 2)).argmax())


QUESTIONS = [
    Question(
        "conv-wall",
        KERNEL,
        "The weights of this kernel, the Laplacian, add up to 0. What comes out where the photo shows a plain wall?",
        Choice(
            (ITSELF, WHITE, NOTHING, DARKER),
            {
                ITSELF: "That takes weights that add up to 1, such as those of a blur.",
                WHITE: "It would take a sum far above 1: all outputs would run beyond 255.",
                DARKER: "Weights that add up to 1/2 would do that.",
            },
        ),
        _on_a_wall,
        "All nine pixels are alike, so the output is that pixel times the sum of the weights: 0. Such a kernel sees "
        "only where something changes.",
        then={"conv_preset": PRESETS["laplacian"].title, **SIGNED},
        grid=PRESETS["laplacian"].rows,
    ),
    Question(
        "conv-stride",
        KERNEL,
        "The photo has 128 × 128 pixels, the kernel 3 × 3 weights, and nothing is padded. At **stride 2**, how many "
        "pixels a side has the output?",
        Number(20, 140, "pixels", 1, start=128),
        lambda photo: output_extent(SIZE, 3, stride=2).size,
        lambda photo, right: (
            "(W − F + 2P) / S + 1 = (128 − 3 + 2 · 0) / 2 + 1 = 63.5, rounded down to "
            f"**{right}**: the window must lie inside, and the last column is never reached."
        ),
        at={"conv_stride": "1"},
        then={"conv_stride": "2"},
    ),
    Question(
        "conv-which",
        KERNEL,
        "Your photo under three kernels: blue is positive, red negative. Which one has **these weights**?",
        Pick(_pictures, tuple(PRESETS[preset].title for preset in SHOWN)),
        lambda photo: SHOWN.index("left-sobel"),
        "Left minus right: the kernel answers to what changes across, so upright edges light up and level ones vanish. "
        "A kernel turned by 90° does the opposite.",
        then={"conv_preset": PRESETS["left-sobel"].title, **SIGNED},
        grid=PRESETS["left-sobel"].rows,
    ),
    Question(
        "conv-place",
        KERNEL,
        "Click the place where this kernel answers **most strongly** on your photo.",
        Spot(_grey),
        _strength,
        "What is bright here answered strongly: upright edges with much light on one side and little on the other. "
        "How bright the place itself is does not count.",
        then={"conv_preset": PRESETS["right-sobel"].title, **SIGNED},
        grid=PRESETS["right-sobel"].rows,
    ),
    Question(
        "conv-families",
        LEARNED,
        "EfficientNet-Lite0 has learned 32 kernels for its first layer. How many are of each kind?",
        Bars(("edges", "colours against each other", "blurs", "off: shrunk to nothing"), 0, 32, "", 0, 4, (8, 8, 8, 8)),
        _counts,
        lambda photo, right: (
            f"Nobody asked for edges, yet **{right[0]}** of 32 became edge detectors: they help with every object. "
            f"Training did not need all kernels, and shrank **{whole(right[3])}** to nothing."
        ),
    ),
    Question(
        "conv-zeros",
        LEARNED,
        "After the kernels and batch norm comes ReLU6: everything below 0 becomes 0. What share of the values is that "
        "on your photo?",
        Number(0, 100, "%", 10),
        _zeros,
        lambda photo, right: (
            f"**{percent(right / 100, 0)}** of the values are 0 afterwards. A kernel says how strongly its feature is "
            "there. What is below 0, and so said the opposite, is dropped."
        ),
        then={"conv_stage": "+ ReLU6"},
    ),
    Question(
        "conv-strongest",
        LEARNED,
        "Four of the learned kernels, in red, green and blue; grey is 0. Which one gives the **largest values** on "
        "your photo, on average?",
        Pick(_weights, tuple(FAMILIES), "pixel"),
        _strongest,
        "On most photos it is the blur. Its weights have one sign, so that brightness comes through everywhere. Edges "
        "and colours answer only where something changes.",
        then={"conv_span": "same scale"},
    ),
]
