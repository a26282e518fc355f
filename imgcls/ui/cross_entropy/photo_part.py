"""A part of the cross-entropy lesson: the network's 1000 probabilities for the photo, against what is really in it."""

from collections import Counter
from collections.abc import Sequence

import streamlit as st
import torch

from imgcls.figures.loss_curves import loss_curve
from imgcls.labels import display_name
from imgcls.models.registry import ModelUnavailable
from imgcls.numbers import all_written, percent, whole, written
from imgcls.ops.losses import cross_entropy, log_loss
from imgcls.plain import markdown
from imgcls.ui.components.plot import plot
from imgcls.ui.components.sliders import Column, Drawing, fixed_rows
from imgcls.ui.cross_entropy.pictures import log_loss_worked, priced, probability_axis
from imgcls.ui.scores import photo_prediction
from imgcls.ui.shell import code_panel


@st.fragment
def your_photo() -> None:
    """The network's 1000 probabilities for the photo, against the breed that the student says is true."""
    try:
        prediction = photo_prediction()
    except ModelUnavailable as trouble:
        st.error(markdown(str(trouble)))
        return
    top = prediction.top(3)
    best = top[0].index
    names = unique_names(prediction.labels)
    order = [*prediction.dog_indices, *(i for i in range(len(names)) if i not in prediction.dog_indices)]
    left, right = st.columns([1, 2], vertical_alignment="center")
    left.markdown("**What is really in the photo?**")
    true = right.selectbox(
        "What is really in the photo?", ["", *map(str, order)], key="ce_breed", bind="query-params",
        format_func=lambda i: names[int(i)] if i else "what the network says", persist_state="session",
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
    fixed_rows(
        [names[i] for i in shown],
        Drawing(
            [
                Column("logit z", all_written(logits[shown].tolist())),
                Column("probability p", [percent(x) for x in p_shown], p_shown),
                Column("target y", all_written(y_shown)),
                Column("−y ln p", all_written(parts), priced(parts), "loss", total=f"loss {written(loss)}"),
                Column("gradient p − y", all_written(gradient), gradient, "gradient", signed=True),
            ]
        ),
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
        f"**{markdown(names[target])}** is number **{rank}** of {whole(len(names))} in the network's ranking.\n\n"
        f"{log_loss_worked(p, loss)}\n\n"
        f"A uniform guess over {whole(len(names))} classes costs ln {whole(len(names))} = {written(blind)}."
    )
    code_panel(
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
        functions=(cross_entropy,),
        photo=True,
        key="ce",
    )


def unique_names(labels: Sequence[str]) -> list[str]:
    """The labels as people write them; a name that ImageNet uses twice gets its number."""
    names = [display_name(label) for label in labels]
    count = Counter(names)
    return [name if count[name] == 1 else f"{name} (class {i})" for i, name in enumerate(names)]
