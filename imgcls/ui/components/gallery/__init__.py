"""A grid of sample pictures to choose from."""

import io

import streamlit as st
from PIL import Image

from imgcls.data.pictures import Picture
from imgcls.data.samples import SAMPLES
from imgcls.ui.components import declare, ignore, sent

_mount = declare("gallery", html='<div class="gallery" role="group"></div>')
_jpegs: dict[str, bytes] = {}


def thumbnail(picture: Picture, side: int = 96) -> bytes:
    """A square JPEG of the middle of the picture, made once a picture."""
    if picture.digest not in _jpegs:
        width, height = picture.image.size
        edge = min(width, height)
        left, top = (width - edge) // 2, (height - edge) // 2
        small = picture.image.resize(
            (side, side), Image.Resampling.BICUBIC, (left, top, left + edge, top + edge), reducing_gap=2.0
        )
        buffer = io.BytesIO()
        small.save(buffer, "JPEG", quality=82)
        _jpegs[picture.digest] = buffer.getvalue()
    return _jpegs[picture.digest]


def gallery(chosen: str | None, *, key: str) -> str | None:
    """Show all samples; returns the slug of one just clicked, once, else None."""
    base = st.get_option("server.baseUrlPath").strip("/")
    pictures = [
        {"slug": s.slug, "title": s.title, "alt": s.alt, "drawing": s.kind == "drawing"} for s in SAMPLES.values()
    ]
    folder = f"/{base}/imgcls/samples" if base else "/imgcls/samples"
    _mount(
        key=key,
        data={"pictures": pictures, "chosen": chosen, "folder": folder},
        default={"value": None},
        on_value_change=ignore,
    )
    news = sent(key)
    if not news or st.session_state.get(f"{key}:seq") == news.get("seq"):
        return None
    st.session_state[f"{key}:seq"] = news.get("seq")
    return news.get("slug") if news.get("slug") in SAMPLES else None
