"""What many sliders in one element say: rows of a stage's table, told by the address, the session, or a hand."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from imgcls.ui.address import in_address, store_of, to_address
from imgcls.ui.components import unheard
from imgcls.ui.stage import Numbers, Setting


@dataclass(frozen=True)
class SliderRows:
    """The numbers of all rows, the row last touched, the row picked (None where nothing can be picked).

    `settings` has every other number of the stage, by its name.
    """

    key: str
    numbers: tuple[float, ...]
    low: float
    high: float
    limits: tuple[int, int]
    active: int = 0
    picked: int | None = None
    settings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class _Numbers(Setting):
    """The numbers of all rows; `also` makes them of what another live picture sends, beside the numbers above it."""

    also: Callable[[Mapping[str, Any], Numbers], Sequence[float] | None] | None = None

    def check(self, candidate: object, numbers: Mapping[str, Any]) -> tuple[float, ...] | None:
        """A list, or the text of an address."""
        if isinstance(candidate, Mapping):
            candidate = self.also(candidate, numbers) if self.also else None
        return self.read(candidate)


@dataclass(frozen=True)
class Rows:
    """The sliders of one element, whose key is `key`: from `low` to `high`, `start` at first.

    The page's address keeps the numbers under `key`, joined by "_", and the picked row (counted from 0) as
    `<key>_true`. `limits` are the smallest and the largest count of rows, if the student may add and remove them. `by`
    and `also`: another live picture that sets the numbers, and how (see `_Numbers`).
    """

    key: str
    start: tuple[float, ...]
    low: float
    high: float
    picked: int | None = None
    limits: tuple[int, int] | None = None
    by: str = ""
    also: Callable[[Mapping[str, Any], Numbers], Sequence[float] | None] | None = None

    def table(self) -> list[Setting]:
        """The rows of the stage's table. To be called in each run of the script."""
        numbers = _Numbers(self.key, self.by or self.key, self.start, self._checked, joined, also=self.also)
        touched = Setting(f"{self.key}:active", self.key, self._active(), _index, kept=False)
        if self.picked is None:
            return [numbers, touched]
        return [numbers, touched, Setting(f"{self.key}_true", self.key, self.picked, _index, str, self._there)]

    def of(self, numbers: Numbers) -> SliderRows:
        """What the sliders say, among all numbers of the stage."""
        own, picked = numbers[self.key], numbers.get(f"{self.key}_true")
        active = numbers[f"{self.key}:active"]
        active = min(picked or 0 if active is None else active, len(own) - 1)
        return SliderRows(self.key, own, self.low, self.high, self._counts(), active, picked, numbers)

    def _counts(self) -> tuple[int, int]:
        return self.limits or (len(self.start), len(self.start))

    def _there(self, index: int, numbers: Mapping[str, Any]) -> int:
        return min(index, len(numbers[self.key]) - 1)

    def _checked(self, candidate: object) -> tuple[float, ...] | None:
        if isinstance(candidate, str):
            candidate = candidate[:200].split("_")
        least, most = self._counts()
        if not isinstance(candidate, list | tuple) or not least <= len(candidate) <= most:
            return None
        try:
            numbers = tuple(float(number) for number in candidate)
        except (TypeError, ValueError, OverflowError):
            return None
        return numbers if all(math.isfinite(z) and self.low <= z <= self.high for z in numbers) else None

    def _active(self) -> int | None:
        """The row last touched; None while the address has brought other numbers, which nobody has touched yet."""
        store = f"{self.key}:touched"
        in_address(self.key, store)
        told = unheard(self.key, f"{store}:seq").get("numbers")
        if isinstance(told, Mapping) and (index := _index(told.get(f"{self.key}:active"))) is not None:
            st.session_state[store] = index
        return st.session_state.get(store)


def set_sliders(key: str, numbers: Sequence[float], picked: int | None = None) -> None:
    """Set all sliders from code, and the picked row if given; takes effect at their next drawing."""
    st.session_state[store_of(key)] = tuple(float(number) for number in numbers)
    st.session_state.pop(f"{key}:touched", None)
    to_address(key, joined(numbers))
    if picked is not None:
        st.session_state[store_of(f"{key}_true")] = picked
        to_address(f"{key}_true", str(picked))


def joined(numbers: Sequence[float]) -> str:
    """The numbers as they stand in the page's address: "1_-2_0.5"."""
    return "_".join(f"{number:g}" for number in numbers)


def _index(candidate: object) -> int | None:
    text = str(candidate)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None
