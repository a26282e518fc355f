"""The typed expression of a page: its text, its example, its variables' sliders, and which of them learn."""

from collections.abc import Mapping, Sequence

import streamlit as st

from imgcls.ops.examples import BY_TEXT, EXAMPLES, starting_value
from imgcls.ops.expression import Expression, ExpressionError, parse
from imgcls.ops.program import FUNCTIONS
from imgcls.ui.components.slider import live_slider, set_slider

TEXT, EXAMPLE, FIXED, PENDING = "autodiff_f", "autodiff_example", "autodiff_fixed", "autodiff_pending"
LOW, HIGH, STEP = -8.0, 8.0, 0.02


def slider_key(name: str) -> str:
    """The key of a variable's slider, and its name in the address."""
    return f"autodiff_{name}_"


def expression_input() -> Expression | None:
    """A line to type in and a menu of examples; None, with a sentence and a caret, while the text cannot be read."""
    if (pending := st.session_state.pop(PENDING, None)) is not None:
        st.session_state[TEXT] = pending
    text = st.session_state.get(TEXT, st.query_params.get(TEXT, EXAMPLES[0].text))
    st.session_state[EXAMPLE] = BY_TEXT[text].title if text in BY_TEXT else None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Expression", EXAMPLES[0].text, key=TEXT, bind="query-params", persist_state="session",
            label_visibility="collapsed", placeholder="relu(w*x + b)", max_chars=200,
            help=f"Names, numbers, + - * / **, brackets, and {', '.join(FUNCTIONS)}. Name a part with p = …;",
        )  # fmt: skip
        st.selectbox(
            "Examples", [example.title for example in EXAMPLES], key=EXAMPLE, on_change=_take_example, index=None,
            placeholder="Examples", label_visibility="collapsed", width=330,
        )  # fmt: skip
    try:
        return parse(text)
    except ExpressionError as trouble:
        st.error(f"{trouble}\n\n```text\n{trouble.pointer}\n```", icon=":material/edit:")
        return None


def _take_example() -> None:
    title = st.session_state[EXAMPLE]
    example = next((example for example in EXAMPLES if example.title == title), None)
    if example is None:
        return
    st.session_state[TEXT] = example.text
    _fix(example.fixed)
    for name, value in example.values.items():
        set_slider(slider_key(name), value)


def replace_text(text: str) -> None:
    """Put another text into the line: takes effect by running the page again."""
    st.session_state[PENDING] = text
    st.rerun(scope="app")


def variable_sliders(expression: Expression, columns: Sequence) -> dict[str, float]:
    """A live slider for every variable, in the given columns; returns their values."""
    keys = {slider_key(name) for name in expression.variables}
    for stale in [
        key for key in st.query_params if key.startswith("autodiff_") and key.endswith("_") and key not in keys
    ]:
        del st.query_params[stale]
    values = {}
    for place, (name, column) in enumerate(zip(expression.variables, columns, strict=False)):
        with column:
            start = starting_value(expression.text, name, place)
            values[name] = live_slider(name, LOW, HIGH, start, step=STEP, key=slider_key(name))
    return values


def learning(expression: Expression) -> list[str]:
    """The variables that require a gradient: all but those set aside."""
    if FIXED not in st.session_state:
        example = BY_TEXT.get(expression.text)
        given = st.query_params.get(FIXED)
        _fix(given.split(",") if given is not None else example.fixed if example else ())
    return [name for name in expression.variables if name not in st.session_state[FIXED]]


def toggle_learning(name: str) -> None:
    """Switch requires_grad of one variable."""
    _fix(set(st.session_state[FIXED]) ^ {name})


def _fix(names: Sequence[str] | set[str]) -> None:
    st.session_state[FIXED] = sorted(name for name in names if name)
    st.query_params[FIXED] = ",".join(st.session_state[FIXED])


def leaf_lines(values: Mapping[str, float], learn: Sequence[str]) -> str:
    """The lines of torch code that make the variables."""
    return "\n".join(
        f"{name} = torch.tensor({value!r}, dtype=torch.float64{', requires_grad=True' if name in learn else ''})"
        for name, value in values.items()
    )
