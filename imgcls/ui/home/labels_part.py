"""Several labels for one picture: a sigmoid for each, beside one softmax over the same logits."""

from typing import Any

import streamlit as st

from imgcls.data.drawn.scenes import THINGS
from imgcls.ops.softmax import softmax
from imgcls.training.multilabel import labels_of
from imgcls.training.runs import RunError
from imgcls.ui.components.bars import bars
from imgcls.ui.components.picture import picture
from imgcls.ui.home.scenes import FIRST_SCENE, drawn_scene, labels_in_scene
from imgcls.ui.shell import code_panel
from imgcls.ui.stage import Dial, Numbers, stage

SCENE = Dial("home_scene", "Drawn scene", 0, 999, 1, 0, 0)
SIGMOIDS, SOFTMAX = "home_sigmoids", "home_softmax"
TITLES = {
    SIGMOIDS: "One sigmoid each: yes at 50% or more",
    SOFTMAX: "One softmax: the labels compete",
}


@st.fragment
def labels_part() -> None:
    """A network with a sigmoid for each label on a drawn scene, beside one softmax over the same logits."""
    with st.container(border=True):
        st.markdown("**Multi-label.** Which of these apply? Each label is decided on its own, so several can be true.")
        try:
            live = stage("home_labels", [SCENE], _scene)
        except RunError as trouble:
            st.warning(str(trouble))
            return
        number, chances = live.numbers["home_scene"], live["chances"]
        left, middle, right = st.columns([0.2, 0.4, 0.4], gap="medium")
        with left:
            live.show("home_scene", "home_drawn")
        for column, key in ((middle, SIGMOIDS), (right, SOFTMAX)):
            with column:
                st.markdown(TITLES[key])
                live.show(key)
        st.caption(
            "A small network that learned from 4,000 drawn scenes. It has never seen this one. With softmax at most "
            "one label can pass 50%, whatever the picture shows."
        )
        code_panel(
            f"""
            from imgcls.data.drawn.scenes import scene
            from imgcls.training.multilabel import network, prepared

            picture, _ = scene({FIRST_SCENE + number})
            logits = network()(prepared(picture[None]))[0]  # (5,)
            each = logits.sigmoid().tolist()  # multi-label
            one = logits.softmax(0).tolist()  # multi-class
            """,
            {"each": chances[SIGMOIDS], "one": chances[SOFTMAX]},
            functions=(labels_of,),
            key="home_labels",
        )


def _scene(moved: Numbers) -> dict[str, Any]:
    """A scene and both kinds of answer.

    Raises:
        RunError: the network's files are missing or damaged.
    """
    number = moved["home_scene"]
    drawn, things = drawn_scene(number)
    found = labels_in_scene(number)
    chances = {SIGMOIDS: found.probabilities.tolist(), SOFTMAX: softmax(found.logits).tolist()}
    return {
        "home_drawn": picture(drawn, alt=f"A drawn scene with: {things}", caption=f"Drawn: {things}"),
        "chances": chances,
        **{key: bars(THINGS, each, threshold=0.5, label=TITLES[key]) for key, each in chances.items()},
    }
