"""A tour through the whole network on the student's photo: one table of steps, from the pixels to the answer.

Each step is an address, `?tour=7` with the state of the canvas. Its words (tour_words.py) name things of the picture as
`[words](target)`: the browser lights up the one when the other is pointed at (see canvas/tour.js). What is to be done
is `Todo`: where it is shown, and what ticks it off.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from imgcls.models.registry import DEFAULT
from imgcls.ui.address import arrived, as_number, kept, to_address, went_back
from imgcls.ui.network import tour_words as says
from imgcls.ui.network.look import Look
from imgcls.ui.network.models import KEY as MODEL
from imgcls.ui.network.models import TINY
from imgcls.ui.network.state import begin_at
from imgcls.ui.network.tour_words import PATCH, Sight, State

FORWARD, WHAT_IF, BACKWARDS, FILM = "Forward", "What if", "Backwards", "Film"
NAME = "tour"
NETWORKS = (TINY, DEFAULT)
"""Those that the sentences hold for: they end in one dense layer, and their maps are made by convolutions."""


@dataclass(frozen=True)
class Todo:
    """What to do: `at` is where it is shown. It is done once `at` is pointed at, or the state's entry `state` has
    become `value`: "" for none, None for another than it was."""

    words: str
    at: str
    state: str = ""
    value: str | None = None


@dataclass(frozen=True)
class Stop:
    """One step: its part of the page, the state that it opens with, its words for a state, and what to do."""

    words: Callable[[Sight, State], str]
    todo: Callable[[Sight], Todo] | None = None
    part: str = FORWARD
    state: Callable[[Sight], State] = field(default=lambda sight: {})


def _with(**state: str) -> Callable[[Sight], State]:
    return lambda sight: state


def _in_strong(sight: Sight) -> State:
    return {"map": sight.opened, "order": "mean"}


def _in_class(sight: Sight) -> State:
    return {"class": str(sight.best)}


STOPS = (
    Stop(says.photo, lambda sight: Todo("Point at the photo.", "photo")),
    Stop(says.channels, lambda sight: Todo("Point at one of the channels.", "column-0")),
    Stop(says.first, lambda sight: Todo("Point at a map, and see what it comes from.", "column-1")),
    Stop(
        says.strong,
        lambda sight: Todo(f"Open map {sight.strong}.", f"tile-{sight.bend}-{sight.strong}", "map", sight.opened),
        state=_with(order="mean"),
    ),
    Stop(says.products, lambda sight: Todo("Point into a product: its window lights up.", "product"), state=_in_strong),
    Stop(says.total, lambda sight: Todo("Point into the sum.", "stage-0"), state=_in_strong),
    Stop(
        says.bent,
        lambda sight: Todo("Point at a white place after the bend.", says.bend_place(sight)),
        state=_in_strong,
    ),
    Stop(says.scale, lambda sight: Todo("Set Colours to “one for all”.", "tool-colours", "colours", "network")),
    Stop(says.smaller, lambda sight: Todo("Point at a map of the last layer.", f"column-{sight.last}")),
    Stop(says.field, lambda sight: Todo("Point at a map in the middle: its square is on the photo.", "maps")),
    Stop(says.parameters),
    Stop(
        says.late,
        lambda sight: Todo(f"Open map {sight.needed}.", sight.tile, "map", sight.map(sight.last, sight.needed)),
        state=_with(order="influence"),
    ),
    Stop(
        says.many,
        lambda sight: Todo("Click an input: go one layer back.", "input", "map"),
        state=lambda sight: {"map": sight.map(sight.last, sight.needed), "order": "influence"},
    ),
    Stop(says.tail, lambda sight: Todo("Point at the row of numbers.", "tail")),
    Stop(says.logit, state=_in_class),
    Stop(says.for_and_against, state=_in_class),
    Stop(says.softmax, state=_in_class),
    Stop(
        says.ask_off,
        lambda sight: Todo(
            f"Click map {sight.needed} to switch it off.", sight.tile, "off", f"{sight.last}-{sight.needed}"
        ),
        part=WHAT_IF,
        state=_with(order="influence"),
    ),
    Stop(
        says.off,
        lambda sight: Todo("Switch it on again: press “Undo all”.", "tool-undo", "off", ""),
        part=WHAT_IF,
        state=lambda sight: {"off": f"{sight.last}-{sight.needed}", "order": "influence"},
    ),
    Stop(
        says.patch,
        lambda sight: Todo("Drag the patch. What must stay in sight?", "photo", "patch"),
        part=WHAT_IF,
        state=_with(patch=PATCH),
    ),
    Stop(
        says.back,
        lambda sight: Todo("Click another layer’s name.", f"column-{max(1, sight.last // 2)}", "layer"),
        part=BACKWARDS,
    ),
    Stop(says.end),
)


def current() -> int | None:
    """The step that the page is at, from 1; None without the tour."""
    return kept(NAME, _read)


def _read(text: str | None) -> int | None:
    number = as_number(text, 1, len(STOPS))
    return None if number is None else int(number)


def begin(number: int = 1) -> None:
    """Enter the tour at a step; the page comes to its state once the network is known (see `arrive`)."""
    st.session_state[NAME], st.session_state["net_tour_begins"] = number, True


def arrive(part_key: str) -> None:
    """Before the page's parts: an address that names a step alone gets the step's part."""
    number, session = current(), st.session_state
    to_address(NAME, None if number is None else str(number))
    if number is None:
        return
    named = {name for name in st.query_params if name.startswith("net_")} - {MODEL}
    linked = arrived() and not went_back()
    if linked and not named:
        session["net_tour_begins"] = True
    if (linked and part_key not in named) or session.get("net_tour_begins"):
        session[part_key] = STOPS[number - 1].part


def settle(look: Look) -> None:
    """Once the network is known: the state of a step that was named alone."""
    number = current()
    if number is not None and st.session_state.pop("net_tour_begins", False):
        begin_at(STOPS[number - 1].state(Sight(look)))


def told(look: Look, state: State) -> dict[str, Any] | None:
    """The step as the canvas shows it, None without the tour."""
    number = current()
    if number is None or look.graph.classifier.name not in NETWORKS:
        return None
    more = {MODEL: st.query_params[MODEL]} if MODEL in st.query_params else {}
    sight, stop = Sight(look), STOPS[number - 1]
    todo = stop.todo(sight) if stop.todo else None
    return {
        "number": number, "count": len(STOPS), "words": pieces(stop.words(sight, state)),
        "todo": todo and {"words": todo.words, "at": todo.at, "state": todo.state, "value": todo.value},
        "start": dict(stop.state(sight)),
        "back": address(sight, number - 1, more), "next": address(sight, number + 1, more),
    }  # fmt: skip


def address(sight: Sight, number: int, more: Mapping[str, str]) -> str:
    """The query of a step, "" where there is none."""
    if not 1 <= number <= len(STOPS):
        return ""
    stop = STOPS[number - 1]
    query = {NAME: str(number), **more} | ({} if stop.part == FORWARD else {"net_part": stop.part})
    return "?" + urlencode(query | {f"net_{name}": text for name, text in stop.state(sight).items()})


def pieces(text: str) -> list[list[str]]:
    """`[words](target)` and what stands between: [words, target], the target "" for plain words."""
    found = re.split(r"\[([^\]]*)\]\(([^)]*)\)", text)
    return [[words, found[k + 1] if k % 3 == 1 else ""] for k, words in enumerate(found) if k % 3 != 2 and words]
