"""Why throw away three quarters of the values? Pooling on a few numbers, on a volume, and on a photo that moves."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from imgcls.ops.pooling import KINDS, pool, pool_backward, sign_pair_volume
from imgcls.ops.shift import relative_change, shift_study
from imgcls.ui.components import let_go
from imgcls.ui.pooling.shift_part import shift_code, shift_note, shift_stage
from imgcls.ui.pooling.slice_part import GRID, draw_slice, slice_at_hand, slice_code
from imgcls.ui.pooling.volume_part import volume_code, volume_note, volume_stage
from imgcls.ui.shell import code_panel, try_this


def choose(label: str, options: Mapping[Any, str], key: str, default: Any) -> Any:
    """One of a few in a row, without its label, kept in the page's address."""
    return st.segmented_control(
        label, list(options), format_func=options.get, default=default, required=True, key=key, width="content",
        label_visibility="collapsed", bind="query-params", persist_state="session",
    )  # fmt: skip


def slice_part(window: int, stride: int, kind: str, source: str, direction: str) -> None:
    """One slice of a few numbers."""

    @st.fragment
    def stage() -> None:
        draw_slice(slice_at_hand(source, window, stride, kind), direction)
        if let_go(GRID):
            st.rerun()  # the code panel follows when the hand lets go

    stage()
    try_this(
        "Type into a cell, drag across it, or press ↑ and ↓: which numbers can you change without changing the output?",
        "Go **backward** and choose outputs: the gradient lands on the winners alone. With **average** all get a part.",
        "Window **3 × 3** at **stride 1**: windows overlap, and a number that wins twice gets both gradients.",
        "Window **3 × 3** at stride 2 on the example: the hatched numbers lie in no window, and are lost.",
    )
    code, shows = slice_code(slice_at_hand(source, window, stride, kind))
    code_panel(code, shows, functions=(pool, pool_backward), key="slice")


def volume_part(window: int, stride: int, kind: str) -> None:
    """64 slices of real activations."""
    volume_stage(window, stride, kind)
    st.caption(volume_note())
    try_this(
        "Drag the slider, or along the stack: every slice is pooled by itself, so the depth stays.",
        "Point at the slice, or tap it: the lens shows which value of each window is kept.",
        "Compare **max** with **average** on a slice of fine lines: what happens to a bright pixel among dark ones?",
        "**3 × 3** at stride 2 is what AlexNet used: its windows overlap, and it still drops three quarters.",
    )
    code, shows = volume_code(window, stride, kind)
    code_panel(code, shows, functions=(pool, sign_pair_volume), photo=True, key="volume")


def shift_part(window: int, stride: int, kind: str) -> None:
    """What pooling is good for, and what it is not."""
    shift_stage(window, stride, kind)
    st.caption(shift_note())
    try_this(
        "Move the photo pixel by pixel: which row of pictures changes least?",
        "Choose **moved along**: at stride 2 the curve is a saw. An odd shift gives other features than an even one, "
        "so pooling alone does not make a network blind to shifts.",
        "Set **stride 1** there: nothing is skipped, and the saw is gone. So is the saving.",
    )
    code, shows = shift_code(window, stride, kind)
    code_panel(code, shows, functions=(shift_study, relative_change), photo=True, key="shift")


PARTS = {"slice": "One slice", "volume": "A volume", "shift": "Why it helps"}

with st.container(horizontal=True, gap="small"):
    part = choose("Part", PARTS, "pool_part", "slice")
    settings = (
        choose("Window", {2: "2 × 2", 3: "3 × 3"}, "pool_window", 2),
        choose("Stride", {1: "stride 1", 2: "2", 3: "3"}, "pool_stride", 2),
        choose("Keep", {kind: kind for kind in KINDS}, "pool_kind", "max"),
    )
    if part == "slice":
        source = choose("Numbers", {"example": "example", "photo": "your photo"}, "pool_source", "example")
        direction = choose("Direction", {"forward": "forward", "backward": "backward"}, "pool_direction", "forward")

if part == "slice":
    slice_part(*settings, source, direction)
elif part == "volume":
    volume_part(*settings)
else:
    shift_part(*settings)
