"""The parts of the cross-entropy lesson that live under sliders, each with the code behind it."""

from functools import partial
from typing import Any

import streamlit as st
import torch

from imgcls.numbers import written
from imgcls.ops.losses import binary_cross_entropy, cross_entropy, log_loss, three_ways
from imgcls.ui.components.plot import plot
from imgcls.ui.components.sliders import Rows, SliderRows, fixed_rows, set_sliders, sliders
from imgcls.ui.cross_entropy import pictures
from imgcls.ui.cross_entropy.pictures import BEHIND, SMOOTHING, TEMPERATURE
from imgcls.ui.scores import BREEDS, HIGH, LOW, Preset, class_names, photo_note, presets
from imgcls.ui.shell import choose, code_panel
from imgcls.ui.stage import Numbers, stage

PRESETS = {
    "CS231n": Preset((-2.85, 0.86, 0.28), 2),
    "sure and right": Preset((6.0, 1.0, 0.0), 0),
    "unsure": Preset((0.0, 0.0, 0.0), 0),
    "sure and wrong": Preset((6.0, 0.0, -1.0), 1),
}
LOGITS = Rows(
    "ce_logits", PRESETS["CS231n"].logits, LOW, HIGH, picked=PRESETS["CS231n"].true, limits=(2, 10)
)  # fmt: skip
BINARY = Rows("ce_binary", (1.5,), LOW, 10.0)
BATCH = Rows("ce_batch", (4.0, 3.0, 2.0, 1.0, -4.0), LOW, 10.0, limits=(2, 8))
WAYS = "ce_ways"


def one_example() -> None:
    """Logits, probabilities, loss and gradient in one row each; below, where this example stands on the curve."""
    presets("ce", PRESETS)
    _one_example()


@st.fragment
def _one_example() -> None:
    names = class_names("ce", LOGITS.limits[1])

    def drawn(numbers: Numbers) -> dict[str, Any]:
        rows = LOGITS.of(numbers)
        drawing = pictures.one_example(rows, own := names[: len(rows.numbers)])
        alt = "Logits with the true class; probability, target, loss and gradient of each"
        curve = "The loss over the true class's probability: without bound towards 0, zero at 1"
        return {
            LOGITS.key: sliders(rows, own, drawing, alt=alt),
            "ce_plot": plot(drawing.figure, alt=curve),
            "rows": rows,
        }

    live = stage("ce_example", [SMOOTHING, TEMPERATURE, *LOGITS.table()], drawn)
    rows: SliderRows = live["rows"]
    photo_note("ce", rows.numbers)
    live.show(LOGITS.key)
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        live.show("ce_plot")
    result = pictures.worked_example(rows)
    gradient, loss = result.gradient[0].tolist(), float(result.loss)
    with right:
        lower = [round(min(max(z - g, LOW), HIGH), 2) for z, g in zip(rows.numbers, gradient, strict=True)]
        st.button(
            "Step downhill: z − gradient",
            icon=":material/trending_down:",
            on_click=set_sliders,
            args=(rows.key, lower),
            help="One step of gradient descent on the logits, learning rate 1.",
        )
        live.show(SMOOTHING.name, TEMPERATURE.name)
        count = len(rows.numbers)
        blind = float(log_loss(torch.tensor(1 / count, dtype=torch.float64)))
        st.caption(f"A uniform guess over {count} classes costs ln {count} = {written(blind)}.")
    code_panel(
        f"""
        import torch
        import torch.nn.functional as F

        z = torch.tensor([{list(rows.numbers)}], dtype=torch.float64, requires_grad=True)
        T, true = {rows.settings[TEMPERATURE.name]:g}, torch.tensor([{rows.picked}])
        loss = F.cross_entropy(z / T, true, label_smoothing={rows.settings[SMOOTHING.name]:g})
        loss.backward()
        loss, gradient = loss.item(), z.grad[0].tolist()    # gradient: (p - y) / T
        """,
        {"loss": loss, "gradient": gradient},
        functions=(cross_entropy,),
        key="ce",
    )


def two_classes() -> None:
    """Binary log loss: one logit, two branches."""
    with st.container(horizontal=True, gap="medium"):
        came_true = choose("The true answer", ["y = 1", "y = 0"], key="ce_y")
        axis = choose("Drawn over", ["over the probability", "over the logit"], key="ce_axis")
    _two_classes(int(came_true == "y = 1"), axis == "over the logit")


@st.fragment
def _two_classes(y: int, over_logit: bool) -> None:
    name = class_names("ce", 1)[0]

    def drawn(numbers: Numbers) -> dict[str, Any]:
        rows = BINARY.of(numbers)
        drawing = pictures.two_classes(rows, name, y, over_logit)
        curves = "Both branches of binary log loss: −ln p falls to 0 at p = 1, −ln(1 − p) rises from 0 at p = 0."
        alt = "One logit, its probability, and the loss"
        return {
            BINARY.key: sliders(rows, [f"a {name}?"], drawing, head="", alt=alt),
            "ce_binary_plot": plot(drawing.figure, alt=curves),
            "rows": rows,
        }

    live = stage("ce_two", BINARY.table(), drawn)
    live.show()
    rows: SliderRows = live["rows"]
    now = pictures.worked_binary(rows, y)
    code_panel(
        f"""
        import torch
        import torch.nn.functional as F

        z = torch.tensor({rows.numbers[0]}, dtype=torch.float64, requires_grad=True)
        y = torch.tensor({float(y)}, dtype=torch.float64)
        p = torch.sigmoid(z).item()
        loss = F.binary_cross_entropy_with_logits(z, y)
        loss.backward()
        loss, gradient = loss.item(), z.grad.item()    # gradient: p - y
        """,
        {"p": float(now.probability), "loss": float(now.loss), "gradient": float(now.gradient)},
        functions=(binary_cross_entropy,),
        key="ce",
    )


def photo_names(rows: SliderRows) -> list[str]:
    """The rows of a batch: a number and a breed each."""
    return [f"{i + 1}: {BREEDS[i]}" for i in range(len(rows.numbers))]


@st.fragment
def batch() -> None:
    """The mean over a small batch, one example a row."""

    def drawn(numbers: Numbers) -> dict[str, Any]:
        rows = BATCH.of(numbers)
        shown = sliders(
            rows,
            photo_names(rows),
            pictures.batch(rows),
            title="logit of the true class (two others: 0)",
            head="photo",
            alt="One example a row: the true class's logit, its probability, its loss, its pull",
        )
        return {BATCH.key: shown, "rows": rows}

    live = stage("ce_mean", BATCH.table(), drawn)
    live.show()
    rows: SliderRows = live["rows"]
    result = pictures.worked_batch(rows)
    code_panel(
        f"""
        import torch
        import torch.nn.functional as F

        logits = torch.zeros({len(rows.numbers)}, 3, dtype=torch.float64)
        logits[:, 0] = torch.tensor({list(rows.numbers)}, dtype=torch.float64)
        logits.requires_grad_()
        target = torch.zeros({len(rows.numbers)}, dtype=torch.int64)
        losses = F.cross_entropy(logits, target, reduction="none")
        mean = F.cross_entropy(logits, target)
        mean.backward()
        losses, mean, gradient = losses.tolist(), mean.item(), logits.grad[:, 0].tolist()
        """,
        {
            "losses": result.losses.tolist(),
            "mean": float(result.loss),
            "gradient": result.mean_gradient[:, 0].tolist(),
        },
        functions=(cross_entropy,),
        key="ce",
    )


def logits_in() -> None:
    """Why cross_entropy takes logits, not probabilities: the same loss in three ways, two of which break."""
    st.markdown("`cross_entropy` wants **logits, not probabilities**. Two ways to get it wrong:")
    _logits_in(choose("Number format", list(pictures.KINDS), key="ce_dtype", default="float32"))


@st.fragment
def _logits_in(kind: str) -> None:
    def drawn(numbers: Numbers) -> dict[str, Any]:
        drawing = pictures.logits_in(numbers[BEHIND.name], kind)
        table = partial(fixed_rows, pictures.WAYS, head="in torch")
        return {
            WAYS: table(drawing, alt="The loss and its gradient, computed in three ways"),
            "ce_ways_plot": plot(drawing.figure, alt="The loss over the gap, computed in three ways"),
        }

    live = stage("ce_logits_in", [BEHIND], drawn)
    left, right = st.columns([1.25, 1], gap="medium")
    with left:
        live.show(BEHIND.name, WAYS)
    with right:
        live.show("ce_ways_plot")
    behind = live.numbers[BEHIND.name]
    now = pictures.worked_ways(behind, kind)
    code_panel(
        f"""
        import torch
        import torch.nn.functional as F

        z = torch.tensor([[{-behind:g}, 0.0, -1.0]], dtype=torch.{kind})
        true = torch.tensor([0])
        from_logits = F.cross_entropy(z, true).item()
        from_probabilities = -torch.log(torch.softmax(z, dim=1))[0, 0].item()    # inf once p is 0
        softmax_twice = F.cross_entropy(torch.softmax(z, dim=1), true).item()
        """,
        {"from_logits": float(now.from_logits.losses), "softmax_twice": float(now.softmax_twice.losses)},
        functions=(three_ways, cross_entropy),
        key="ce",
    )
