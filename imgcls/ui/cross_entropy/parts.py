"""The parts of the cross-entropy lesson that live under sliders; each draws itself and returns the code behind it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st
import torch

from imgcls.numbers import written
from imgcls.ops.losses import binary_cross_entropy, cross_entropy, log_loss, three_ways
from imgcls.ui.components.plot import plot
from imgcls.ui.components.sliders import (
    Drawing,
    SliderRows,
    drawing_fields,
    live_sliders,
    read_sliders,
    set_sliders,
)
from imgcls.ui.cross_entropy import pictures
from imgcls.ui.cross_entropy.pictures import BEHIND, SMOOTHING, TEMPERATURE
from imgcls.ui.scores import BREEDS, HIGH, LOW, Preset, class_names, photo_note

LIVE = ("ce_logits", "ce_settings", "ce_binary", "ce_batch", "ce_ways")
"""The keys of all sliders of the lesson."""


@dataclass(frozen=True)
class Snippet:
    """What a picture hands to the code panel."""

    code: str
    shows: Mapping[str, float | Sequence[float]]
    functions: tuple[Callable, ...] = (cross_entropy,)


def one_example(default: Preset) -> Snippet:
    """Logits, probabilities, loss and gradient in one row each; below, where this example stands on the curve."""
    rows = read_sliders("ce_logits", default.logits, low=LOW, high=HIGH, picked=default.true, limits=(2, 10))
    settings = read_sliders("ce_settings", (), dials=(SMOOTHING, TEMPERATURE))
    names = class_names("ce", len(rows.numbers))
    drawing = live_sliders(
        rows,
        names,
        partial(pictures.one_example, names=names, settings=settings.settings),
        alt="Logits with the true class; probability, target, loss and gradient of each",
        chart="ce_plot",
    )
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        plot(
            drawing.figure, key="ce_plot",
            alt="The loss over the true class's probability: without bound towards 0, zero at 1",
        )  # fmt: skip

    def resettled(asked: SliderRows) -> Drawing:
        news = pictures.one_example(rows, names, asked.settings)
        return Drawing([], beside={rows.key: drawing_fields(news, "ce_plot")})

    result = pictures.worked_example(rows, settings.settings)
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
        live_sliders(settings, [], resettled, alt="Label smoothing and temperature")
        blind = float(log_loss(torch.tensor(1 / len(names), dtype=torch.float64)))
        st.caption(f"A uniform guess over {len(names)} classes costs ln {len(names)} = {written(blind)}.")
    photo_note("ce", rows.numbers)
    return Snippet(
        f"""
        import torch
        import torch.nn.functional as F

        z = torch.tensor([{list(rows.numbers)}], dtype=torch.float64, requires_grad=True)
        T, true = {settings.settings[TEMPERATURE.name]:g}, torch.tensor([{rows.picked}])
        loss = F.cross_entropy(z / T, true, label_smoothing={settings.settings[SMOOTHING.name]:g})
        loss.backward()
        loss, gradient = loss.item(), z.grad[0].tolist()    # gradient: (p - y) / T
        """,
        {"loss": loss, "gradient": gradient},
    )


def two_classes() -> Snippet:
    """Binary log loss: one logit, two branches."""
    with st.container(horizontal=True, gap="medium"):
        came_true = st.segmented_control(
            "The true answer", ("y = 1", "y = 0"), default="y = 1", required=True, key="ce_y", bind="query-params",
            persist_state="session", label_visibility="collapsed",
        )  # fmt: skip
        axis = st.segmented_control(
            "Drawn over", ("over the probability", "over the logit"), default="over the probability", required=True,
            key="ce_axis", bind="query-params", persist_state="session", label_visibility="collapsed",
        )  # fmt: skip
    y, name = int(came_true == "y = 1"), class_names("ce", 1)[0]
    rows = read_sliders("ce_binary", (1.5,), low=LOW, high=10.0)
    drawing = live_sliders(
        rows,
        [f"a {name}?"],
        partial(pictures.two_classes, name=name, y=y, over_logit=axis == "over the logit"),
        head="",
        alt="One logit, its probability, and the loss",
        chart="ce_binary_plot",
    )
    plot(
        drawing.figure, key="ce_binary_plot",
        alt="Both branches of binary log loss: −ln p falls to 0 at p = 1, −ln(1 − p) rises from 0 at p = 0.",
    )  # fmt: skip
    now = pictures.worked_binary(rows, y)
    return Snippet(
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
        (binary_cross_entropy,),
    )


def batch() -> Snippet:
    """The mean over a small batch, one example a row."""
    rows = read_sliders("ce_batch", (4.0, 3.0, 2.0, 1.0, -4.0), low=LOW, high=10.0, limits=(2, 8))
    live_sliders(
        rows,
        [f"{i + 1}: {BREEDS[i]}" for i in range(len(rows.numbers))],
        pictures.batch,
        title="logit of the true class (two others: 0)",
        head="photo",
        alt="One example a row: the true class's logit, its probability, its loss, its pull",
    )
    result = pictures.worked_batch(rows)
    return Snippet(
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
    )


def logits_in() -> Snippet:
    """Why cross_entropy takes logits: the same loss in three ways, two of which break."""
    kind = st.segmented_control(
        "Number format", list(pictures.KINDS), default="float32", required=True, key="ce_dtype", bind="query-params",
        persist_state="session", label_visibility="collapsed",
    )  # fmt: skip
    rows = read_sliders("ce_ways", (), dials=(BEHIND,))
    left, right = st.columns([1.25, 1], gap="medium")
    with left:
        drawing = live_sliders(
            rows,
            pictures.WAYS,
            partial(pictures.logits_in, kind=kind),
            head="in torch",
            alt="The loss and its gradient, computed in three ways",
            chart="ce_ways_plot",
        )
    with right:
        plot(drawing.figure, key="ce_ways_plot", alt="The loss over the gap, computed in three ways")
    behind = rows.settings[BEHIND.name]
    now = pictures.worked_ways(behind, kind)
    return Snippet(
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
        (three_ways, cross_entropy),
    )
