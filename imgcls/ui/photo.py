"""The current photo: chosen once in the sidebar, carried to every lesson, belonging to this tab alone."""

import io
from collections.abc import Callable, Iterable
from html import escape

import streamlit as st
from PIL import Image

from imgcls.data.pictures import Picture, PictureError, open_picture
from imgcls.data.samples import DEFAULT_SAMPLE, REAL_DOG, SAMPLES, fetch_real_dog, load_sample
from imgcls.numbers import sides
from imgcls.plain import markdown, one_line
from imgcls.store.download import DownloadError
from imgcls.ui.camera import camera
from imgcls.ui.frame.focus import keep_focus
from imgcls.ui.frame.gallery import gallery, picked_sample
from imgcls.ui.frame.kept_photo import keep_photo, kept_photo
from imgcls.ui.hall import made_of
from imgcls.ui.live import session_token
from imgcls.ui.session import arrived, drop_upload

MOST_PICTURE = 25  # MB; a phone photo is 3 to 12

_PHOTO, _SAMPLE, _TROUBLE = "current_photo", "current_photo_sample", "current_photo_trouble"
_UPLOADS, _CHOSEN, _KEPT_PHOTO = "current_photo_uploads", "current_photo_chosen", "photo_recall"
_TAKEN = "current_photo_taken"
_WAYS = {"upload": "Upload", "camera": "Camera", "samples": "Samples"}


def current_photo() -> Picture:
    """The photo that every lesson works on; a sample until the student puts in their own."""
    if _PHOTO not in st.session_state:
        st.session_state[_PHOTO] = load_sample(DEFAULT_SAMPLE)
        st.session_state[_SAMPLE] = DEFAULT_SAMPLE
    return st.session_state[_PHOTO]


def current_sample() -> str | None:
    """The slug of the sample in use, None for the student's own photo."""
    current_photo()
    return st.session_state[_SAMPLE]


def _take(load: Callable[[], Picture], sample: str | None = None) -> None:
    """Make what `load` returns the current photo; on failure keep the old one and say why."""
    try:
        _choose(load(), sample)
    except (PictureError, DownloadError) as trouble:
        st.session_state[_TROUBLE] = str(trouble)


def _choose(photo: Picture, sample: str | None) -> None:
    taken = st.session_state.get(_TAKEN, 0) + 1
    st.session_state.update({_PHOTO: photo, _SAMPLE: sample, _CHOSEN: True, _TAKEN: taken})
    st.session_state.pop(_TROUBLE, None)


def _take_back() -> None:
    """After a reload: the photo that the tab had."""
    if not st.session_state.get(_CHOSEN) and (choice := kept_photo(_KEPT_PHOTO)):
        _choose(*choice)


def _take_file(key: str) -> None:
    file = arrived(st.session_state.get(key))
    if file is None:  # the student took the camera's picture away: what is shown stays
        st.session_state.pop(_TROUBLE, None)
    else:
        _take(lambda: open_picture(file.getvalue(), file.name))


def _take_upload(key: str) -> None:
    """Takes the file and offers an empty uploader again: replacing a file in it would run the page twice."""
    if arrived(st.session_state[key]) is None:
        return  # document.js chooses it again
    _take_file(key)
    drop_upload(st.session_state[key])
    st.session_state[_UPLOADS] = st.session_state.get(_UPLOADS, 0) + 1


def _take_sample(key: str) -> None:
    if slug := picked_sample(key):
        _take(lambda: load_sample(slug), slug)


def photo_png() -> bytes:
    """The current photo exactly as the lessons use it, as a PNG file."""
    buffer = io.BytesIO()
    current_photo().image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def photo_sidebar() -> None:
    """The sidebar: the photo, what it is, and the ways to use another."""
    photo = current_photo()
    with st.sidebar:
        _class_door()
        st.markdown("## Your photo")
        sample = SAMPLES.get(current_sample() or "")
        alt = f"Your photo: {sample.alt if sample else photo.name}"
        preview = made_of(photo, "preview", lambda: _jpeg(_preview(photo.image)))
        st.image(preview, alt=alt, output_format="JPEG")
        st.html(_caption(photo))
        _incomplete_note(photo)
        if trouble := st.session_state.get(_TROUBLE):
            st.error(markdown(trouble), icon=":material/broken_image:")
        st.markdown("**Use another**")
        _ways("photo")
        chosen = (photo, current_sample()) if st.session_state.get(_CHOSEN) else None
        keep_photo(chosen, key=_KEPT_PHOTO, on_return=_take_back)
        keep_focus({"phone_": "phone_photo"})  # its popover closes once the photo is in


def photo_on_a_phone() -> None:
    """On a narrow screen the sidebar is folded away: the same choice as a button on the page (see frame.css)."""
    with st.container(key="phone_photo"):
        _incomplete_note(current_photo())
        if trouble := st.session_state.get(_TROUBLE):
            st.error(markdown(trouble), icon=":material/broken_image:")
        taken = st.session_state.get(_TAKEN, 0)  # a new key closes the popover: the photo is in, look at it
        with st.popover("Use your own photo", icon=":material/add_a_photo:", width="stretch", key=f"phone_{taken}"):
            _ways("phone")
        _class_door()


def _class_door() -> None:
    """A plain button: what it opens is the browser's own affair (see classroom/main.js), and no page runs for it.

    A class must know whose session this is before it counts what is done here: its browser reads it off the button.
    """
    settings = f'type="button" class="imgcls-class-door" data-session="{session_token()}"'
    st.html(f"<button {settings}>Class: join or start</button>")


def _incomplete_note(photo: Picture) -> None:
    if photo.incomplete:
        st.caption(
            ":material/broken_image: The end of this photo's file is missing; what could not be read is shown in grey."
        )


def _preview(image: Image.Image, width: int = 480, height: int = 300) -> Image.Image:
    """The photo within these measures; a tiny one enlarged pixel by pixel."""
    times = min(width // image.width, height // image.height)
    if times > 1:
        return image.resize((times * image.width, times * image.height), Image.Resampling.NEAREST)
    preview = image.copy()
    preview.thumbnail((width, height))
    return preview


def _jpeg(image: Image.Image) -> bytes:
    """Made here, once: Streamlit would do it for every run of every page."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=95, subsampling=0)
    return buffer.getvalue()


def _caption(photo: Picture) -> str:
    """HTML in two rows at most: a long name ends in dots, and is whole under the pointer (see frame.css)."""
    width, height = photo.original_size
    sample = SAMPLES.get(current_sample() or "")
    name = escape(sample.title if sample else one_line(photo.name))
    size = sides(height, width).replace(" ", "\u00a0")  # not broken at the end of a line
    about = f"· {size}" + (" · turned upright" if photo.turned else "")
    return f'<p class="imgcls-photo-name" title="{name}"><span>{name}</span> <span>{about}</span></p>'


def _ways(place: str) -> None:
    """Upload, camera or samples; `place` keeps the widgets of sidebar and phone apart."""
    way = st.segmented_control(
        "Where from",
        _WAYS,
        format_func=_WAYS.get,
        default="upload",
        required=True,
        key=f"{place}_way",
        label_visibility="collapsed",
        persist_state="session",
    )
    with st.container(key=f"{place}_uploader"):
        {"upload": _upload, "camera": _camera, "samples": _samples}[way](place)


def _upload(place: str) -> None:
    key = f"{place}_upload_{st.session_state.get(_UPLOADS, 0)}"
    st.file_uploader(
        f"Your own picture (up to {MOST_PICTURE} MB)",
        key=key,
        max_upload_size=MOST_PICTURE,
        on_change=_take_upload,
        args=(key,),
        help="JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC. It stays in the server's memory, for this tab only.",
    )


def _camera(place: str) -> None:
    camera("Take a picture", key=f"{place}_camera", on_change=_take_file, args=(f"{place}_camera",))


def _samples(place: str) -> None:
    key = f"{place}_gallery"
    gallery(current_sample(), key=key, on_pick=lambda: _take_sample(key))
    if sample := SAMPLES.get(current_sample() or ""):
        st.caption(f"{sample.title}: {sample.credit}")
    st.button(
        "Fetch one real dog photo (needs internet)",
        key=f"{place}_real_dog",
        on_click=_take,
        args=(fetch_real_dog,),
        help=f"{REAL_DOG.title}, {REAL_DOG.credit}, {REAL_DOG.licence}",
        icon=":material/cloud_download:",
    )


def sample_row(slugs: Iterable[str], *, key: str) -> None:
    """A few of the samples as a row on the page itself; a click makes one the current photo."""
    gallery(current_sample(), key=key, on_pick=lambda: _take_sample(key), slugs=slugs, row=True)


def sample_note() -> None:
    """What there is to learn from the sample in use; nothing for the student's own photo."""
    if sample := SAMPLES.get(current_sample() or ""):
        st.info(
            f"**{sample.title}.** {sample.about}",
            icon=":material/draw:" if sample.kind == "drawing" else ":material/info:",
        )
