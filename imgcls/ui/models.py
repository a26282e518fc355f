"""Choosing a network: the embedded one is always there, others are downloaded once, for all sessions together, and
the networks that this session has trained stand beside them."""

import re
import threading
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass

import streamlit as st

from imgcls.models.classify import Classifier
from imgcls.models.registry import DEFAULT, MODELS, ModelUnavailable, is_ready, load
from imgcls.numbers import fixed, whole
from imgcls.plain import markdown
from imgcls.training.runs import RunError, RunFiles, RunInfo, run_folder
from imgcls.training.trained import load_trained
from imgcls.ui.training.run import session_files
from imgcls.ui.training.runs_in_use import look_at
from imgcls.ui.training.words import preset_of


@dataclass
class _Download:
    """Written by its thread, read by the pages that wait."""

    received: int = 0
    total: int | None = None
    running: bool = True
    trouble: str | None = None

    def progress(self, received: int, total: int | None) -> None:
        self.received, self.total = received, total


downloads: dict[str, _Download] = {}
_guard = threading.Lock()


RUN = "run-"
_RUN_ID = r"\d{8}-\d{6}-\w{8}"
_KEPT_TRAINED = 16
_trained: OrderedDict[tuple[str, float], Classifier] = OrderedDict()


def choose_model(key: str) -> Classifier:
    """A selectbox of all networks, bound to the page's address; returns the chosen one, or the default while that
    cannot be had, with a progress bar or one sentence saying why."""
    _give_up_on_failed(key)
    trained = trained_runs(key)
    name = st.selectbox(
        "Network",
        [*MODELS, *trained],
        format_func=lambda name: trained.get(name) or title_of(name),
        key=key,
        bind="query-params",
        label_visibility="collapsed",
        persist_state="session",
        on_change=_chosen,
        args=(key,),
    )
    if trouble := st.session_state.get(f"{key}:trouble"):
        st.warning(f"{markdown(str(trouble))} {MODELS[DEFAULT].title} stays selected.", icon=":material/cloud_off:")
    if name in trained:
        try:
            return load_run(name)
        except RunError as trouble:
            st.warning(
                f"{markdown(str(trouble))} The answers below are those of {MODELS[DEFAULT].title}.",
                icon=":material/error:",
            )
            return load(DEFAULT)
    if is_ready(name):
        try:
            return load(name)
        except ModelUnavailable as trouble:  # the file has been damaged since
            st.warning(
                f"{markdown(str(trouble))} The answers below are those of {MODELS[DEFAULT].title}.",
                icon=":material/error:",
            )
            return load(DEFAULT)
    download = downloads.get(name)
    if download and download.running:
        _watch(name)
    else:  # a link brought us here: nothing is fetched without being asked for
        st.button(f"Download {MODELS[name].title}", icon=":material/download:", on_click=start_download, args=(name,))
    st.caption(f"Until it is here, the answers below are those of {MODELS[DEFAULT].title}.")
    return load(DEFAULT)


def model_lines(classifier: Classifier) -> tuple[str, str]:
    """For code panels: the line that imports what is needed, and the expression that loads this network again."""
    if not classifier.name.startswith(RUN):
        return "from imgcls.models.registry import load", f'load("{classifier.name}")'
    imports = "from imgcls.training.runs import run_folder\nfrom imgcls.training.trained import load_trained"
    return imports, f'load_trained(run_folder("{_run_id(classifier.name)}"))'


def run_title(run_id: str, info: RunInfo) -> str:
    """How a run is called among the networks, and in the page's address."""
    return f"Your training {run_id} · {info.title}, {preset_of(info.config)}"


def trained_runs(key: str) -> dict[str, str]:
    """Networks that this session, or the run that the page's address names, has trained: name -> title."""
    files = dict(session_files())
    wanted = f"{st.query_params.get(key, '')} {st.session_state.get(key) or ''}"
    if found := re.search(_RUN_ID, wanted):
        with suppress(RunError):  # no folder for runs, no runs
            files.setdefault(found[0], RunFiles(run_folder(found[0])))
        look_at(files)
    titles = {}
    for name, each in files.items():
        try:
            if (each.folder / "best.pt").is_file():
                titles[f"{RUN}{name}"] = run_title(name, each.info())
        except RunError:
            continue
    return titles


def _run_id(name: str) -> str:
    return name.removeprefix(RUN)


def load_run(name: str) -> Classifier:
    """The network "run-<id>" with the best weights so far; while the run goes on, better ones take their place.

    Raises:
        RunError: it has no weights, or they cannot be used.
    """
    folder = run_folder(_run_id(name))
    try:
        version = (folder / "best.pt").stat().st_mtime
    except OSError as error:
        raise RunError("The weights of this run are not there any more.") from error
    with _guard:
        if (name, version) not in _trained:
            _trained[name, version] = load_trained(folder)
            while len(_trained) > _KEPT_TRAINED:
                _trained.popitem(last=False)
        return _trained[name, version]


def title_of(name: str) -> str:
    spec = MODELS[name]
    size = f"{fixed(spec.parameters / 1e6, 1)} M parameters"
    return f"{spec.title} · {size}" + ("" if is_ready(name) else f" · download {whole(spec.megabytes)} MB")


def _give_up_on_failed(key: str) -> None:
    """Put the default back, before the widget is drawn, when the chosen network could not be had."""
    name = st.session_state.get(key)
    if name and name.startswith(RUN):
        return
    download = downloads.get(name) if name else None
    if download and not download.running and download.trouble:
        st.session_state[key] = DEFAULT
        st.session_state[f"{key}:trouble"] = download.trouble


def _chosen(key: str) -> None:
    st.session_state.pop(f"{key}:trouble", None)
    if not st.session_state[key].startswith(RUN):
        start_download(st.session_state[key])


def start_download(name: str) -> None:
    with _guard:
        if is_ready(name) or (name in downloads and downloads[name].running):
            return
        downloads[name] = _Download()
        threading.Thread(target=_fetch, args=(name, downloads[name]), daemon=True).start()


def _fetch(name: str, download: _Download) -> None:
    try:
        load(name, progress=download.progress)
    except ModelUnavailable as trouble:
        download.trouble = str(trouble)
    finally:
        download.running = False


@st.fragment(run_every=0.4)
def _watch(name: str) -> None:
    download = downloads[name]
    if not download.running:
        st.rerun()
    share = download.received / download.total if download.total else 0.0
    st.progress(min(share, 1.0), f"Downloading {MODELS[name].title}: {whole(download.received / 1e6)} MB")
