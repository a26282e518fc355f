"""The classes, how many pictures each has, and some of them; the difficulty of drawn dogs under the finger."""

from typing import Any

import numpy as np
import streamlit as st

from imgcls.data.datasets import WITHOUT_PICTURES, split
from imgcls.data.sources import DRAWN_DOGS
from imgcls.data.statistics import Balance, balance
from imgcls.numbers import fixed, percent, whole
from imgcls.plain import markdown
from imgcls.training.config import DataChoice
from imgcls.ui.components import Element
from imgcls.ui.components.thumbnails import Group, picked_thumbnail, thumbnails
from imgcls.ui.dataset.album import Album, cached_album, drawn_album, opening_code
from imgcls.ui.dataset.choice import live_level
from imgcls.ui.dataset.detail import detail
from imgcls.ui.shell import code_panel
from imgcls.ui.stage import Numbers, stage

KEY = "data_classes"
A_CLASS, TOGETHER = 5, 30  # pictures of a class at least, and together if there are few classes
DRAGGED = 12  # pictures that are drawn while the difficulty moves
MOST_CLASSES = 40  # that are shown


def classes_part(choice: DataChoice) -> None:
    """Classes with counts, samples by seed, one of them large."""
    drawn = choice.source == DRAWN_DOGS
    album = drawn_album(choice) if drawn else cached_album(choice)
    if album is None:
        return
    left, right = st.columns([0.63, 0.37], gap="medium")
    with right:
        row = st.container(horizontal=True, vertical_alignment="bottom")
        seed = row.number_input(
            "Samples", 0, 9999, 0, key="data_samples", bind="query-params", persist_state="session", width=130
        )
        row.button(
            "Others", icon=":material/casino:",
            on_click=lambda: st.session_state.update(data_samples=(seed + 1) % 10000),
        )  # fmt: skip
    places = samples(album, seed)
    counted = balance(album.labels, album.training, album.validation, len(album.classes))
    picked = picked_thumbnail(KEY, len(places), (choice.source, choice.task, seed, len(places)))

    level = live_level("data", choice.level)

    def picture(numbers: Numbers) -> dict[str, Any]:
        shown = drawn_album(choice, numbers[level.name]) if drawn else album
        columns = max(1, DRAGGED // len(album.classes)) if numbers.moved else TOGETHER
        return {KEY: _samples(shown, places, counted, columns, picked or 0)}

    with left:
        stage("data_classes_stage", [level] if drawn else [], picture).show()
    with right:
        if len(places):
            detail(album, places[picked or 0], choice)
    st.markdown(in_words(album, counted))
    _code(album, choice, counted)


def samples(album: Album, seed: int) -> list[int]:
    """Places of some pictures of each of the first classes, drawn by lot."""
    rng = np.random.default_rng(seed)
    places: list[int] = []
    each = max(A_CLASS, TOGETHER // len(album.classes))
    for label in range(min(len(album.classes), MOST_CLASSES)):
        members = np.flatnonzero(album.labels == label)
        places += sorted(map(int, rng.permutation(members)[:each]))
    return places


def _samples(album: Album, places: list[int], counted: Balance, columns: int, picked: int) -> Element:
    """A group a class, its bar as long as its share of the largest; the first `columns` of each are drawn."""
    labels = album.labels[places]
    both = counted.training + counted.validation
    groups = [
        Group(
            album.classes[label],
            int(np.searchsorted(labels, label)),
            f"{whole(counted.training[label])} train + {whole(counted.validation[label])} val",
            float(both[label] / both.max()),
        )
        for label in sorted(set(labels.tolist()))
    ]
    first = np.searchsorted(labels, labels)  # for each tile the first of its class
    only = np.flatnonzero(np.arange(len(places)) - first < columns).tolist()
    names = [album.names[place] for place in places]
    return thumbnails(
        album.pictures([places[tile] for tile in only]), names, groups=groups, only=only, picked=picked, side=62,
        alt=f"Some pictures of each class of {album.title}", height=None if len(album.classes) <= 8 else 520,
    )  # fmt: skip


def in_words(album: Album, counted: Balance) -> str:
    """What the counts mean."""
    classes = len(album.classes)
    most = album.classes[int(counted.training.argmax())]
    text = (
        f"**{whole(len(album.training))}** pictures to learn from and **{whole(len(album.validation))}** kept for "
        f"validation, in {classes} classes. "
    )
    if counted.imbalance < 1.05:
        text += "The classes are balanced: "
    else:
        text += f"The largest class has **{fixed(counted.imbalance, 1)}** times as many as the smallest: "
    text += (
        f"a network that always says “{markdown(most)}” has learned nothing, and is still right "
        f"**{percent(counted.baseline)}** of the time."
    )
    if lone := [name for name, held in zip(album.classes, counted.validation, strict=True) if not held]:
        seen = f"nobody can tell how well {_it(lone, 'it is')} recognised."
        text += f" There is no picture of {_some(lone)} for validation: {seen}"
    if gone := [each.name for each in album.skipped if each.what == WITHOUT_PICTURES]:
        text += f" {_some(gone)} {_it(gone, 'is')} left out: there is no picture to learn {_it(gone, 'it')} from."
    if classes > MOST_CLASSES:
        text += f" The first {MOST_CLASSES} classes are shown."
    return text


def _some(names: list[str]) -> str:
    """Up to three names in quotation marks."""
    return ", ".join(f"“{markdown(name)}”" for name in names[:3]) + (" and others" if len(names) > 3 else "")


def _it(names: list[str], word: str) -> str:
    """`word`, or its plural where there are several names."""
    return word if len(names) == 1 else {"it is": "they are", "is": "are", "it": "them"}[word]


def _code(album: Album, choice: DataChoice, counted: Balance) -> None:
    if choice.source == DRAWN_DOGS:
        whole = (counted.training + counted.validation).tolist()
        code = f"""
        import numpy as np
        from imgcls.data.datasets import WITHOUT_PICTURES, split

        labels = np.repeat(np.arange({len(whole)}), {whole})
        share = {choice.validation}
        training, validation = split(labels, np.full(len(labels), ""), share, seed={choice.split_seed})
        learned = np.bincount(labels[training])
        held_out = np.bincount(labels[validation])
        baseline = held_out[learned.argmax()] / held_out.sum()
        """
    else:
        code = f"""
        import numpy as np
        from imgcls.data.datasets import prepare
        from imgcls.data.sources import open_source

        source = {opening_code(choice)}
        dataset = prepare(source, "{choice.task}", {album.size}, {choice.validation}, seed={choice.split_seed})
        learned = np.bincount(dataset.labels[dataset.training])
        held_out = np.bincount(dataset.labels[dataset.validation])
        baseline = held_out[learned.argmax()] / held_out.sum()
        """
    shows = {
        "learned": counted.training.tolist(),
        "held_out": counted.validation.tolist(),
        "baseline": counted.baseline,
    }
    code_panel(code, shows, functions=(balance, split), key="data_classes")
