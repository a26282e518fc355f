"""Sliders inside a live picture: their numbers in the session and in the address, and what a drag asks for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import streamlit as st

from imgcls.ui.address import as_number, kept_number, to_address
from imgcls.ui.components import sent

Numbers = Mapping[str, Any]


@dataclass(frozen=True)
class Dial:
    """One slider; `name` is its key, and its name in the page's address.

    `low`, `high` and `help` (a line below it) may be functions of the numbers that stand above it in its table. It is
    a dial of whole numbers if `step` and `start` are ints. `by` is the key of a live picture in which a hand can set
    the number, too.
    """

    name: str
    label: str
    low: float | Callable[[Numbers], float]
    high: float | Callable[[Numbers], float]
    step: float
    start: float
    digits: int = 2
    unit: str = ""
    help: str | Callable[[Numbers], str] = ""
    by: str = ""
    kept: ClassVar[bool] = True

    def least(self, numbers: Numbers) -> float:
        """Its lower limit beside these other numbers."""
        return self.low(numbers) if callable(self.low) else self.low

    def most(self, numbers: Numbers) -> float:
        """Its upper limit beside these other numbers."""
        return self.high(numbers) if callable(self.high) else self.high

    def check(self, candidate: object, numbers: Numbers) -> float | None:
        """The number that a message or an address names; None if it is none within the limits."""
        number = as_number(candidate, self.least(numbers), self.most(numbers))
        return number if number is None else self._whole(number)

    def within(self, number: float, numbers: Numbers) -> float:
        """The number as near as the limits allow."""
        return self._whole(min(max(number, self.least(numbers)), self.most(numbers)))

    def text(self, number: float) -> str:
        """As it stands in the address."""
        return f"{number:g}"

    def data(self, numbers: Numbers) -> dict[str, Any]:
        """What the slider shows of it, with the number and limits of the moment."""
        return {
            "number": numbers[self.name],
            "low": self.least(numbers),
            "high": self.most(numbers),
            "help": self.help(numbers) if callable(self.help) else self.help,
        }

    def _whole(self, number: float) -> float:
        return round(number) if isinstance(self.step, int) and isinstance(self.start, int) else number


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
