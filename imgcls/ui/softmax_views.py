"""The further pictures of the softmax lesson, each drawn under the same sliders: only the chosen one is computed."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st
import torch
from torch import Tensor

from imgcls.figures.softmax_curves import nudge_curves, temperature_curves
from imgcls.ops.softmax import (
    SoftmaxTerms,
    centred_logits,
    hardmax,
    largest_exponent,
    softmax,
    softmax_jacobian,
    softmax_terms,
    sweep,
)
from imgcls.ui.components.plot import plot
from imgcls.ui.components.simplex import simplex, simplex_dragged
from imgcls.ui.components.slider import set_slider
from imgcls.ui.components.sliders import Column, SliderRows, draw_sliders, set_sliders
from imgcls.ui.scores import HIGH, LOW, all_written, including, percent, written

KINDS = {"float16": torch.float16, "bfloat16": torch.bfloat16, "float32": torch.float32, "float64": torch.float64}


@dataclass(frozen=True, eq=False)
class Scores:
    """What all pictures start from: the sliders, the names of their rows, and the two settings beside them."""

    rows: SliderRows
    names: list[str]
    temperature: float
    constant: float

    @property
    def logits(self) -> Tensor:
        """z + c (K,), float64."""
        return torch.tensor(self.rows.numbers, dtype=torch.float64) + self.constant

    @property
    def probabilities(self) -> Tensor:
        """The softmax of the logits (K,), float64."""
        return softmax(self.logits, temperature=self.temperature)

    def column(self) -> Column:
        """The probabilities as a column of bars."""
        shares = self.probabilities.tolist()
        return Column("probability", [percent(p) for p in shares], shares)


def temperature_view(scores: Scores) -> None:
    """Every probability over the temperature."""
    left, right = st.columns([1, 1.1], gap="medium")
    with left:
        draw_sliders(
            scores.rows, scores.names, [scores.column()], alt="Logit sliders and the probability of each class"
        )
    temperatures = including(torch.logspace(-1, 1, 81, dtype=torch.float64), scores.temperature)
    curves = softmax(scores.logits, temperature=temperatures[:, None])  # (temperatures, K)
    with right:
        plot(
            temperature_curves(scores.names, temperatures.tolist(), curves.T.tolist(), scores.temperature),
            key="softmax_temperature_plot",
            alt="Each class's probability over the temperature: one takes all at the left, all are alike at the right.",
        )
        st.markdown(
            f"**T → 0:** the largest logit takes everything (hardmax). **T → ∞:** each class gets "
            f"1/{len(scores.names)} = {percent(1 / len(scores.names))}."
        )


def hardmax_view(scores: Scores) -> None:
    """Softmax beside hardmax, and both over the logit last moved."""
    left, right = st.columns([1, 1.1], gap="medium")
    hard, soft, i = hardmax(scores.logits), scores.probabilities, scores.rows.active
    with left:
        onehot = Column("hardmax", [f"{h:.0f}" for h in hard.tolist()], hard.tolist(), "evidence")
        draw_sliders(
            scores.rows, scores.names, [scores.column(), onehot], alt="Logit sliders, softmax and hardmax of each"
        )
    now = scores.rows.numbers[i]
    rival = max(z for k, z in enumerate(scores.rows.numbers) if k != i)
    edges = (rival - 1e-6, rival + 1e-6)  # both sides of the jump
    values = including(torch.linspace(LOW, HIGH, 126, dtype=torch.float64), now, *edges)
    moved = sweep(scores.logits, i, values + scores.constant)
    softs, hards = softmax(moved, temperature=scores.temperature)[:, i], hardmax(moved)[:, i]
    slope = float(softmax_jacobian(soft, scores.temperature)[i, i])
    with right:
        plot(
            nudge_curves(values.tolist(), softs.tolist(), hards.tolist(), now, f"logit of {scores.names[i]}"),
            key="softmax_hardmax_plot",
            alt=f"Softmax of {scores.names[i]} rises in a smooth S as its logit grows; hardmax jumps from 0 to 1.",
        )
        st.markdown(
            f"**argmax** names the winner: {scores.names[int(hard.argmax())]}. Softmax climbs at **{written(slope)}** "
            "a unit here, p (1 − p) / T; hardmax is flat on both sides of its jump: slope **0**, so nothing tells a "
            "network which way to go."
        )


def triangle_view(scores: Scores) -> None:
    """Three probabilities as a point in the simplex; dragging the point sets the sliders."""
    left, right = st.columns([1, 1.1], gap="medium")
    with left:
        draw_sliders(
            scores.rows, scores.names, [scores.column()], alt="Logit sliders and the probability of each class"
        )
    with right:
        if len(scores.names) != 3:
            st.info(
                f"Three probabilities that sum to 1 are a point in a triangle; {len(scores.names)} classes need "
                f"{len(scores.names) - 1} dimensions.",
                icon=":material/change_history:",
            )
            three = [*scores.rows.numbers, 0.0][:3]
            st.button("Use three classes", on_click=set_sliders, args=(scores.rows.key, three), type="primary")
            return
        trail = softmax(scores.logits, temperature=torch.logspace(-1.7, 2, 90, dtype=torch.float64)[:, None])
        simplex(
            scores.names, scores.probabilities.tolist(), trail.tolist(), key="softmax_simplex",
            alt="A triangle with one class at each corner; drag the point, or move it with the arrow keys.",
        )  # fmt: skip
        st.caption(
            "Drag the point. Violet: its way as T goes from ∞ (middle) to 0 (a corner). Dashed: where argmax changes."
        )


def follow_triangle(rows: SliderRows, temperature: float) -> bool:
    """Set the sliders to logits whose softmax is where the triangle's point was dragged; whether it was."""
    dragged = simplex_dragged("softmax_simplex")
    if dragged is None or len(rows.numbers) != 3:
        return False
    point, final = dragged
    middle = sum(rows.numbers) / 3  # softmax forgets a constant, so the logits may keep theirs
    logits = temperature * centred_logits(torch.tensor(point, dtype=torch.float64)) + middle
    set_sliders(rows.key, [round(z, 2) for z in logits.clamp(rows.low, rows.high).tolist()], final=final)
    return True


def overflow_view(scores: Scores) -> None:
    """The same softmax really computed in a small number format, plainly and with the maximum subtracted."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        kind = st.segmented_control(
            "Number format", list(KINDS), default="float16", required=True, key="softmax_dtype", bind="query-params",
            persist_state="session", label_visibility="collapsed",
        )  # fmt: skip
        for constant in (-30, 0, 12, 100):
            st.button(f"c = {constant}".replace("-", "−"), on_click=set_slider, args=("softmax_c", constant))
    logits = scores.logits.to(KINDS[kind])
    plain = softmax_terms(logits, temperature=scores.temperature, subtract_maximum=False)
    safe = softmax_terms(logits, temperature=scores.temperature)
    columns = []
    for worked, power, quotient in ((plain, "plain: e^{z}", "/ sum"), (safe, "safe: e^{z − max}", "/ sum")):
        total = "sum " + written(float(worked.total))
        columns.append(Column(power, all_written(worked.terms.tolist()), total=total))
        columns.append(
            Column(quotient, [percent(p) for p in worked.probabilities.tolist()], worked.probabilities.tolist())
        )
    alt = f"Softmax computed in {kind}, without and with the maximum subtracted"
    draw_sliders(scores.rows, scores.names, columns, alt=alt)
    st.markdown(overflow_words(plain, kind) + rounding_words(safe.probabilities, scores.probabilities, kind))


def overflow_words(plain: SoftmaxTerms, kind: str) -> str:
    """What happened to the plain formula in the number format `kind`, in words."""
    dtype = KINDS[kind]
    largest = f"**{kind}** ends at {written(torch.finfo(dtype).max)}, which is $e^{{{largest_exponent(dtype):.2f}}}$"
    if plain.trouble == "overflow":
        if torch.isinf(plain.terms).any():
            return f"{largest}. A larger term becomes **inf**, infinity, and inf / inf is **nan**: not a number. "
        return f"{largest}. Each term fits, but their sum is **inf**, and a number divided by infinity is **0**. "
    if plain.trouble == "underflow":
        return f"Every term is too small for **{kind}** and became **0**: the sum is 0, and 0 / 0 is **nan**. "
    if plain.trouble == "vanished":
        return f"{largest}. A term too small for it became **0**: harmless in a sum, but its logarithm is −inf. "
    return f"{largest}: every term fits. Move c up, or far down, until it breaks. "


def rounding_words(computed: Tensor, exact: Tensor, kind: str) -> str:
    """By how much storing the logits in `kind` moved the probabilities, if one could see it."""
    off = float((computed.double() - exact).abs().max())
    if off < 0.001:
        return "With the maximum subtracted no format overflows, and nothing moves."
    return f"The safe way cannot overflow; but {kind} rounds z + c, which moved a probability by {percent(off)}."


FURTHER_VIEWS: dict[str, Callable[[Scores], None]] = {
    "Temperature": temperature_view,
    "Hardmax": hardmax_view,
    "Triangle": triangle_view,
    "Overflow": overflow_view,
}
