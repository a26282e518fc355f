"""The typed expression of the lesson: its text, the examples, its variables' sliders, and which of them learn."""

from collections.abc import Mapping, Sequence

import streamlit as st

from imgcls.ops.examples import BY_TEXT, EXAMPLES, starting_value
from imgcls.ops.expression import MAX_CHARACTERS, Expression, ExpressionError, parse
from imgcls.ops.program import FUNCTIONS, detach_part
from imgcls.plain import fenced, markdown
from imgcls.ui.address import kept, to_address, went_back
from imgcls.ui.autodiff.graph import pressed
from imgcls.ui.components.slider import set_slider
from imgcls.ui.stage import Dial, Stage

TEXT, EXAMPLE, FIXED, PENDING = "autodiff_f", "autodiff_example", "autodiff_fixed", "autodiff_pending"
RATE = "autodiff_rate"
LOW, HIGH, STEP = -8.0, 8.0, 0.02
LEAST_WIDTH = 100  # of a dial, in pixels


def dial_name(variable: str) -> str:
    """The key of a variable's slider, and its name in the address."""
    return f"autodiff_{variable}_"


def expression_line() -> Expression | None:
    """A line to type in and a menu of examples; None, with a sentence and a caret, while the text cannot be read."""
    if (pending := st.session_state.pop(PENDING, None)) is not None:
        st.session_state[TEXT] = pending
    # What the line below will say: after Back that is what the address says, whatever the session keeps.
    addressed = st.query_params.get(TEXT, EXAMPLES[0].text)
    text = addressed if went_back() else st.session_state.get(TEXT, addressed)
    st.session_state[EXAMPLE] = BY_TEXT[text].title if text in BY_TEXT else None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Expression", EXAMPLES[0].text, key=TEXT, bind="query-params", persist_state="session",
            label_visibility="collapsed", placeholder="relu(w*x + b)", max_chars=MAX_CHARACTERS,
            help=f"Names, numbers, + - * / **, brackets, and {', '.join(FUNCTIONS)}. Name a part with p = …;",
        )  # fmt: skip
        st.selectbox(
            "Examples", [example.title for example in EXAMPLES], key=EXAMPLE, on_change=_take_example, index=None,
            placeholder="Examples", label_visibility="collapsed", width=330,
        )  # fmt: skip
    try:
        return parse(text)
    except ExpressionError as trouble:
        st.error(f"{markdown(str(trouble))}\n\n{fenced(trouble.pointer)}", icon=":material/edit:")
        return None


def _take_example() -> None:
    example = next((each for each in EXAMPLES if each.title == st.session_state[EXAMPLE]), None)
    if example is None:
        return
    st.session_state[TEXT] = example.text
    st.session_state[FIXED] = list(example.fixed)
    set_slider(RATE, example.rate)
    for name, value in example.values.items():
        set_slider(dial_name(name), value)


def variable_dials(expression: Expression, by: str = "") -> list[Dial]:
    """One slider a variable; those of variables that are gone leave the address. `by`: see `Dial`."""
    dials = [
        Dial(dial_name(name), name, LOW, HIGH, STEP, starting_value(expression.text, name, place), by=by)
        for place, name in enumerate(expression.variables)
    ]
    names = {dial.name for dial in dials}
    for stale in [key for key in st.query_params if key.startswith("autodiff_") and key.endswith("_")]:
        if stale not in names:
            to_address(stale, None)
    return dials


def show_dials(live: Stage, names: Sequence[str]) -> None:
    """Put the dials side by side, as many in a row as there is room for, on a phone too."""
    width = max(LEAST_WIDTH, min(170, 700 // len(names) - 16))
    with st.container(horizontal=True, gap="small"):
        for name in names:
            with st.container(width=width):
                live.show(name)


def variables(expression: Expression, numbers: Mapping[str, float]) -> dict[str, float]:
    """The values of the variables, by their own names, among the numbers of all sliders."""
    return {name: numbers[dial_name(name)] for name in expression.variables}


def learning(expression: Expression) -> list[str]:
    """The variables that require a gradient: all but those set aside, which are kept in the address."""
    example = BY_TEXT.get(expression.text)
    usual = sorted(example.fixed) if example else []
    about = st.session_state.get(f"{FIXED}:text", expression.text)
    before = st.session_state.get(FIXED)
    if before is not None and about != expression.text and (example or set(expression.variables) <= set(before)):
        st.session_state[FIXED] = usual
    st.session_state[f"{FIXED}:text"] = expression.text
    told = kept(FIXED, lambda text: usual if text is None else text.split(","))
    fixed = [name for name in expression.variables if name in told]
    to_address(FIXED, None if sorted(fixed) == usual else ",".join(fixed))
    return [name for name in expression.variables if name not in fixed]


def make_cut(expression: Expression, picture: str) -> None:
    """Do what a switch of the picture asked for: detach an operation, or let a variable learn or not."""
    cut = pressed(picture, "cut")
    if cut is None or cut >= len(expression.steps):
        return
    step = expression.steps[cut]
    if step.kind == "variable":
        st.session_state[FIXED] = sorted(set(st.session_state[FIXED]) ^ {step.name})
    else:
        st.session_state[PENDING] = detach_part(expression, cut)
    st.rerun(scope="app")


def leaf_lines(values: Mapping[str, float], learn: Sequence[str]) -> str:
    """The lines of torch code that make the variables."""
    return "\n".join(
        f"{name} = torch.tensor({value!r}, dtype=torch.float64{', requires_grad=True' if name in learn else ''})"
        for name, value in values.items()
    )
