"""What this device remembers by itself: first-party cookies that only the opening of a session sends to the server."""

from collections.abc import Mapping, Sequence

import streamlit as st

from imgcls.ui.components import declare

_mount = declare("frame/cookies", html='<div class="cookies" hidden></div>', isolate_styles=False)


def keep_cookies(cookies: Mapping[str, Sequence[str]], *, key: str) -> None:
    """Let the browser keep these lists of plain words (letters, digits, hyphens); it holds them for a year."""
    _mount.element({"cookies": {name: list(words) for name, words in cookies.items()}}).show(key)


def kept_words(name: str) -> list[str]:
    """The words that the browser brought under `name` when this session began."""
    text = st.context.cookies.get(name, "")
    words = text[:4000].split(".") if isinstance(text, str) else []  # without a browser there is no text
    return [word for word in words if word.replace("-", "").isalnum()]
