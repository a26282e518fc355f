"""The recorded graph and its backward pass: sliders, steps, switches."""

import math
from typing import Any

import streamlit as st

from imgcls.ops.autodiff import Trace, central_differences, trace
from imgcls.ops.diagnosis import unusual_value
from imgcls.ops.expression import Expression
from imgcls.ops.program import as_torch
from imgcls.ui.autodiff.expression_line import (
    leaf_lines,
    learning,
    make_cut,
    show_dials,
    variable_dials,
    variables,
)
from imgcls.ui.autodiff.graph import choices, graph, node_of, step_of, words
from imgcls.ui.shell import code_panel
from imgcls.ui.stage import Numbers, stage

KEY = "autodiff_graph"


@st.fragment
def backward_part(expression: Expression, no_grad: bool) -> None:
    """Live sliders, the graph that they fill, and the code that gives the same numbers."""
    learn = learning(expression)
    make_cut(expression, KEY)

    def picture(numbers: Numbers) -> dict[str, Any]:
        values = variables(expression, numbers)
        found = trace(expression.steps, values, learn=learn, no_grad=no_grad)
        drawn = words.picture(
            found,
            numbers[step_of(KEY)],
            numbers[node_of(KEY)],
            central_differences(expression.steps, values),
            warning=unusual_value(expression, found),
        )
        return {KEY: graph(drawn, key=KEY, alt=f"The autograd graph of {expression.text}"), "found": found}

    dials = variable_dials(expression)
    live = stage("autodiff_backward", [*dials, *choices(KEY, expression.text)], picture)
    show_dials(live, [dial.name for dial in dials])
    live.show(KEY)
    _code(expression, variables(expression, live.numbers), learn, live["found"])


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
