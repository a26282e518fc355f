"""One button, and a network learns before your eyes: curves, kernels, maps of your photo, answers, mistakes."""

import streamlit as st

from imgcls.ui.predict_first import Asking, card
from imgcls.ui.shell import try_this
from imgcls.ui.training.choices import choose_run
from imgcls.ui.training.controls import buttons
from imgcls.ui.training.live import live
from imgcls.ui.training.plan import plan, plan_code, planned
from imgcls.ui.training.questions import QUESTIONS
from imgcls.ui.training.recorded_part import recorded_part
from imgcls.ui.training.run import page_run
from imgcls.ui.training.words import data_words, preset_of

asking = Asking("train", QUESTIONS, "")
asked = asking.now("")
if asked.question:
    card(asking, asked)


def lesson() -> None:
    """The run, the choices for the next one, and recorded runs: first where they are the answer to a question."""
    if asked.question:
        recorded_part()
    run = page_run()
    above = st.container()

    # The choices beside the network that they make; folded away while a run is shown.
    with st.expander("Settings for the next run", icon=":material/tune:") if run else st.container():
        left, right = st.columns([0.55, 0.45], gap="medium")
        with left:
            config = choose_run()
        with right:
            network = planned(config) if config else None
            if network:
                plan(network)
        if network:
            plan_code(config, network)

    with above:
        if run:
            live(run, config if network else None)
        else:
            buttons(None, config if network else None)
            if network:
                st.caption(f"**{preset_of(config)}** · {data_words(config.data)} · everything can be changed below")

    if not asked.question:
        with st.expander("Recorded runs: other rates, and weights of 0", icon=":material/history:"):
            recorded_part()
        try_this(
            "Press Train and watch the kernels: at first noise, then edges and colours. From which step on?",
            "Look back with the slider: which breed was recognised first? Choose a cell of the confusion matrix.",
            "Train “Linear” and then TinyVGG, and compare: what do convolutions gain?",
            "Press “Let it overfit” and train again: how far apart are the two curves of accuracy now?",
        )


if not (asked.question and asked.shown):
    asking.entry(asked)
if asked.shown:
    lesson()
asking.remember()
