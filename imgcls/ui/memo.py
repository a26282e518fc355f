"""A result kept for the session until its inputs change, so that moving one control recomputes only what it changes."""

from collections.abc import Callable, Hashable
from typing import TypeVar

import streamlit as st

Result = TypeVar("Result")


def remember(name: str, inputs: Hashable, compute: Callable[[], Result]) -> Result:
    """`compute()`, or its last result under `name` when `inputs` are the same as then."""
    kept = st.session_state.get(f"remembered:{name}")
    if kept is None or kept[0] != inputs:
        kept = (inputs, compute())
        st.session_state[f"remembered:{name}"] = kept
    return kept[1]
