"""Which pictures to learn from: one choice for the lessons on data and on training, in the address of either."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from imgcls.data.datasets import DatasetError
from imgcls.data.layouts import Renamed
from imgcls.data.server_sets import server_sets
from imgcls.data.sources import CIFAR10, DRAWN_DOGS, PETS
from imgcls.plain import markdown
from imgcls.training.config import DataChoice
from imgcls.ui.address import as_number
from imgcls.ui.components import unheard
from imgcls.ui.dataset import class_photos
from imgcls.ui.dataset.own_pictures import own_file
from imgcls.ui.dataset.real_sets import on_this_machine
from imgcls.ui.dataset.shared_choices import SharedChoices
from imgcls.ui.dataset.understood import forget, understood
from imgcls.ui.stage import Dial

OWN, CLASS_PHOTOS = "own", "class-photos"
TITLES = {
    DRAWN_DOGS: "Drawn dogs", PETS: "Oxford-IIIT Pet", CIFAR10: "CIFAR-10", OWN: "Your own pictures",
    CLASS_PHOTOS: "Photos of this class",
}  # fmt: skip
ON_SERVER = "on the server: "  # in front of the name of a set in IMGCLS_DATA
TASKS = {"breeds": "All classes", "binary": "Dog or not"}
COUNTS = (120, 300, 600, 1200, 2500, 5000, 10000)
NETWORKS_OWN = "as the network"
SIDES = (NETWORKS_OWN, 16, 24, 32, 48, 64, 96, 128)
# Every choice with its default, by the name that stands behind the page's prefix in the address.
DEFAULTS: Mapping[str, Any] = {
    "source": DRAWN_DOGS,
    "task": "breeds",
    "count": 2500,
    "level": 0.5,
    "size": NETWORKS_OWN,
    "given": True,
    "share": 20,
    "seed": 0,
    "own": "",
    "reading": "",
    "names": "",
}
_TEXTS: Mapping[str, Callable[[Any], str]] = {
    "source": lambda source: title_of(source),
    "task": TASKS.__getitem__,
    "count": "{:,}".format,
    "level": "{:g}".format,
    "size": str,
    "given": lambda given: str(given).lower(),
    "share": str,
    "seed": str,
}
_CHOICES = SharedChoices("chosen_data", DEFAULTS, _TEXTS)
_value = _CHOICES.value


def choose_data(prefix: str) -> DataChoice | None:
    """The widgets that choose data, their keys and names in the address starting with `prefix`; what they say.

    What was chosen last on another page is taken over. None, with one sentence on the page, while the choice cannot be
    used: nothing uploaded yet, not downloaded, or a task that does not fit.
    """
    _CHOICES.take_over(prefix)
    _take_live_level(prefix)
    offered = [source for source in TITLES if source != CLASS_PHOTOS or class_photos.host.is_member()]
    sources = [*offered, *(ON_SERVER + name for name in server_sets())]
    if st.session_state.get(f"{prefix}_source", DRAWN_DOGS) not in sources:
        st.session_state[f"{prefix}_source"] = DRAWN_DOGS
        st.info("The pictures that you had chosen are no longer on the server.", icon=":material/info:")
    with st.container(horizontal=True, vertical_alignment="center"):
        _widget(
            st.selectbox, prefix, "source", "Pictures", sources, format_func=title_of, label_visibility="collapsed",
            width=270, on_change=forget, args=(prefix,),
        )  # fmt: skip
        _widget(
            st.segmented_control, prefix, "task", "Task", list(TASKS), format_func=TASKS.get, required=True,
            label_visibility="collapsed",
            default=DEFAULTS["task"],
        )  # fmt: skip
        with st.popover(":material/tune: Settings"):
            _settings(prefix)
    source = _value(prefix, "source")
    name: str | None = source
    reading: str = ""
    renamed: Renamed = ()
    if source in (PETS, CIFAR10) and not on_this_machine(source):
        name = None
    elif source in (OWN, CLASS_PHOTOS) or source.startswith(ON_SERVER):
        name = None
        file = _file(prefix, source)
        if file and (found := understood(prefix, file)):
            about, renamed = found
            reading = about.reading if about.reading != about.readings[0][0] else ""
            if trouble := about.troubles[_value(prefix, "task")]:
                st.warning(markdown(trouble), icon=":material/rule:")
            else:
                name = str(file)
    _CHOICES.hand_on(prefix)
    return _choice(prefix, name, reading, renamed) if name else None


def _file(prefix: str, source: str) -> Path | None:
    """The zip or folder of a set that is one; None, with a sentence or the ways to bring one, if there is none."""
    if source == OWN:
        return own_file(prefix)
    if source != CLASS_PHOTOS:
        return server_sets().get(source.removeprefix(ON_SERVER))
    try:
        return class_photos.host.file()
    except DatasetError as trouble:
        st.info(markdown(str(trouble)), icon=":material/groups:")
        return None


def title_of(source: str) -> str:
    """What a set is called in the list and in the address."""
    if source in TITLES:
        return TITLES[source]
    name = source.removeprefix(ON_SERVER)
    return f"{name} (server)" if name in TITLES.values() else name


def live_level(prefix: str, level: float) -> Dial:
    """The difficulty of drawn dogs as a slider that draws them while it moves; what it says is what is chosen."""
    label = "Difficulty: amount of irrelevant variation"
    return Dial(f"{prefix}_difficulty", label, 0.0, 1.0, 0.05, level, kept=False, sets=f"{prefix}_level")


def _take_live_level(prefix: str) -> None:
    """What the slider of `live_level` has said since the last run."""
    name = f"{prefix}_difficulty"
    told = unheard(name, f"{name}:taken").get("numbers")
    level = as_number(told.get(name), 0.0, 1.0) if isinstance(told, Mapping) else None
    if level is not None:
        st.session_state[f"{prefix}_level"] = round(level, 2)


def _choice(prefix: str, source: str, reading: str, renamed: Renamed) -> DataChoice:
    value = {name: _value(prefix, name) for name in DEFAULTS}
    drawn = source == DRAWN_DOGS
    usual = value["share"] == DEFAULTS["share"] if drawn else value["given"]
    return DataChoice(
        source=source,
        task=value["task"],
        size=None if value["size"] == NETWORKS_OWN else value["size"],
        validation=None if usual else value["share"] / 100,
        split_seed=value["seed"],
        count=value["count"] if drawn else DataChoice.count,
        level=value["level"] if drawn else DataChoice.level,
        reading=reading,
        renamed=renamed,
    )


def _settings(prefix: str) -> None:
    """What most leave as it is."""
    drawn = _value(prefix, "source") == DRAWN_DOGS
    if drawn:
        _widget(
            st.select_slider, prefix, "count", "Pictures drawn", COUNTS, DEFAULTS["count"], format_func=_TEXTS["count"]
        )
        _widget(
            st.slider, prefix, "level", "Difficulty", 0.0, 1.0, DEFAULTS["level"], 0.05,
            help="0: the animal in the middle, in even light. 1: anywhere, turned, hidden, in any light.",
        )  # fmt: skip
    _widget(
        st.select_slider, prefix, "size", "Side of a picture in pixels", SIDES, DEFAULTS["size"],
        help="“as the network”: 64, or what the network that you train is made for. Shown here: 64, of CIFAR-10 32.",
    )  # fmt: skip
    if not drawn:
        _widget(
            st.toggle, prefix, "given", "Split as its makers did", DEFAULTS["given"],
            help="If the set comes in two parts; otherwise a fifth of each class is kept for validation.",
        )  # fmt: skip
    if drawn or not _value(prefix, "given"):
        _widget(
            st.slider, prefix, "share", "Kept for validation", 5, 50, DEFAULTS["share"], 5, format="%d%%",
            help="This share of each class is never learned from: it shows what the network makes of new pictures.",
        )  # fmt: skip
    what = "Seed of the drawing and the split" if drawn else "Seed of the split"
    _widget(st.number_input, prefix, "seed", what, 0, 9999, DEFAULTS["seed"])


def _widget(kind: Any, prefix: str, name: str, *args: Any, **settings: Any) -> None:
    """A native widget that keeps itself in the address and over page switches."""
    kind(*args, key=f"{prefix}_{name}", bind="query-params", persist_state="session", **settings)
