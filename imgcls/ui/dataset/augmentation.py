"""Augmentation: sliders, and what they make of one picture, drawn many times while they move."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st
import torch

from imgcls.data.augment import Augmentation, Draw, draw, variations
from imgcls.data.datasets import square
from imgcls.numbers import fixed, whole
from imgcls.ui.address import as_number, kept, to_address
from imgcls.ui.components import Element
from imgcls.ui.components.thumbnails import thumbnails
from imgcls.ui.dataset.shared_choices import SharedChoices
from imgcls.ui.photo import current_photo
from imgcls.ui.stage import Dial, Numbers, stage

SIDE = 64  # pixels of the photo
_NOTHING = Augmentation()
_DIALS = {  # label, highest, step, digits
    "crop": ("crop (shift)", 0.5, 0.01, 2),
    "rotation": ("rotation °", 90, 1, 0),
    "colour": ("colour", 1, 0.05, 2),
    "erasing": ("erasing", 0.8, 0.05, 2),
}
_CHOICES = SharedChoices("chosen_augmentation", vars(_NOTHING), {"flip": lambda flip: str(flip).lower()}, _DIALS)

EVERYTHING = {"flip": True, "crop": 0.1, "rotation": 10.0, "colour": 0.3, "erasing": 0.25}
PRESETS = {"A bit of everything": EVERYTHING, "Nothing": _CHOICES.defaults}


def choose_augmentation(
    prefix: str,
    picture: np.ndarray | None = None,
    *,
    usual: Augmentation = _NOTHING,
    draws: int = 5,
    tile: int = 72,
    abreast: int = 2,
) -> Augmentation:
    """The controls, their names in the address starting with `prefix`, and `draws` draws of one picture by seed.

    What was chosen last on another page is taken over, else they start as `usual`. `picture`: uint8 (S, S, 3), the
    current photo if None; `tile`: the side of a small picture in CSS pixels; `abreast`: sliders beside each other.
    """
    _CHOICES.take_over(prefix, vars(usual))
    picture = photo_square() if picture is None else picture
    row = st.container(horizontal=True, vertical_alignment="center")
    flip = row.toggle("flip", usual.flip, key=f"{prefix}_flip", bind="query-params", persist_state="session")
    seed = draws_seed(prefix)
    row.button(
        "New random draw", icon=":material/casino:", key=f"{prefix}:redraw",
        on_click=lambda: st.session_state.update({f"{prefix}_draws": (seed + 1) % 10000}),
    )  # fmt: skip
    for title, values in PRESETS.items():
        row.button(title, key=f"{prefix}:{title}", on_click=set_augmentation, args=(prefix, values))
    dials = [
        Dial(f"{prefix}_{name}", label, 0.0, high, step, getattr(usual, name), digits)
        for name, (label, high, step, digits) in _DIALS.items()
    ]

    def chosen(numbers: Numbers) -> Augmentation:
        return Augmentation(flip, *(numbers[dial.name] for dial in dials))

    def drawn(numbers: Numbers) -> dict[str, Any]:
        return {f"{prefix}_augmented": _draws(picture, chosen(numbers), draws, seed, tile)}

    live = stage(f"{prefix}_augmentation", dials, drawn)
    with st.container(key="two_abreast"):
        columns = st.columns(abreast)
        for place, dial in enumerate(dials):
            with columns[place % abreast]:
                live.show(dial.name)
    live.show()
    _CHOICES.hand_on(prefix, vars(usual))
    return chosen(live.numbers)


def set_augmentation(prefix: str, values: Mapping[str, Any]) -> None:
    """Choose these changes, named as the fields of `Augmentation`, at the next drawing of the controls."""
    for name, value in values.items():
        st.session_state[_CHOICES.key(prefix, name)] = value


def photo_square() -> np.ndarray:
    """The middle of the current photo: uint8 (64, 64, 3)."""
    return square(current_photo().image, SIDE)


def draws_seed(prefix: str) -> int:
    """The seed of the draws that are shown; in the address, like every seed."""
    name = f"{prefix}_draws"
    seed = kept(name, lambda text: int(as_number(text, 0, 9999) or 0))
    to_address(name, str(seed) if seed else None)
    return seed


def first_draw(augmentation: Augmentation, count: int, size: int, seed: int) -> dict[str, Any]:
    """What happens to the first of the pictures shown, as plain numbers; None: nothing."""
    drawn = draw(augmentation, count, size, torch.Generator().manual_seed(seed))
    return {name: None if entry is None else entry[0].tolist() for name, entry in vars(drawn).items()}


def in_words(drawn: Draw, number: int) -> str:
    """What happens to one picture."""
    said = []
    if drawn.flip is not None and drawn.flip[number]:
        said.append("flipped")
    if drawn.shift is not None:
        said.append("shifted by {} right, {} down".format(*map(whole, drawn.shift[number].tolist())))
    if drawn.turn is not None:
        said.append(f"turned by {whole(drawn.turn[number].item())}°")
    if drawn.factors is not None:
        said.append(
            "brightness × {}, contrast × {}, saturation × {}".format(
                *(fixed(f, 2) for f in drawn.factors[number].tolist())
            )
        )
    if drawn.erased is not None:
        said.append("erased at {}, {}, {} wide".format(*map(whole, drawn.erased[number].tolist())))
    return ", ".join(said) or "as it is"


def _draws(picture: np.ndarray, augmentation: Augmentation, count: int, seed: int, side: int) -> Element:
    """The picture and its draws."""
    generator = torch.Generator().manual_seed(seed)
    drawn = draw(augmentation, count, len(picture), generator)
    changed = variations(picture, drawn, count)
    labels = ["the picture as it is", *(f"draw {number + 1}: {in_words(drawn, number)}" for number in range(count))]
    return thumbnails(
        np.concatenate([picture[None], changed]), labels, side=side, first_is_large=True, pick=False,
        alt="The picture, and what augmentation makes of it each time it is learned from",
    )  # fmt: skip
