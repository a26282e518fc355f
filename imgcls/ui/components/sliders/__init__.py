"""Many live sliders in one element, one a row, with what follows from each written and drawn beside it.

A drag sends one message that carries the whole vector. Pointing at a row, or at its part of the sum, lights both up
and costs no message.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from imgcls.ui.components import declare, ignore, sent

_mount = declare("sliders", html='<div class="sliders"></div>', uses=("number.js",))


@dataclass(frozen=True)
class SliderRows:
    """The numbers of all rows, the row last touched, and the row picked (None where nothing can be picked)."""

    key: str
    numbers: tuple[float, ...]
    low: float
    high: float
    limits: tuple[int, int]
    active: int
    picked: int | None
    ack: int | None


@dataclass(frozen=True)
class Column:
    """What follows from each row: a text and a bar.

    `lengths` are 0..1, or -1..1 for `signed` bars, which grow from the middle; none for a column without bars. Texts
    and titles may raise an exponent: "e^{z}". A text that is "inf" or "nan" is marked as broken. `total` is written
    below.
    """

    title: str
    texts: Sequence[str]
    lengths: Sequence[float] = ()
    quantity: str = "probability"
    signed: bool = False
    total: str = ""


@dataclass(frozen=True)
class Stack:
    """The rows' parts of a whole, laid end to end: a share (0..1) and a text each, and the whole's own text."""

    title: str
    shares: Sequence[float]
    texts: Sequence[str]
    total: str


def read_sliders(
    key: str,
    default: Sequence[float],
    *,
    low: float,
    high: float,
    picked: int | None = None,
    limits: tuple[int, int] | None = None,
) -> SliderRows:
    """What the sliders say now: read it, compute what follows, then draw both with `draw_sliders`.

    The numbers are kept in the page's address as `key`, joined by "_", and the picked row (counted from 0) as
    `<key>_true`; anything there that is not a list of numbers within the limits is ignored. `limits` are the smallest
    and the largest count of rows, if the student may add and remove them.
    """
    limits = limits or (len(default), len(default))
    store = f"{key}:numbers"
    if store not in st.session_state:
        st.session_state[store] = _parsed(st.query_params.get(key), low, high, limits) or tuple(map(float, default))
        st.session_state[f"{store}:true"] = _index(st.query_params.get(f"{key}_true"), picked)
    news = sent(key)
    if news.get("seq") != st.session_state.get(f"{store}:seq"):
        st.session_state[f"{store}:seq"] = news.get("seq")
        if (numbers := _checked(news.get("numbers"), low, high, limits)) is not None:
            st.session_state[store] = numbers
            st.session_state[f"{store}:active"] = _index(news.get("active"), 0)
            st.session_state[f"{store}:true"] = _index(news.get("picked"), picked)
    numbers = st.session_state[store]
    chosen = None if picked is None else min(st.session_state.get(f"{store}:true", picked), len(numbers) - 1)
    active = min(st.session_state.get(f"{store}:active", chosen or 0), len(numbers) - 1)
    if news.get("final") or not news:
        _to_address(key, None if numbers == tuple(default) else joined(numbers))
        _to_address(f"{key}_true", None if chosen == picked else str(chosen))
    return SliderRows(key, numbers, low, high, limits, active, chosen, news.get("seq"))


def set_sliders(key: str, numbers: Sequence[float], picked: int | None = None, final: bool = True) -> None:
    """Set all sliders from code, and the picked row if given; takes effect at their next drawing.

    `final` is False while something else that sets them is being dragged: the address follows when the drag ends.
    """
    store = f"{key}:numbers"
    st.session_state[store] = tuple(float(number) for number in numbers)
    st.session_state.pop(f"{store}:active", None)
    if picked is not None:
        st.session_state[f"{store}:true"] = picked
        st.query_params[f"{key}_true"] = str(picked)
    if final:
        st.query_params[key] = joined(numbers)


def draw_sliders(
    rows: SliderRows,
    names: Sequence[str],
    columns: Sequence[Column],
    *,
    title: str = "logit z",
    head: str = "class",
    stack: Stack | None = None,
    details: Sequence[str] = (),
    alt: str,
) -> None:
    """Draw the sliders with their `columns`; `details` has one sentence a row, shown for the row pointed at.

    `head` names what a row is, `title` what its slider sets, `alt` says in a sentence what the whole is.
    """
    data = asdict(rows) | {"title": title, "least": rows.limits[0], "most": rows.limits[1]}
    _draw(rows.key, data, names, columns, head, stack, details, alt)


def draw_rows(
    names: Sequence[str],
    columns: Sequence[Column],
    *,
    key: str,
    head: str = "class",
    picked: int | None = None,
    alt: str,
) -> None:
    """The same rows without sliders: for numbers that are given, not set. `picked` is marked as the true one."""
    _draw(key, {"numbers": None, "picked": picked, "active": picked or 0}, names, columns, head, None, (), alt)


def _draw(
    key: str,
    data: Mapping[str, Any],
    names: Sequence[str],
    columns: Sequence[Column],
    head: str,
    stack: Stack | None,
    details: Sequence[str],
    alt: str,
) -> None:
    _mount(
        key=key,
        data={
            **data,
            "names": list(names),
            "columns": [asdict(column) | {"lengths": list(map(_drawn, column.lengths))} for column in columns],
            "head": head,
            "stack": asdict(stack) if stack else None,
            "details": list(details),
            "alt": alt,
        },
        default={"value": None},
        on_value_change=ignore,
    )


def _drawn(length: float) -> float:
    """What is not a number has no bar (and no place in JSON)."""
    return float(length) if math.isfinite(length) else 0.0


def let_go(*keys: str) -> bool:
    """Whether one of these live elements has just been let go: true once for each time."""
    fresh = False
    for key in keys:
        news = sent(key)
        if news.get("final") and news.get("seq") != st.session_state.get(f"{key}:let_go"):
            st.session_state[f"{key}:let_go"] = news.get("seq")
            fresh = True
    return fresh


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
    except (TypeError, ValueError):
        return None
    return numbers if all(math.isfinite(number) and low <= number <= high for number in numbers) else None


def _index(candidate: Any, default: int | None) -> int | None:
    text = str(candidate)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else default


def _to_address(key: str, text: str | None) -> None:
    if text is None:
        if key in st.query_params:
            del st.query_params[key]
    elif st.query_params.get(key) != text:
        st.query_params[key] = text
