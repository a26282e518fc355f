"""Pictures that students bring: a zip, or class by class. The address names them by an opaque id, never by a path."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from imgcls.data.datasets import DatasetError
from imgcls.data.file_kinds import is_picture
from imgcls.data.own import find_own, identity_of, keep_pictures, keep_zip
from imgcls.data.server_sets import VARIABLE
from imgcls.plain import markdown
from imgcls.ui.address import kept, to_address
from imgcls.ui.camera import camera
from imgcls.ui.dataset.understood import forget
from imgcls.ui.session import arrived

MOST_ZIP, MOST_PICTURE = 300, 25  # MB
MOST_CLASSES = 12
_WAYS = {"zip": "A zip", "classes": "Class by class"}


def own_file(prefix: str) -> Path | None:
    """The zip in use, named by `{prefix}_own` in the address; None, and the ways to bring one, if there is none."""
    key = f"{prefix}_own"
    identity = kept(key, lambda text: text or "")
    file = find_own(identity)
    if identity and file is None:
        st.info(
            "The pictures of this link are not on this server (any more): bring them again.", icon=":material/info:"
        )
    st.session_state[key] = identity if file else ""
    to_address(key, st.session_state[key] or None)
    if file is None:
        _bring(key)
        return None
    row = st.container(horizontal=True, vertical_alignment="center")
    row.caption(":material/folder_zip: Whoever has the link of this page can use these pictures, too.")
    row.button("Bring others", icon=":material/swap_horiz:", on_click=_let_go, args=(key,), key=f"{key}:others")
    return file


def _let_go(key: str) -> None:
    st.session_state[key] = ""
    to_address(key, None)
    forget(key.removesuffix("_own"))


def _bring(key: str) -> None:
    """The two ways to bring pictures."""
    with st.container(border=True):
        way = st.segmented_control(
            "Bring them as", list(_WAYS), format_func=_WAYS.get, default="zip", required=True, key=f"{key}:way",
            persist_state="session",
        )  # fmt: skip
        if way == "zip":
            st.file_uploader(
                "A zip with a folder for each class (with or without train and val around them), with the class in the "
                "names of the files, or with a table of labels",
                key=f"{key}:zip", max_upload_size=MOST_ZIP, on_change=_take_zip, args=(key,),
            )  # fmt: skip
            st.caption(
                f":material/folder_shared: Larger than {MOST_ZIP} MB? Whoever runs this server can put it into the "
                f"folder that `{VARIABLE}` names: it then stands in the list of pictures above, for everyone. Or train "
                "on a terminal: `python -m imgcls train photos.zip`."
            )
        else:
            _class_by_class(key)
        if trouble := st.session_state.get(f"{key}:trouble"):
            st.error(markdown(trouble), icon=":material/block:")
        st.caption(
            "They are kept on this server until others need the room. Bring no pictures of people without asking."
        )


def _take_zip(key: str) -> None:
    if file := arrived(st.session_state.get(f"{key}:zip")):
        _keep(key, lambda: keep_zip(file.getvalue(), file.name)[0])


def _keep(key: str, keep: Callable[[], Path]) -> None:
    st.session_state.pop(f"{key}:trouble", None)
    try:
        st.session_state[key] = identity_of(keep())
        forget(key.removesuffix("_own"))
    except DatasetError as trouble:
        st.session_state[f"{key}:trouble"] = str(trouble)


def _class_by_class(key: str) -> None:
    """A row a class: its name, files dropped in, pictures from the camera."""
    count = st.session_state.setdefault(f"{key}:count", 2)
    filled: dict[str, list[bytes]] = {}
    names: list[str] = []
    for number in range(count):
        left, middle, right = st.columns([0.24, 0.56, 0.2], vertical_alignment="top")
        name = left.text_input(f"Name of class {number + 1}", ("dog", "cat")[number] if number < 2 else "",
                               key=f"{key}:name:{number}", max_chars=60, persist_state="session")  # fmt: skip
        files = middle.file_uploader(
            f"Pictures of {markdown(name) or 'this class'}", accept_multiple_files=True, key=f"{key}:files:{number}",
            max_upload_size=MOST_PICTURE,
        )  # fmt: skip
        shots = st.session_state.setdefault(f"{key}:shots:{number}", [])
        with right, st.popover(":material/photo_camera: Camera", width="stretch"):
            camera("Hold it up, and take a few", key=f"{key}:camera:{number}", on_change=_shoot, args=(key, number))
        files = [file for file in files if arrived(file)]
        brought = {file.file_id: file.getvalue() for file in files}
        wrong = [file.name for file in files if not is_picture(brought[file.file_id])]
        pictures = [data for data in brought.values() if is_picture(data)] + shots
        right.caption(f"{len(pictures)} picture{'' if len(pictures) == 1 else 's'}")
        if wrong:
            middle.caption(f":material/broken_image: No pictures, left out: {markdown(', '.join(wrong))}")
        names.append(name)
        filled.setdefault(name, []).extend(pictures)
    row = st.container(horizontal=True)
    row.button(
        "Another class", icon=":material/add:", key=f"{key}:more", disabled=count >= MOST_CLASSES,
        on_click=lambda: st.session_state.update({f"{key}:count": count + 1}),
    )  # fmt: skip
    alike = len(set(names)) < len(names)
    row.button(
        "Use these pictures", type="primary", icon=":material/check:", key=f"{key}:use",
        disabled=alike or sum(map(bool, filled.values())) < 2,
        on_click=_keep, args=(key, lambda: keep_pictures(filled)[0]),
    )  # fmt: skip
    if alike:
        st.caption("Two classes have the same name: rename one.")
    elif sum(map(bool, filled.values())) < 2:
        st.caption("Two classes with at least two pictures each, please; twenty each make it interesting.")


def _shoot(key: str, number: int) -> None:
    if shot := arrived(st.session_state.get(f"{key}:camera:{number}")):
        st.session_state[f"{key}:shots:{number}"].append(shot.getvalue())
