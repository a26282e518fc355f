"""Everything about a run that changes while it learns, drawn anew several times a second."""

import streamlit as st

from imgcls.training.config import TrainConfig
from imgcls.ui.training.answers import confusions, sample_answers
from imgcls.ui.training.compare import compare
from imgcls.ui.training.controls import buttons, findings, machine, progress, rate_while_running, trouble
from imgcls.ui.training.inside import spreads
from imgcls.ui.training.run import PageRun
from imgcls.ui.training.use import use
from imgcls.ui.training.watch import curves, looked_at, network, scrubber

SECONDS = 0.3  # between two looks at a running job
ELSEWHERE_SECONDS = 2.0  # and at the files of one that another server runs
ANSWERS, CONFUSION, INSIDE, COMPARE, USE = "Answers", "Confusion", "Weights and gradients", "Compare runs", "Use it"


def live(run: PageRun, config: TrainConfig | None) -> None:
    """The run; `config` are the choices for another one."""

    @st.fragment(run_every=SECONDS if run.active else ELSEWHERE_SECONDS if run.elsewhere else None)
    def draw() -> None:
        was_active, was_elsewhere = run.active, run.elsewhere
        run.listen()
        left, right = st.columns([0.42, 0.58], gap="medium", vertical_alignment="center")
        with left:
            buttons(run, config)
        with right:
            progress(run)
        trouble(run)
        snapshot, evaluation, at = looked_at(run)
        if snapshot and not run.followed.steps:  # the curves are still to come
            left, right = st.columns([0.46, 0.54], gap="medium")
            with left:
                sample_answers(run, evaluation)
            with right:
                network(run, snapshot)
        elif run.followed.steps:
            left, right = st.columns([0.46, 0.54], gap="medium")
            with left:
                curves(run, at)
                rate_while_running(run)
                machine(run)
            with right:
                network(run, snapshot)
            scrubber(run, at)
            findings(run)
            part = st.segmented_control(
                "Part", [ANSWERS, CONFUSION, INSIDE, COMPARE, USE], default=ANSWERS, required=True, key="train_part",
                bind="query-params", persist_state="session", label_visibility="collapsed",
            )  # fmt: skip
            if part == ANSWERS:
                sample_answers(run, evaluation)
            elif part == CONFUSION:
                confusions(run, evaluation)
            elif part == INSIDE:
                spreads(run, snapshot)
            elif part == COMPARE:
                compare(run)
            else:
                use(run)
        if (was_active and not run.active) or (was_elsewhere and not run.elsewhere):
            st.rerun()  # no more looking

    draw()
