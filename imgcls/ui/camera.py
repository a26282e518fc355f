"""The camera, where browsers let a page have it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import streamlit as st


def camera(label: str, *, key: str, on_change: Callable[..., None], args: tuple[Any, ...] = ()) -> None:
    """The camera; where the browser keeps it to itself, one sentence on what to do instead."""
    if camera_allowed(st.context.url or ""):
        st.camera_input(label, key=key, on_change=on_change, args=args)
    else:
        st.info(
            "Browsers give the camera only to pages with https, and this one has none. Press Upload instead: "
            "a phone offers its camera there, too.",
            icon=":material/no_photography:",
        )


def camera_allowed(url: str) -> bool:
    """Whether browsers hand out the camera at this address: over https, or on the machine itself; "": perhaps."""
    host = urlsplit(url).hostname or "localhost"
    own = host in ("127.0.0.1", "::1", "localhost") or host.endswith(".localhost")
    return own or urlsplit(url).scheme == "https"
