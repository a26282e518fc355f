"""What does it cost to be confidently wrong? From logits to probabilities to loss to gradient, live."""

import streamlit as st

from imgcls.ui.cross_entropy.accuracy_part import accuracy_part
from imgcls.ui.cross_entropy.likelihood_part import likelihood_part
from imgcls.ui.cross_entropy.parts import batch, logits_in, one_example, two_classes
from imgcls.ui.cross_entropy.photo_part import your_photo
from imgcls.ui.cross_entropy.price_part import price_list
from imgcls.ui.cross_entropy.questions import QUESTIONS
from imgcls.ui.shell import Part, parts

VIEW = "ce_view"
if st.query_params.get(VIEW) == "Logits in":  # as it was called once: old links go on
    del st.query_params[VIEW]
    st.session_state[VIEW] = "Pass logits"

parts(
    VIEW,
    Part(
        "One example",
        one_example,
        [
            "Press **Step downhill** again and again: which logits move, and when does it stop?",
        ],
    ),
    Part(
        "Two classes",
        two_classes,
        [
            "Switch to **y = 0**: the other curve counts, and the gradient changes its sign.",
        ],
    ),
    Part(
        "Price list",
        price_list,
        [
            "One of the wrong forecasts costs less than one of the right ones: why?",
            "Cover two of the three probabilities with your hand. Which two, if you still want to name the price?",
        ],
    ),
    Part(
        "Your photo",
        your_photo,
        [
            "Claim that something else is in the photo: what does the network's answer cost then?",
            "Find an answer that costs more than a uniform guess: that is what confidently wrong means.",
        ],
    ),
    Part(
        "Batch",
        batch,
        [
            "Add a photo: why does every pull shrink although no probability has changed?",
        ],
    ),
    Part(
        "Likelihood",
        likelihood_part,
        [
            "Set all three logits to 0, so that p = 33%. Which perplexity do you expect?",
            "One photo gets p = 1%. What does it do to the product, and what to the sum?",
        ],
    ),
    Part(
        "Why not accuracy",
        accuracy_part,
        [
            "Drag photo 4's logit slowly across 0: when does accuracy move, and when does the loss?",
        ],
    ),
    Part(
        "Pass logits",
        logits_in,
        [
            "Switch to float16: how far may the true class be behind now? Does float64 give up at all?",
        ],
    ),
    questions=QUESTIONS,
)
