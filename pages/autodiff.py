"""How does PyTorch know which way is downhill? The recorded graph, its backward pass, and the steps that follow it."""

import streamlit as st

from imgcls.ui.autodiff.backward_part import backward_part
from imgcls.ui.autodiff.descent_part import descent_part
from imgcls.ui.autodiff.expression_line import expression_line
from imgcls.ui.autodiff.minibatch_part import minibatch_part
from imgcls.ui.autodiff.questions import QUESTIONS
from imgcls.ui.autodiff.routes_part import routes_part
from imgcls.ui.shell import Part, choose, parts

EXPRESSION = 540  # pixels, so that it has a row of its own on a phone
BOUND = {"bind": "query-params", "persist_state": "session"}


def backward() -> None:
    """The graph of an expression, and what is passed back through it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        no_grad = st.toggle("torch.no_grad()", key="autodiff_nograd", **BOUND)
        with st.container(width=EXPRESSION):
            expression = expression_line()
    if expression:
        backward_part(expression, no_grad)


def descent() -> None:
    """Where the gradient leads, step by step; also the gradient of a few examples at a time."""
    with st.container(horizontal=True, vertical_alignment="center"):
        look = choose("Picture", ["Landscape", "Graph", "Mini-batches"], key="autodiff_look")
        if look != "Mini-batches":
            zero_grad = st.toggle("zero_grad()", value=True, key="autodiff_zero", **BOUND)
            with st.container(width=EXPRESSION):
                expression = expression_line()
    if look == "Mini-batches":
        minibatch_part()
    elif expression:
        descent_part(expression, zero_grad, look)


parts(
    "autodiff_part",
    Part(
        "Backward pass",
        backward,
        [
            "Predict the number that arrives at **w**, then press ▶ until it does: at each node, multiply what arrives "
            "by the local derivative.",
            "Choose an operation and **detach** it. Which gradients change? Why does the numerical check stay put?",
        ],
    ),
    Part(
        "Gradient descent",
        descent,
        [
            "**Two valleys**: switch **momentum** on. From which starts does the ball reach the deeper one now?",
            "**A straight line's squared error**: the page names the rate above which it diverges. Try both sides of "
            "it.",
            "**Mini-batches**: double the batch size until the path no longer wanders. What does each step cost then?",
            "On a map, at which angle does each step leave its level curve? Drag the start and check.",
        ],
    ),
    Part(
        "Convolution and max-pool",
        routes_part,
        [
            "Choose a cell of the kernel: its gradient adds up the image values that lay under it at the four winners.",
            "Raise one image value until another cell wins its window. Where did the gradient go?",
        ],
    ),
    questions=QUESTIONS,
)
