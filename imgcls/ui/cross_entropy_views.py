"""The further pictures of the cross-entropy lesson; each draws itself and returns the code behind it."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st
import torch
from torch import Tensor

from imgcls.figures.loss_curves import branch_curves, loss_curve
from imgcls.models.labels import display_name
from imgcls.models.registry import ModelUnavailable
from imgcls.ops.losses import binary_cross_entropy, cross_entropy, log_loss
from imgcls.ui.components.plot import plot
from imgcls.ui.components.sliders import Column, draw_rows, draw_sliders, read_sliders
from imgcls.ui.scores import BREEDS, LOW, all_written, class_names, including, percent, photo_prediction, written

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
    """Probabilities from 0.001 (or from `now`, if that is smaller) to 1, `now` among them: where a curve is drawn."""
    steep = torch.logspace(-3, -1.3, 25, dtype=torch.float64)
    return including(torch.cat([steep, torch.linspace(0.06, 1, 60, dtype=torch.float64)]), now)


def two_classes() -> Snippet:
    """Binary log loss: one logit, two branches."""
    with st.container(horizontal=True, gap="large"):
        came_true = st.segmented_control(
            "What came true", ("y = 1", "y = 0"), default="y = 1", required=True, key="ce_y", bind="query-params",
            persist_state="session", label_visibility="collapsed",
        )  # fmt: skip
        axis = st.segmented_control(
            "Drawn over", ("over the probability", "over the logit"), default="over the probability", required=True,
            key="ce_axis", bind="query-params", persist_state="session", label_visibility="collapsed",
        )  # fmt: skip
    y, name = int(came_true == "y = 1"), class_names("ce", 1)[0]
    rows = read_sliders("ce_binary", (1.5,), low=LOW, high=10.0)
    z = torch.tensor(rows.numbers, dtype=torch.float64)
    now = binary_cross_entropy(z, torch.full_like(z, y))
    p, loss, gradient = float(now.probability), float(now.loss), float(now.gradient)
    draw_sliders(
        rows,
        [f"a {name}?"],
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
    logits = including(torch.linspace(LOW, 10, 161, dtype=torch.float64), rows.numbers[0])
    line = binary_cross_entropy(logits, torch.full_like(logits, y))
    x, title = (logits, "logit z") if axis == "over the logit" else (line.probability, f"probability p of a {name}")
    here = x[logits.tolist().index(rows.numbers[0])].item()
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
    names = unique_names(prediction.labels)
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
    p_shown, parts = result.probabilities[0, shown].tolist(), result.contributions[0, shown].tolist()
    y_shown, gradient = result.targets[0, shown].tolist(), result.gradient[0, shown].tolist()
    draw_rows(
        [names[i] for i in shown],
        [
            Column("logit z", all_written(logits[shown].tolist())),
            Column("probability p", [percent(x) for x in p_shown], p_shown),
            Column("target y", [f"{y:.0f}" for y in y_shown]),
            Column("−y ln p", all_written(parts), priced(parts), "loss", total=f"loss {written(loss)}"),
            Column("gradient p − y", all_written(gradient), gradient, "gradient", signed=True),
        ],
        key="ce_photo_rows",
        picked=0,
        alt="The photo's true class and its strongest rivals",
    )
    line = probability_axis(p)
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        plot(
            loss_curve(line.tolist(), log_loss(line).tolist(), p, height=235), key="ce_photo_plot",
            alt="The curve −ln p with the photo's point",
        )  # fmt: skip
    blind = float(log_loss(torch.tensor(1 / len(names), dtype=torch.float64)))
    right.markdown(
        f"**{names[target]}** is the network's number **{rank}** of {len(names)}.\n\n"
        f"−ln {written(p)} = **{written(loss)}**\n\n"
        f"Guessing blindly among {len(names)} classes costs ln {len(names)} = {written(blind)}."
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


def unique_names(labels: Sequence[str]) -> list[str]:
    """The labels as people write them; a name that ImageNet uses twice gets its number."""
    names = [display_name(label) for label in labels]
    count = Counter(names)
    return [name if count[name] == 1 else f"{name} (class {i})" for i, name in enumerate(names)]


def batch() -> Snippet:
    """The mean over a small batch, one example a row."""
    rows = read_sliders("ce_batch", (4.0, 3.0, 2.0, 1.0, -4.0), low=LOW, high=10.0, limits=(2, 8))
    count = len(rows.numbers)
    logits = torch.zeros(count, 3, dtype=torch.float64)
    logits[:, 0] = torch.tensor(rows.numbers, dtype=torch.float64)
    result = cross_entropy(logits, torch.zeros(count, dtype=torch.int64))
    losses, p, mean = result.losses.tolist(), result.probabilities[:, 0].tolist(), float(result.loss)
    pulls = result.mean_gradient[:, 0].tolist()
    draw_sliders(
        rows,
        [f"{i + 1}: {BREEDS[i]}" for i in range(count)],
        [
            Column("p of the true class", [percent(x) for x in p], p),
            Column("loss −ln p", all_written(losses), priced(losses), "loss", total=f"mean {written(mean)}"),
            Column(
                f"pull (p − 1) / {count}", all_written(pulls), pulls, "gradient", signed=True,
            ),
        ],
        title="logit of the true class (two others: 0)", head="photo",
        details=[f"({' + '.join(written(x) for x in losses)}) / {count} = {written(mean)}"] * count,
        alt="One example a row: the true class's logit, its probability, its loss, its pull",
    )  # fmt: skip
    worst = max(range(count), key=lambda i: losses[i])
    st.markdown(
        f"The mean of the {count} losses is **{written(mean)}**. Photo {worst + 1} alone makes "
        f"**{percent(losses[worst] / sum(losses))}** of it: one confident mistake outweighs many good answers, and "
        "pulls hardest at the weights."
    )
    return Snippet(
        f"""
        import torch
        import torch.nn.functional as F

        logits = torch.zeros({count}, 3, dtype=torch.float64)
        logits[:, 0] = torch.tensor({list(rows.numbers)}, dtype=torch.float64)
        logits.requires_grad_()
        target = torch.zeros({count}, dtype=torch.int64)
        losses = F.cross_entropy(logits, target, reduction="none")
        mean = F.cross_entropy(logits, target)
        mean.backward()
        losses, mean, gradient = losses.tolist(), mean.item(), logits.grad[:, 0].tolist()
        """,
        {"losses": losses, "mean": mean, "gradient": pulls},
    )
