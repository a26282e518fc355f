"""The chosen photo outlives a reload of its tab: the tab notes a token, the server keeps the photo under it."""

import secrets
import threading
from collections.abc import Callable
from typing import Any

import streamlit as st

from imgcls.data.pictures import Picture
from imgcls.ui.components import declare, sent
from imgcls.ui.components.kept_photo.spare import Spares
from imgcls.ui.session import presence

KEEP = 600.0  # seconds that a photo is kept after its tab has closed, or lost its connection

Choice = tuple[Picture, str | None]
"""A photo and the slug of its sample, None for the student's own."""

_mount = declare("kept_photo")
_spares = Spares()
_kept: dict[str, Choice] = {}
_there: dict[str, Callable[[], bool]] = {}
_ends: dict[str, threading.Timer] = {}


def keep_photo(choice: Choice | None, *, key: str, on_return: Callable[[], Any]) -> None:
    """Keep what was chosen. While nothing is, `on_return` is called, before the page runs, if the tab had something."""
    token = None
    if choice:
        token = st.session_state.setdefault(f"{key}:token", secrets.token_urlsafe(16))
        _kept[token], _there[token] = choice, presence()
        _present(token)
        _spares.keep(token, *choice)
    _mount(key=key, data={"token": token}, default={"back": None}, on_back_change=on_return)


def kept_photo(key: str) -> Choice | None:
    """What the tab had before its reload; None if it is no longer kept."""
    token = str(sent(key, "back").get("token"))
    return _kept.get(token) or _spares.find(token)


def keep_spares() -> None:
    """What other processes would need of this one's photos, should it end, stays; the rest goes."""
    _spares.tidy(_kept, KEEP)


def _left(token: str) -> None:
    timer = _ends[token] = threading.Timer(KEEP, _forget, (token,))
    timer.daemon = True
    timer.start()


def _forget(token: str) -> None:
    _ends.pop(token, None)
    if token in _there and _there[token]():  # it came back, and no script has run since
        _left(token)
        return
    _kept.pop(token, None)
    _there.pop(token, None)
    _spares.forget(token)


@st.cache_resource(scope="session", on_release=_left, show_spinner=False)
def _present(token: str) -> str:
    """Called anew after a connection that broke for a moment: the end is taken back."""
    if timer := _ends.pop(token, None):
        timer.cancel()
    return token
