"""The part of the autodiff lesson that goes downhill: the path, one step of it, and the graph at any step."""

import math

import streamlit as st

from imgcls.figures.descent import step_slice, value_path
from imgcls.ops.descent import Descent, Point, along_step, descend
from imgcls.ops.diagnosis import verdict, written
from imgcls.ops.examples import RATE
from imgcls.ops.expression import Expression
from imgcls.ops.program import as_torch
from imgcls.ui.components.plot import plot
from imgcls.ui.components.slider import live_slider
from imgcls.ui.expression import RATE_KEY, draw_graph, leaf_lines, variable_sliders
from imgcls.ui.memo import remember
from imgcls.ui.shell import code_panel

STEPS = 30


@st.fragment
def descent_part(expression: Expression, learn: list[str], zero_grad: bool) -> None:
    """Sliders for the start, the rate and the step; what they lead to."""
    columns = st.columns(len(expression.variables) + 2)
    start = variable_sliders(expression, columns)
    with columns[-2]:
        rate = live_slider("rate", 0.01, 3.0, RATE, step=0.01, key=RATE_KEY)
    with columns[-1]:
        at = live_slider("step", 0, STEPS, 0, step=1, digits=0, key="autodiff_at")
    path: Descent = remember(
        "autodiff_path",
        (expression.text, tuple(start.items()), tuple(learn), rate, zero_grad),
        lambda: descend(expression.steps, start, learn=learn, rate=rate, count=STEPS, zero_grad=zero_grad),
    )
    at = min(at, len(path.points) - 1)
    here = path.points[at]
    following = path.points[at + 1] if at + 1 < len(path.points) else None
    along = along_step(expression.steps, here, rate)
    landing = following.value if following and math.isfinite(following.value) else None
    left, right = st.columns(2)
    with left:
        plot(value_path([p.value for p in path.points], at), key="autodiff_values", alt="The value at every step")
    with right:
        plot(
            step_slice(along.shares, along.values, here.value, along.slope, landing),
            key="autodiff_slice",
            alt="The value along the next step, the straight line that the step trusts, and where it lands",
        )
    st.markdown(verdict(path, zero_grad=zero_grad))
    caption = _moves(here, following, rate)
    draw_graph(expression, learn, dict(here.variables), "autodiff_path", caption=f"Step {at}. {caption}")
    _code(expression, learn, start, rate, at, here, zero_grad)


def _moves(here: Point, following: Point | None, rate: float) -> str:
    """The next step in numbers: variable - rate * gradient."""
    if following is None or not here.gradient:
        return ""
    products = {
        name: f"{written(rate)} · {f'({written(slope)})' if slope < 0 else written(slope)}"
        for name, slope in here.gradient.items()
    }
    return "Next " + ", ".join(
        f"{name} = {written(here.variables[name])} − {product} = {written(following.variables[name])}"
        for name, product in products.items()
    )


def _code(
    expression: Expression,
    learn: list[str],
    start: dict[str, float],
    rate: float,
    at: int,
    here: Point,
    zero_grad: bool,
) -> None:
    forward = as_torch(expression)
    inside = "\n".join(f"    {line}" for line in forward.splitlines())
    loop = f"""for step in range({at}):
{inside}
    value.backward()
    with torch.no_grad():
        for leaf in [{", ".join(here.gradient)}]:
            leaf -= {rate} * leaf.grad
"""
    if zero_grad:
        loop += "            leaf.grad = None\n"
    if not here.gradient:
        loop = ""
    code_panel(
        f"import torch\n\n{leaf_lines(start, learn)}\n\n{loop}{forward}\nvalue = value.item()",
        {"value": here.value},
        functions=(descend, along_step),
        key="descent",
    )
