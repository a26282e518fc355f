"""The further pictures of the cross-entropy lesson; each draws itself and returns the code behind it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st
import torch
from torch import Tensor

from imgcls.figures.loss_curves import branch_curves, loss_curve, way_curves
from imgcls.models.labels import display_name
from imgcls.models.registry import ModelUnavailable
from imgcls.ops.losses import (
    binary_cross_entropy,
    cross_entropy,
    log_loss,
    three_ways,
    twice_floor,
)
from imgcls.ops.softmax import sweep
from imgcls.ui.components.plot import plot
from imgcls.ui.components.slider import live_slider
from imgcls.ui.components.sliders import Column, draw_rows, draw_sliders, read_sliders
from imgcls.ui.scores import BREEDS, LOW, percent, photo_prediction, written

DEAR = 5.0
"""The loss whose bar is full; -ln 0.0067 is 5."""


@dataclass(frozen=True)
class Snippet:
    """What a picture hands to the code panel."""

    code: str
    shows: Mapping[str, float | Sequence[float]]
    functions: tuple[Callable, ...] = (cross_entropy,)


def priced(losses: Sequence[float]) -> list[float]:
    """The lengths of loss bars."""
    return [min(loss / DEAR, 1.0) for loss in losses]


def probability_axis(now: float) -> Tensor:
    """Probabilities from 0.001 (or `now`, if that is smaller) to 1 with `now` among them: where the loss curve is drawn."""
    steep = torch.logspace(-3, -1.3, 25, dtype=torch.float64)
    return torch.cat(
        [steep, torch.linspace(0.06, 1, 60, dtype=torch.float64), torch.tensor([now], dtype=torch.float64)]
    ).unique()


def two_classes() -> Snippet:
    """Binary log loss: one logit, two branches."""
    with st.container(horizontal=True, gap="large"):
        y = st.segmented_control(
            "What came true", (1, 0), format_func={1: "y = 1: a Samoyed", 0: "y = 0: no Samoyed"}.get, default=1,
            required=True, key="ce_y", bind="query-params", persist_state="session", label_visibility="collapsed",
        )  # fmt: skip
        axis = st.segmented_control(
            "Drawn over", ("probability", "logit"), default="probability", required=True, key="ce_axis",
            bind="query-params", persist_state="session", label_visibility="collapsed",
            format_func="over the {}".format,
        )  # fmt: skip
    rows = read_sliders("ce_binary", (1.5,), low=LOW, high=10.0)
    z = torch.tensor(rows.numbers, dtype=torch.float64)
    now = binary_cross_entropy(z, torch.full_like(z, y))
    p, loss, gradient = float(now.probability), float(now.loss), float(now.gradient)
    draw_sliders(
        rows,
        ["a Samoyed?"],
        [
            Column("p = sigmoid(z)", [percent(p)], [p]),
            Column("1 − p", [percent(1 - p)], [1 - p]),
            Column("loss", [written(loss)], priced([loss]), "loss"),
            Column("gradient p − y", [written(gradient)], [gradient], "gradient", signed=True),
        ],
        head="",
        details=[
            f"−[ y ln p + (1 − y) ln(1 − p) ] = −ln {written(p)} = {written(loss)}" if y else
            f"−[ y ln p + (1 − y) ln(1 − p) ] = −ln(1 − {written(p)}) = {written(loss)}"
        ],
        alt="One logit, its probability, and the loss",
    )  # fmt: skip
    logits = torch.cat([torch.linspace(LOW, 10, 161, dtype=torch.float64), z]).unique()
    line = binary_cross_entropy(logits, torch.full_like(logits, y))
    x, here, title = (
        (line.probability, p, "probability p of a Samoyed") if axis == "probability" else (logits, float(z), "logit z")
    )
    figure = branch_curves(x.tolist(), line.if_one.tolist(), line.if_zero.tolist(), here, y, title)
    plot(
        figure, key="ce_binary_plot",
        alt="Both branches of binary log loss: −ln p falls to 0 at p = 1, −ln(1 − p) rises from 0 at p = 0.",
    )  # fmt: skip
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
        {"p": p, "loss": loss, "gradient": gradient},
        (binary_cross_entropy,),
    )


def your_photo() -> Snippet | None:
    """The network's 1000 probabilities for the photo, against the breed that the student says is true."""
    try:
        prediction = photo_prediction()
    except ModelUnavailable as trouble:
        st.error(str(trouble))
        return None
    top = prediction.top(3)
    best = top[0].index
    names = [display_name(label) for label in prediction.labels]
    order = [*prediction.dog_indices, *(i for i in range(len(names)) if i not in prediction.dog_indices)]
    left, right = st.columns([1, 2], vertical_alignment="center")
    left.markdown("**What is really in the photo?**")
    true = right.selectbox(
        "What is really in the photo?", ["", *map(str, order)], key="ce_breed", bind="query-params",
        format_func=lambda i: names[int(i)] if i else f"as the network says: {names[best]}", persist_state="session",
        label_visibility="collapsed",
    )  # fmt: skip
    target = int(true) if true else best
    logits = prediction.logits.double()
    result = cross_entropy(logits[None], torch.tensor([target]))
    p = float(result.probabilities[0, target])
    shown = [category.index for category in top]
    shown = [target, *(i for i in shown if i != target)][:3]
    loss, rank = float(result.loss), int((logits > logits[target]).sum()) + 1
    draw_rows(
        [names[i] for i in shown],
        [
            Column("logit z", [written(float(logits[i])) for i in shown]),
            Column("probability p", [percent(float(result.probabilities[0, i])) for i in shown], result.probabilities[0, shown].tolist()),
            Column("target y", [f"{result.targets[0, i]:.0f}" for i in shown]),
            Column("−y ln p", [written(float(result.contributions[0, i])) for i in shown], priced(result.contributions[0, shown].tolist()), "loss", total=f"loss {written(loss)}"),
            Column("gradient p − y", [written(float(result.gradient[0, i])) for i in shown], result.gradient[0, shown].tolist(), "gradient", signed=True),
        ],
        key="ce_photo_rows", picked=0, alt="The photo's true class and its strongest rivals",
    )  # fmt: skip
    line = probability_axis(p)
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        plot(
            loss_curve(line.tolist(), log_loss(line).tolist(), p, height=235), key="ce_photo_plot",
            alt="The curve −ln p with the photo's point",
        )  # fmt: skip
    right.markdown(
        f"**{names[target]}** is the network's number **{rank}** of {len(names)}.\n\n−ln {written(p)} = **{written(loss)}**\n\n"
        f"Guessing blindly among {len(names)} classes costs ln {len(names)} = "
        f"{written(float(log_loss(torch.tensor(1 / len(names)))))}."
    )
    return Snippet(
        f"""
        import torch
        import torch.nn.functional as F
        from PIL import Image
        from imgcls.models.registry import load

        classifier = load()
        with torch.no_grad():
            logits = classifier.module(classifier.preprocess(Image.open("photo.png")))
        loss = F.cross_entropy(logits, torch.tensor([{target}])).item()    # {names[target]}
        """,
        {"loss": loss},
    )


def batch() -> Snippet:
    """The mean over a small batch, one example a row."""
    rows = read_sliders("ce_batch", (4.0, 3.0, 2.0, 1.0, -4.0), low=LOW, high=10.0, limits=(2, 8))
    count = len(rows.numbers)
    logits = torch.zeros(count, 3, dtype=torch.float64)
    logits[:, 0] = torch.tensor(rows.numbers)
    result = cross_entropy(logits, torch.zeros(count, dtype=torch.int64))
    losses, p, mean = result.losses.tolist(), result.probabilities[:, 0].tolist(), float(result.loss)
    pulls = result.mean_gradient[:, 0].tolist()
    draw_sliders(
        rows,
        [f"{i + 1}: {BREEDS[i]}" for i in range(count)],
        [
            Column("p of the true class", [percent(x) for x in p], p),
            Column("loss −ln p", [written(x) for x in losses], priced(losses), "loss", total=f"mean {written(mean)}"),
            Column(
                f"pull (p − 1) / {count}", [written(x) for x in pulls], pulls, "gradient", signed=True,
            ),
        ],
        title="logit of the true class (two others: 0)", head="photo",
        details=[f"({' + '.join(written(x) for x in losses)}) / {count} = {written(mean)}"] * count,
        alt="One example a row: the true class's logit, its probability, its loss, its pull",
    )  # fmt: skip
    worst = max(range(count), key=lambda i: losses[i])
    st.markdown(
        f"The mean of the {count} losses is **{written(mean)}**. Photo {worst + 1} alone makes "
        f"**{percent(losses[worst] / sum(losses))}** of it: one confident mistake outweighs many good answers, and it pulls "
        "hardest at the weights."
    )
    return Snippet(
        f"""
        import torch
        import torch.nn.functional as F

        logits = torch.zeros({count}, 3, dtype=torch.float64)
        logits[:, 0] = torch.tensor({list(rows.numbers)})
        logits.requires_grad_()
        target = torch.zeros({count}, dtype=torch.int64)
        losses = F.cross_entropy(logits, target, reduction="none")
        mean = F.cross_entropy(logits, target)
        mean.backward()
        losses, mean, gradient = losses.tolist(), mean.item(), logits.grad[:, 0].tolist()
        """,
        {"losses": losses, "mean": mean, "gradient": pulls},
    )


KINDS = {"float16": torch.float16, "float32": torch.float32, "float64": torch.float64}
WAYS = {
    "from_logits": ("from logits", "cross_entropy(z)"),
    "from_probabilities": ("from probabilities", "−log(softmax(z))"),
    "softmax_twice": ("softmax twice", "cross_entropy(softmax(z))"),
}


def logits_in() -> Snippet:
    """Why cross_entropy takes logits: the same loss in three ways, two of which break."""
    left, right = st.columns([1, 1.6], vertical_alignment="bottom", gap="medium")
    with left:
        kind = st.segmented_control(
            "Number format", list(KINDS), default="float32", required=True, key="ce_dtype", bind="query-params",
            persist_state="session", label_visibility="collapsed",
        )  # fmt: skip
    with right:
        behind = live_slider(
            "how far the true class's logit is behind the best of three",
            -20.0,
            200.0,
            20.0,
            step=1.0,
            key="ce_behind",
            digits=0,
        )
    dtype = KINDS[kind]
    z = torch.tensor([-behind, 0.0, -1.0], dtype=dtype)
    now = three_ways(z[None], torch.tensor([0]))
    gaps = torch.cat(
        [torch.linspace(-20, 200, 111, dtype=torch.float64), torch.tensor([behind], dtype=torch.float64)]
    ).unique()
    line = three_ways(sweep(z.double(), 0, -gaps).to(dtype), torch.zeros(len(gaps), dtype=torch.int64))
    results = {name: getattr(now, name) for name in WAYS}
    losses = {name: float(way.losses[0]) for name, way in results.items()}
    gradients = {name: float(way.gradient[0, 0]) for name, way in results.items()}
    draw_rows(
        [title for title, _ in WAYS.values()],
        [
            Column("in torch", [call for _, call in WAYS.values()]),
            Column(f"loss in {kind}", [written(x) for x in losses.values()], [x / 200 for x in losses.values()], "loss"),
            Column(
                "gradient, true logit", [written(x) for x in gradients.values()], list(gradients.values()),
                "gradient", signed=True,
            ),
        ],
        key="ce_ways", head="computed", alt="The loss and its gradient, computed in three ways",
    )  # fmt: skip
    curves = [
        (WAYS[name][0], [x if x < float("inf") else None for x in getattr(line, name).losses.tolist()]) for name in WAYS
    ]
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        plot(
            way_curves(gaps.tolist(), curves, behind, 200.0),
            key="ce_ways_plot",
            alt="The loss over the gap, three ways",
        )
    right.markdown(ways_in_words(losses["from_probabilities"], gradients, kind))
    return Snippet(
        f"""
        import torch
        import torch.nn.functional as F

        z = torch.tensor([[{-behind}, 0.0, -1.0]], dtype=torch.{kind})
        true = torch.tensor([0])
        from_logits = F.cross_entropy(z, true).item()
        from_probabilities = -torch.log(torch.softmax(z, dim=1))[0, 0].item()    # inf once p is 0
        softmax_twice = F.cross_entropy(torch.softmax(z, dim=1), true).item()
        """,
        {"from_logits": losses["from_logits"], "softmax_twice": losses["softmax_twice"]},
        (three_ways, cross_entropy),
    )


def ways_in_words(loss: float, gradients: Mapping[str, float], kind: str) -> str:
    """What broke, if anything, and what softmax twice does in any case."""
    twice = (
        f"**Softmax twice** never falls below ln(1 + 2/e) = {written(twice_floor(3))}, even for a perfect answer, and its gradient "
        f"is {written(gradients['softmax_twice'])} where {written(gradients['from_logits'])} is due."
    )
    if loss == float("inf"):
        return (
            f"p is too small for **{kind}** and became 0: −ln 0 is **inf**, its gradient 1/0 · 0 is **nan**. " + twice
        )
    if gradients["from_probabilities"] != gradients["from_probabilities"]:
        return f"The loss still fits in **{kind}**, but 1/p in its gradient does not: **nan**. " + twice
    return twice
