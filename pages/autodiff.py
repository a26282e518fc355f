"""How does PyTorch know which way is downhill? The recorded graph, its backward pass, and the steps that follow it."""

import streamlit as st

from imgcls.ui.autodiff.backward_part import backward_part
from imgcls.ui.autodiff.descent_part import descent_part
from imgcls.ui.autodiff.expression_line import expression_line
from imgcls.ui.autodiff.routes_part import routes_part
from imgcls.ui.shell import try_this

BACKWARD, DESCENT, ROUTES = PARTS = ["Backward pass", "Gradient descent", "Convolution and max-pool"]
TRY = {
    BACKWARD: (
        "Step with ▶ and ◀: each node multiplies what it receives by its local derivatives and passes the result back.",
        "**The same variable three times**: three gradients arrive at x and add up. Check the sum by hand.",
        "**A neuron with ReLU**: push its input below 0. What is its local derivative now, and what arrives at w?",
        "Choose an operation and **detach** it. Which gradients change? Why does the numerical one stay?",
    ),
    DESCENT: (
        "Raise the rate until the path jumps over the valley. At which rate does it stop arriving?",
        "**A straight line's squared error**: the page names the rate from which it diverges. Try both sides of it.",
        "**Two valleys**: from where does the path end in the deeper one?",
        "Switch zero_grad() off: the gradients of all earlier steps keep adding up.",
    ),
    ROUTES: (
        "Choose a cell of the kernel: its gradient adds up the image values that lay under it at the four winners.",
        "Raise one image value until another cell wins its window. Where did the gradient go?",
        "Differentiate a single pooled cell: only 9 image cells receive a gradient.",
    ),
}


top = st.container(horizontal=True, vertical_alignment="center")
part = top.segmented_control(
    "Part", PARTS, default=BACKWARD, required=True, key="autodiff_part",
    bind="query-params", persist_state="session", label_visibility="collapsed", wrap=True,
)  # fmt: skip
bound = {"bind": "query-params", "persist_state": "session"}
if part == ROUTES:
    routes_part()
elif part == BACKWARD:
    no_grad = top.toggle("torch.no_grad()", key="autodiff_nograd", **bound)
    if expression := expression_line():
        backward_part(expression, no_grad)
else:
    zero_grad = top.toggle("zero_grad()", value=True, key="autodiff_zero", **bound)
    if expression := expression_line():
        descent_part(expression, zero_grad)
try_this(*TRY[part])
