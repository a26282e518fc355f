"""How do scores become probabilities? Every term, the sum and each quotient, live under the sliders."""

import math

import streamlit as st

from imgcls.ops.softmax import softmax, softmax_terms
from imgcls.ui.components.slider import live_slider
from imgcls.ui.components.sliders import Column, Stack, draw_sliders, let_go, read_sliders
from imgcls.ui.scores import (
    HIGH,
    LOW,
    Preset,
    all_written,
    class_names,
    lengths,
    percent,
    photo_note,
    presets,
    short,
    written,
)
from imgcls.ui.shell import code_panel, try_this
from imgcls.ui.softmax_views import FURTHER_VIEWS, Scores, follow_triangle

PRESETS = {
    "1, −2, 0": Preset((1.0, -2.0, 0.0)),
    "halved": Preset((0.5, -1.0, 0.0)),
    "all equal": Preset((0.0, 0.0, 0.0, 0.0)),
    "a tie": Preset((3.0, 3.0, 0.0)),
    "one far ahead": Preset((9.0, 2.0, 1.0, 0.0, -1.0)),
}
DEFAULT = PRESETS["1, −2, 0"].logits

view = st.segmented_control(
    "Picture", ["Arithmetic", *FURTHER_VIEWS], default="Arithmetic", required=True, key="softmax_view",
    bind="query-params", persist_state="session", label_visibility="collapsed",
)  # fmt: skip
presets("softmax", PRESETS)


def arithmetic(scores: Scores) -> None:
    """Every term, their sum, and each quotient."""
    worked = softmax_terms(scores.logits, temperature=scores.temperature, subtract_maximum=False)
    terms, quotients, total = worked.terms.tolist(), worked.probabilities.tolist(), float(worked.total)
    exponent = "z + c" if scores.constant else "z"
    if scores.temperature != 1:
        exponent = f"({exponent}) / T" if scores.constant else "z / T"
    powers = [f"e^{{{short(x)}}}" for x in worked.exponents.tolist()]
    summed = " + ".join(powers) if len(powers) <= 5 else "sum"
    finite = math.isfinite(total) and total > 0
    draw_sliders(
        scores.rows,
        scores.names,
        [
            Column(f"e^{{{exponent}}}", all_written(terms), lengths(terms), total=f"sum {written(total)}"),
            Column(
                f"probability = e^{{{exponent}}} / sum", [percent(q) for q in quotients], quotients,
                total="sum 100%" if finite else "sum nan",
            ),
        ],
        stack=Stack("The sum:", quotients, all_written(terms), f"= {written(total)}") if finite else None,
        details=[
            f"{name}: {power} / ({summed}) = {written(term)} / {written(total)} = {written(quotient)}"
            for name, power, term, quotient in zip(scores.names, powers, terms, quotients, strict=True)
        ],
        alt="Logit sliders; the exponential and the probability that follow from each",
    )  # fmt: skip
    if not finite:
        st.warning(
            "Even 64-bit numbers end at e^709.8, so a term became inf: the picture **Overflow** shows the way out."
            if total > 0 else "Every term is too small for a 64-bit number: 0 / 0 is not a number.",
            icon=":material/warning:",
        )  # fmt: skip


@st.fragment
def lesson() -> Scores:
    """The two settings beside the logits, and what they change."""
    left, right = st.columns(2, gap="medium")
    with left:
        temperature = live_slider("temperature T: divides every logit", 0.1, 5.0, 1.0, step=0.05, key="softmax_t")
    with right:
        constant = live_slider("constant c: added to every logit", -120, 120, 0, step=1, key="softmax_c", digits=0)
    scores = picture(temperature, constant)
    if let_go("softmax_t", "softmax_c"):
        st.rerun()  # the code below follows when the hand lets go
    return scores


@st.fragment
def picture(temperature: float, constant: int) -> Scores:
    """All that a drag of a logit redraws."""
    rows = read_sliders("softmax_logits", DEFAULT, low=LOW, high=HIGH, limits=(2, 10))
    if view == "Triangle" and follow_triangle(rows, temperature):
        rows = read_sliders("softmax_logits", DEFAULT, low=LOW, high=HIGH, limits=(2, 10))
    scores = Scores(rows, class_names("softmax", len(rows.numbers)), temperature, constant)
    (FURTHER_VIEWS | {"Arithmetic": arithmetic})[view](scores)
    photo_note("softmax", rows.numbers)
    if let_go("softmax_logits", "softmax_simplex"):
        st.rerun()
    return scores


scores = lesson()
code_panel(
    f"""
    import torch

    z = torch.tensor([{", ".join(map(str, scores.rows.numbers))}], dtype=torch.float64)
    T, c = {scores.temperature:g}, {scores.constant}
    terms = torch.exp((z + c) / T)
    total = terms.sum()
    quotients = terms / total                # nan once a term overflows
    p = torch.softmax((z + c) / T, dim=0)    # subtracts the maximum first: never overflows
    """,
    {"p": scores.probabilities.tolist()},
    functions=(softmax_terms, softmax),
    key="softmax",
)
try_this(
    "Work out **1, −2, 0** by hand: e = 2.718, e⁻² = 0.135, e⁰ = 1. Halve the logits: what happens to the lead?",
    "Move the constant c: every term explodes or fades, and no probability moves.",
    "Load **your photo's** logits and lower the best one until the second breed wins. How far ahead was it?",
    "In **Overflow**, find the smallest c that breaks float16. Does subtracting the maximum save it?",
)
