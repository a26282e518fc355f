"""How a zip or folder was understood, other ways to read it, and the names of its classes, which people can correct."""

import hashlib
import json
from contextlib import suppress
from pathlib import Path

import streamlit as st

from imgcls.data.datasets import DatasetError, summary
from imgcls.data.layouts import MOST_CLASSES, Renamed
from imgcls.data.names import LONGEST_NAME, clean_name
from imgcls.data.own import OwnSet, describe_own
from imgcls.data.picture_cache import stamp
from imgcls.numbers import whole
from imgcls.plain import markdown
from imgcls.ui.address import to_address

LONGEST_IN_ADDRESS = 1500  # letters of corrected names; more would make an address that nobody can pass on
_KINDS_SHOWN = 4


def described(file: str, reading: str = "", renamed: Renamed = ()) -> OwnSet:
    """What is in a zip or folder, read and renamed as people chose.

    Raises:
        DatasetError: it is gone, damaged or not to be understood.
    """
    try:
        return _described(file, reading, renamed, stamp(Path(file)))
    except OSError as error:
        raise DatasetError("These pictures are no longer on the server: choose others.") from error


@st.cache_data(max_entries=64, show_spinner="Reading the list of files")
def _described(file: str, reading: str, renamed: Renamed, changed: tuple[int, ...]) -> OwnSet:
    return describe_own(Path(file), reading, renamed)


def understood(prefix: str, file: Path) -> tuple[OwnSet, Renamed] | None:
    """Says how a set was read, with other ways and the names of its classes; None, with a sentence, if it cannot be.

    What is chosen stands in the session and the address as `{prefix}_reading` and `{prefix}_names`.
    """
    reading, renamed = _kept(prefix, "reading"), names_of(_kept(prefix, "names"))
    try:
        try:
            about = described(str(file), reading, renamed)
        except DatasetError:
            if not renamed:
                raise
            renamed = ()  # an address whose names leave one class only
            about = described(str(file), reading)
    except DatasetError as trouble:
        st.error(markdown(str(trouble)), icon=":material/folder_off:")
        return None
    to_address(f"{prefix}_reading", about.reading if about.reading != about.readings[0][0] else None)
    text = st.session_state.get(f"{prefix}_names", "")
    to_address(f"{prefix}_names", text if text and len(text) <= LONGEST_IN_ADDRESS else None)
    with st.container(border=True):
        pictures = f"{whole(about.pictures)} pictures in {whole(len(about.classes))} classes."
        st.caption(f":material/account_tree: **{markdown(about.title)}:** {pictures} {markdown(about.layout)}")
        row = st.container(horizontal=True, vertical_alignment="center")
        if len(about.readings) > 1:
            with row.popover("Read it differently", icon=":material/alt_route:"):
                _readings(prefix, about)
        with row.popover("Class names", icon=":material/edit:"):
            _names(prefix, about, renamed)
        if about.skipped:
            rows = summary(about.skipped)
            kinds = ", ".join(f"{row.what} ({whole(row.count)})" for row in rows[:_KINDS_SHOWN])
            more = f" and {len(rows) - _KINDS_SHOWN} more kinds" if len(rows) > _KINDS_SHOWN else ""
            row.caption(f"Left out: {markdown(kinds)}{more}.")
        if len(text) > LONGEST_IN_ADDRESS:
            st.caption("These are too many corrected names for the address: they hold in this tab only.")
    return about, renamed


def forget(prefix: str) -> None:
    """Another set is read in its own way."""
    for name in ("reading", "names"):
        st.session_state[f"{prefix}_{name}"] = ""
        to_address(f"{prefix}_{name}", None)


def names_of(text: str) -> Renamed:
    """The corrected names that an address holds, as pairs; what makes no sense is left out."""
    with suppress(ValueError, RecursionError):
        pairs = json.loads(text)
        if isinstance(pairs, dict) and len(pairs) <= MOST_CLASSES:
            cleaned = {old: clean_name(new) for old, new in pairs.items() if isinstance(new, str)}
            return tuple(sorted((old, new) for old, new in cleaned.items() if new and new != old))
    return ()


def _kept(prefix: str, name: str) -> str:
    key = f"{prefix}_{name}"
    if key not in st.session_state:
        st.session_state[key] = st.query_params.get(key, "")
    return st.session_state[key]


def _slot(prefix: str, about: OwnSet, what: str) -> str:
    """A widget's key of its own for each set: the choices of another one mean nothing here."""
    return f"{prefix}:{what}:{hashlib.sha256(f'{about.file} {about.reading}'.encode()).hexdigest()[:12]}"


def _readings(prefix: str, about: OwnSet) -> None:
    key = _slot(prefix, about, "reading")
    keys = [name for name, _ in about.readings]
    sentences = {name: markdown(sentence) for name, sentence in about.readings}
    st.radio(
        "How are the folders and files to be read?", keys, index=keys.index(about.reading), format_func=sentences.get,
        key=key, on_change=_take_reading, args=(prefix, key),
    )  # fmt: skip


def _take_reading(prefix: str, key: str) -> None:
    chosen = st.session_state[key]
    forget(prefix)
    st.session_state[f"{prefix}_reading"] = chosen


def _names(prefix: str, about: OwnSet, renamed: Renamed) -> None:
    """One class at a time: which one, and what it is to be called."""
    better = dict(renamed)
    which = st.selectbox(
        "Class", about.originals, format_func=lambda name: f"{name} → {better[name]}" if name in better else name,
        key=_slot(prefix, about, "class"),
    )  # fmt: skip
    key = _slot(prefix, about, f"name:{about.originals.index(which)}:{better.get(which, '')}")
    st.text_input(
        "Shown as", better.get(which, which), max_chars=LONGEST_NAME, key=key, on_change=_rename,
        args=(prefix, about, renamed, which, key),
    )  # fmt: skip
    if trouble := st.session_state.pop(f"{prefix}:names:trouble", ""):
        st.warning(markdown(trouble), icon=":material/rule:")
    merged = len(about.originals) - len(about.classes)
    st.caption(
        "The name goes along to charts, runs and downloads. Two classes of one name become one."
        + (f" {merged} became part of another." if merged else "")
    )
    if renamed:
        st.button(
            "Undo all", icon=":material/undo:", key=_slot(prefix, about, "undo"),
            on_click=lambda: st.session_state.update({f"{prefix}_names": ""}),
        )  # fmt: skip


def _rename(prefix: str, about: OwnSet, renamed: Renamed, which: str, key: str) -> None:
    better = dict(renamed)
    name = clean_name(st.session_state[key])
    if name and name != which:
        better[which] = name
    else:
        better.pop(which, None)
    if len({better.get(old, old) for old in about.originals}) < 2:
        st.session_state[f"{prefix}:names:trouble"] = (
            f"All classes would be called “{name}”, and there would be nothing to tell apart: take another name."
        )
        return
    st.session_state[f"{prefix}_names"] = json.dumps(better, ensure_ascii=False) if better else ""
