"""How does PyTorch know which way is downhill? The recorded graph, its backward pass, and the steps that follow it."""

import math

import streamlit as st

from imgcls.figures.descent import step_slice, value_path
from imgcls.ops.autodiff import Trace, central_differences, trace
from imgcls.ops.descent import Descent, along_step, descend
from imgcls.ops.diagnosis import unusual_value, verdict, written
from imgcls.ops.expression import Expression
from imgcls.ops.program import as_torch, detach_part
from imgcls.ui.components.graph import choice, graph
from imgcls.ui.components.plot import plot
from imgcls.ui.components.slider import live_slider
from imgcls.ui.expression import (
    expression_input,
    leaf_lines,
    learning,
    replace_text,
    toggle_learning,
    variable_sliders,
)
from imgcls.ui.gradient_routes import routes_part
from imgcls.ui.memo import remember
from imgcls.ui.shell import code_panel, try_this

PARTS = {"graph": "1 Graph and backward pass", "descent": "2 Gradient descent", "routes": "3 Convolution and max-pool"}
STEPS = 30


def draw_graph(expression: Expression, learn: list[str], values: dict[str, float], key: str, **more: object) -> Trace:
    """The graph at these values; a cut asked for in the picture is made in the expression."""
    recorded = trace(expression.steps, values, learn=learn, no_grad=bool(more.pop("no_grad", False)))
    chosen = choice(key, expression.text, recorded.backward_steps, len(recorded.nodes))
    if chosen.cut is not None:
        step = expression.steps[chosen.cut]
        if step.kind == "variable":
            toggle_learning(step.name)
            st.rerun(scope="app")
        replace_text(detach_part(expression, chosen.cut))
    differences = central_differences(expression.steps, values)
    if trouble := unusual_value(expression, recorded):
        st.warning(trouble, icon=":material/warning:")
    graph(recorded, chosen, key=key, alt=f"The autograd graph of {expression.text}", differences=differences, **more)
    return recorded


def finite(numbers: dict[str, float | None]) -> dict[str, float]:
    """Those that a test can compare."""
    return {name: number for name, number in numbers.items() if number is not None and math.isfinite(number)}


@st.fragment
def backward_pass(expression: Expression, learn: list[str], no_grad: bool) -> None:
    values = variable_sliders(expression, st.columns(max(4, len(expression.variables))))
    recorded = draw_graph(expression, learn, values, "autodiff_graph", no_grad=no_grad)
    gradients = {
        f"gradient_of_{name}": float(leaf.gradient)
        for name in expression.variables
        if (leaf := recorded.leaf(name)).gradient is not None
    }
    reading = "\n".join(f"{name} = {name.removeprefix('gradient_of_')}.grad.item()" for name in gradients)
    body = f"{as_torch(expression)}\nvalue.backward()\n{reading}" if gradients else as_torch(expression)
    code_panel(
        f"import torch\n\n{leaf_lines(values, learn)}\n\n{body}",
        finite({"value": float(recorded.output.value)} | gradients),
        functions=(trace, central_differences),
        key="backward",
    )


@st.fragment
def descent_part(expression: Expression, learn: list[str]) -> None:
    columns = st.columns(len(expression.variables) + 2)
    start = variable_sliders(expression, columns)
    with columns[-2]:
        rate = live_slider("learning rate", 0.01, 3.0, 0.05, step=0.01, key="autodiff_rate")
    with columns[-1]:
        at = live_slider("step", 0, STEPS, 1, step=1, digits=0, key="autodiff_at")
    zero_grad = st.session_state["autodiff_zero"]
    inputs = (expression.text, tuple(start.items()), tuple(learn), rate, zero_grad)
    path: Descent = remember(
        "autodiff_path",
        inputs,
        lambda: descend(expression.steps, start, learn=learn, rate=rate, count=STEPS, zero_grad=zero_grad),
    )
    at = min(at, len(path.points) - 1)
    point, following = path.points[at], path.points[at + 1] if at + 1 < len(path.points) else None
    left, right = st.columns(2)
    with left:
        plot(
            value_path([p.value for p in path.points], at),
            key="autodiff_values",
            alt="The value at every step of gradient descent",
        )
    with right:
        along = along_step(expression.steps, point, rate)
        landing = following.value if following and math.isfinite(following.value) else None
        plot(
            step_slice(along.shares, along.values, point.value, along.slope, landing),
            key="autodiff_slice",
            alt="The value along the next step, the straight line it trusts, and where it lands",
        )
    st.markdown(verdict(path, zero_grad=zero_grad))
    moves = [
        f"{name}: {written(point.variables[name])} − {written(rate)} · {written(slope)}"
        f" = {written(following.variables[name])}"
        for name, slope in (point.gradient.items() if following else ())
    ]
    draw_graph(
        expression, learn, dict(point.variables), "autodiff_path", caption=f"Step {at}. Next, " + "; ".join(moves)
    )
    code_panel(
        f"import torch\n\n{leaf_lines(start, learn)}\n\nfor step in range({at}):\n"
        + "\n".join(f"    {line}" for line in as_torch(expression).splitlines())
        + f"\n    value.backward()\n    with torch.no_grad():\n        for leaf in [{', '.join(learn)}]:\n"
        f"            leaf -= {rate} * leaf.grad\n"
        + ("            leaf.grad = None\n" if zero_grad else "")
        + f"{as_torch(expression)}\nvalue = value.item()",
        finite({"value": point.value}),
        functions=(descend, along_step),
        key="descent",
    )


top = st.container(horizontal=True, vertical_alignment="center")
part = top.segmented_control(
    "Part", PARTS, format_func=PARTS.get, default="graph", required=True, key="autodiff_part",
    bind="query-params", persist_state="session", label_visibility="collapsed",
)  # fmt: skip
if part == "routes":
    routes_part()
else:
    no_grad = part == "graph" and top.toggle(
        "torch.no_grad()", key="autodiff_nograd", bind="query-params", persist_state="session"
    )
    if part == "descent":
        top.toggle(
            "zero_grad()", value=True, key="autodiff_zero", bind="query-params", persist_state="session",
            help="Off: each backward pass adds to the gradients of the earlier ones.",
        )  # fmt: skip
    if expression := expression_input():
        learn = learning(expression)
        if part == "graph":
            backward_pass(expression, learn, no_grad)
        else:
            descent_part(expression, learn)
try_this(
    "Step backward with ◀ and ▶: each node multiplies what it receives by its local derivatives and hands it on.",
    "**The same variable three times**: at x, three gradients arrive and add up. Check the sum by hand.",
    "Push ReLU's input below 0: its local derivative is 0, and no gradient gets past it.",
    "In **Gradient descent**, find the rate from which the straight line's error grows. What does the page say about it?",
)
