"""Cards that the student puts in order: dragged, or moved by their buttons."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from imgcls.ui.components import declare, sent

_HTML = '<div class="card head"></div><ol></ol><p></p><p class="spoken" aria-live="polite"></p>'
_mount = declare("cross_entropy/ranking", says=("value",), html=f'<div class="ranking">{_HTML}</div>')


@dataclass(frozen=True)
class Card:
    """One forecast: what came true, and the probabilities of the ranking's `parts` with a text each.

    Once it has been checked, `verdict` says what it cost, `length` (0..1) draws that, `marked` is the part that counts
    and `belongs` is the place (counted from 0) where the card belongs.
    """

    title: str
    shares: Sequence[float]
    texts: Sequence[str]
    verdict: str = ""
    length: float = 0.0
    marked: int | None = None
    belongs: int | None = None


def read_order(key: str, count: int) -> tuple[int, ...]:
    """The cards' places in the student's order, first to last; their given order until one has been moved."""
    store = f"{key}:order"
    news = sent(key)
    if news.get("seq") != st.session_state.get(f"{store}:seq"):
        st.session_state[f"{store}:seq"] = news.get("seq")
        order = news.get("order")
        if isinstance(order, list) and sorted(order, key=str) == sorted(range(count), key=str):
            st.session_state[store] = tuple(order)
    kept = st.session_state.get(store, ())
    return kept if len(kept) == count else tuple(range(count))


def reset_order(key: str) -> None:
    """Forget how the cards were arranged: new ones come."""
    st.session_state.pop(f"{key}:order", None)


def draw_ranking(
    cards: Sequence[Card], order: Sequence[int], *, parts: Sequence[str], key: str, first: str, last: str, alt: str
) -> None:
    """Draw `cards` in `order`; `parts` head their bars, `first` and `last` say what belongs at either end."""
    fields = {"cards": [asdict(card) for card in cards], "order": list(order), "parts": list(parts)}
    _mount.element(fields | {"first": first, "last": last, "alt": alt}).show(key)
