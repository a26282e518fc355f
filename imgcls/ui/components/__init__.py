"""Live components: each folder holds a `view.js`, its `view.css`, and an `__init__.py` with its Python call."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import streamlit as st

from imgcls.ui.views import bootstrap

_caught: ContextVar[dict[str, Any] | None] = ContextVar("caught", default=None)


def declare(
    name: str, *, html: str = "", isolate_styles: bool = True, styles: Sequence[str] = ()
) -> Callable[..., Any]:
    """Register the component in folder `name` once, at import time; returns its mount function.

    `styles` are further style sheets of imgcls/ui/js; view.css beside view.js comes by itself.
    """
    script = bootstrap(f"components/{name}", [f"js/{style}" for style in styles])
    mount = st.components.v2.component(f"imgcls_{name}", html=html, js=script, isolate_styles=isolate_styles)

    def show(*, key: str, data: Any, **more: Any) -> Any:
        if (elements := _caught.get()) is not None:
            elements[element_name(key)] = data
            return None
        return mount(key=_safe(key), data=data, **more)

    return show


def element_name(key: str) -> str:
    """What follows `st-key-` in the class of the component `key`: by this the elements find each other."""
    return re.sub(r"[^\w-]", "-", _safe(key), flags=re.ASCII)  # as Streamlit does


def _safe(key: str) -> str:
    """Any key, also one with a name in it that came from an address: Streamlit refuses ids with "__"."""
    return re.sub("_(?=_)", "_.", key)


@contextmanager
def caught() -> Iterator[dict[str, Any]]:
    """Components called inside are not shown: their data are kept by key, to be sent to those that are on the page.

    What is called inside must use nothing else of Streamlit; it may run in any thread.
    """
    elements: dict[str, Any] = {}
    token = _caught.set(elements)
    try:
        yield elements
    finally:
        _caught.reset(token)


def is_caught() -> bool:
    """Whether components are `caught` rather than shown: then there is no session."""
    return _caught.get() is not None


def sent(key: str, name: str = "value") -> Mapping[str, Any]:
    """What the component `key` last sent under `name`; empty before it has sent anything, and when `caught`."""
    if is_caught():
        return {}
    state = st.session_state.get(_safe(key)) or {}
    return state.get(name) or {}


def unheard(key: str, seen: str, name: str = "value") -> Mapping[str, Any]:
    """What the component `key` has sent since this was last asked; empty when it has said nothing new.

    `seen` is the session key that remembers what was heard.
    """
    news = sent(key, name)
    if news.get("seq") == st.session_state.get(seen):
        return {}
    st.session_state[seen] = news.get("seq")
    return news


def let_go(*keys: str, name: str = "value") -> bool:
    """Whether one of these live components has just been let go: true once for each time.

    `name` is what the components send their news under.
    """
    fresh = False
    for key in keys:
        news = sent(key, name)
        if news.get("final") and news.get("seq") != st.session_state.get(f"{key}:let_go"):
            st.session_state[f"{key}:let_go"] = news.get("seq")
            fresh = True
    return fresh


def ignore() -> None:
    """The callback of a state key that is read after the rerun rather than in a callback."""
