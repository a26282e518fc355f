"""What does a kernel see in your photo? One kernel on it, filters over a volume, kernels that a network learned."""

import streamlit as st

from imgcls.models.first_layer import first_layer, kernel_on_pixels
from imgcls.ops.convolution import convolve, output_extent
from imgcls.ops.volume_walk import walk
from imgcls.ui.convolution.code import learned_code, one_kernel_code, volume_code
from imgcls.ui.convolution.kernel_choice import kernel_row, says
from imgcls.ui.convolution.kernel_part import convolved, stage, walk_row
from imgcls.ui.convolution.learned_part import bank, network, stages_figure
from imgcls.ui.convolution.volume_part import current_volume, player, volume_row, why_these_sizes
from imgcls.ui.shell import code_panel, try_this

ONE, VOLUME, LEARNED = "One kernel, your photo", "Filters over a volume", "Kernels a network learned"

part = st.segmented_control(
    "Part", [ONE, VOLUME, LEARNED], default=ONE, required=True, key="conv_part", bind="query-params",
    persist_state="session", label_visibility="collapsed",
)  # fmt: skip

if part == ONE:
    kernel, channels, view = kernel_row()
    place = st.container()
    mode, flip = walk_row()
    with place:
        size, geometry = stage(kernel.side, channels, view, mode, flip, says())
    try_this(
        "Point at the output: its window, the products and their sum follow. Then point at the **input**: every output "
        "that this one pixel feeds lights up. A click or a tap pins a place.",
        "Drag the middle weight of *sharpen* from 5 down to 4. What happens to the flat parts, and what do the weights "
        "add up to?",
        "Choose *left sobel*, then *Output shown: clipped*. Half of the edges vanish: they were negative, not missing.",
        "Turn on *flip* with *blur*, then with *emboss*. Why does only one of them change?",
        "Give padding to *identity* and try all four fillings; point at the hatched border.",
    )
    result = convolved(size, channels, geometry)[2].output
    code_panel(
        one_kernel_code(kernel, size, channels, geometry),
        {
            "height": result.shape[1],
            "width": result.shape[2],
            "smallest": result.min().item(),
            "largest": result.max().item(),
            "mean": result.mean().item(),
        },
        functions=(convolve, output_extent),
        photo=True,
        key="conv_kernel",
    )
elif part == VOLUME:
    stride, padding = volume_row()
    player(stride, padding)
    st.markdown(why_these_sizes(stride, padding))
    try_this(
        "Before you press **Play**, work out the next output by hand: multiply window and weights cell by cell, add up "
        "the three channels, then the bias.",
        "Drag any number: pixels, weights and biases are yours. Which outputs change when one pixel does?",
        "A layer with 2 filters gives 2 channels, whatever the depth of its input. Change *Channels* and count again.",
    )
    output = walk(current_volume(), stride=stride, padding=padding).output
    code_panel(
        volume_code(current_volume(), stride, padding),
        {"height": output.shape[1], "width": output.shape[2], "output": output.flatten().tolist()},
        functions=(walk, output_extent),
        key="conv_volume",
    )
else:
    layer = bank(editor=ONE)
    st.header("What batch norm and the activation do to these values", anchor=False)
    stages_figure(layer)
    try_this(
        "Find edge detectors, colour detectors and blurs. Nobody wrote them: training made them of random numbers.",
        "One kernel gives nearly nothing: which? Its weights shrank to zero in training.",
        "Choose a kernel: in the editor you can take it apart, slice by slice.",
    )
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
