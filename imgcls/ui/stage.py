"""Live pictures: the numbers that a hand moves, and what is drawn from them.

    P = Dial("drop_p", "p, the probability to drop a value", 0.0, 0.95, 0.01, 0.5)

    @st.fragment
    def mask_part(features):
        def picture(numbers):
            result = dropout(features, numbers["drop_p"])
            return {"drop_words": words(f"{result.kept:.1%} are kept."), "kept": result.kept}

        live = stage("drop", [P], picture)
        live.show()
        code_panel(..., {"kept": live["kept"]})

`picture` is one pure function of all numbers. A run of the script calls it and shows what it returns; a moving finger
calls the same function over `imgcls.ui.live`, and the browser hands each element its new data, with no rerun until the
finger is lifted. Then the fragment runs, so that all else in it follows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import streamlit as st

from imgcls.ui.address import kept, store_of, to_address
from imgcls.ui.components import Element, element_name, sent
from imgcls.ui.components.slider import slider
from imgcls.ui.dials import Dial
from imgcls.ui.live import offer
from imgcls.ui.packet import pack

__all__ = ["Dial", "Numbers", "Picture", "Row", "Setting", "Stage", "stage"]


class Numbers(dict[str, Any]):
    """The value of every row of the table, by its name, within its limits.

    `moved` are the names of those that a hand is moving at this moment, empty in a run of the script. A picture may
    leave out then what these do not change.
    """

    moved: frozenset[str] = frozenset()


Picture = Callable[[Numbers], Mapping[str, Any]]
"""Numbers to elements by their keys; it calls nothing of Streamlit. What else it returns is for the script alone."""


class Row(Protocol):
    """One row of the table: a `Dial`, or a `Setting` that is more than one number."""

    name: str
    start: Any
    by: str
    kept: bool

    def check(self, candidate: object, numbers: Mapping[str, Any]) -> Any | None:
        """What a message or the text of an address names; None if that makes no sense."""

    def within(self, value: Any, numbers: Mapping[str, Any]) -> Any:
        """The value as near as the rows above allow."""

    def text(self, value: Any) -> str:
        """As it stands in the page's address."""


@dataclass(frozen=True)
class Setting:
    """Something a hand sets in the live picture `by` that is no single number: a rectangle, a grid of weights.

    `read` takes what the view sends under `name`, or the text in the address, and returns the value, None for what
    makes no sense; it may be given anything. `write` makes that text; without it the address does not tell it. One that
    is not `kept` is `start` in every run of the script: the page keeps it in a way of its own.
    """

    name: str
    by: str
    start: Any
    read: Callable[[object], Any | None]
    write: Callable[[Any], str] | None = None
    fit: Callable[[Any, Mapping[str, Any]], Any] | None = None
    kept: bool = True

    def check(self, candidate: object, numbers: Mapping[str, Any]) -> Any | None:
        """As `read` says."""
        return self.read(candidate)

    def within(self, value: Any, numbers: Mapping[str, Any]) -> Any:
        """What `fit` makes of it beside the rows above."""
        return self.fit(value, numbers) if self.fit else value

    def text(self, value: Any) -> str | None:
        """As `write` says."""
        return self.write(value) if self.write else None


class Stage:
    """What a run of the script has drawn, still to be shown; `stage[name]` is a value of the picture for the script."""

    def __init__(self, numbers: Numbers, dials: Mapping[str, Dial], drawn: Mapping[str, Any], ask: str) -> None:
        self.numbers = numbers
        self._elements = {key: each for key, each in drawn.items() if isinstance(each, Element)}
        self._facts = {key: each for key, each in drawn.items() if not isinstance(each, Element)}
        self._ask = ask
        self._left: dict[str, Element] = {name: slider(dial, numbers) for name, dial in dials.items()}
        self._left |= self._elements

    def __getitem__(self, name: str) -> Any:
        return self._facts[name]

    def show(self, *names: str) -> None:
        """Put these dials and elements where the script is; without names all that are left, dials first."""
        for name in names or list(self._left):
            element = self._left.pop(name)
            element.show(name, **({"ask": self._ask} if element.component.says else {}))


def stage(key: str, table: Sequence[Row], picture: Picture) -> Stage:
    """Draw `picture` with the numbers of the `table` as they are now, and let it follow a hand that moves one.

    Each row is kept in the session and in the page's address under its name. The limits of a row may depend on the
    rows above it; a number that they hold back is remembered, and comes back when they allow it. Call it in the
    fragment that shows it. A live picture sets numbers by sending {"numbers": {name: value}}, as a slider does.
    """
    wanted, fresh, final = _heard(key, table)
    numbers = _within(table, wanted)

    def answer(question: Mapping[str, Any]) -> bytes:
        moved = _within(table, wanted, question["numbers"])
        news = {name: element.news() for name, element in picture(moved).items() if isinstance(element, Element)}
        for row in table:
            limits = (row.low, row.high, row.help) if isinstance(row, Dial) else ()
            if limits and (row.name in moved.moved or any(map(callable, limits))):
                news[row.name] = row.data(moved)
        return _packed({element_name(name): data for name, data in news.items()})

    if not fresh or final:
        for row in filter(lambda row: row.kept, table):
            value = numbers[row.name]
            to_address(row.name, None if value == row.start else row.text(value))
    dials = {row.name: row for row in table if isinstance(row, Dial)}
    return Stage(numbers, dials, picture(numbers), offer(key, answer))


def _packed(news: Mapping[str, Any]) -> bytes:
    """One packet with new data for elements by their names: what `bring` in js/live.js takes apart."""
    packets = {name: np.frombuffer(data, np.uint8) for name, data in news.items() if isinstance(data, bytes)}
    return pack({"beside": {name: data for name, data in news.items() if name not in packets}}, **packets)


def _heard(key: str, table: Sequence[Row]) -> tuple[dict[str, Any], bool, bool]:
    """What every row is wanted to be, whether one has just been moved, and whether by a hand that has let go."""
    numbers, wanted, fresh, final = Numbers(), {}, False, True
    news = {source: sent(source) for row in table for source in (row.name, row.by) if source}
    seen = st.session_state.setdefault(f"{key}:heard", {})
    new = {source: message for source, message in news.items() if message.get("seq") != seen.get(source)}
    seen |= {source: message.get("seq") for source, message in news.items()}
    for message in new.values():
        fresh, final = True, final and bool(message.get("final", True))
    for row in table:
        for source in (row.name, row.by) if row.kept else ():
            told = new.get(source, {}).get("numbers")
            candidate = told.get(row.name) if isinstance(told, Mapping) else None
            if candidate is not None and (value := row.check(candidate, numbers)) is not None:
                st.session_state[store_of(row.name)] = value
        wanted[row.name] = _kept(row, numbers) if row.kept else row.start
        numbers[row.name] = row.within(wanted[row.name], numbers)
    return wanted, fresh, final


def _kept(row: Row, numbers: Mapping[str, Any]) -> Any:
    """What the session keeps, else the address, else the start."""

    def read(text: str | None) -> Any:
        value = None if text is None else row.check(text, numbers)
        return row.start if value is None else value

    return kept(row.name, read, store_of(row.name))


def _within(table: Sequence[Row], wanted: Mapping[str, Any], told: Mapping[str, Any] | None = None) -> Numbers:
    """All numbers within their limits, with those that a question has `told`.

    Raises:
        ValueError: one of them makes no sense.
    """
    if not isinstance(told := told or {}, Mapping):
        raise ValueError("Numbers are told by their names.")
    numbers = Numbers()
    for row in table:
        value = wanted[row.name]
        if row.name in told and (value := row.check(told[row.name], numbers)) is None:
            raise ValueError(f"{row.name} cannot be {str(told[row.name])[:40]}.")
        numbers[row.name] = row.within(value, numbers)
    numbers.moved = frozenset(told) & numbers.keys()
    return numbers
