"""Live components: each folder holds a `view.js`, its `view.css`, and an `__init__.py` with its Python call."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from imgcls import palette

_HERE = Path(__file__).resolve().parent


def declare(name: str, *, html: str = "", isolate_styles: bool = True, uses: Sequence[str] = ()) -> Callable[..., Any]:
    """Register the component in folder `name` once, at import time; returns its mount function.

    `uses` names further scripts of this folder that stand in front of its view.js; a style sheet beside a script
    comes along.
    """
    scripts = [_HERE / file for file in ("shared.js", *uses, f"{name}/view.js")]
    script = "\n".join(file.read_text() for file in scripts)
    styles = [file.with_suffix(".css") for file in scripts]
    style = palette.css_variables() + "\n".join(file.read_text() for file in styles if file.is_file())
    return st.components.v2.component(f"imgcls_{name}", html=html, js=script, css=style, isolate_styles=isolate_styles)


def sent(key: str, name: str = "value") -> Mapping[str, Any]:
    """What the component `key` last sent under `name`; empty before it has sent anything."""
    state = st.session_state.get(key) or {}
    return state.get(name) or {}


def ignore() -> None:
    """The callback of a state key that is read after the rerun rather than in a callback."""
