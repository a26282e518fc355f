"""What many sliders in one element say: told by the page's address, the session, the last message, or a drag."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from imgcls.ui.address import as_number, in_address, kept, to_address
from imgcls.ui.components import sent
from imgcls.ui.dials import Dial, dial_number, write_dials


@dataclass(frozen=True)
class SliderRows:
    """The numbers of all rows, the row last touched, the row picked (None where nothing can be picked), the dials.

    `settings` has the number of each of the `dials`, by its name.
    """

    key: str
    numbers: tuple[float, ...]
    low: float
    high: float
    limits: tuple[int, int]
    active: int
    picked: int | None
    ack: int | None
    dials: tuple[Dial, ...] = ()
    settings: Mapping[str, float] = field(default_factory=dict)


def read_sliders(
    key: str,
    default: Sequence[float],
    *,
    low: float = 0.0,
    high: float = 0.0,
    picked: int | None = None,
    limits: tuple[int, int] | None = None,
    dials: Sequence[Dial] = (),
) -> SliderRows:
    """What the sliders say now.

    The numbers are kept in the page's address as `key`, joined by "_", the picked row (counted from 0) as `<key>_true`,
    and each dial under its name; anything there that is not a list of numbers within the limits is ignored. `limits`
    are the smallest and the largest count of rows, if the student may add and remove them.
    """
    limits = limits or (len(default), len(default))
    store = f"{key}:numbers"
    news = sent(key)
    fresh = news.get("seq") != st.session_state.get(f"{store}:seq")
    if fresh:
        st.session_state[f"{store}:seq"] = news.get("seq")
        if (numbers := _checked(news.get("numbers"), low, high, limits)) is not None:
            st.session_state[store] = numbers
            st.session_state[f"{store}:active"] = _index(news.get("active"), 0)
            st.session_state[f"{store}:true"] = _index(news.get("picked"), picked)
    start = tuple(map(float, default))
    numbers: tuple[float, ...] = ()
    if limits[1]:  # else there are dials alone
        in_address(key, f"{store}:active")  # other numbers: nobody has touched them yet
        numbers = kept(key, lambda text: _parsed(text, low, high, limits) or start, store)
    chosen = None
    if picked is not None:
        true = kept(f"{key}_true", lambda text: _index(text, picked), f"{store}:true")
        chosen = min(true, len(numbers) - 1)
    active = min(st.session_state.get(f"{store}:active", chosen or 0), max(len(numbers) - 1, 0))
    settings = {dial.name: dial_number(dial, news.get("settings") if fresh else None) for dial in dials}
    if news.get("final", True):
        to_address(key, None if numbers == tuple(default) else joined(numbers))
        to_address(f"{key}_true", None if chosen == picked else str(chosen))
        write_dials(dials, settings)
    return SliderRows(key, numbers, low, high, limits, active, chosen, news.get("seq"), tuple(dials), settings)


def asked(rows: SliderRows, question: Mapping[str, Any]) -> SliderRows:
    """The rows as they stand during a drag, told by the question that it asks; see `imgcls.ui.live`.

    Raises:
        ValueError: the numbers are not as many as there are rows, or not within the limits.
    """
    count = len(rows.numbers)
    numbers = _checked(question.get("numbers"), rows.low, rows.high, (count, count))
    told = question.get("settings")
    told = told if isinstance(told, Mapping) else {}
    settings = {dial.name: as_number(told.get(dial.name), dial.low, dial.high) for dial in rows.dials}
    if numbers is None or None in settings.values():
        raise ValueError("These are not numbers within the sliders' limits.")
    active = min(_index(question.get("active"), rows.active) or 0, max(count - 1, 0))
    return replace(rows, numbers=numbers, settings=settings, active=active)


def set_sliders(key: str, numbers: Sequence[float], picked: int | None = None, final: bool = True) -> None:
    """Set all sliders from code, and the picked row if given; takes effect at their next drawing.

    `final` is False while something else that sets them is being dragged: the address follows when the drag ends.
    """
    store = f"{key}:numbers"
    st.session_state[store] = tuple(float(number) for number in numbers)
    st.session_state.pop(f"{store}:active", None)
    if picked is not None:
        st.session_state[f"{store}:true"] = picked
        to_address(f"{key}_true", str(picked))
    if final:
        to_address(key, joined(numbers))


def joined(numbers: Sequence[float]) -> str:
    """The numbers as they stand in the page's address: "1_-2_0.5"."""
    return "_".join(f"{number:g}" for number in numbers)


def _parsed(text: str | None, low: float, high: float, limits: tuple[int, int]) -> tuple[float, ...] | None:
    return _checked((text or "")[:200].split("_"), low, high, limits)


def _checked(candidates: Any, low: float, high: float, limits: tuple[int, int]) -> tuple[float, ...] | None:
    if not isinstance(candidates, list | tuple) or not limits[0] <= len(candidates) <= limits[1]:
        return None
    try:
        numbers = tuple(float(candidate) for candidate in candidates)
    except (TypeError, ValueError, OverflowError):
        return None
    return numbers if all(math.isfinite(number) and low <= number <= high for number in numbers) else None


def _index(candidate: Any, default: int | None) -> int | None:
    text = str(candidate)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else default
