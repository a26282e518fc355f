"""The autograd graph as a picture: nodes left to right, the backward pass step by step, the chain rule."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from imgcls.ui.address import as_number, store_of
from imgcls.ui.components import Element, declare, sent, unheard
from imgcls.ui.stage import Setting

_mount = declare("autodiff/graph", says=("value",))

Cell = tuple[int, int, int]
"""Node, row, column."""


def step_of(key: str) -> str:
    """The name of the backward step in the picture `key`, among the numbers of its stage and in the address."""
    return f"{key}_step"


def node_of(key: str) -> str:
    """The name of the node clicked in the picture `key`."""
    return f"{key}_node"


def choices(key: str, about: str, *, opens: int | None = 0) -> tuple[Setting, Setting]:
    """The rows of a stage's table that a hand sets in the picture `key`: the backward step, and the node clicked.

    The step is `opens` at first, None being the last one; the node is None while none was clicked. A picture of
    something else than `about` starts like that again, unless the address has just told where to stand.
    """
    names = (step_of(key), node_of(key))
    if st.session_state.get(f"{key}:about", about) != about:
        for name in names:
            if store_of(name) in st.session_state:  # else the address has just told it
                del st.session_state[store_of(name)]
                st.query_params.pop(name, None)
    st.session_state[f"{key}:about"] = about
    step, node = (Setting(name, key, start, _number, str) for name, start in zip(names, (opens, None), strict=True))
    return step, node


def graph(fields: Mapping[str, Any], *, key: str, alt: str) -> Element:
    """Draw the `fields` that `words.picture` or `grids.picture` made; `key` is what it will be shown under."""
    about = {"alt": alt, "sets": {"turn": step_of(key), "selected": node_of(key)}}
    return _mount.element({**fields, **about}, {})


def pressed(key: str, name: str) -> Any | None:
    """What has just been pressed in the picture `key`: "cut", the switch of a node, or "cell"; None if it was not."""
    if name not in sent(key):
        return None
    news = unheard(key, f"{key}:{name}:seq").get(name)
    return _cell(news) if name == "cell" else _number(news)


def _number(candidate: object) -> int | None:
    """A small whole number, else None."""
    number = as_number(candidate, 0, 999)
    return None if number is None else int(number)


def _cell(candidate: object) -> Cell | None:
    numbers = [_number(part) for part in candidate.split(",")] if isinstance(candidate, str) else []
    return tuple(numbers) if len(numbers) == 3 and None not in numbers else None  # type: ignore[return-value]
