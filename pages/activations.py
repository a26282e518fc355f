"""What does a bend in a curve do for a network? With and without, the functions, the photo, depth, costs."""

import streamlit as st

from imgcls.ops.activations import ACTIVATIONS
from imgcls.ui.activations.bend_part import bend_part
from imgcls.ui.activations.cost_part import cost_part
from imgcls.ui.activations.curves_part import choose_functions, curves_part
from imgcls.ui.activations.depth_part import depth_part
from imgcls.ui.activations.photo_part import photo_part
from imgcls.ui.activations.questions import QUESTIONS
from imgcls.ui.shell import Part, parts

PART, BEND, CURVES = "act_part", "What a bend does", "The functions"
OLD = "act_functions" in st.query_params and PART not in st.query_params  # a link from when the functions came first


def function() -> str:
    """One of the functions, for the parts that look at a single one."""
    return st.pills(
        "Function", list(ACTIVATIONS), default="relu", required=True, format_func=lambda each: ACTIVATIONS[each].title,
        key="act_function", bind="query-params", persist_state="session", label_visibility="collapsed",
    )  # fmt: skip


parts(
    PART,
    Part(
        BEND,
        bend_part,
        [
            "Train on *circle*, then on *XOR*. Which of the two networks gets stuck, and at how many right?",
            "How few neurons are enough for the circle? Look at their pictures: what does each of them cut off?",
            "Try two hidden layers of eight on the *spiral*, with tanh and with ReLU. How do the boundaries differ?",
            "Set a few points of your own where both networks are wrong. Can the straight line ever get them all?",
        ],
    ),
    Part(
        CURVES,
        lambda: curves_part(choose_functions()),
        [
            "Switch Maxout on and drag the two round handles of a line. Can you make it equal to ReLU? And to |x|?",
            "Compare ReLU with GELU and SiLU near zero: which are smooth, and which are not monotonic?",
        ],
    ),
    Part(
        "On your photo",
        lambda: photo_part(function()),
        [
            "Look through the maps with ReLU: which of them lose most, and what did the lost part show?",
            "Choose leaky ReLU and drag its slope from 0 to 1: the negative half comes back.",
        ],
    ),
    Part(
        "Through many layers",
        lambda: depth_part(function()),
        [
            "Sigmoid with Xavier: at how many layers has the gradient fallen below a thousandth?",
            "Which functions give outputs that are not zero-centred? Read the last sentence.",
            "Find a pair that explodes. What happens to the numbers first, and in which layer?",
        ],
    ),
    Part(
        "What it costs",
        cost_part,
        [
            "Which of the functions with $e^x$ in them are slow here, and which are as quick as ReLU?",
            "Measure twice. Which places in the order stay, and which of them change?",
        ],
    ),
    default=CURVES if OLD else BEND,
    questions=QUESTIONS,
)
