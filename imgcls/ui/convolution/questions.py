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
from imgcls.ops.kernel_kinds import KINDS, cost
from imgcls.ops.kernels import FAMILIES, PRESETS, families, preset_kernel
from imgcls.ops.receptive import Layer, effective_side, influence, random_stack, receptive_fields
from imgcls.ops.volume_walk import Volume, as_dense, random_volume, walk
from imgcls.ui.convolution.field_part import CHANNELS, MOST_LAYERS
from imgcls.ui.questions import Bars, Choice, Curve, Number, Pick, Question, Spot

KERNEL, LEARNED = "One kernel, your photo", "Kernels a network learned"
VOLUME, FIELD, SPECIAL = "Filters over a volume", "Receptive field", "1 × 1, depthwise"
DEPTHS = (1, 2, 3, 4, 5)
IN, OUT, PLACES = 32, 16, 112 * 112  # maps and positions of the block that the page shows
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


def _volume() -> Volume:
    return random_volume(5, 5, 3, 2, 3, seed=7)  # as the page has it at first


def _channels(photo: Picture) -> str:
    return str(len(walk(_volume(), stride=2, padding=1).output))


def _fed(photo: Picture) -> list[int]:
    """How many outputs of one filter read the pixel in the corner, the one beside it, and the one in the middle."""
    ones = Volume(torch.zeros(1, 5, 5), torch.ones(1, 1, 3, 3), torch.zeros(1))
    reads = as_dense(ones, stride=2, padding=1).sum(0).view(5, 5)
    return [int(reads[row, column]) for row, column in ((0, 0), (1, 1), (2, 2))]


def _as_wide_as_seven(photo: Picture) -> int:
    return next(n for n, field in enumerate(receptive_fields([Layer(3)] * 8)) if field.size >= 7)


def _growth(photo: Picture) -> list[int]:
    return [field.size for field in receptive_fields([Layer(3, 2)] * len(DEPTHS))[1:]]


def _counts_for_much(photo: Picture) -> int:
    """The side of the square around the middle that holds 95% of the gradient, after eight layers of 3 x 3."""
    layers = [Layer(3)] * MOST_LAYERS
    inputs = working_pixels(photo.image, SIZE, "colour")[None] / 127.5 - 1
    strength = influence(random_stack(layers, CHANNELS), inputs, SIZE // 2, SIZE // 2)
    return effective_side(strength, SIZE // 2, SIZE // 2)


def _products(photo: Picture) -> list[float]:
    """For one number of one output map."""
    counts = [cost("depthwise", IN, OUT, 3, 1).multiplications / IN]
    return counts + [cost(kind, IN, OUT, 3, 1).multiplications / OUT for kind in ("pointwise", "full")]


def _share_of_full(photo: Picture) -> float:
    pair, full = (cost(kind, IN, OUT, 3, PLACES).multiplications for kind in ("separable", "full"))
    return 100 * pair / full


ONE_BY_ONE, DEPTHWISE, NEITHER = "1 × 1", "Depthwise 3 × 3", "Neither of the two"


def _mixes_colours(photo: Picture) -> str:
    able = [name for name, kind in ((ONE_BY_ONE, "pointwise"), (DEPTHWISE, "depthwise")) if KINDS[kind].channels]
    return able[0] if able else NEITHER


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
        "conv-filters",
        VOLUME,
        "A volume has **3 channels**. Two filters of 3 × 3 go over it. How many channels does the output have?",
        Choice(
            ("1", "2", "3", "6"),
            {
                "1": "Each filter writes a channel of its own.",
                "3": "The depth of the input is summed up: each filter is as deep as the input.",
                "6": "A filter has three slices, but their sums are added to a single number.",
            },
        ),
        _channels,
        "One filter, one channel of output, whatever the depth of the input. What depends on that depth is how many "
        "weights a filter has: here 3 · 3 · 3 = 27, and a bias.",
        plays="volume_walk",
    ),
    Question(
        "conv-parameters",
        VOLUME,
        "Two filters of 3 × 3 over a volume with 3 channels. How many **weights and biases** does that make?",
        Number(1, 100, "", 0, start=50),
        lambda photo: _volume().parameters,
        lambda photo, right: (
            f"2 · (3 · 3 · 3 + 1) = **{right}**: each filter is as deep as the volume and has one bias. The width and "
            "height of the volume do not count."
        ),
        plays="volume_walk",
    ),
    Question(
        "conv-fed",
        VOLUME,
        "5 × 5 pixels, padding 1, filter 3 × 3, **stride 2**. How many of a filter's nine outputs read each of these "
        "pixels?",
        Bars(("in the corner", "one down, one across", "in the middle"), 0, 9, "", 0, 0.5, (5, 5, 5)),
        _fed,
        "Windows start at every second pixel. One pixel in lies where four windows overlap; the middle one lies in the "
        "middle of its window, and no other reaches it. At stride 1 the middle one would feed all nine.",
        plays="volume_walk",
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
        Pick(_weights, tuple(FAMILIES), "pixel", by_colour=True),
        _strongest,
        "On most photos it is the blur. Its weights have one sign, so that brightness comes through everywhere. Edges "
        "and colours answer only where something changes.",
        then={"conv_span": "same scale"},
    ),
    Question(
        "conv-seven",
        FIELD,
        "One output of a 7 × 7 kernel sees 7 × 7 pixels. How many layers of **3 × 3**, one after the other, see as "
        "much?",
        Number(1, 8, "layers", 0, start=5),
        _as_wide_as_seven,
        "1 + 2 + 2 + 2 = 7: each layer adds one pixel on every side. Three layers have 3 · 9 = 27 weights for one "
        "channel, one of 7 × 7 has 49, and between three layers there is room for three bends.",
        at={"conv_field_layer": "1"},
        then={"conv_field_layer": "3"},
    ),
    Question(
        "conv-growth",
        FIELD,
        "Layers of 3 × 3, each with **stride 2**. How many pixels a side does one output see after 1, 2, 3, 4 and 5 "
        "layers?",
        Curve(tuple(map(float, DEPTHS)), 0, 70, "layers", "pixels a side", "", 0, 5, (3,) * len(DEPTHS)),
        _growth,
        lambda photo, right: (
            f"{', '.join(map(str, right))}. Each stride doubles the step of the layers above it, so the next adds "
            "twice as much. At stride 1 it would be 3, 5, 7, 9, 11."
        ),
        at={"conv_field_stride": "2", "conv_field_layer": "1"},
        then={"conv_field_layer": "5"},
    ),
    Question(
        "conv-effective",
        FIELD,
        "Eight layers of 3 × 3 see 17 × 17 pixels of your photo. In how wide a square in its middle lies **95% of the "
        "gradient**?",
        Number(1, 17, "pixels a side", 2, start=7),
        _counts_for_much,
        lambda photo, right: (
            f"**{right}** of 17. The corner pixel reaches the output along a single path, the middle one along very "
            "many. What a network can see and what it mostly looks at are two things."
            if right
            else "On this photo every ReLU on the way is off, so that no pixel counts at all. Try another photo."
        ),
        at={"conv_field_layer": "1"},
        then={"conv_field_layer": "8"},
    ),
    Question(
        "conv-products",
        SPECIAL,
        "32 maps come in. How many **products** does one single number of the output take?",
        Bars((DEPTHWISE, ONE_BY_ONE, "full 3 × 3"), 0, 300, "", 0, 15, (100, 100, 100)),
        _products,
        "Depthwise: one window of one map, 9. 1 × 1: one pixel of each map, 32. A full kernel: a window of each map, "
        "9 · 32 = 288.",
        at={"conv_kind_map": "0"},
        then={"conv_kind": "1 × 1", "conv_kind_map": "7"},
    ),
    Question(
        "conv-grey",
        SPECIAL,
        "A colour photo has three maps: red, green and blue. Which kind of kernel can turn it **grey**?",
        Choice(
            (DEPTHWISE, ONE_BY_ONE, NEITHER),
            {
                DEPTHWISE: "It works on each map alone: red, green and blue never meet.",
                NEITHER: "Grey is a weighted sum of the three values of one pixel. Its neighbours are not needed.",
            },
        ),
        _mixes_colours,
        "A 1 × 1 kernel is a weighted sum over the maps, pixel by pixel, such as 0.299 red + 0.587 green + 0.114 blue. "
        "What it cannot find is an edge, since it sees no neighbours.",
        at={"conv_kind_map": "0"},
        then={"conv_kind": "1 × 1", "conv_kind_map": "7"},
    ),
    Question(
        "conv-share",
        SPECIAL,
        "Depthwise 3 × 3, then 1 × 1, from 32 maps to 16. What share of the multiplications of a **full** 3 × 3 "
        "convolution is left?",
        Number(0, 100, "%", 4, digits=1),
        _share_of_full,
        lambda photo, right: (
            f"1/16 + 1/9 is about **{percent(right / 100)}**. With more output maps the first term vanishes, and a "
            "ninth remains. Networks for phones are built of this pair."
        ),
        at={"conv_kind": KINDS["full"].title},
        then={"conv_kind": KINDS["depthwise"].title},
    ),
]
