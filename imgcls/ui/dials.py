"""Sliders inside a live picture: their numbers in the session and in the address, and what a drag asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from imgcls.ui.address import as_number, kept_number, to_address
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
    numbers = {dial.name: dial_number(dial, told) for dial in dials}
    if not fresh or news.get("final", True):
        write_dials(dials, numbers)
    return numbers


def dial_number(dial: Dial, told: object) -> float:
    """What the dial says, after a message has `told` the dials' numbers by their names; kept as a live slider's."""
    news = told.get(dial.name) if isinstance(told, Mapping) else None
    return kept_number(dial.name, dial.low, dial.high, dial.start, news)


def write_dials(dials: Sequence[Dial], numbers: Mapping[str, float]) -> None:
    """Put the dials' numbers into the address, but for those at their start."""
    for dial in dials:
        to_address(dial.name, None if numbers[dial.name] == dial.start else f"{numbers[dial.name]:g}")


def asked_numbers(question: Mapping[str, Any], dials: Sequence[Dial], numbers: Mapping[str, float]) -> dict[str, float]:
    """The numbers that a question of a drag sends along; those it does not send, or sends badly, are as before."""
    told = question.get("numbers")
    found = {
        dial.name: as_number(told.get(dial.name) if isinstance(told, Mapping) else None, dial.low, dial.high)
        for dial in dials
    }
    return {name: numbers[name] if number is None else number for name, number in found.items()}
