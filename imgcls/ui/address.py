"""The page's address: where the server is found, and the lesson's state, which our own widgets read, write, follow.

In the browser the app's own files have names from where the page is served (`served` in js/served.js): a proxy
may have put a path in front that the server never sees. Only what is printed needs a full address made here.

The session keeps each number (`kept`); the address tells it where the session has none yet. `follow` makes the session
forget what the address of this run knows better, so that Back, Forward and links show what they name.
"""

import math
import socket
from collections.abc import Callable
from typing import TypeVar

import streamlit as st
from streamlit import net_util
from streamlit.runtime.scriptrunner import get_script_run_ctx

Kept = TypeVar("Kept")
STORES = "address:stores"
"""Session-state key: for each page, the names that it reads, and under which keys the session keeps what they say."""
_PAGE, _ARRIVED = "address:page", "address:arrived"


def base_path() -> str:
    """Where the app is served by `server.baseUrlPath`: "" or "/lab"."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"/{base}" if base else ""


def full_address(host: str) -> str:
    """The address of the first page of this server under the name `host`, as the options say; ends with a slash."""
    scheme = "https" if st.get_option("server.sslCertFile") else "http"
    return f"{scheme}://{host}:{st.get_option('browser.serverPort')}{base_path()}/"


def hall_address() -> str:
    """What to open on other devices in the same network."""
    return full_address(net_util.get_internal_ip() or socket.gethostname())


def follow(page: str) -> None:
    """Forget what this page keeps where the address counts for more. To be called before the page is run.

    After Back, Forward, or an address that a script in the browser went to, all of the address counts: what it does not
    name has its default, as it is with Streamlit's bound widgets. Whoever comes from another page finds what they left
    there, but for what the link names. A rerun of any other kind forgets nothing: the browser may not have heard yet of
    what was written to the address.
    """
    session = st.session_state
    came, back = session.get(_PAGE) != page, went_back()
    session[_PAGE], session[_ARRIVED] = page, came or back
    for name, stores in session.get(STORES, {}).get(page, {}).items():
        if back or (came and name in st.query_params):
            for store in stores:
                session.pop(store, None)


def arrived() -> bool:
    """Whether this run shows a page that the one before did not, or another address of it."""
    return bool(st.session_state.get(_ARRIVED))


def went_back() -> bool:
    """Whether this run shows another address of the browser's history: then all of the address counts."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def in_address(name: str, store: str = "") -> str | None:
    """The text under `name` in the address, if any; the session keeps under `store` (or `name`) what is made of it."""
    names = st.session_state.setdefault(STORES, {}).setdefault(st.session_state.get(_PAGE, ""), {})
    names.setdefault(name, set()).add(store or name)
    return st.query_params.get(name)


def kept(name: str, read: Callable[[str | None], Kept], store: str = "") -> Kept:
    """What the session keeps under `store` (or `name`); else what `read` makes of the text under `name`, None without.

    `read` must take any text: people type addresses.
    """
    text, store = in_address(name, store), store or name
    if store not in st.session_state:
        st.session_state[store] = read(text)
    return st.session_state[store]


def store_of(name: str) -> str:
    """Under which key the session keeps the number `name`."""
    return f"{name}:slider"


def as_number(candidate: object, low: float, high: float) -> float | None:
    """A finite number within the limits, else None. "1_0" is none, which Python would read as 10."""
    if isinstance(candidate, str) and "_" in candidate:
        return None
    try:
        number = float(candidate)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):  # the last for a whole number beyond 10^308
        return None
    return number if math.isfinite(number) and low <= number <= high else None


def to_address(name: str, text: str | None) -> None:
    """Write `text` under `name` into the address; None takes it out, as for a default."""
    if text is None:
        if name in st.query_params:
            del st.query_params[name]
    elif st.query_params.get(name) != text:
        st.query_params[name] = text
