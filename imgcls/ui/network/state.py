"""What the student is looking at, in the session and in the page's address; and what they have changed."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from imgcls.models.ablation import SWAPS, WhatIf
from imgcls.models.graph import Graph
from imgcls.ui.address import as_number, in_address, to_address
from imgcls.ui.components import unheard

KEY, MODEL = "net_canvas", "net_model"
NAMES = ("map", "class", "layer", "large", "colours", "scale", "order", "off", "patch", "shift", "activation")
"""The state's entries, each a short text; `net_<name>` in the address."""
COMMON = ("colours", "scale", "order")
"""Those that hold for any network."""
COLOURS = ("map", "layer", "network")
SCALES = ("light",)
"""Besides the usual one, in colour: from dark for negative to light for positive."""
ORDERS = ("channel", "mean", "influence")
_STORE = "net_state"
_ALL = "all"


def read_state(graph: Graph, network: str) -> dict[str, str]:
    """The state from the last message, the session or the address; what does not fit the network is left out.

    With what a hand opens, the address names the `network` it is of: a reload begins with a sample, until the student's
    own photo is back, and the network that fits the sample must not win meanwhile.
    """
    session = st.session_state
    address = {name: text for name in NAMES if (text := in_address(f"net_{name}", _STORE)) is not None}
    store, told = session.get(_STORE), unheard(KEY, "net_seen", "state").get("state")
    led = store is None  # by the address: a new session, a link, or Back
    if led:
        store = address
        session["net_turn"] = session.get("net_turn", 0) + 1
    if isinstance(told, Mapping):
        store = {name: str(told[name]) for name in NAMES if told.get(name)}
    if session.setdefault("net_of", graph.classifier.name) != graph.classifier.name:
        session["net_of"] = graph.classifier.name
        if not led:
            store = {name: text for name, text in store.items() if name in COMMON}
    state = {name: text for name, text in store.items() if _fits(graph, name, text)}
    session[_STORE] = state
    news = {f"net_{name}": text for name, text in state.items() if st.query_params.get(f"net_{name}") != text}
    if isinstance(told, Mapping) and set(news) - {f"net_{name}" for name in COMMON}:
        news[MODEL] = network
    if news:
        st.query_params.update(news)  # at once: each write is a step of Back
    for name in set(NAMES) - set(state):
        to_address(f"net_{name}", None)
    return state


def turn() -> int:
    """Counts how often the address told the state: then the canvas follows it."""
    return st.session_state.get("net_turn", 0)


def begin_at(state: Mapping[str, str]) -> None:
    """Show this state next, whatever was shown before."""
    st.session_state[_STORE] = dict(state)
    st.session_state["net_turn"] = turn() + 1


def change_of(graph: Graph, state: Mapping[str, Any]) -> WhatIf:
    """The change that the state asks for.

    Raises:
        ValueError: it does not fit the network.
    """
    off = frozenset(_silenced(graph, part) for part in str(state.get("off") or "").split(",") if part)
    patch = _numbers(state.get("patch"), 3, 0, 1)
    if patch and patch[2] == 0:
        patch = None
    reach = graph.steps[0].shape[1] // 4
    shift = _numbers(state.get("shift"), 2, -reach, reach) or (0, 0)
    activation = str(state["activation"]) if state.get("activation") else None
    if activation is not None and activation not in SWAPS:
        raise ValueError(f"There is no activation {activation!r}.")
    return WhatIf(off, patch, (round(shift[0]), round(shift[1])), activation)


def map_of(graph: Graph, text: str) -> tuple[int, int]:
    """Step and channel of "step-channel".

    Raises:
        ValueError: there is no such map.
    """
    step, _, channel = text.partition("-")
    place = int(step), int(channel)
    if not (0 < place[0] < len(graph.steps) and len(graph.steps[place[0]].shape) == 3):
        raise ValueError("There is no such layer.")
    if not 0 <= place[1] < graph.steps[place[0]].shape[0]:
        raise ValueError("There is no such map.")
    return place


def class_of(graph: Graph, text: object) -> int:
    """The class that a text names by its number.

    Raises:
        ValueError: there is no such class.
    """
    index = int(str(text))
    if not 0 <= index < graph.steps[-1].shape[0]:
        raise ValueError("There is no such class.")
    return index


def _fits(graph: Graph, name: str, text: str) -> bool:
    choices = {"colours": COLOURS, "scale": SCALES, "order": ORDERS}
    try:
        if name == "map":
            map_of(graph, text)
        elif name == "class":
            class_of(graph, text)
        elif name == "layer":
            return len(graph.columns[int(text)].shape) == 3 and int(text) >= 0
        elif name == "large":
            return 0 < int(text) < len(graph.columns) - 1
        elif name in choices:
            return text in choices[name]
        else:
            change_of(graph, {name: text})
    except (ValueError, IndexError):
        return False
    return True


def _silenced(graph: Graph, text: str) -> tuple[str, int | None]:
    """Column name and channel of "column-channel", the column by its place."""
    place, _, channel = text.partition("-")
    if not 0 < int(place) < len(graph.columns) - 1:
        raise ValueError("This layer cannot be switched off.")
    column = graph.columns[int(place)]
    if channel == _ALL:
        return column.name, None
    if not 0 <= int(channel) < column.shape[0]:
        raise ValueError("There is no such channel.")
    return column.name, int(channel)


def _numbers(text: object, count: int, low: float, high: float) -> tuple[float, ...] | None:
    if not text:
        return None
    numbers = [as_number(part, low, high) for part in str(text).split(",")]
    if len(numbers) != count or None in numbers:
        raise ValueError(f"Needed: {count} numbers from {low} to {high}, with commas between them.")
    return tuple(numbers)
