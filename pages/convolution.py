"""What does a kernel see in your photo? One kernel on the photo, filters over a volume, kernels that a network learned."""

import streamlit as st

from imgcls.ui.kernel_choice import kernel_row, says
from imgcls.ui.one_kernel import stage, walk_row

PARTS = {
    "kernel": "1 One kernel, your photo",
    "volume": "2 Filters over a volume",
    "learned": "3 Kernels a network learned",
}

part = st.segmented_control(
    "Part", PARTS, format_func=PARTS.get, default="kernel", required=True, key="conv_part",
    bind="query-params", persist_state="session", label_visibility="collapsed",
)  # fmt: skip

if part == "kernel":
    kernel, channels, view = kernel_row()
    place = st.container()
    mode, flip = walk_row()
    with place:
        stage(kernel.side, channels, view, mode, flip)
