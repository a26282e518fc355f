"""Sliders inside a live picture: their numbers in the session and in the address, and what a drag asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from imgcls.ui.address import as_number, number_in_address, to_address
from imgcls.ui.components import sent


@dataclass(frozen=True)
class Dial:
    """One slider of the picture; `name` is its key, and its name in the page's address."""

    name: str
    label: str
    low: float
    high: float
    step: float
    start: float
    digits: int = 2


def read_dials(key: str, dials: Sequence[Dial]) -> dict[str, float]:
    """The numbers of the dials, from the last message, the session, or the page's address."""
    news = sent(key)
    fresh = news.get("seq") != st.session_state.get(f"{key}:dials")
    st.session_state[f"{key}:dials"] = news.get("seq")
    told = news.get("numbers") if fresh else None
    numbers = {}
    for dial in dials:
        store = f"{dial.name}:slider"  # the same place as a live slider's, so that set_slider works
        if store not in st.session_state:
            st.session_state[store] = number_in_address(dial.name, dial.low, dial.high, dial.start)
        if isinstance(told, Mapping) and (number := as_number(told.get(dial.name), dial.low, dial.high)) is not None:
            st.session_state[store] = number
        numbers[dial.name] = min(max(st.session_state[store], dial.low), dial.high)
        if not fresh or news.get("final", True):
            to_address(dial.name, None if numbers[dial.name] == dial.start else f"{numbers[dial.name]:g}")
    return numbers


def asked_numbers(question: Mapping[str, Any], dials: Sequence[Dial], numbers: Mapping[str, float]) -> dict[str, float]:
    """The numbers that a question of a drag sends along; those it does not send, or sends badly, are as before."""
    told = question.get("numbers")
    found = {
        dial.name: as_number(told.get(dial.name) if isinstance(told, Mapping) else None, dial.low, dial.high)
        for dial in dials
    }
    return {name: numbers[name] if number is None else number for name, number in found.items()}
