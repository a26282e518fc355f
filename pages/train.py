"""One button, and a network learns before your eyes: curves, kernels, maps of your photo, answers, mistakes."""

import streamlit as st

from imgcls.ui.shell import try_this
from imgcls.ui.training.choices import choose_run
from imgcls.ui.training.controls import buttons
from imgcls.ui.training.live import live
from imgcls.ui.training.plan import plan, plan_code, planned
from imgcls.ui.training.run import page_run
from imgcls.ui.training.words import data_words, preset_of

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

try_this(
    "Press Train and watch the kernels: at first noise, then edges and colours. From which step on?",
    "Pause, take single steps, then raise the learning rate tenfold while it runs. What do the curves do?",
    "Look back with the slider: which breed was recognised first? Choose a cell of the confusion matrix.",
    "Train “Linear” and then TinyVGG, and compare: what do convolutions gain?",
    "Press “Let it overfit” and train again: how far apart are the two curves of accuracy now?",
    "Start from zeros, then from weights that are too large. Which learns at all, and what do the first losses say?",
)
