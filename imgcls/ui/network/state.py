"""What the student is looking at, in the session and in the page's address; and what they have changed."""

import time
from collections.abc import Mapping
from typing import Any

import streamlit as st

from imgcls.models.ablation import SWAPS, WhatIf
from imgcls.models.graph import Graph
from imgcls.ui.address import as_number, to_address
from imgcls.ui.components import sent

KEY = "net_canvas"
NAMES = ("map", "class", "layer", "colours", "scale", "order", "off", "patch", "shift", "activation")
"""The state's entries, each a short text; `net_<name>` in the address."""
COMMON = ("colours", "scale", "order")
"""Those that hold for any network."""
COLOURS = ("map", "layer", "network")
SCALES = ("light",)
"""Besides the usual one, in colour: from dark for negative to light for positive."""
ORDERS = ("channel", "mean", "influence")
HEARD_SECONDS = 1.0
_ALL = "all"


def read_state(graph: Graph) -> dict[str, str]:
    """The state from the last message, the session or the address; what does not fit the network is left out."""
    news, session = sent(KEY, "state"), st.session_state
    address = {name: st.query_params[f"net_{name}"] for name in NAMES if f"net_{name}" in st.query_params}
    store, led = session.get("net_state"), False
    if news.get("seq") is not None and news.get("seq") != session.get("net_seen"):
        session["net_seen"] = news["seq"]
        told = news.get("state")
        if isinstance(told, Mapping):
            store = {name: str(told[name]) for name in NAMES if told.get(name)}
    elif store is None or _went_back(address):
        store, led = address, True
        session["net_turn"] = session.get("net_turn", 0) + 1
    if session.setdefault("net_of", graph.classifier.name) != graph.classifier.name:
        session["net_of"] = graph.classifier.name
        if not led:
            store = {name: text for name, text in store.items() if name in COMMON}
    state = {name: text for name, text in store.items() if _fits(graph, name, text)}
    if state != session.get("net_state"):
        session["net_written"] = time.monotonic()
    session["net_state"] = state
    for name in NAMES:
        to_address(f"net_{name}", state.get(name))
    return state


def turn() -> int:
    """Counts how often the address told the state: then the canvas follows it."""
    return st.session_state.get("net_turn", 0)


def _went_back(address: Mapping[str, str]) -> bool:
    """Whether the browser's Back or Forward changed the address of this page.

    Just after the address was written, the browser may not have heard of it; and whoever comes from another lesson
    finds the state that was left, not the empty address of the link.
    """
    here, written = KEY in st.session_state, st.session_state.get("net_written", 0.0)
    return here and time.monotonic() - written > HEARD_SECONDS and address != st.session_state["net_state"]


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
