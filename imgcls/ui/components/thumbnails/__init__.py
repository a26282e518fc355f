"""Small pictures in a grid, in groups or not; each can be clicked, or tells what it is."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import streamlit as st

from imgcls.ui.address import as_number
from imgcls.ui.components import Element, declare, placed, sent

_mount = declare("thumbnails", says=("pick",))


@dataclass(frozen=True)
class Group:
    """Pictures from `first` on stand below this title, with a second line and a bar of this length (0 to 1) beside."""

    title: str
    first: int
    note: str = ""
    length: float | None = None


def thumbnails(
    pictures: np.ndarray,
    labels: Sequence[str],
    captions: Sequence[str] = (),
    *,
    alt: str,
    side: int = 72,
    groups: Sequence[Group] = (),
    wrong: Sequence[int] = (),
    framed: bool = False,
    only: Sequence[int] = (),
    first_is_large: bool = False,
    pick: bool = True,
    picked: int | None = None,
    height: int | None = None,
    key: str | None = None,
) -> Element:
    """Pictures, uint8 (N, S, S, 3), each with what it is, for the pointer and screen readers, and a caption or none.

    Args:
        side: of a picture on the screen, in CSS pixels.
        wrong: whose captions say an error; with `framed` these have a red frame, the others a green one.
        only: `pictures` are those of these places; the others stay as they were, faded.
        first_is_large: the first is the one that the others are made of.
        pick: they can be clicked, and `picked` is marked; `picked_thumbnail(key, ...)` is the one.
        height: beyond this many CSS pixels they scroll.
    """
    fields = {
        "labels": list(labels), "captions": list(captions), "groups": [asdict(group) for group in groups],
        "wrong": list(wrong), "framed": framed, "only": list(only), "alt": alt, "side": side, "large": first_is_large,
        "pick": pick, "picked": picked, "height": height,
    }  # fmt: skip
    return placed(_mount.element(fields, {"pictures": np.ascontiguousarray(pictures)}), key)


def picked_thumbnail(key: str, count: int, about: object) -> int | None:
    """The place clicked last; None if none was since `about` is shown, or if there is no such place."""
    news, store = sent(key, "pick"), st.session_state.setdefault(f"{key}:about", {"about": about, "seq": None})
    if store["about"] != about:
        store.update(about=about, seq=news.get("seq"))  # what was clicked before was among other pictures
    if news.get("seq") == store["seq"]:
        return None
    number = as_number(news.get("index"), 0, count - 1) if count else None
    return None if number is None else int(number)
