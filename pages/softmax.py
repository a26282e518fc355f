"""How do scores become probabilities? Every term, the sum and each quotient, live under the sliders."""

from functools import partial

import streamlit as st

from imgcls.numbers import whole
from imgcls.ops.softmax import softmax, softmax_terms
from imgcls.ui.components import let_go
from imgcls.ui.components.plot import plot
from imgcls.ui.components.slider import set_slider
from imgcls.ui.components.sliders import SliderRows, live_sliders, read_sliders
from imgcls.ui.scores import HIGH, LOW, Preset, class_names, photo_note, presets
from imgcls.ui.shell import code_panel, try_this
from imgcls.ui.softmax import pictures
from imgcls.ui.softmax.triangle_part import follow_triangle, triangle_part

PRESETS = {
    "1, −2, 0": Preset((1.0, -2.0, 0.0)),
    "halved": Preset((0.5, -1.0, 0.0)),
    "all equal": Preset((0.0, 0.0, 0.0, 0.0)),
    "a tie": Preset((3.0, 3.0, 0.0)),
    "one far ahead": Preset((9.0, 2.0, 1.0, 0.0, -1.0)),
}
PICTURES = {
    "Arithmetic": (
        pictures.arithmetic,
        "the exponential and the probability that follow from each",
        "Work out **1, −2, 0** by hand: e = 2.718, e⁻² = 0.135, e⁰ = 1. Halve the logits: what happens to the lead?",
        "Move the constant c: the terms explode or fade, but no probability moves. Why?",
        "Load **your photo's** logits and lower the best one until the second breed wins. How far ahead was it?",
    ),
    "Temperature": (
        pictures.temperature,
        "the probability of each class",
        "Turn T down to 0.1, then up to 5: does the order of the classes ever change?",
        "Load **your photo's** logits. At which T does the network sound only half as sure?",
    ),
    "Hardmax": (
        pictures.hard,
        "softmax and hardmax of each class",
        "Push a loser's logit up: softmax rewards every step of the way, hardmax only the last one.",
        "Where is softmax steepest? Move the logit until p is 50%, and read the slope.",
    ),
    "Triangle": (
        pictures.triangle,
        "the probability of each class",
        "Drag the point into a corner, then to the middle of a side: what do the logits do?",
        "Move T: the point runs along the violet line. Why does it never cross a dashed one?",
    ),
    "Overflow": (
        pictures.overflow,
        "softmax in a small number format, plainly and with the maximum subtracted",
        "Find the smallest c that breaks float16. Does subtracting the maximum help?",
        "Load **your photo's** logits into bfloat16: nothing overflows, yet a probability changes. Why?",
    ),
}
CHARTS = {
    "Temperature": "Each class's probability over the temperature: one takes all on the left, all agree on the right.",
    "Hardmax": "One class's softmax rises in a smooth S as its logit grows; its hardmax jumps from 0 to 1.",
}

view = st.segmented_control(
    "Part", list(PICTURES), default="Arithmetic", required=True, key="softmax_view", bind="query-params",
    persist_state="session", label_visibility="collapsed",
)  # fmt: skip
presets("softmax", PRESETS)
picture, about, *worth_trying = PICTURES[view]


def number_format() -> str:
    """The number format to compute in, and constants that break it."""
    with st.container(horizontal=True, gap="small"):
        kind = st.segmented_control(
            "Number format", list(pictures.KINDS), default="float16", required=True, key="softmax_dtype",
            bind="query-params", persist_state="session", label_visibility="collapsed",
        )  # fmt: skip
        for constant in (-30, 0, 12, 100):
            label = f"c = {whole(constant)}"
            st.button(label, on_click=set_slider, args=(pictures.CONSTANT.name, constant))
    return kind


@st.fragment
def lesson() -> SliderRows:
    """The sliders and their picture; the picture of a drag is asked for by the sliders themselves."""
    draw = partial(picture, kind=number_format()) if view == "Overflow" else picture
    dials = (pictures.TEMPERATURE, pictures.CONSTANT) if view in {"Arithmetic", "Overflow"} else (pictures.TEMPERATURE,)
    read = partial(
        read_sliders, "softmax_logits", PRESETS["1, −2, 0"].logits, low=LOW, high=HIGH, limits=(2, 10), dials=dials
    )
    rows = read()
    if view == "Triangle" and follow_triangle(rows):
        rows = read()
    names = class_names("softmax", len(rows.numbers))
    halves = view in CHARTS or view == "Triangle"
    left, right = st.columns([1, 1.1], gap="medium") if halves else (st.container(), None)
    with left:
        drawing = live_sliders(
            rows, names, partial(draw, names=names), alt=f"Logit sliders; {about}", chart="softmax_plot"
        )
    if view in CHARTS:
        with right:
            plot(drawing.figure, key="softmax_plot", alt=CHARTS[view])
    elif view == "Triangle":
        with right:
            triangle_part(rows, names, drawing)
    photo_note("softmax", rows.numbers)
    if let_go("softmax_logits", pictures.SIMPLEX):
        st.rerun()  # the code below follows when the hand lets go
    return rows


rows = lesson()
code_panel(
    f"""
    import torch

    z = torch.tensor([{", ".join(map(str, rows.numbers))}], dtype=torch.float64)
    T, c = {pictures.temperature_of(rows):g}, {pictures.constant_of(rows):g}
    terms = torch.exp((z + c) / T)
    total = terms.sum()
    quotients = terms / total                # nan once a term overflows
    p = torch.softmax((z + c) / T, dim=0)    # subtracts the maximum first: never overflows
    """,
    {"p": pictures.probabilities_of(rows).tolist()},
    functions=(softmax_terms, softmax),
    key="softmax",
)
try_this(*worth_trying)
