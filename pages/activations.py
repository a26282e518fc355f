"""What does a bend in a curve do for a network? The functions, a map of the photo through them, and many layers."""

import streamlit as st

from imgcls.ops.activations import ACTIVATIONS
from imgcls.ui.activations.curves_part import choose_functions, curves_part
from imgcls.ui.activations.depth_part import depth_part
from imgcls.ui.activations.photo_part import photo_part
from imgcls.ui.shell import try_this

CURVES, PHOTO, DEPTH = "The functions", "On your photo", "Through many layers"

part = st.segmented_control(
    "Part", [CURVES, PHOTO, DEPTH], default=CURVES, required=True, key="act_part", bind="query-params",
    persist_state="session", label_visibility="collapsed",
)  # fmt: skip

if part == CURVES:
    curves_part(choose_functions())
    try_this(
        "Drag over the picture: where is the slope of the sigmoid largest, and how large is it there?",
        "Switch Maxout on and drag the two round handles of a line. Can you make it equal to ReLU? And to |x|?",
        "Set the slope of leaky ReLU to 1. Why would a network of such layers be no better than a single layer?",
        "Compare ReLU with GELU and SiLU near zero: which of them is smooth, and which can go down?",
    )
else:
    name = st.pills(
        "Function", list(ACTIVATIONS), default="relu", required=True, format_func=lambda each: ACTIVATIONS[each].title,
        key="act_function", bind="query-params", persist_state="session", label_visibility="collapsed",
    )  # fmt: skip
    if part == PHOTO:
        photo_part(name)
        try_this(
            "Look through the maps with ReLU: which of them lose most, and what did the lost part show?",
            "Switch to sigmoid: the map fades to a pale blue, nothing is negative (red). Why? Read the histogram.",
            "Choose leaky ReLU and drag its slope from 0 to 1: the negative half comes back.",
        )
    else:
        depth_part(name)
        try_this(
            "Sigmoid with Xavier: at how many layers has the gradient fallen below a thousandth?",
            "ReLU: compare small, Xavier and He weights. Which one keeps the gradient level, and why a factor of two?",
            "Find a pair that explodes. What happens to the numbers first, and in which layer?",
        )
