"""How does PyTorch know which way is downhill? The recorded graph, its backward pass, and the steps that follow it."""

import math

import streamlit as st

from imgcls.ops.autodiff import central_differences, trace
from imgcls.ops.expression import Expression
from imgcls.ops.program import as_torch
from imgcls.ui.descent_part import descent_part
from imgcls.ui.expression import draw_graph, expression_input, leaf_lines, learning, variable_sliders
from imgcls.ui.gradient_routes import routes_part
from imgcls.ui.shell import code_panel, try_this

BACKWARD, DESCENT, ROUTES = PARTS = ["Backward pass", "Gradient descent", "Convolution and max-pool"]
TRY = {
    BACKWARD: (
        "Step backward with ◀ and ▶: each node multiplies what it receives by its local derivatives and hands it on.",
        "**The same variable three times**: three gradients arrive at x and add up. Check the sum by hand.",
        "**A neuron with ReLU**: push its input below 0. The local derivative is 0, and no gradient gets past it.",
        "Click an operation and **detach** it. Which gradients change, and why does the difference not?",
    ),
    DESCENT: (
        "Raise the rate until the path jumps over the valley. At which rate does it stop arriving?",
        "**A straight line's squared error**: the page names the rate from which it diverges. Try both sides of it.",
        "**Two valleys**: from where does the path end in the deeper one?",
        "Switch zero_grad() off: the gradients of all earlier steps push on.",
    ),
    ROUTES: (
        "Click a cell of the kernel: its gradient adds up the image values that lay under it at the four winners.",
        "Raise one image value until another cell wins its window. Where did the gradient go?",
        "Differentiate one pooled cell alone: only 9 image cells hear of it.",
    ),
}


@st.fragment
def backward_pass(expression: Expression, learn: list[str], no_grad: bool) -> None:
    """Live sliders, the graph that they fill, and the code that gives the same numbers."""
    values = variable_sliders(expression, st.columns(max(4, len(expression.variables))))
    recorded = draw_graph(expression, learn, values, "autodiff_graph", no_grad=no_grad)
    leaves = {name: recorded.leaf(name).gradient for name in expression.variables}
    reached = {name: float(gradient) for name, gradient in leaves.items() if gradient is not None}
    code = f"import torch\n\n{leaf_lines(values, learn)}\n\n{as_torch(expression)}\n"
    if reached:
        code += "value.backward()\n" + "".join(f"gradient_of_{name} = {name}.grad.item()\n" for name in reached)
    shown = {"value": float(recorded.output.value)} | {f"gradient_of_{name}": slope for name, slope in reached.items()}
    code_panel(
        code,
        {name: number for name, number in shown.items() if math.isfinite(number)},
        functions=(trace, central_differences),
        key="backward",
    )


top = st.container(horizontal=True, vertical_alignment="center")
part = top.segmented_control(
    "Part", PARTS, default=BACKWARD, required=True, key="autodiff_part",
    bind="query-params", persist_state="session", label_visibility="collapsed",
)  # fmt: skip
if part == ROUTES:
    routes_part()
else:
    if part == BACKWARD:
        no_grad = top.toggle("torch.no_grad()", key="autodiff_nograd", bind="query-params", persist_state="session")
    else:
        zero_grad = top.toggle(
            "zero_grad()", value=True, key="autodiff_zero", bind="query-params", persist_state="session"
        )
    if expression := expression_input():
        learn = learning(expression)
        if part == BACKWARD:
            backward_pass(expression, learn, no_grad)
        else:
            descent_part(expression, learn, zero_grad)
try_this(*TRY[part])
