"""Which network to look into: the two that come with the app, those trained on the train page, those downloaded."""

from contextlib import suppress
from functools import lru_cache

import streamlit as st

from imgcls.data.pictures import Picture
from imgcls.data.samples import SAMPLES
from imgcls.models.classify import Classifier
from imgcls.models.registry import DEFAULT, MODELS, ModelUnavailable, is_ready, load
from imgcls.plain import markdown
from imgcls.training.runs import RunError, RunFiles, run_folder
from imgcls.training.trained import tinyvgg
from imgcls.ui.address import kept, to_address
from imgcls.ui.hall import distance_from
from imgcls.ui.models import RUN, load_run, trained_runs
from imgcls.ui.network.state import COMMON, NAMES
from imgcls.ui.network.state import MODEL as KEY
from imgcls.ui.photo import current_sample
from imgcls.ui.predict_first import Asked

_CHOSEN = "net_chosen"  # the network that the student or the address chose, else None
_OWN = "net_own"  # the same as it was before a question, while one is asked
TINY = "tinyvgg"


def choose_network(photo: Picture, asked: Asked) -> Classifier:
    """A selectbox of networks; the one chosen, or TinyVGG with a sentence why not.

    What the student chose, or the address names, wins and stands in the address; else `fitting` chooses for the photo.
    A question is about a network of its own: while it covers the page there is nothing to choose, and whoever leaves
    it, or skips it, goes on with theirs.
    """
    titles, fits, session = network_titles(), fitting(photo), st.session_state
    # Bound to the address by hand: Streamlit would write the long title there, which changes.
    chosen = kept(KEY, lambda text: text, _CHOSEN)
    if asked.question:
        session.setdefault(_OWN, None if asked.told else chosen)
    elif _OWN in session:
        own = session.pop(_OWN)
        if chosen in (None, TINY) and (own or fits) != (chosen or fits):  # all questions are about TinyVGG
            chosen = own
            _forget_state()
    if chosen not in titles:
        chosen = None
    session[_CHOSEN] = chosen
    name = session[KEY] = chosen or fits
    if asked.shown:
        name = st.selectbox(
            "Network", list(titles), format_func=titles.get, key=KEY, persist_state="session",
            label_visibility="collapsed", on_change=_chosen,
        )  # fmt: skip
    if chosen or st.query_params.get(KEY) != name:  # else it names what is open
        to_address(KEY, chosen)
    try:
        return network(name)
    except (RunError, ModelUnavailable) as trouble:
        st.warning(f"{markdown(str(trouble))} TinyVGG is shown instead.", icon=":material/error:")
        return tinyvgg()


def fitting(photo: Picture) -> str:
    """The network to open with: TinyVGG for a drawing, EfficientNet-Lite0 for a photo of the real world.

    Our drawings of dogs are known. Any other picture is a drawing if it could be one of those TinyVGG learned from.
    """
    sample = SAMPLES.get(current_sample() or "")
    if sample and sample.drawn_dog:
        return TINY
    distance = distance_from(tinyvgg(), photo)
    return TINY if distance and distance.value <= 1 else DEFAULT


def _chosen() -> None:
    st.session_state[_CHOSEN] = st.session_state[KEY]
    if _OWN in st.session_state:
        st.session_state[_OWN] = st.session_state[KEY]
    _forget_state()


def _forget_state() -> None:
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


def network_titles() -> dict[str, str]:
    titles = {TINY: "TinyVGG · drawings", DEFAULT: f"{MODELS[DEFAULT].title} · 224 × 224"}
    # What it is comes first: beside the row of dogs the box is narrow.
    titles |= {name: " · ".join(reversed(title.split(" · ", 1))) for name, title in trained_runs(KEY).items()}
    return titles | {name: spec.title for name, spec in MODELS.items() if name != DEFAULT and is_ready(name)}
