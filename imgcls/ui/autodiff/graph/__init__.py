"""The autograd graph as a picture: sliders above, nodes left to right, the backward pass step by step, the chain rule.

During a drag the picture is asked for at `imgcls.ui.live`; Streamlit hears of it when the hand is lifted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from imgcls.ui.address import as_number, kept, to_address
from imgcls.ui.components import declare, ignore, sent, unheard
from imgcls.ui.dials import Dial, asked_numbers
from imgcls.ui.live import offer
from imgcls.ui.packet import pack

_mount = declare("autodiff/graph", styles=("dials.css",))


@dataclass(frozen=True)
class Choice:
    """What the student has chosen in the picture.

    `turn` is the backward step, None for the last one. `picked` is the node clicked (None: follow the backward pass).
    `cut` is a node whose switch was just pressed, `cell` a (node, row, column) just clicked; both are None afterwards.
    """

    turn: int | None
    picked: int | None
    cut: int | None = None
    cell: tuple[int, int, int] | None = None


Picture = Callable[[Mapping[str, float], Choice], Mapping[str, Any]]
"""What to draw for the dials' numbers and a choice: JSON fields, made without Streamlit."""


def read_choice(key: str, about: str) -> Choice:
    """What is chosen in the picture, from the last message, the session, or the page's address.

    A picture of something else (`about` changed) starts at the end of its backward pass again, unless the address has
    just told where to stand.
    """
    session, step, node = st.session_state, f"{key}_step", f"{key}_node"
    if session.get(f"{key}:about", about) != about:
        session.update({name: None for name in (step, node) if name in session})
    session[f"{key}:about"] = about
    if news := unheard(key, f"{key}:choice:seq"):
        session.update({step: _number(news.get("turn")), node: _number(news.get("selected"))})
    chosen = {name: kept(name, _number) for name in (step, node)}
    for name, number in chosen.items():
        to_address(name, None if number is None else str(number))
    return Choice(chosen[step], chosen[node], _number(news.get("cut")), _cell(news.get("cell")))


def graph(
    picture: Picture, numbers: Mapping[str, float], chosen: Choice, *, dials: Sequence[Dial], key: str, alt: str
) -> None:
    """Show `picture(numbers, chosen)`, and draw it anew at every move of a dial, every step, and every click."""

    def answer(question: Mapping[str, Any]) -> bytes:
        moved = asked_numbers(question, dials, numbers)
        return pack(picture(moved, Choice(_number(question.get("turn")), _number(question.get("selected")))))

    fields = {
        **picture(numbers, chosen),
        "dials": [asdict(dial) for dial in dials],
        "numbers": dict(numbers),
        "alt": alt,
        "ask": offer(key, answer),
        "ack": sent(key).get("seq"),
    }
    _mount(key=key, data=pack(fields), default={"value": None}, on_value_change=ignore)


def _number(candidate: object) -> int | None:
    """A small whole number, else None."""
    number = as_number(candidate, 0, 999)
    return None if number is None else int(number)


def _cell(candidate: object) -> tuple[int, int, int] | None:
    numbers = [_number(part) for part in candidate.split(",")] if isinstance(candidate, str) else []
    return tuple(numbers) if len(numbers) == 3 and None not in numbers else None  # type: ignore[return-value]
