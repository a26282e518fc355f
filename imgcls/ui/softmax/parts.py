"""The parts of the softmax lesson: the same sliders, each time with another picture of what follows from them."""

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from imgcls.numbers import whole
from imgcls.ops.softmax import softmax, softmax_terms
from imgcls.ui.components.plot import plot
from imgcls.ui.components.slider import set_slider
from imgcls.ui.components.sliders import Drawing, Rows, SliderRows, set_sliders, sliders
from imgcls.ui.scores import HIGH, LOW, Preset, class_names, photo_note, presets
from imgcls.ui.shell import choose, code_panel
from imgcls.ui.softmax import pictures
from imgcls.ui.softmax.pictures import CONSTANT, TEMPERATURE
from imgcls.ui.softmax.triangle_part import SIMPLEX, from_triangle, triangle
from imgcls.ui.stage import Dial, Numbers, Stage, stage

PRESETS = {
    "1, −2, 0": Preset((1.0, -2.0, 0.0)),
    "halved": Preset((0.5, -1.0, 0.0)),
    "two classes": Preset((2.0, 0.0)),
    "all equal": Preset((0.0, 0.0, 0.0, 0.0)),
    "a tie": Preset((3.0, 3.0, 0.0)),
    "one far ahead": Preset((9.0, 2.0, 1.0, 0.0, -1.0)),
}
LOGITS, PLOT = "softmax_logits", "softmax_plot"
ROWS = Rows(LOGITS, PRESETS["1, −2, 0"].logits, LOW, HIGH, limits=(2, 10), by=SIMPLEX, also=from_triangle)
Picture = Callable[[SliderRows, list[str]], Drawing]


def arithmetic_part() -> None:
    """Every term, their sum, and each quotient."""
    presets("softmax", PRESETS)
    _arithmetic()


@st.fragment
def _arithmetic() -> None:
    live = _stage(
        pictures.arithmetic, "the exponential and the probability that follow from each", TEMPERATURE, CONSTANT
    )
    photo_note("softmax", live["rows"].numbers)
    _show(live, TEMPERATURE, CONSTANT)
    _code(live["rows"])


def curves_part(picture: Picture, about: str, alt: str) -> None:
    """The sliders, and beside them a chart; `alt` says what it shows."""
    presets("softmax", PRESETS)
    _curves(picture, about, alt)


@st.fragment
def _curves(picture: Picture, about: str, alt: str) -> None:
    live = _stage(picture, about, TEMPERATURE, chart=alt)
    photo_note("softmax", live["rows"].numbers)
    left, right = st.columns([1, 1.1], gap="medium")
    with left:
        _show(live, TEMPERATURE)
    with right:
        live.show(PLOT)
    _code(live["rows"])


def triangle_part() -> None:
    """The triangle of three classes, or a way to have three."""
    presets("softmax", PRESETS)
    _triangle()


@st.fragment
def _triangle() -> None:
    live = _stage(pictures.as_column, "the probability of each class", TEMPERATURE)
    numbers = live.numbers[LOGITS]
    photo_note("softmax", numbers)
    left, right = st.columns([1, 1.1], gap="medium")
    with right:
        if len(numbers) == 3:
            live.show(SIMPLEX)
            st.caption(
                "Drag the point. Violet: its path as T goes from ∞ (middle) to 0 (a corner). "
                "Dashed: where argmax changes."
            )
        else:
            st.info(
                f"Three probabilities that add up to 1 are a point in a triangle; {len(numbers)} classes need "
                f"{len(numbers) - 1} dimension{'s' if len(numbers) > 2 else ''}.",
                icon=":material/change_history:",
            )
            three = [*numbers, 0.0][:3]
            st.button("Use three classes", on_click=set_sliders, args=(LOGITS, three), type="primary")
    with left:
        _show(live, TEMPERATURE)
    _code(live["rows"])


def overflow_part() -> None:
    """The number format to compute in, constants that break it, and what comes of both."""
    presets("softmax", PRESETS)
    with st.container(horizontal=True, gap="small"):
        kind = choose("Number format", list(pictures.KINDS), key="softmax_dtype")
        for constant in (-30, 0, 12, 100):
            label = f"c = {whole(constant)}"
            st.button(label, on_click=set_slider, args=(CONSTANT.name, constant))
    _overflow(kind)


@st.fragment
def _overflow(kind: str) -> None:
    about = "softmax in a small number format, plainly and with the maximum subtracted"
    live = _stage(partial(pictures.overflow, kind=kind), about, TEMPERATURE, CONSTANT)
    photo_note("softmax", live["rows"].numbers)
    _show(live, TEMPERATURE, CONSTANT)
    _code(live["rows"])


def _stage(picture: Picture, about: str, *dials: Dial, chart: str = "") -> Stage:
    """The numbers of a part and its elements: the sliders, the triangle, and a chart if its alt text is given."""
    names = class_names("softmax", ROWS.limits[1])

    def drawn(numbers: Numbers) -> dict[str, Any]:
        rows = ROWS.of(numbers)
        own = names[: len(rows.numbers)]
        drawing = picture(rows, own)
        elements: dict[str, Any] = {LOGITS: sliders(rows, own, drawing, alt=f"Logit sliders; {about}"), "rows": rows}
        if chart:
            elements[PLOT] = plot(drawing.figure, alt=chart)
        if picture is pictures.as_column and len(own) == 3:
            elements[SIMPLEX] = triangle(rows, own)
        return elements

    return stage("softmax", [*dials, *ROWS.table()], drawn)


def _show(live: Stage, *dials: Dial) -> None:
    """The dials side by side, and the sliders."""
    for column, dial in zip(st.columns(len(dials)), dials, strict=True):
        with column:
            live.show(dial.name)
    live.show(LOGITS)


def _code(rows: SliderRows) -> None:
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
