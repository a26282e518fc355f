"""A part of the activations lesson: the functions, their slopes, and what they do at one x."""

from collections.abc import Mapping
from typing import Any

import streamlit as st
import torch

from imgcls.ops.activations import ACTIVATIONS, MAXOUT_LINES, activation_curve
from imgcls.ui.activations.curves import Line, curves
from imgcls.ui.address import as_number
from imgcls.ui.shell import code_panel
from imgcls.ui.stage import Dial, Numbers, Setting, stage

X = torch.linspace(-6, 6, 481)
BOARD = "act_x"
START = 1.0  # of the cursor
_FURTHER_LINES = ((0.3, 1.0), (-1.5, -2.5))  # what a third and a fourth Maxout line start with
PIECES = Dial("act_pieces", "Maxout: lines k", 2, 4, 1, 2, 0)
LINES = tuple(
    (
        Dial(f"act_w{i}", f"w{i}", -5.0, 5.0, 0.05, w, by=BOARD),
        Dial(f"act_b{i}", f"b{i}", -10.0, 10.0, 0.05, b, by=BOARD),
    )
    for i, (w, b) in enumerate((*MAXOUT_LINES, *_FURTHER_LINES), start=1)
)
DIALS: dict[str, tuple[Dial, ...]] = {
    "leaky_relu": (Dial("act_slope", "Leaky ReLU: slope a", 0.0, 1.0, 0.01, 0.1),),
    "elu": (Dial("act_alpha", "ELU: α", 0.1, 3.0, 0.05, 1.0),),
    "maxout": (PIECES, *(dial for line in LINES for dial in line)),
}
"""The dials of the functions that have settings of their own."""


def settings_of(name: str, numbers: Mapping[str, Any]) -> dict[str, object]:
    """The settings of a function as its dials say, for `imgcls.ops.activations`."""
    if name == "leaky_relu":
        return {"slope": numbers["act_slope"]}
    if name == "elu":
        return {"alpha": numbers["act_alpha"]}
    if name == "maxout":
        return {"lines": tuple((numbers[w.name], numbers[b.name]) for w, b in LINES[: numbers[PIECES.name]])}
    return {}


def shown_dials(name: str, numbers: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The names of a function's dials, row by row; Maxout has as many as it has lines."""
    if name == "maxout":
        return [(PIECES.name,), *((w.name, b.name) for w, b in LINES[: numbers[PIECES.name]])]
    return [(dial.name,) for dial in DIALS.get(name, ())]


def choose_functions() -> list[str]:
    """Which functions are shown; the first is the one whose zones are shaded."""
    chosen = st.pills(
        "Functions",
        list(ACTIVATIONS),
        selection_mode="multi",
        default=[name for name, each in ACTIVATIONS.items() if not each.extra],
        format_func=lambda name: ACTIVATIONS[name].title,
        key="act_functions",
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
    )
    return (chosen or ["relu"])[:6]


def _picture(names: list[str], numbers: Numbers) -> dict[str, Any]:
    settings = {name: settings_of(name, numbers) for name in names}
    drawn = [activation_curve(name, X, **settings[name]) for name in names]
    lines = []
    if "maxout" in names:
        lines = [Line(numbers[w.name], numbers[b.name], (w.name, b.name)) for w, b in LINES[: numbers[PIECES.name]]]
    deep = float(settings.get("elu", {}).get("alpha", 0)) > 2  # ELU goes down to -α
    shown = curves(
        drawn,
        [ACTIVATIONS[name].title for name in names],
        cursor=numbers[BOARD],
        sets=BOARD,
        zones=drawn[0].zones(),
        lines=lines,
        y_range=(-4.0, 5.0) if lines or deep else (-2.0, 6.0),
    )
    return {BOARD: shown, "settings": settings}


@st.fragment
def curves_part(names: list[str]) -> None:
    """The curves, with the settings of the chosen functions beneath it; all of it live."""
    low, high = float(X[0]), float(X[-1])
    cursor = Setting(BOARD, BOARD, START, lambda told: as_number(told, low, high), "{:g}".format)
    table = (cursor, *(dial for name in names for dial in DIALS.get(name, ())))
    live = stage("act_curves_stage", table, lambda numbers: _picture(names, numbers))
    live.show(BOARD)
    for name in names:
        for row in shown_dials(name, live.numbers):
            for place, dial in zip(st.columns(len(row)), row, strict=True):
                with place:
                    live.show(dial)
    st.markdown(
        "\n".join(
            f"- **{ACTIVATIONS[name].title}** ${ACTIVATIONS[name].latex}$ · {ACTIVATIONS[name].source}"
            for name in names
        )
    )
    _panel(names[0], live["settings"][names[0]], live.numbers[BOARD])


def _panel(name: str, settings: dict[str, object], x: float) -> None:
    """The value and slope of the first function at the cursor."""
    at = activation_curve(name, torch.tensor([x]), **settings)
    code = f"""
    import torch

    x = torch.tensor({float(x)!r}, requires_grad=True)
    y = {ACTIVATIONS[name].code.format(**settings)}  # {ACTIVATIONS[name].title}
    y.backward()
    value = y.item()
    slope = x.grad.item()
    """
    code_panel(code, {"value": float(at.y), "slope": float(at.slope)}, functions=(activation_curve,), key="act_curves")
