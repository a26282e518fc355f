"""Live components: each folder holds a `view.js`, its `view.css`, and an `__init__.py` with its Python call.

Those of one lesson alone lie in that lesson's folder.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from imgcls.ui.packet import pack
from imgcls.ui.views import bootstrap


@dataclass(frozen=True, eq=False)
class Element:
    """A live component with its data, as a picture returns it: not on the page until it is shown.

    `fields` are JSON; with `arrays` they travel as one packet. `on_change` is called when a hand has done something to
    it, before the page runs.
    """

    component: "Component"
    fields: Mapping[str, Any]
    arrays: Mapping[str, np.ndarray] | None
    on_change: Callable[[], Any]

    def show(self, key: str, **fields: Any) -> None:
        """Put it on the page, or bring it up to date there, with further `fields`."""
        if self.arrays is None:
            fields["key"] = key
        says, told = self.component.says, {}
        if says:
            fields["ack"] = sent(key, says[0]).get("seq")
            told = {"default": dict.fromkeys(says), **{f"on_{name}_change": self.on_change for name in says}}
        self.component.mount(key=_safe(key), data=self._data({**self.fields, **fields}), **told)

    def news(self) -> dict[str, Any] | bytes:
        """Its data alone, for an element that is on the page already."""
        return self._data(self.fields)

    def _data(self, fields: Mapping[str, Any]) -> dict[str, Any] | bytes:
        return dict(fields) if self.arrays is None else pack(fields, **self.arrays)


@dataclass(frozen=True)
class Component:
    """One kind of live element, registered with Streamlit."""

    mount: Callable[..., Any]
    says: Sequence[str]

    def element(
        self,
        fields: Mapping[str, Any],
        arrays: Mapping[str, np.ndarray] | None = None,
        on_change: Callable[[], Any] = lambda: None,
    ) -> Element:
        """One with these data, to be shown later."""
        return Element(self, fields, arrays, on_change)


def declare(
    name: str, *, says: Sequence[str] = (), html: str = "", isolate_styles: bool = True, styles: Sequence[str] = ()
) -> Component:
    """Register the component in folder `name` once, at import time: "plot" here, or a lesson's own, "softmax/simplex".

    `says` are the names under which it says what a hand has done to it. Where a callback is to be called it is not
    "value": Streamlit unwraps a lone state of that name, and its callback never fires. `styles` are further style
    sheets of imgcls/ui/js; view.css beside view.js comes by itself.
    """
    folder, known_as = (name if "/" in name else f"components/{name}"), f"imgcls_{name.replace('/', '_')}"
    script = bootstrap(folder, [f"js/{style}" for style in styles])
    return Component(st.components.v2.component(known_as, html=html, js=script, isolate_styles=isolate_styles), says)


def placed(element: Element, key: str | None) -> Element:
    """The element; with a `key` it is shown at once."""
    if key is not None:
        element.show(key)
    return element


def element_name(key: str) -> str:
    """What follows `st-key-` in the class of the component `key`: by this the elements find each other."""
    return re.sub(r"[^\w-]", "-", _safe(key), flags=re.ASCII)  # as Streamlit does


def _safe(key: str) -> str:
    """Any key, also one with a name in it that came from an address: Streamlit refuses ids with "__"."""
    return re.sub("_(?=_)", "_.", key)


def sent(key: str, name: str = "value") -> Mapping[str, Any]:
    """What the component `key` last sent under `name`; empty before it has sent anything."""
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
