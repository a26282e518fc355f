"""A sheet of small pictures, in groups or not: each can be clicked; sliders above draw them anew while they move."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import streamlit as st

from imgcls.ui.address import as_number
from imgcls.ui.components import declare, ignore, sent
from imgcls.ui.dials import Dial, asked_numbers
from imgcls.ui.live import offer
from imgcls.ui.packet import pack

_mount = declare("sheet", styles=("dials.css",))


@dataclass(frozen=True)
class Group:
    """Tiles from `first` on stand below this title, with a second line and a bar of this length (0 to 1) beside it."""

    title: str
    first: int
    note: str = ""
    length: float | None = None


@dataclass(frozen=True, eq=False)
class Sheet:
    """What is shown: pictures uint8 (N, S, S, 3) and for each a caption, "" for none.

    `labels` say what each picture is, for the pointer and screen readers. `wrong` marks captions that say an error;
    `framed` puts a red frame round these pictures and a green one round the others. `only`: the pictures are those of
    these tiles; the others stay as they were, faded.
    """

    pictures: np.ndarray
    labels: Sequence[str]
    captions: Sequence[str] = ()
    groups: Sequence[Group] = ()
    wrong: Sequence[int] = ()
    framed: bool = False
    only: Sequence[int] = ()

    def packed(self, **more: Any) -> bytes:
        """As a packet for the component."""
        fields = {
            "labels": list(self.labels),
            "captions": list(self.captions),
            "groups": [asdict(group) for group in self.groups],
            "wrong": list(self.wrong),
            "framed": self.framed,
            "only": list(self.only),
        }
        return pack(fields | more, pictures=np.ascontiguousarray(self.pictures))


def picked_tile(key: str, count: int, about: object) -> int | None:
    """The tile clicked last; None if none was since the sheet shows `about`, or if there is no such tile."""
    news, store = sent(key, "told"), st.session_state.setdefault(f"{key}:about", {"about": about, "seq": None})
    if store["about"] != about:
        store.update(about=about, seq=news.get("seq"))  # what was clicked before was on another sheet
    if news.get("seq") == store["seq"]:
        return None
    number = as_number(news.get("picked"), 0, count - 1) if count else None
    return None if number is None else int(number)


def sheet(
    draw: Callable[[Mapping[str, float]], Sheet],
    numbers: Mapping[str, float] | None = None,
    *,
    key: str,
    alt: str,
    side: int = 72,
    dials: Sequence[Dial] = (),
    first_is_large: bool = False,
    pick: bool = True,
    picked: int | None = None,
    height: int | None = None,
    on_told: Callable[[], Any] = ignore,
    drag: Callable[[Mapping[str, float]], Sheet] | None = None,
) -> Sheet:
    """Show `draw(numbers)`, and draw it anew at every move of a dial; returns what is shown.

    `draw` must call nothing of Streamlit. `side` is that of a tile in CSS pixels; `first_is_large`: the first picture
    is the one that the others are made of. `pick`: the tiles can be clicked; `picked` is marked. Beyond `height` it
    scrolls. `on_told` is called after a click and at the end of a drag, when `sent(key, "told")` has "numbers" and
    "picked". `drag` draws while a dial moves, if that has to be less than `draw`.
    """
    numbers = dict(numbers or {})

    def answer(question: Mapping[str, Any]) -> bytes:
        return (drag or draw)(asked_numbers(question, dials, numbers)).packed()

    shown = draw(numbers)
    packet = shown.packed(
        dials=[asdict(dial) for dial in dials],
        numbers=numbers,
        alt=alt,
        side=side,
        large=first_is_large,
        pick=pick,
        picked=picked,
        height=height,
        ask=offer(key, answer) if dials else "",
        ack=sent(key, "told").get("seq"),
    )
    _mount(key=key, data=packet, default={"told": None}, on_told_change=on_told)
    return shown
