"""A part of the dropout lesson: the same network with and without dropout, on few drawings with wrong labels."""

from collections.abc import Sequence

import streamlit as st
import torch

from imgcls.figures.race import race_curves
from imgcls.numbers import fixed, percent, whole
from imgcls.training.experiments import BREEDS, RaceEpoch, dropout_network, dropout_race, wrong_labels
from imgcls.ui.components.plot import plot
from imgcls.ui.experiment import experiment
from imgcls.ui.shell import code_panel

PS = [n / 20 for n in range(2, 19)]
COUNTS = [5, 10, 15, 20, 30, 60]
SHARES = {0.0: "none", 0.15: "15%", 0.3: "30%", 0.45: "45%"}
_KEPT = {"bind": "query-params", "persist_state": "session"}


def race_part() -> None:
    """The choices, the race, and what it starts with."""
    columns = st.columns([0.24, 0.3, 0.26, 0.2], vertical_alignment="bottom")
    with columns[0]:
        p = st.select_slider("p in the second network", PS, 0.5, key="drop_race_p", **_KEPT)
    with columns[1]:
        per_breed = st.select_slider("Pictures of each breed", COUNTS, 20, key="drop_pictures", **_KEPT)
    with columns[2]:
        wrong = st.select_slider(
            "Wrong labels", list(SHARES), 0.3, format_func=SHARES.get, key="drop_race_wrong", **_KEPT
        )
    seed = columns[3].number_input("Seed", 0, 999, 0, key="drop_race_seed", **_KEPT)
    settings = {"p": p, "per_breed": per_breed, "wrong": wrong, "seed": seed}
    labels = torch.arange(len(BREEDS)).repeat_interleave(per_breed)
    changed = int((wrong_labels(labels, wrong, seed) != labels).sum())
    parameters = sum(each.numel() for each in dropout_network(p, seed).parameters())
    mistaken = f", **{changed}** of them under a wrong breed" if changed else ", all under the right breed"
    st.markdown(
        f"Two networks with the same {whole(parameters)} first weights learn from **{len(labels)}** drawings{mistaken}."
    )
    experiment("Race", "imgcls.training.experiments:dropout_race", settings, show_race, key="drop_race")
    code_panel(
        f"""
        import torch
        from imgcls.training.experiments import dropout_network, dropout_race, wrong_labels

        labels = torch.arange({len(BREEDS)}).repeat_interleave({per_breed})
        wrong = int((wrong_labels(labels, {wrong:g}, {seed}) != labels).sum())
        parameters = sum(each.numel() for each in dropout_network({p:g}, {seed}).parameters())
        # for epoch in dropout_race(p={p:g}, per_breed={per_breed}, wrong={wrong:g}, seed={seed}): print(epoch)
        """,
        {"wrong": changed, "parameters": parameters},
        functions=(dropout_race, dropout_network),
        key="drop_race",
    )


def show_race(epochs: Sequence[RaceEpoch]) -> None:
    """Loss and accuracy of both networks, and in words what they show."""
    left, right = st.columns(2)
    with left:
        plot(race_curves(epochs, "loss"), key="drop_loss", alt="Training and validation loss of both networks.")
    with right:
        plot(race_curves(epochs, "accuracy"), key="drop_accuracy", alt="Training and validation accuracy of both.")
    st.markdown(race_verdict(epochs[-1]))


def race_verdict(last: RaceEpoch) -> str:
    """How the two compare after this epoch: first in accuracy, then in what they learned by heart."""
    without, dropped = (last.val_accuracy[name] for name in ("without dropout", "with dropout"))
    gap = {name: last.val_loss[name] - last.train_loss[name] for name in last.val_loss}
    ahead = round(100 * dropped) - round(100 * without)
    compared = f"**{abs(ahead)} points {'more' if ahead > 0 else 'fewer'}**" if ahead else "**the same**"
    return (
        f"After epoch {last.epoch}, of the new drawings **{percent(without, 0)}** are classified correctly without "
        f"dropout and **{percent(dropped, 0)}** with it: {compared}. Validation loss minus training loss is "
        f"**{fixed(gap['without dropout'], 2)}** without and **{fixed(gap['with dropout'], 2)}** with dropout. The "
        "larger this gap, the more has been learned by heart."
    )
