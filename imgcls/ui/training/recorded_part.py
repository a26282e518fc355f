"""Recorded runs: what another learning rate or other first weights do, without waiting for a training."""

import streamlit as st

from imgcls.figures.training import compare_curves
from imgcls.numbers import fixed, percent, whole, written
from imgcls.training.recorded import recorded
from imgcls.ui.components.confusion import confusion_matrix
from imgcls.ui.components.plot import plot
from imgcls.ui.shell import choose

USUAL, TENFOLD, TENTH, ZEROS = "usual", "tenfold", "tenth", "zeros"
TITLES = {
    USUAL: "the usual rate",
    TENFOLD: "ten times the rate",
    TENTH: "a tenth of the rate",
    ZEROS: "all weights start at 0",
}


@st.fragment
def recorded_part() -> None:
    """The loss of one recorded run beside that of the usual one, and what it mixes up in the end."""
    which = choose("Recorded run", TITLES, key="train_recorded")
    runs = recorded()
    run, shown = runs[which], dict.fromkeys((USUAL, which))
    left, right = st.columns([0.55, 0.45], gap="medium")
    last = run.evaluations[-1]
    with left:
        plot(
            compare_curves({TITLES[name]: runs[name].evaluations for name in shown}, "loss"),
            key="train_recorded_curves",
            alt=f"Validation loss of {' and '.join(TITLES[name] for name in shown)} over "
            f"{whole(last.epoch)} epochs; in the end {fixed(last.val_loss, 3)} with {TITLES[which]}.",
        )
    with right:
        confusion_matrix(run.confusion, run.classes, key="train_recorded_confusion", opens=False)
    st.caption(
        f"Recorded: TinyVGG on drawn dogs, learning rate {written(run.lr, 1)}; after {whole(last.epoch)} epochs "
        f"**{percent(last.val_accuracy)}** of {whole(run.confusion.sum())} validation pictures are classified "
        "correctly. Rows are the true breeds, columns the answers."
    )
