"""What does a kernel see in your photo? One kernel, filters over a volume, learned and special kernels, their field."""

import streamlit as st

from imgcls.models.first_layer import first_layer, kernel_on_pixels
from imgcls.ops.convolution import output_extent
from imgcls.ops.volume_walk import walk
from imgcls.ui.convolution.code import learned_code, volume_code
from imgcls.ui.convolution.field_part import field_part
from imgcls.ui.convolution.kernel_part import one_kernel_part
from imgcls.ui.convolution.kinds_part import kinds_part
from imgcls.ui.convolution.learned_part import bank, network, stages_figure
from imgcls.ui.convolution.questions import QUESTIONS
from imgcls.ui.convolution.volume_part import beside_dense, current_volume, player, volume_row, why_these_sizes
from imgcls.ui.shell import Part, code_panel, parts

ONE, VOLUME, LEARNED = "One kernel, your photo", "Filters over a volume", "Kernels a network learned"
FIELD, KINDS = "Receptive field", "1 × 1, depthwise"


def volume_part() -> None:
    """Filters that walk over a volume of a few numbers."""
    stride, padding = volume_row()
    player(stride, padding)
    st.markdown(why_these_sizes(stride, padding))
    beside_dense(stride, padding)
    output = walk(current_volume(), stride=stride, padding=padding).output
    code_panel(
        volume_code(current_volume(), stride, padding),
        {"height": output.shape[1], "width": output.shape[2], "output": output.flatten().tolist()},
        functions=(walk, output_extent),
        key="conv_volume",
    )


def learned_part() -> None:
    """The kernels of a trained network, on the photo."""
    layer = bank(editor=ONE)
    st.header("What batch norm and the activation do to these values", anchor=False)
    stages_figure(layer)
    code_panel(
        learned_code(network()),
        {
            "kernels": len(layer.weights),
            "convolved_mean": layer.convolved.mean().item(),
            "normalised_mean": layer.normalised.mean().item(),
            "zeros": (layer.activated == 0).float().mean().item(),
        },
        functions=(first_layer, kernel_on_pixels),
        photo=True,
        key="conv_learned",
    )


parts(
    "conv_part",
    Part(
        ONE,
        one_kernel_part,
        [
            "Point at the output: its window, the products and their sum follow. Then point at the **input**: every "
            "output that this one pixel feeds lights up. A click or a tap pins a place.",
            "Drag the middle weight of *sharpen* from 5 down to 4. What happens to the flat parts, and what do the "
            "weights add up to?",
            "Choose *left sobel*, then *Output shown: clipped*. Half of the edges vanish: they were negative, not "
            "missing.",
            "Turn on *flip* with *blur*, then with *emboss*. Why does only one of them change?",
            "Choose *identity*, add padding, and try all four fill modes; point at the hatched border.",
        ],
    ),
    Part(
        VOLUME,
        volume_part,
        [
            "Before you press **Play**, work out the next output by hand: multiply window and weights cell by cell, "
            "add up the three channels, then the bias.",
            "Drag any number: pixels, weights and biases are yours. Which outputs change when one pixel does?",
        ],
    ),
    Part(
        LEARNED,
        learned_part,
        [
            "Find edge detectors, colour detectors and blurs. Nobody wrote them: training shaped them out of random "
            "numbers.",
            "Choose **same scale**. Four kernels of EfficientNet-Lite0 give next to nothing: training shrank them to "
            "zero.",
            "Choose a kernel: in the editor you can take it apart, slice by slice.",
        ],
    ),
    Part(
        FIELD,
        field_part,
        [
            "Set **stride** to 2, then **dilation** to 2: which makes the square grow faster?",
            "Drag over the photo. In **EfficientNet-Lite0**, from which stage on is the square larger than the photo?",
        ],
    ),
    Part(
        KINDS,
        kinds_part,
        [
            "Move through the outputs of **1 × 1**: no weight is shared between two of them. What is shared?",
        ],
    ),
    questions=QUESTIONS,
)
