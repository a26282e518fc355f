"""The recorded graph and its backward pass: sliders, steps, switches."""

import math
from collections.abc import Mapping
from typing import Any

import streamlit as st

from imgcls.ops.autodiff import Trace, central_differences, trace
from imgcls.ops.diagnosis import unusual_value
from imgcls.ops.expression import Expression
from imgcls.ops.program import as_torch
from imgcls.ui.autodiff.expression_line import leaf_lines, learning, make_cut, variable_dials, variables
from imgcls.ui.autodiff.graph import Choice, graph, read_choice, words
from imgcls.ui.dials import read_dials
from imgcls.ui.shell import code_panel

KEY = "autodiff_graph"


@st.fragment
def backward_part(expression: Expression, no_grad: bool) -> None:
    """Live sliders, the graph that they fill, and the code that gives the same numbers."""
    learn = learning(expression)
    dials = variable_dials(expression)
    numbers = read_dials(KEY, dials)
    chosen = read_choice(KEY, expression.text)
    make_cut(expression, chosen)

    def recorded(moved: Mapping[str, float]) -> Trace:
        return trace(expression.steps, variables(expression, moved), learn=learn, no_grad=no_grad)

    def picture(moved: Mapping[str, float], choice: Choice) -> dict[str, Any]:
        found = recorded(moved)
        differences = central_differences(expression.steps, variables(expression, moved))
        return words.picture(found, choice.turn, choice.picked, differences, warning=unusual_value(expression, found))

    graph(picture, numbers, chosen, dials=dials, key=KEY, alt=f"The autograd graph of {expression.text}")
    _code(expression, variables(expression, numbers), learn, recorded(numbers))


def _code(expression: Expression, values: dict[str, float], learn: list[str], found: Trace) -> None:
    leaves = {name: found.leaf(name).gradient for name in expression.variables}
    reached = {name: float(gradient) for name, gradient in leaves.items() if gradient is not None}
    code = f"import torch\n\n{leaf_lines(values, learn)}\n\n{as_torch(expression)}\n"
    if reached:
        code += "value.backward()\n" + "".join(f"gradient_of_{name} = {name}.grad.item()\n" for name in reached)
    shown = {"value": float(found.output.value)} | {f"gradient_of_{name}": slope for name, slope in reached.items()}
    code_panel(
        code,
        {name: number for name, number in shown.items() if math.isfinite(number)},
        functions=(trace, central_differences),
        key="backward",
    )
