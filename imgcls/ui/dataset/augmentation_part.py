"""What augmentation makes of the photo, or of a picture of the set, each time it is learned from."""

import numpy as np
import streamlit as st
import torch

from imgcls.data.augment import Augmentation, apply, draw, variations
from imgcls.plain import markdown
from imgcls.training.config import DataChoice
from imgcls.ui.dataset.album import Album, album_of, opening_code
from imgcls.ui.dataset.augmentation import EVERYTHING, SIDE, choose_augmentation, draws_seed, first_draw, photo_square
from imgcls.ui.shell import code_panel

DRAWS = 12
PICTURES = ("Your photo", "A picture of the set")


def augmentation_part(choice: DataChoice) -> None:
    """Choose the picture and the changes; see the draws."""
    row = st.container(horizontal=True, vertical_alignment="bottom")
    which = row.segmented_control(
        "Augment", PICTURES, default=PICTURES[0], required=True, key="data_augment", bind="query-params",
        persist_state="session", label_visibility="collapsed",
    )  # fmt: skip
    album, place = None, 0
    if which == PICTURES[1]:
        album = album_of(choice)
        if album is None:
            return
        number = row.number_input(
            "Picture", 1, len(album.training), 1, key="data_picture", bind="query-params", persist_state="session",
            label_visibility="collapsed", width=140,
        )  # fmt: skip
        place = int(album.training[min(number, len(album.training)) - 1])
        row.caption(markdown(album.names[place]))
    _stage(album, place, choice)


@st.fragment
def _stage(album: Album | None, place: int, choice: DataChoice) -> None:
    picture = np.asarray(album.picture(place)) if album else photo_square()
    augmentation = choose_augmentation(
        "data", picture, usual=Augmentation(**EVERYTHING), draws=DRAWS, tile=98, abreast=4
    )
    st.caption(
        "*crop*: shifted by up to this fraction of the side. *colour*: brightness, contrast and saturation, each times "
        "1 ± this number. *erasing*: a square hole, this fraction of the side wide. Each training picture is augmented "
        "afresh in every epoch, so that the network cannot learn its pixels by heart; validation pictures stay as they "
        "are. Point at a picture, or tap it, to read what happened to it."
    )
    _code(album, place, choice, picture, augmentation)


def _code(album: Album | None, place: int, choice: DataChoice, picture: np.ndarray, augmentation: Augmentation) -> None:
    """The first draw with torchvision's transforms v2, step by step."""
    size, seed = len(picture), draws_seed("data")
    steps = first_draw(augmentation, DRAWS, size, seed)
    lines = []
    if steps["flip"]:
        lines.append("x = F.horizontal_flip(x)")
    if steps["shift"] is not None:
        right, down = steps["shift"]
        most = max(abs(right), abs(down))
        lines.append(
            f'x = F.crop(F.pad(x, [{most}], padding_mode="reflect"), {most - down}, {most - right}, {size}, {size})'
        )
    if steps["turn"] is not None:
        lines.append(f"x = F.rotate(x, {steps['turn']!r}, InterpolationMode.BILINEAR)")
    if steps["factors"] is not None:
        for name, factor in zip(("brightness", "contrast", "saturation"), steps["factors"], strict=True):
            lines.append(f"x = F.adjust_{name}(x, {factor!r})")
    if steps["erased"] is not None:
        left, top, side = map(round, steps["erased"])
        lines.append(f"x = F.erase(x, {top}, {left}, {side}, {side}, torch.tensor(0.5))")
    changes = "\n".join(lines) or "# nothing is chosen: it stays as it is"
    code = f"""import torch
from PIL import Image
from torchvision.transforms import InterpolationMode
from torchvision.transforms.v2 import functional as F
from imgcls.data.datasets import square

{_opened(album, place, choice)}
x = torch.tensor(picture).permute(2, 0, 1) / 255
{changes}
mean = (x * 255).round().mean()  # of draw 1
"""
    shown = variations(picture, draw(augmentation, DRAWS, size, torch.Generator().manual_seed(seed)), DRAWS)[0]
    code_panel(code, {"mean": float(shown.mean())}, functions=(draw, apply), photo=album is None, key="data_augment")


def _opened(album: Album | None, place: int, choice: DataChoice) -> str:
    if album is None:
        return f'picture = square(Image.open("photo.png").convert("RGB"), {SIDE})'
    if album.dataset is None:
        animal, number = album.names[place].rsplit(" ", 1)
        return (
            "from imgcls.data.drawn.tiny_scene import Difficulty\n"
            "from imgcls.data.drawn.tiny_set import drawn_animal\n\n"
            f'picture = drawn_animal("{animal}", {int(number) - 1}, {choice.split_seed}, '
            f"Difficulty.level({choice.level:g}), {album.size})"
        )
    return (
        "from imgcls.data.sources import open_source\n\n"
        f"picture = square({opening_code(choice)}.image({int(album.chosen[place])}), {album.size})"
    )
