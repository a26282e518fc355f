"""Part 1 of the activations lesson: the functions, their slopes, and what they do at one x."""

from collections.abc import Callable

import streamlit as st
import torch

from imgcls.ops.activations import ACTIVATIONS, MAXOUT_LINES, activation_curve
from imgcls.ui.components.board import Line, board, dragged_lines
from imgcls.ui.components.slider import live_slider, set_slider
from imgcls.ui.shell import code_panel

X = torch.linspace(-6, 6, 481)
Lines = tuple[tuple[float, float], ...]  # w and b of each
_BOARD = "act_x"
_FURTHER_LINES = ((0.3, 1.0), (-1.5, -2.5))  # what a third and a fourth Maxout line start with


def choose_functions() -> list[str]:
    """Which functions are shown; the first is the one whose zones are shaded."""
    chosen = st.pills(
        "Functions",
        list(ACTIVATIONS),
        selection_mode="multi",
        default=["relu", "sigmoid"],
        format_func=lambda name: ACTIVATIONS[name].title,
        key="act_functions",
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
    )
    return (chosen or ["relu"])[:6]


def settings_of(name: str, follow: Callable[[dict[str, object]], None]) -> dict[str, object]:
    """The live sliders of a function with settings of its own, and their values; `follow` draws during a drag."""
    if name == "leaky_relu":
        label, key = "Leaky ReLU: slope a", "act_slope"
        return {"slope": live_slider(label, 0.0, 1.0, 0.1, step=0.01, key=key, follow=lambda a: follow({"slope": a}))}
    if name == "elu":
        label, key = "ELU: α", "act_alpha"
        return {"alpha": live_slider(label, 0.1, 3.0, 1.0, step=0.05, key=key, follow=lambda a: follow({"alpha": a}))}
    if name == "maxout":
        return {"lines": _maxout_lines(lambda lines: follow({"lines": lines}))}
    return {}


def _maxout_lines(follow: Callable[[Lines], None]) -> Lines:
    pieces = live_slider("Maxout: lines k", 2, 4, 2, step=1, key="act_pieces", digits=0)
    if dragged := dragged_lines(_BOARD):
        lines, final = dragged
        for i, line in enumerate(lines[:pieces], start=1):
            for key, number in ((f"act_w{i}", round(line.w, 4)), (f"act_b{i}", round(line.b, 4))):
                if final or number != st.session_state.get(f"{key}:slider"):
                    set_slider(key, number, final=final)
    numbers: list[float] = []  # w1, b1, w2, b2, …: complete when the first drag begins

    def dragging(place: int) -> Callable[[float], None]:
        def draw(number: float) -> None:
            moved = [*numbers[:place], number, *numbers[place + 1 :]]
            follow(tuple(zip(moved[::2], moved[1::2], strict=True)))

        return draw

    for i, (w, b) in enumerate((*MAXOUT_LINES, *_FURTHER_LINES)[:pieces], start=1):
        columns = st.columns(2)
        for column, name, limit, start in ((columns[0], "w", 5.0, w), (columns[1], "b", 10.0, b)):
            key, draw = f"act_{name}{i}", dragging(len(numbers))
            with column:
                numbers.append(live_slider(f"{name}{i}", -limit, limit, start, step=0.05, key=key, follow=draw))
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


@st.fragment
def curves_part(names: list[str]) -> None:
    """The board, with the settings of the chosen functions beneath it; all of it live."""
    place = st.container()
    settings: dict[str, dict[str, object]] = {}

    def draw(settings: dict[str, dict[str, object]]) -> float:
        curves = [activation_curve(name, X, **settings[name]) for name in names]
        lines = [Line(w, b) for w, b in settings.get("maxout", {}).get("lines", ())]
        titles = [ACTIVATIONS[name].title for name in names]
        deep = float(settings.get("elu", {}).get("alpha", 0)) > 2  # ELU goes down to -α
        y_range = (-4.0, 5.0) if lines or deep else (-2.0, 4.0)
        return board(curves, titles, key=_BOARD, zones=curves[0].zones(), lines=lines, y_range=y_range)

    for name in names:
        settings[name] = settings_of(name, lambda own, name=name: draw({**settings, name: own}))
    with place:
        x = draw(settings)
    st.markdown(
        "\n".join(
            f"- **{ACTIVATIONS[name].title}** ${ACTIVATIONS[name].latex}$ · {ACTIVATIONS[name].source}"
            for name in names
        )
    )
    _panel(names[0], settings[names[0]], x)


_TORCH = {
    "sigmoid": "torch.sigmoid(x)",
    "tanh": "torch.tanh(x)",
    "relu": "torch.relu(x)",
    "leaky_relu": "torch.nn.functional.leaky_relu(x, {slope:g})",
    "elu": "torch.nn.functional.elu(x, {alpha:g})",
    "maxout": "torch.stack([w * x + b for w, b in {lines}]).amax(0)",
    "gelu": "torch.nn.functional.gelu(x)",
    "silu": "torch.nn.functional.silu(x)",
    "softplus": "torch.nn.functional.softplus(x)",
}


def _panel(name: str, settings: dict[str, object], x: float) -> None:
    """The value and slope of the first function at the cursor."""
    at = activation_curve(name, torch.tensor([x]), **settings)
    code = f"""
    import torch

    x = torch.tensor({float(x)!r}, requires_grad=True)
    y = {_TORCH[name].format(**settings)}  # {ACTIVATIONS[name].title}
    y.backward()
    value = y.item()
    slope = x.grad.item()
    """
    code_panel(code, {"value": float(at.y), "slope": float(at.slope)}, functions=(activation_curve,), key="act_curves")
