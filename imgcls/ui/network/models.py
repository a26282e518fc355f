"""Which network to look into: the two that come with the app, those trained on the train page, those downloaded."""

import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import streamlit as st

from imgcls.data.samples import SAMPLES
from imgcls.models.classify import Classifier
from imgcls.models.registry import DEFAULT, MODELS, ModelUnavailable, is_ready, load
from imgcls.training.runs import RunError, RunFiles, list_runs, run_folder, run_id
from imgcls.training.shipped import tinyvgg
from imgcls.training.trained import load_trained
from imgcls.ui.address import to_address

KEY = "net_model"
TINY = "tinyvgg"
_RUN = "run-"
_MOST_RUNS = 12


def choose_network() -> Classifier:
    """A selectbox whose choice stands in the page's address; the network chosen, or TinyVGG with a sentence why not."""
    titles = _titles()
    # Bound to the address by hand: Streamlit would write the long title there, which changes.
    if st.session_state.get(KEY) not in titles:
        st.session_state[KEY] = asked if (asked := st.query_params.get(KEY)) in titles else TINY
    name = st.selectbox(
        "Network", list(titles), format_func=titles.get, key=KEY, persist_state="session",
        label_visibility="collapsed",
    )  # fmt: skip
    to_address(KEY, None if name == TINY else name)
    try:
        return network(name)
    except (RunError, ModelUnavailable) as trouble:
        st.warning(f"{trouble} TinyVGG is shown instead.", icon=":material/error:")
        return tinyvgg()


def network(name: str) -> Classifier:
    """The network of that name.

    Raises:
        RunError, ModelUnavailable: it cannot be had.
    """
    if name == TINY:
        return tinyvgg()
    if name.startswith(_RUN):
        folder = run_folder(name.removeprefix(_RUN))
        weights = folder / "best.pt" if (folder / "best.pt").is_file() else folder / "checkpoint.pt"
        if not weights.is_file():
            raise RunError("This run has no weights yet: let it train for an epoch first.")
        return _trained(folder.name, weights.stat().st_mtime_ns)
    return load(name)


def loading_code(name: str) -> str:
    """The lines that load the network into `network`."""
    if name == TINY:
        return "from imgcls.training.shipped import tinyvgg\n\nnetwork = tinyvgg()"
    if name.startswith(_RUN):
        lines = ("from imgcls.training.runs import run_folder", "from imgcls.training.trained import load_trained")
        return "\n".join((*lines, "", f'network = load_trained(run_folder("{name.removeprefix(_RUN)}"))'))
    return f'from imgcls.models.registry import load\n\nnetwork = load("{name}")'


@lru_cache(maxsize=8)
def _trained(folder: str, _written: int) -> Classifier:
    return load_trained(run_folder(folder))


def home_samples(classifier: Classifier) -> list[str]:
    """The samples drawn like the pictures that the network learned from: one a class, or none for other networks."""
    slugs = [f"small-{label.lower()}" for label in classifier.labels]
    return slugs if all(slug in SAMPLES for slug in slugs) else []


def _titles() -> dict[str, str]:
    titles = {TINY: "TinyVGG · drawn dogs", DEFAULT: f"{MODELS[DEFAULT].title} · 224 × 224"}
    for files in list_runs()[:_MOST_RUNS]:
        if any((files.folder / weights).is_file() for weights in ("best.pt", "checkpoint.pt")):
            with suppress(OSError, RunError):  # removed a moment ago, or damaged
                title = _run_title(files.folder, (files.folder / "config.json").stat().st_mtime_ns)
                # Streamlit knows an option by its title: of two that are the same, only the first could be chosen.
                again = title in titles.values()
                titles[_RUN + run_id(files)] = f"{title} · {run_id(files)}" if again else title
    titles |= {name: spec.title for name, spec in MODELS.items() if name != DEFAULT and is_ready(name)}
    return titles


@lru_cache(maxsize=64)
def _run_title(folder: Path, _written: int) -> str:
    """Kept, since reading a run's settings builds its network to check them, and the page runs at every change."""
    info = RunFiles(folder).info()
    return f"Your run, {time.strftime('%d.%m. %H:%M', time.localtime(info.started))} · {info.title}"
