"""Why switch nodes off while learning? One mask, the mean of many, whole maps, and a race against overfitting."""

from collections.abc import Sequence

import streamlit as st

from imgcls.figures.race import race_curves
from imgcls.numbers import fixed
from imgcls.training.experiments import RaceEpoch, dropout_race
from imgcls.ui.components.plot import plot
from imgcls.ui.components.slider import live_slider
from imgcls.ui.dropout.photo_parts import average_part, maps_part, mask_controls, mask_part
from imgcls.ui.experiment import experiment
from imgcls.ui.shell import Part, code_panel, parts


def show_race(epochs: Sequence[RaceEpoch]) -> None:
    """Loss and accuracy of both networks, and in words what they show."""
    left, right = st.columns(2)
    with left:
        plot(race_curves(epochs, "loss"), key="drop_loss", alt="Training and validation loss of both networks.")
    with right:
        plot(race_curves(epochs, "accuracy"), key="drop_accuracy", alt="Training and validation accuracy of both.")
    last = epochs[-1]
    gaps = {name: last.val_loss[name] - last.train_loss[name] for name in last.val_loss}
    st.markdown(
        f"After epoch {last.epoch} the validation loss exceeds the training loss by "
        + " and by ".join(f"**{fixed(gap, 2)}** {name}" for name, gap in gaps.items())
        + ". The wider the gap, the more a network has learned its few pictures by heart."
    )


def race_part() -> None:
    """Two networks, the same but for dropout, on few drawn dogs."""
    columns = st.columns([0.4, 0.3, 0.3], vertical_alignment="bottom")
    with columns[0]:
        p = live_slider("p in the second network", 0.1, 0.9, 0.5, step=0.05, key="drop_race_p")
    per_breed = columns[1].select_slider(
        "Pictures of each breed",
        [5, 10, 15, 30, 60],
        15,
        key="drop_pictures",
        bind="query-params",
        persist_state="session",
    )
    seed = columns[2].number_input(
        "Seed", 0, 999, 0, key="drop_race_seed", bind="query-params", persist_state="session"
    )
    settings = {"p": p, "per_breed": per_breed, "seed": seed}
    experiment("Race", "imgcls.training.experiments:dropout_race", settings, show_race, key="drop_race")
    start = next(dropout_race(**settings, epochs=0))  # before the first step: the same for both
    code_panel(
        f"""
        from imgcls.training.experiments import dropout_race

        first = next(dropout_race(p={p:g}, per_breed={per_breed}, seed={seed}))  # iterate for the whole race
        start = first.val_loss["without dropout"]
        """,
        {"start": start.val_loss["without dropout"]},
        functions=(dropout_race,),
        key="drop_race",
    )


def masked() -> None:
    """One mask on the features before the last layer."""
    mask_part(*mask_controls())


def averaged() -> None:
    """The mean over many masks; there is nothing to switch, it is training."""
    average_part(mask_controls(modes=False)[0])


def mapped() -> None:
    """Whole feature maps dropped."""
    maps_part(*mask_controls())


parts(
    "drop_part",
    Part(
        "One mask",
        masked,
        [
            "Drag p to 0.9. Ten times fewer values go on, each ten times as large. Why the factor?",
            "Press **Another mask** a few times: how much does the answer of the network depend on the mask?",
            "Switch to **evaluating** and drag p: why does the answer of the network stay the same?",
        ],
    ),
    Part(
        "The mean of many",
        averaged,
        [
            "At which p do the masks spread least, and most?",
            "Press **Another mask**: does the solid (violet) line still end at the dashed one?",
            "The grey band: how much narrower is it after four times as many masks?",
        ],
    ),
    Part(
        "Whole maps",
        mapped,
        [
            "Drag p up slowly: which maps go first? Press **Another mask** and do it again.",
            "How much darker do the maps become that stay, and why?",
            "Switch to **evaluating**: all maps are back. Which of them are empty all the same?",
        ],
    ),
    Part(
        "Against overfitting",
        race_part,
        [
            "Race with 5 and with 60 pictures of each breed. When does dropout still help?",
            "Which of the two networks has the lower **training** loss, and why is that no praise?",
            "Set p to 0.9: can a network also forget too much?",
        ],
    ),
)
