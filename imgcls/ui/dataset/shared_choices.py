"""Choices that two pages share: what was chosen last on one is the other's default."""

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException

from imgcls.ui.address import store_of, went_back


@dataclass(frozen=True)
class SharedChoices:
    """Choices with their defaults, named `{prefix}_{name}` in the address for each page's prefix.

    `texts` says how choices made with native widgets stand in the address: a widget that finds its value in the session
    when it is first drawn does not write it there. `dials` are those made with sliders of a stage.
    """

    store: str
    defaults: Mapping[str, Any]
    texts: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    dials: Collection[str] = ()

    def take_over(self, prefix: str, usual: Mapping[str, Any] = MappingProxyType({})) -> None:
        """Takes what another page has chosen since; an address that names a choice of this page comes first.

        Call it before the widgets, and `hand_on` after them. `usual` has the defaults that this page has to itself.
        """
        shared, seen = st.session_state.get(self.store), st.session_state.get(f"{prefix}:{self.store}")
        addressed = went_back() or any(
            f"{prefix}_{name}" in st.query_params and self.key(prefix, name) not in st.session_state
            for name in self.defaults
        )
        if shared and shared != seen and not addressed:
            for name, value in shared.items():
                st.session_state[self.key(prefix, name)] = value
                if name in self.texts and value != usual.get(name, self.defaults[name]):
                    with suppress(StreamlitAPIException):  # its widget is there already, and writes it
                        st.query_params[f"{prefix}_{name}"] = self.texts[name](value)

    def hand_on(self, prefix: str, usual: Mapping[str, Any] = MappingProxyType({})) -> None:
        """What this page has chosen counts for the others, too; what it shows unasked, its `usual`, does not."""
        values = {name: self.value(prefix, name) for name in self.defaults}
        if self.store not in st.session_state and values == {**self.defaults, **usual}:
            return
        st.session_state[self.store] = st.session_state[f"{prefix}:{self.store}"] = values

    def key(self, prefix: str, name: str) -> str:
        """Under which key the session keeps a choice."""
        return store_of(f"{prefix}_{name}") if name in self.dials else f"{prefix}_{name}"

    def value(self, prefix: str, name: str) -> Any:
        """What is chosen, also where its widget is not drawn just now."""
        shared = st.session_state.get(self.store, self.defaults)
        return st.session_state.get(self.key(prefix, name), shared[name])
