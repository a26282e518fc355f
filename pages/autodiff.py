"""How does PyTorch know which way is downhill? The recorded graph, its backward pass, and the steps that follow it."""

import streamlit as st

from imgcls.ui.autodiff.backward_part import backward_part
from imgcls.ui.autodiff.descent_part import descent_part
from imgcls.ui.autodiff.expression_line import expression_line
from imgcls.ui.autodiff.routes_part import routes_part
from imgcls.ui.shell import choose, try_this

BACKWARD, DESCENT, ROUTES = PARTS = ["Backward pass", "Gradient descent", "Convolution and max-pool"]
TRY = {
    BACKWARD: (
        "Predict the number that arrives at **w**, then press ▶ until it does: at each node, multiply what arrives by "
        "the local derivative.",
        "**The same variable three times**: three gradients arrive at x and are added up. Check the sum by hand.",
        "**A neuron with ReLU**: push its input below 0. What is its local derivative now, and what arrives at w?",
        "Choose an operation and **detach** it. Which gradients change? Why does the numerical check stay put?",
    ),
    DESCENT: (
        "**Two valleys**: from which starts does the ball end in the deeper one? Then switch **momentum** on.",
        "Raise the rate until the ball jumps across the valley. At which rate does it no longer arrive?",
        "**A straight line's squared error**: the page names the rate above which it diverges. Try both sides of it.",
        "On a map, at which angle does each step leave its level curve? Drag the start and check.",
        "Switch zero_grad() off: the gradients of all earlier steps keep adding up.",
    ),
    ROUTES: (
        "Choose a cell of the kernel: its gradient adds up the image values that lay under it at the four winners.",
        "Raise one image value until another cell wins its window. Where did the gradient go?",
        "Differentiate a single pooled cell: only 9 image cells receive a gradient.",
    ),
}


top = st.container(horizontal=True, vertical_alignment="center")
bound = {"bind": "query-params", "persist_state": "session"}
with top:
    part = choose("Part", PARTS, key="autodiff_part", wrap=True)
if part == ROUTES:
    routes_part()
elif part == BACKWARD:
    no_grad = top.toggle("torch.no_grad()", key="autodiff_nograd", **bound)
    if expression := expression_line():
        backward_part(expression, no_grad)
else:
    with top:
        look = choose("Picture", ["Landscape", "Graph"], key="autodiff_look")
        zero_grad = st.toggle("zero_grad()", value=True, key="autodiff_zero", **bound)
    if expression := expression_line():
        descent_part(expression, zero_grad, look)
try_this(*TRY[part])
