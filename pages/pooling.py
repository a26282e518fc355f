"""Why throw away three quarters of the values? Pooling on a few numbers, on a volume, and on a photo that moves."""

import streamlit as st

from imgcls.ops.pooling import KINDS
from imgcls.ui.pooling.average_part import average_part
from imgcls.ui.pooling.lost_part import lost_part
from imgcls.ui.pooling.questions import QUESTIONS
from imgcls.ui.pooling.shift_part import shift_part
from imgcls.ui.pooling.slice_part import slice_part
from imgcls.ui.pooling.volume_part import volume_part
from imgcls.ui.shell import Part, choose, parts


def _settings() -> tuple[int, int, str]:
    """Window, stride, and what is kept of a window."""
    return (
        choose("Window", {2: "2 × 2", 3: "3 × 3"}, key="pool_window", labelled=True, width="content"),
        choose("Stride", {1: "stride 1", 2: "2", 3: "3"}, key="pool_stride", default=2, labelled=True, width="content"),
        choose("Keep", list(KINDS), key="pool_kind", labelled=True, width="content"),
    )


def one_slice() -> None:
    """One slice of a few numbers."""
    with st.container(horizontal=True, gap="xsmall"):
        settings = _settings()
        source = choose(
            "Numbers", {"example": "example", "photo": "your photo"}, key="pool_source", labelled=True, width="content"
        )
        direction = choose("Direction", ["forward", "backward"], key="pool_direction", labelled=True, width="content")
    slice_part(*settings, source, direction)


def volume() -> None:
    """64 slices of real activations."""
    with st.container(horizontal=True, gap="xsmall"):
        settings = _settings()
    volume_part(*settings)


def shifts() -> None:
    """What pooling is good for, and what it is not."""
    with st.container(horizontal=True, gap="xsmall"):
        settings = _settings()
    shift_part(*settings)


parts(
    "pool_part",
    Part(
        "One slice",
        one_slice,
        [
            "Type into a cell, drag across it, or press ↑ and ↓: which numbers can you change without changing the "
            "output?",
            "Go **backward** and choose outputs: the gradient lands on the winners alone. With **average** all get a "
            "part.",
            "Window **3 × 3** at **stride 1**: windows overlap, and a number that wins twice gets both gradients.",
            "Window **3 × 3** at stride 2 on the example: the hatched numbers lie in no window, and are lost.",
        ],
    ),
    Part(
        "A volume",
        volume,
        [
            "Drag the slider, or along the stack: every slice is pooled by itself, so the depth stays.",
            "Point at the slice, or tap it: the lens shows which value of each window is kept.",
            "Compare **max** with **average** on a slice of fine lines: what becomes of one bright pixel in the dark?",
            "**3 × 3** at stride 2 is what AlexNet used: its windows overlap, and it still drops three quarters.",
        ],
    ),
    Part(
        "Why it helps",
        shifts,
        [
            "Move the photo pixel by pixel: which row of pictures changes least?",
            "Choose **aligned with the shift**: at stride 2 the curve is a saw. An odd shift gives other features than "
            "an even one, so pooling alone does not make a network blind to shifts.",
            "Set **stride 1** there: nothing is skipped, and the saw is gone. So is the saving.",
        ],
    ),
    Part(
        "What is lost",
        lost_part,
        [
            "How many halvings until you no longer recognise the photo in the map? Which way lasts longest?",
            "Which of the three changes most when the photo moves by one pixel, and why?",
            "Could you say from one number of the last map where in its window the feature lay?",
        ],
    ),
    Part(
        "Global average",
        average_part,
        [
            "Shuffle the positions: the maps change, the answer does not. What can such a network not know?",
            "Look at TinyVGG's answer while you shuffle. Why does it change?",
        ],
    ),
    questions=QUESTIONS,
)
