"""How does PyTorch hold a photo? Its shape, its memory, and what one does with both before a network sees it."""

import streamlit as st

from imgcls.ui.shell import try_this
from imgcls.ui.tensors.batch_part import batch_part
from imgcls.ui.tensors.broadcast_part import broadcast_part
from imgcls.ui.tensors.memory_part import memory_part
from imgcls.ui.tensors.normalise_part import normalise_part
from imgcls.ui.tensors.slicing import slicing
from imgcls.ui.tensors.speed_part import speed_part

PARTS = {
    "Slice": (
        slicing,
        "Drag the rectangle over an eye. Which rows and columns is it, and at which storage_offset does it begin?",
        "Take every 16th row and column: how many numbers are left, and what happened to the strides?",
        "Choose one channel: a dimension disappears from the shape.",
    ),
    "Memory": (
        memory_part,
        "Press play in HWC and in CHW: in which order do the pixels light up?",
        "Compare **CHW, a view** with HWC: which numbers moved in memory, and what changed?",
        "**channels_last** has the shape of NCHW and the memory of HWC. Which stride gives it away?",
    ),
    "Normalise": (
        normalise_part,
        "Move the mean: the curves slide. Move the standard deviation: they widen or narrow.",
        "Which numbers bring the middle of your photo's values to 0 and their spread to 1?",
        "Networks are trained with one normalisation. With another they see a photo too dark or too pale, and guess.",
    ),
    "Broadcast": (
        broadcast_part,
        "Why do (3, 4) and (3) clash, while (3, 4) and (4) fit? Shapes are aligned at the right.",
        "Make b (3, 1): now it fits, and every row gets its own number.",
        "Look at the strides: along a stretched axis the stride is 0. Nothing is copied.",
    ),
    "Batch": (
        batch_part,
        "Switch the resizing off: what does torch.stack say?",
        "By how many numbers are two neighbouring photos of the batch apart? Compute it from the shape.",
    ),
    "CPU or GPU": (
        speed_part,
        "Time them twice: the medians should agree within a few percent.",
        "Is the convolution faster in channels_last on this machine?",
    ),
}

part = st.segmented_control(
    "Part", list(PARTS), default="Slice", required=True, key="tensors_part",
    bind="query-params", persist_state="session", label_visibility="collapsed",
)  # fmt: skip
draw, *worth_trying = PARTS[part]
draw()
try_this(*worth_trying)
