"""The chosen photo outlives a reload of its tab: the tab notes a token, the server keeps the photo under it."""

import secrets
from collections.abc import Callable
from typing import Any

import streamlit as st

from imgcls.data.pictures import Picture
from imgcls.jobs.attendance import Attendance
from imgcls.ui.components import declare, sent
from imgcls.ui.frame.kept_photo.spare import Spares
from imgcls.ui.session import presence

KEEP = 600.0  # seconds that a photo is kept after its tab has closed, or lost its connection

Choice = tuple[Picture, str | None]
"""A photo and the slug of its sample, None for the student's own."""

_mount = declare("frame/kept_photo", says=("back",))
_spares = Spares()
_kept: dict[str, Choice] = {}
_tabs = Attendance(KEEP)


def keep_photo(choice: Choice | None, *, key: str, on_return: Callable[[], Any]) -> None:
    """Keep what was chosen. While nothing is, `on_return` is called, before the page runs, if the tab had something."""
    token = None
    if choice:
        token = st.session_state.setdefault(f"{key}:token", secrets.token_urlsafe(16))
        _kept[token] = choice
        _tabs.attend(token, presence())
        _spares.keep(token, *choice)
    _mount.element({"token": token}, on_change=on_return).show(key)


def kept_photo(key: str) -> Choice | None:
    """What the tab had before its reload; None if it is no longer kept."""
    token = str(sent(key, "back").get("token"))
    return _kept.get(token) or _spares.find(token)


def forget_departed(now: float) -> None:
    """Photos go some time after their tab; so does what other processes would need of them, should this one end.

    `now` as `Attendance.look` has it.
    """
    for token in _tabs.look(now):
        _kept.pop(token, None)
        _spares.forget(token)
    _spares.tidy(_kept, KEEP)
