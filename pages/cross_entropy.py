"""What does it cost to be confidently wrong? From logits to probabilities to loss to gradient, live."""

import streamlit as st
import torch

from imgcls.figures.loss_curves import loss_curve
from imgcls.ops.losses import cross_entropy, log_loss, smoothed_curve
from imgcls.ui.components.plot import plot
from imgcls.ui.components.slider import live_slider
from imgcls.ui.components.sliders import Column, draw_sliders, let_go, read_sliders, set_sliders
from imgcls.ui.cross_entropy_views import Snippet, batch, priced, probability_axis, two_classes, your_photo
from imgcls.ui.logits_in import logits_in
from imgcls.ui.price_list import price_list
from imgcls.ui.scores import HIGH, LOW, Preset, all_written, class_names, percent, photo_note, presets, written
from imgcls.ui.shell import code_panel, try_this

PRESETS = {
    "CS231n": Preset((-2.85, 0.86, 0.28), 2),
    "sure and right": Preset((6.0, 1.0, 0.0), 0),
    "unsure": Preset((0.0, 0.0, 0.0), 0),
    "sure and wrong": Preset((6.0, 0.0, -1.0), 1),
}
DEFAULT = PRESETS["CS231n"]


def one_example() -> Snippet:
    """Logits, probabilities, loss and gradient in one row each; below, where this example stands on the curve."""
    rows = read_sliders("ce_logits", DEFAULT.logits, low=LOW, high=HIGH, picked=DEFAULT.true, limits=(2, 10))
    table = st.container()
    left, right = st.columns([1.7, 1], gap="medium")
    with right:
        step = st.container()
        smoothing = live_slider("label smoothing", 0.0, 0.5, 0.0, step=0.01, key="ce_smoothing")
        temperature = live_slider("temperature T", 0.1, 5.0, 1.0, step=0.05, key="ce_t")
    z, true = torch.tensor([rows.numbers], dtype=torch.float64), torch.tensor([rows.picked])
    result = cross_entropy(z, true, smoothing, temperature)
    p, y = result.probabilities[0].tolist(), result.targets[0].tolist()
    parts, gradient, loss = result.contributions[0].tolist(), result.gradient[0].tolist(), float(result.loss)
    names, now = class_names("ce", len(p)), p[rows.picked]
    slope, over_t = ("(p − y) / T", " / T") if temperature != 1 else ("p − y", "")
    with table:
        draw_sliders(
            rows, names,
            [
                Column("probability p", [percent(x) for x in p], p),
                Column("target y", [f"{x:.3g}" for x in y]),
                Column("−y ln p", all_written(parts), priced(parts), "loss", total=f"loss {written(loss)}"),
                Column(f"gradient {slope}", all_written(gradient), gradient, "gradient", signed=True),
            ],
            details=[
                f"{name}: −{y[i]:.3g} · ln {written(p[i])} = {written(parts[i])};  "
                f"gradient ({written(p[i])} − {y[i]:.3g}){over_t} = {written(gradient[i])}"
                for i, name in enumerate(names)
            ],
            alt="Logits with the true class; probability, target, loss and gradient of each",
        )  # fmt: skip
    line = probability_axis(now)
    smoothed = smoothed_curve(result, rows.picked, line).tolist() if smoothing else None
    with left:
        plot(
            loss_curve(line.tolist(), log_loss(line).tolist(), now, smoothed), key="ce_plot",
            alt="The loss over the true class's probability: endless at 0, nothing at 1",
        )  # fmt: skip
    with step:
        lower = [round(min(max(a - b, LOW), HIGH), 2) for a, b in zip(rows.numbers, gradient, strict=True)]
        st.button(
            "Step downhill: z − gradient",
            icon=":material/trending_down:",
            on_click=set_sliders,
            args=("ce_logits", lower),
            help="One step of gradient descent on the logits, learning rate 1.",
        )
    blind = float(log_loss(torch.tensor(1 / len(p), dtype=torch.float64)))
    right.caption(f"Undecided, all {len(p)} alike, costs ln {len(p)} = {written(blind)}.")
    photo_note("ce", rows.numbers)
    return Snippet(
        f"""
        import torch
        import torch.nn.functional as F

        z = torch.tensor([{list(rows.numbers)}], dtype=torch.float64, requires_grad=True)
        true = torch.tensor([{rows.picked}])
        loss = F.cross_entropy(z / {temperature:g}, true, label_smoothing={smoothing:g})
        loss.backward()
        loss, gradient = loss.item(), z.grad[0].tolist()    # gradient: (p - y) / T
        """,
        {"loss": loss, "gradient": gradient},
    )


VIEWS = {
    "One example": one_example, "Two classes": two_classes, "Price list": price_list, "Your photo": your_photo,
    "Batch": batch, "Logits in": logits_in,
}  # fmt: skip
LIVE = ("ce_logits", "ce_smoothing", "ce_t", "ce_binary", "ce_batch", "ce_behind")

view = st.segmented_control(
    "Picture", list(VIEWS), default="One example", required=True, key="ce_view", bind="query-params",
    persist_state="session", label_visibility="collapsed",
)  # fmt: skip
if view == "One example":
    presets("ce", PRESETS)


@st.fragment
def lesson() -> Snippet | None:
    """All that a drag redraws."""
    snippet = VIEWS[view]()
    if let_go(*LIVE):
        st.rerun()  # the code below follows when the hand lets go
    return snippet


if snippet := lesson():
    code_panel(snippet.code, snippet.shows, functions=snippet.functions, photo="photo.png" in snippet.code, key="ce")
try_this(
    "Press **Step downhill** again and again: which logits move, and when does it stop?",
    "Make the network sure of the wrong class: the loss grows with the logit, without end.",
    "Sort the **price list**. One of the wrong forecasts costs less than one of the right ones: why?",
    "In **Logits in**, let the true class fall behind by 104: float32 gives up. And softmax twice?",
)
