"""Choosing a network: the embedded one is always there, others are downloaded once, for all sessions together."""

import threading
from dataclasses import dataclass

import streamlit as st

from imgcls.models.classify import Classifier
from imgcls.models.registry import DEFAULT, MODELS, ModelUnavailable, is_ready, load


@dataclass
class _Download:
    """Written by its thread, read by the pages that wait."""

    received: int = 0
    total: int | None = None
    running: bool = True
    trouble: str | None = None

    def progress(self, received: int, total: int | None) -> None:
        self.received, self.total = received, total


_downloads: dict[str, _Download] = {}
_guard = threading.Lock()


def choose_model(key: str) -> Classifier:
    """A selectbox of all networks, bound to the page's address; returns the chosen one, or the default while that
    cannot be had, with a progress bar or one sentence saying why."""
    _give_up_on_failed(key)
    name = st.selectbox(
        "Network",
        list(MODELS),
        format_func=_title,
        key=key,
        bind="query-params",
        persist_state="session",
        on_change=_chosen,
        args=(key,),
    )
    if trouble := st.session_state.get(f"{key}:trouble"):
        st.warning(f"{trouble} {MODELS[DEFAULT].title} stays selected.", icon=":material/cloud_off:")
    if is_ready(name):
        try:
            return load(name)
        except ModelUnavailable as trouble:  # the file has been damaged since
            st.warning(f"{trouble} The answers below are those of {MODELS[DEFAULT].title}.", icon=":material/error:")
            return load(DEFAULT)
    download = _downloads.get(name)
    if download and download.running:
        _watch(name)
    else:  # a link brought us here: nothing is fetched without being asked for
        st.button(f"Download {MODELS[name].title}", icon=":material/download:", on_click=_start, args=(name,))
    st.caption(f"Until it is here, the answers below are those of {MODELS[DEFAULT].title}.")
    return load(DEFAULT)


def _title(name: str) -> str:
    spec = MODELS[name]
    size = f"{spec.parameters / 1e6:.1f} M parameters"
    return f"{spec.title} · {size}" + ("" if is_ready(name) else f" · download {spec.megabytes:.0f} MB")


def _give_up_on_failed(key: str) -> None:
    """Put the default back, before the widget is drawn, when the chosen network could not be had."""
    name = st.session_state.get(key)
    download = _downloads.get(name) if name else None
    if download and not download.running and download.trouble:
        st.session_state[key] = DEFAULT
        st.session_state[f"{key}:trouble"] = download.trouble


def _chosen(key: str) -> None:
    st.session_state.pop(f"{key}:trouble", None)
    _start(st.session_state[key])


def _start(name: str) -> None:
    with _guard:
        if is_ready(name) or (name in _downloads and _downloads[name].running):
            return
        _downloads[name] = _Download()
        threading.Thread(target=_fetch, args=(name, _downloads[name]), daemon=True).start()


def _fetch(name: str, download: _Download) -> None:
    try:
        load(name, progress=download.progress)
    except ModelUnavailable as trouble:
        download.trouble = str(trouble)
    finally:
        download.running = False


@st.fragment(run_every=0.4)
def _watch(name: str) -> None:
    download = _downloads[name]
    if not download.running:
        st.rerun()
    share = download.received / download.total if download.total else 0.0
    st.progress(min(share, 1.0), f"Downloading {MODELS[name].title}: {download.received / 1e6:.0f} MB")
