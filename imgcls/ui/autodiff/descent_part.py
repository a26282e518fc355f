"""Downhill: the path of gradient descent, one step of it, and the graph at any step."""

import math
from collections.abc import Mapping
from typing import Any

import streamlit as st

from imgcls.numbers import bracketed, equation
from imgcls.ops.autodiff import central_differences, trace
from imgcls.ops.descent import Descent, Point, along_step, descend
from imgcls.ops.diagnosis import unusual_value, verdict
from imgcls.ops.examples import RATE as FIRST_RATE
from imgcls.ops.expression import Expression
from imgcls.ops.program import as_torch
from imgcls.ui.autodiff.expression_line import RATE, leaf_lines, learning, make_cut, variable_dials, variables
from imgcls.ui.components.graph import Choice, charts, graph, read_choice, words
from imgcls.ui.dials import Dial, read_dials
from imgcls.ui.shell import code_panel

KEY, AT = "autodiff_path", "autodiff_at"
STEPS = 30


@st.fragment
def descent_part(expression: Expression, zero_grad: bool) -> None:
    """Sliders for the start, the rate and the step; what they lead to."""
    learn = learning(expression)
    dials = [
        *variable_dials(expression),
        Dial(RATE, "rate", 0.01, 3.0, 0.01, FIRST_RATE),
        Dial(AT, "step", 0, STEPS, 1, 0, digits=0),
    ]
    numbers = read_dials(KEY, dials)
    chosen = read_choice(KEY, expression.text)
    make_cut(expression, chosen)

    def walked(moved: Mapping[str, float]) -> tuple[Descent, int]:
        start = variables(expression, moved)
        path = descend(expression.steps, start, learn=learn, rate=moved[RATE], count=STEPS, zero_grad=zero_grad)
        return path, min(round(moved[AT]), len(path.points) - 1)

    def picture(moved: Mapping[str, float], choice: Choice) -> dict[str, Any]:
        path, at = walked(moved)
        here, following = path.points[at], path.points[at + 1] if at + 1 < len(path.points) else None
        landing = following.value if following and math.isfinite(following.value) else None
        found = trace(expression.steps, here.variables, learn=learn)
        drawn = words.picture(
            found,
            choice.turn,
            choice.picked,
            central_differences(expression.steps, here.variables),
            warning=unusual_value(expression, found),
            caption=f"Step {at}. {_moves(here, following, moved[RATE])}",
        )
        slice_ = along_step(expression.steps, here, moved[RATE])
        return drawn | {
            "charts": [charts.value_path(path, at), charts.step_slice(slice_, here.value, landing)],
            "verdict": verdict(path, zero_grad=zero_grad),
        }

    graph(
        picture, numbers, chosen, dials=dials, key=KEY, alt=f"The autograd graph of {expression.text} on its way down"
    )
    path, at = walked(numbers)
    _code(expression, learn, variables(expression, numbers), numbers[RATE], at, path.points[at], zero_grad)


def _moves(here: Point, following: Point | None, rate: float) -> str:
    """The next step in numbers: variable - rate * gradient."""
    if following is None or not here.gradient:
        return ""
    moves = []
    for name, slope in here.gradient.items():
        shown = equation((here.variables[name], rate, slope), lambda x, r, g: x - r * g, following.variables[name])
        now, by, gradient = shown.operands
        moves.append(f"{name} = {now} − {by} · {bracketed(gradient)} {shown.sign} {shown.result}")
    return "Next " + ", ".join(moves)


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
    code_panel(
        f"import torch\n\n{leaf_lines(start, learn)}\n\n{loop if here.gradient else ''}{forward}\nvalue = value.item()",
        {"value": here.value} if math.isfinite(here.value) else {},
        functions=(descend, along_step),
        key="descent",
    )
