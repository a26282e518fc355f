"""Several labels for one picture: a sigmoid for each, beside one softmax over the same logits."""

import streamlit as st

from imgcls.data.drawn.scenes import THINGS
from imgcls.ops.softmax import softmax
from imgcls.training.multilabel import labels_of
from imgcls.training.runs import RunError
from imgcls.ui.components.bars import bars
from imgcls.ui.home.scenes import FIRST_SCENE, drawn_scene, labels_in_scene
from imgcls.ui.shell import code_panel


@st.fragment
def labels_part() -> None:
    """A network with a sigmoid for each label on a drawn scene, beside one softmax over the same logits."""
    with st.container(border=True):
        st.markdown("**Multi-label.** Which of these apply? Each label is decided on its own, so several can be true.")
        left, middle, right = st.columns([0.2, 0.4, 0.4], gap="medium")
        number = left.number_input("Drawn scene", 0, 999, 0, key="home_scene", bind="query-params",
                                   persist_state="session")  # fmt: skip
        large, things = drawn_scene(number)
        left.image(large, alt=f"A drawn scene with: {things}", caption=f"Drawn: {things}", output_format="PNG")
        try:
            found = labels_in_scene(number)
        except RunError as trouble:
            middle.warning(str(trouble))
            return
        for column, title, chances in (
            (middle, "One sigmoid for each label: yes from 50% on", found.probabilities.tolist()),
            (right, "One softmax over the same five logits: they compete", softmax(found.logits).tolist()),
        ):
            with column:
                st.markdown(title)
                bars(THINGS, chances, threshold=0.5, key=f"home_{title[:11]}", label=title)
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
            {"each": found.probabilities.tolist(), "one": softmax(found.logits).tolist()},
            functions=(labels_of,),
            key="home_labels",
        )
