"""Pictures that are in both parts of the split, side by side."""

import streamlit as st

from imgcls.data.sources import DRAWN_DOGS
from imgcls.data.statistics import Duplicate, duplicates
from imgcls.numbers import percent, whole
from imgcls.training.config import DataChoice
from imgcls.ui.components.thumbnails import picked_thumbnail, thumbnails
from imgcls.ui.dataset.album import Album
from imgcls.ui.dataset.averages_part import opening, survey_of
from imgcls.ui.dataset.detail import detail
from imgcls.ui.shell import code_panel

MOST_PAIRS = 60
KEY = "data_pairs"


def duplicates_part(choice: DataChoice) -> None:
    """Validation pictures that are in the training part, too, each beside its first twin there."""
    plant = choice.source == DRAWN_DOGS and st.toggle(
        "Hide a copy: put a training picture, a little brighter, among the validation pictures", True,
        key="data_planted", bind="query-params", persist_state="session",
    )  # fmt: skip
    ready = survey_of(choice, plant=plant)
    if ready is None:
        return
    album, found = ready[0], ready[1].duplicates
    twins: dict[int, list[Duplicate]] = {}
    for pair in found:
        twins.setdefault(pair.validation, []).append(pair)
    if not found:
        st.success(
            f"None of the {whole(len(album.validation))} validation pictures appears in the training part, not even "
            "nearly.",
            icon=":material/verified:",
        )
    else:
        _warn(album, twins)
        if plant:
            st.caption("One of them is the copy that was hidden. Would you have found it by eye?")
        _pairs(album, choice, twins)
    st.caption(
        "“The same”: equal in every pixel. “Nearly the same”: their 64-bit difference hashes differ in 4 bits at most, "
        "and their 16 × 16 thumbnails by less than 6 of 255 on average."
    )
    code = f"""{opening(choice, album)}
        from imgcls.data.statistics import duplicates{", with_copy" if plant else ""}

        found = duplicates({f"with_copy(dataset, {choice.split_seed})" if plant else "dataset"})
        pairs = len(found)
        pictures = len(set(pair.validation for pair in found))
        """
    code_panel(code, {"pairs": len(found), "pictures": len(twins)}, functions=(duplicates,), key="data_duplicates")


def _warn(album: Album, twins: dict[int, list[Duplicate]]) -> None:
    """How many there are, and what that does to the validation accuracy."""
    labels = album.labels
    at_odds = sum(any(labels[pair.training] != labels[place] for pair in pairs) for place, pairs in twins.items())
    share = len(twins) / len(album.validation)
    text = (
        f"**{whole(len(twins))}** of the {whole(len(album.validation))} validation pictures ({percent(share)}) "
        "also appear in "
        "training. The network may know their answers by heart, so the validation accuracy is too high."
    )
    if at_odds:
        text += f" **{whole(at_odds)}** of them have a twin with another label: one of the two must be wrong."
    st.warning(text, icon=":material/content_copy:")


def _pairs(album: Album, choice: DataChoice, twins: dict[int, list[Duplicate]]) -> None:
    """Twins side by side, one of them large."""
    places, names, captions = [], [], []
    for place, pairs in list(twins.items())[:MOST_PAIRS]:
        first = pairs[0]
        places += [first.training, place]
        captions += [f"training{f' (1 of {len(pairs)})' if len(pairs) > 1 else ''}", f"validation, {first.kind}"]
        names += [f"{album.classes[album.labels[each]]}, {album.names[each]}" for each in places[-2:]]
    picked = picked_thumbnail(KEY, len(places), (choice, len(places))) or 0
    left, right = st.columns([0.6, 0.4], gap="medium")
    with left:
        thumbnails(
            album.pictures(places),
            names,
            captions,
            key=KEY,
            side=110,
            height=480,
            picked=picked,
            alt="Pairs of pictures: one of the training part, beside it its twin in the validation part",
        )
    with right:
        detail(album, places[picked], choice)
