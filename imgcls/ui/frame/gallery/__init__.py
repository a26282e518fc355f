"""A grid of sample pictures to choose from."""

import io
from collections.abc import Callable, Iterable
from typing import Any

from PIL import Image

from imgcls.data.pictures import Picture
from imgcls.data.samples import SAMPLES
from imgcls.ui.components import declare, sent

_mount = declare("frame/gallery", says=("pick",), html='<div class="gallery" role="group"></div>')
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


def gallery(
    chosen: str | None, *, key: str, on_pick: Callable[[], Any], slugs: Iterable[str] = SAMPLES, row: bool = False
) -> None:
    """Show samples as a grid, or as one row of small ones.

    `on_pick` is called when one is clicked, before the page runs; `picked_sample(key)` is it.
    """
    shown = [SAMPLES[slug] for slug in slugs]
    pictures = [{"slug": s.slug, "title": s.title, "alt": s.alt} for s in shown]
    _mount.element({"pictures": pictures, "chosen": chosen, "row": row}, on_change=on_pick).show(key)


def picked_sample(key: str) -> str | None:
    """The slug of the sample that was clicked last."""
    slug = sent(key, "pick").get("slug")
    return slug if slug in SAMPLES else None
