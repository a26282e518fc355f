"""The typed expression of a page: its text, its example, its variables' sliders, and which of them learn."""

from collections.abc import Mapping, Sequence

import streamlit as st

from imgcls.ops.autodiff import Trace, central_differences, trace
from imgcls.ops.diagnosis import unusual_value
from imgcls.ops.examples import BY_TEXT, EXAMPLES, starting_value
from imgcls.ops.expression import Expression, ExpressionError, parse
from imgcls.ops.program import FUNCTIONS, detach_part
from imgcls.ui.components.graph import choice, graph
from imgcls.ui.components.slider import live_slider, set_slider

TEXT, EXAMPLE, FIXED, PENDING = "autodiff_f", "autodiff_example", "autodiff_fixed", "autodiff_pending"
RATE_KEY = "autodiff_rate"
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
    st.session_state[FIXED] = list(example.fixed)
    set_slider(RATE_KEY, example.rate)
    for name, value in example.values.items():
        set_slider(slider_key(name), value)


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


def draw_graph(
    expression: Expression,
    learn: Sequence[str],
    values: Mapping[str, float],
    key: str,
    *,
    no_grad: bool = False,
    caption: str = "",
) -> Trace:
    """The graph at these values, and what is unusual about it; a cut asked for in the picture is made."""
    recorded = trace(expression.steps, values, learn=learn, no_grad=no_grad)
    chosen = choice(key, expression.text, recorded.backward_steps, len(recorded.nodes))
    if chosen.cut is not None:
        step = expression.steps[chosen.cut]
        if step.kind == "variable":
            st.session_state[FIXED] = sorted(set(st.session_state[FIXED]) ^ {step.name})
        else:
            st.session_state[PENDING] = detach_part(expression, chosen.cut)
        st.rerun(scope="app")
    if trouble := unusual_value(expression, recorded):
        st.warning(trouble, icon=":material/warning:")
    graph(
        recorded,
        chosen,
        key=key,
        alt=f"The autograd graph of {expression.text}",
        differences=central_differences(expression.steps, values),
        caption=caption,
    )
    return recorded


def learning(expression: Expression) -> list[str]:
    """The variables that require a gradient: all but those set aside, which are kept in the address."""
    example = BY_TEXT.get(expression.text)
    usual = ",".join(example.fixed if example else ())
    about = st.session_state.get(f"{FIXED}:text")
    if about is None:  # the page was opened by its address
        st.session_state[FIXED] = st.query_params.get(FIXED, usual).split(",")
    elif about != expression.text and (example or set(expression.variables) <= set(st.session_state[FIXED])):
        st.session_state[FIXED] = usual.split(",")
    st.session_state[f"{FIXED}:text"] = expression.text
    fixed = [name for name in expression.variables if name in st.session_state[FIXED]]
    if sorted(fixed) == sorted(filter(None, usual.split(","))):
        st.query_params.pop(FIXED, None)
    else:
        st.query_params[FIXED] = ",".join(fixed)
    return [name for name in expression.variables if name not in fixed]


def leaf_lines(values: Mapping[str, float], learn: Sequence[str]) -> str:
    """The lines of torch code that make the variables."""
    return "\n".join(
        f"{name} = torch.tensor({value!r}, dtype=torch.float64{', requires_grad=True' if name in learn else ''})"
        for name, value in values.items()
    )
