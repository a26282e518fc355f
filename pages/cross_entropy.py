"""What does it cost to be confidently wrong? From logits to probabilities to loss to gradient, live."""

from functools import partial

import streamlit as st

from imgcls.ui.components import let_go
from imgcls.ui.cross_entropy.parts import LIVE, Snippet, batch, logits_in, one_example, two_classes
from imgcls.ui.cross_entropy.photo_part import your_photo
from imgcls.ui.cross_entropy.price_part import price_list
from imgcls.ui.scores import Preset, presets
from imgcls.ui.shell import code_panel, try_this

PRESETS = {
    "CS231n": Preset((-2.85, 0.86, 0.28), 2),
    "sure and right": Preset((6.0, 1.0, 0.0), 0),
    "unsure": Preset((0.0, 0.0, 0.0), 0),
    "sure and wrong": Preset((6.0, 0.0, -1.0), 1),
}
PARTS = {
    "One example": (
        partial(one_example, PRESETS["CS231n"]),
        "Press **Step downhill** again and again: which logits move, and when does it stop?",
        "Make the network sure of the wrong class: the loss grows with the logit, without bound.",
        "With label smoothing even a certain answer costs something. Where is the loss smallest now?",
    ),
    "Two classes": (
        two_classes,
        "Switch to **y = 0**: the other curve counts, and the gradient changes its sign.",
        "Look at it **over the logit**: far on the wrong side the loss is almost a straight line. How steep is it?",
    ),
    "Price list": (
        price_list,
        "One of the wrong forecasts costs less than one of the right ones: why?",
        "Cover two of the three probabilities with your hand. Which two, if you still want to name the price?",
    ),
    "Your photo": (
        your_photo,
        "Claim that something else is in the photo: what does the network's answer cost then?",
        "Find an answer that costs more than a uniform guess: that is what confidently wrong means.",
    ),
    "Batch": (
        batch,
        "Make one photo confidently wrong. Can the others, sure and right, bring the mean down again?",
        "Add a photo: why does every pull shrink although no probability has changed?",
    ),
    "Logits in": (
        logits_in,
        "Let the true class fall behind by 104: float32 gives up. Where does float16 give up?",
        "Move to −20, an almost perfect answer: what does softmax done twice still charge for it?",
    ),
}

view = st.segmented_control(
    "Part", list(PARTS), default="One example", required=True, key="ce_view", bind="query-params",
    persist_state="session", label_visibility="collapsed",
)  # fmt: skip
if view == "One example":
    presets("ce", PRESETS)
draw, *worth_trying = PARTS[view]


@st.fragment
def lesson() -> Snippet | None:
    """The chosen part; the picture of a drag is asked for by the sliders themselves."""
    snippet = draw()
    if let_go(*LIVE):
        st.rerun()  # the code below follows when the hand lets go
    return snippet


if snippet := lesson():
    code_panel(snippet.code, snippet.shows, functions=snippet.functions, photo="photo.png" in snippet.code, key="ce")
try_this(*worth_trying)
