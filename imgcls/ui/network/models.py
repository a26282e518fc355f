"""Which network to look into: the two that come with the app, those trained on the train page, those downloaded."""

from contextlib import suppress
from functools import lru_cache

import streamlit as st

from imgcls.data.samples import SAMPLES
from imgcls.models.classify import Classifier
from imgcls.models.registry import DEFAULT, MODELS, ModelUnavailable, is_ready, load
from imgcls.plain import markdown
from imgcls.training.runs import RunError, RunFiles, run_folder
from imgcls.training.trained import tinyvgg
from imgcls.ui.address import kept, to_address
from imgcls.ui.models import RUN, load_run, trained_runs
from imgcls.ui.network.state import COMMON, NAMES

KEY = "net_model"
TINY = "tinyvgg"


def choose_network() -> Classifier:
    """A selectbox whose choice stands in the page's address; the network chosen, or TinyVGG with a sentence why not."""
    titles, session = _titles(), st.session_state
    # Bound to the address by hand: Streamlit would write the long title there, which changes.
    if kept(KEY, lambda text: text) not in titles:
        session[KEY] = TINY
    name = st.selectbox(
        "Network", list(titles), format_func=titles.get, key=KEY, persist_state="session",
        label_visibility="collapsed", on_change=_chosen,
    )  # fmt: skip
    to_address(KEY, None if name == TINY else name)
    try:
        return network(name)
    except (RunError, ModelUnavailable) as trouble:
        st.warning(f"{markdown(str(trouble))} TinyVGG is shown instead.", icon=":material/error:")
        return tinyvgg()


def _chosen() -> None:
    """The state in the address is of the network before: it goes first, or Back would lead to it in the new one."""
    for name in NAMES:
        if name not in COMMON:
            to_address(f"net_{name}", None)


def network(name: str) -> Classifier:
    """The network of that name.

    Raises:
        RunError, ModelUnavailable: it cannot be had.
    """
    if name == TINY:
        return tinyvgg()
    return load_run(name) if name.startswith(RUN) else load(name)


def loading_code(name: str) -> str:
    """The lines that load the network into `network`."""
    if name == TINY:
        return "from imgcls.training.trained import tinyvgg\n\nnetwork = tinyvgg()"
    if name.startswith(RUN):
        lines = ("from imgcls.training.runs import run_folder", "from imgcls.training.trained import load_trained")
        return "\n".join((*lines, "", f'network = load_trained(run_folder("{name.removeprefix(RUN)}"))'))
    return f'from imgcls.models.registry import load\n\nnetwork = load("{name}")'


def home_samples(classifier: Classifier) -> list[str]:
    """The samples drawn like the pictures that the network learned from: one a class, or none for other networks."""
    slugs = [f"small-{label.lower()}" for label in classifier.labels] if _knows_drawings(classifier.name) else []
    return slugs if all(slug in SAMPLES for slug in slugs) else []


@lru_cache(maxsize=64)
def _knows_drawings(name: str) -> bool:
    if name.startswith(RUN):
        with suppress(RunError):
            return RunFiles(run_folder(name.removeprefix(RUN))).info().config.data.source == "drawn-dogs"
    return name == TINY


def _titles() -> dict[str, str]:
    titles = {TINY: "TinyVGG · drawn dogs", DEFAULT: f"{MODELS[DEFAULT].title} · 224 × 224"}
    # What it is comes first: beside the row of dogs the box is narrow.
    titles |= {name: " · ".join(reversed(title.split(" · ", 1))) for name, title in trained_runs(KEY).items()}
    return titles | {name: spec.title for name, spec in MODELS.items() if name != DEFAULT and is_ready(name)}
