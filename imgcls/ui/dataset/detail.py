"""One picture of a set, large: what it is, and what makes a drawn animal what it is."""

import numpy as np
import streamlit as st
from PIL import Image

from imgcls.data.drawn.tiny_breeds import ANIMALS
from imgcls.data.picture_files import PictureError
from imgcls.data.sources import CIFAR10, DRAWN_DOGS, drawn_one_by_one
from imgcls.numbers import sides
from imgcls.plain import markdown
from imgcls.training.config import DataChoice
from imgcls.ui.dataset.album import Album, recipe_of

LARGE, BESIDE = 256, 150  # side of a drawing, and of two pictures side by side, pixels
_PATTERNS = {
    "spots": "spotted",
    "points": "dark with tan points",
    "under": "light belly",
    "mask": "dark mask",
    "curls": "curly",
    "saddle": "dark saddle",
    "tabby": "striped",
}


_EARS = {"prick": "upright", "cat": "small upright"}


def detail(album: Album, place: int, choice: DataChoice, note: str = "") -> None:
    """Picture `place` as large as there is, beside it what a network gets of it; below, what is known."""
    part = "validation" if place in album.validation else "training"
    drawn = choice.source == DRAWN_DOGS
    name = album.names[place] if drawn else album.classes[album.labels[place]]
    st.markdown(f"**{markdown(name)}** · {part}" + (f" · {note}" if note else ""))
    small = _enlarged(album.picture(place))
    large = _large(album, place, choice)
    row = st.container(horizontal=True, gap="small")
    if large is not None:
        title = "drawn large" if drawn else "the picture"
        row.image(large, caption=title, alt=f"{name}, {title}", width=BESIDE, output_format="JPEG")
    size = sides(album.size, album.size)
    learned = f"as the network sees it: {size}"
    row.image(small, caption=learned, alt=f"{name}, {learned}", width=BESIDE if large else LARGE, output_format="PNG")
    if drawn:
        st.markdown(traits_of(album.names[place].rsplit(" ", 1)[0]))
    else:
        st.caption(markdown(album.names[place]))


def traits_of(animal: str) -> str:
    """What the drawing program knows about an animal, in words."""
    traits = ANIMALS[animal]
    snout = "flat" if traits.snout < 0.2 else "long" if traits.snout > 0.55 else "medium"
    legs = "short" if traits.leg < 0.5 else "long" if traits.leg > 0.85 else "medium"
    fur = "shaggy" if traits.fur >= 0.5 else "rough" if traits.fur > 0.05 else "smooth"
    ears, tail = _EARS.get(traits.ear, traits.ear), "hanging" if traits.tail == "hang" else traits.tail
    coat = f"{_PATTERNS[traits.pattern]} coat in one of {len(traits.coats)} colours"
    facts = (f"{ears} ears", f"{snout} snout", f"{legs} legs", f"{fur} fur", f"{tail} tail", coat)
    return f"What makes a **{animal}**: {', '.join(facts)}."


def _large(album: Album, place: int, choice: DataChoice) -> Image.Image | None:
    """The picture before it was made small; None where there is nothing larger."""
    if choice.source == CIFAR10:
        return None
    recipe = recipe_of(choice)
    if choice.source == DRAWN_DOGS:
        source = drawn_one_by_one(recipe.task, recipe.count, recipe.seed, recipe.level, LARGE)
        return source.image(place)
    try:
        return album.source.image(int(album.chosen[place]))
    except (PictureError, ValueError, OSError):  # the zip has gone since: the small one is still there
        return None


def _enlarged(picture: np.ndarray) -> Image.Image:
    factor = max(1, LARGE // len(picture))
    return Image.fromarray(np.repeat(np.repeat(picture, factor, 0), factor, 1))
