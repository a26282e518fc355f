"""Downhill: the function with the paths on it, or the graph at any step of the way."""

import math
from collections.abc import Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from imgcls.numbers import bracketed, equation
from imgcls.ops.autodiff import central_differences, trace
from imgcls.ops.descent import PLAIN, Descent, Method, Point, along_step, descend, descents
from imgcls.ops.diagnosis import unusual_value, verdict
from imgcls.ops.examples import RATE as FIRST_RATE
from imgcls.ops.expression import Expression
from imgcls.ops.landscape import SIZES
from imgcls.ops.program import as_torch
from imgcls.ui.address import as_number
from imgcls.ui.autodiff.expression_line import (
    HIGH,
    LOW,
    RATE,
    dial_name,
    leaf_lines,
    learning,
    make_cut,
    show_dials,
    variable_dials,
    variables,
)
from imgcls.ui.autodiff.graph import choices, graph, node_of, step_of, words
from imgcls.ui.autodiff.landscape import Sets, Words, charts, landscape
from imgcls.ui.autodiff.landscape.picture import kind_of, picture, view_of
from imgcls.ui.components import Element
from imgcls.ui.shell import code_panel
from imgcls.ui.stage import Dial, Numbers, Setting, stage

KEY, HILL = "autodiff_path", "autodiff_hill"
AT, HALF = "autodiff_at", "autodiff_half"
ACROSS, UP = "autodiff_across", "autodiff_up"
STEPS = 30
VALUE = "the value"
MOMENTUM = Dial("autodiff_beta", "β", 0.0, 0.99, 0.01, 0.9)
NOISE = Dial("autodiff_noise", "σ", 0.0, 2.0, 0.05, 0.5)
DRAW = Dial("autodiff_draw", "draw", 1, 20, 1, 1, 0)
METHODS = {"momentum": (MOMENTUM,), "SGD": (NOISE, DRAW)}
NOTES = {
    "momentum": "Momentum keeps β of the last step: v ← β v + gradient, then variable ← variable − rate · v.",
    "SGD": "SGD sees a few examples at a time, so its gradient is noisy. Random noise stands in for that here, with "
    "standard deviation σ; under Mini-batches it comes from examples.",
}


def half_told(candidate: object) -> float | None:
    """Half the height of the picture under a hand that drags; 0 lets the paths decide."""
    number = as_number(candidate, 0, SIZES[-1])
    return number if number in (0, *SIZES) else None


@st.fragment
def descent_part(expression: Expression, zero_grad: bool, look: str) -> None:
    """Sliders for the start, the rate and the step; what they lead to, as a landscape or as the graph."""
    learn = learning(expression)
    make_cut(expression, KEY)
    as_graph = look == "Graph"
    dials = [
        *variable_dials(expression, HILL),
        Dial(RATE, "rate", 0.01, 3.0, 0.01, FIRST_RATE),
        Dial(AT, "step", 0, STEPS, 1, 0, digits=0, by=HILL),
    ]
    row = st.container()
    if not as_graph:
        row, right = st.columns([6, 1.7])
        dials += _beside(right)
    picture_place = st.container()
    axes = ("", "") if as_graph else _axes(expression, learn)
    choosing = choices(KEY, expression.text, opens=None) if as_graph else ()

    def drawn(numbers: Numbers) -> dict[str, Any]:
        paths = descents(
            expression.steps, variables(expression, numbers), _methods(numbers), learn=learn, rate=numbers[RATE],
            count=STEPS, zero_grad=zero_grad,
        )  # fmt: skip
        at = min(numbers[AT], len(paths[0].points) - 1)
        said = verdict(paths[0], zero_grad=zero_grad)
        element = (
            _graph(expression, learn, paths[0], at, numbers, said)
            if as_graph
            else _landscape(expression, paths, at, axes, numbers, said)
        )
        return {KEY if as_graph else HILL: element, "at": at, "here": paths[0].points[at]}

    live = stage("autodiff_descent", [*dials, Setting(HALF, HILL, 0.0, half_told, kept=False), *choosing], drawn)
    with row:
        show_dials(live, [dial.name for dial in dials])
    with picture_place:
        live.show(KEY if as_graph else HILL)
    start = variables(expression, live.numbers)
    _code(expression, learn, start, live.numbers[RATE], live["at"], live["here"], zero_grad)


def _beside(place: DeltaGenerator) -> list[Dial]:
    """Which other methods start beside plain gradient descent, and the numbers that they have."""
    chosen = place.pills(
        "Beside gradient descent", list(METHODS), selection_mode="multi", key="autodiff_methods", bind="query-params",
        persist_state="session", label_visibility="collapsed",
    )  # fmt: skip
    return [dial for name, dials in METHODS.items() if name in chosen for dial in dials]


def _methods(numbers: Numbers) -> list[Method]:
    """Plain gradient descent, and those chosen beside it."""
    methods = [PLAIN]
    if MOMENTUM.name in numbers:
        methods.append(Method("momentum", numbers[MOMENTUM.name]))
    if NOISE.name in numbers:
        methods.append(Method("SGD", 0.0, numbers[NOISE.name], numbers[DRAW.name]))
    return methods


def _axes(expression: Expression, learn: Sequence[str]) -> tuple[str, str]:
    """The variable that goes across and the one that goes up; "" for the value itself."""
    names = list(expression.variables)
    if len(names) == 1:
        return names[0], ""
    usual = [*learn, *(name for name in names if name not in learn)]
    left, right, _ = st.columns([1, 1, 2])
    across = _axis(left, "Across", names, usual[0], ACROSS)
    rest = [VALUE, *(name for name in names if name != across)]
    second = next((name for name in learn if name != across), VALUE)
    up = _axis(right, "Up", rest, second, UP)
    return across, "" if up == VALUE else up


def _axis(place: DeltaGenerator, label: str, names: Sequence[str], usual: str, key: str) -> str:
    if st.session_state.get(key) not in (None, *names):  # of another expression
        del st.session_state[key]
    return place.selectbox(
        label, names, names.index(usual), key=key, bind="query-params", persist_state="session"
    )  # fmt: skip


def _landscape(
    expression: Expression,
    paths: Sequence[Descent],
    at: int,
    axes: tuple[str, str],
    numbers: Numbers,
    fate: str,
) -> Element:
    across, up = axes
    fields, arrays = picture(expression, paths, at, view_of(paths, across, up, numbers[HALF]))
    here, following = _here(paths[0], at)
    shown = [charts.value_path(paths[0], at, {kind_of(path): path for path in paths[1:]})]
    if up:
        landing = following.value if following and math.isfinite(following.value) else None
        shown.append(charts.step_slice(along_step(expression.steps, here, numbers[RATE]), here.value, landing))
    fields["caption"] = " ".join([*(NOTES[path.method.name] for path in paths[1:]), fields["caption"]])
    sets = Sets(dial_name(across), dial_name(up) if up else "", AT, HALF, LOW, HIGH, STEPS)
    found = trace(expression.steps, here.variables, learn=list(here.gradient))
    moves = f"Step {at}. {moves_of(here, following, numbers[RATE])}"
    said = Words(moves, fate, unusual_value(expression, found))
    return landscape(fields, arrays, shown, sets, said)


def _graph(
    expression: Expression, learn: Sequence[str], path: Descent, at: int, numbers: Numbers, said: str
) -> Element:
    here, following = _here(path, at)
    found = trace(expression.steps, here.variables, learn=learn)
    drawn = words.picture(
        found,
        numbers[step_of(KEY)],
        numbers[node_of(KEY)],
        central_differences(expression.steps, here.variables),
        warning=unusual_value(expression, found),
        caption=f"Step {at}. {moves_of(here, following, numbers[RATE])}",
    )
    alt = f"The autograd graph of {expression.text} on its way down"
    return graph(drawn | {"verdict": said}, key=KEY, alt=alt)


def _here(path: Descent, at: int) -> tuple[Point, Point | None]:
    """The point at step `at`, and the next one if there is one."""
    return path.points[at], path.points[at + 1] if at + 1 < len(path.points) else None


def moves_of(here: Point, following: Point | None, rate: float) -> str:
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
        functions=(descend, descents, along_step),
        key="descent",
    )
