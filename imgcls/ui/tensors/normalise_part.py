"""Normalising: every number minus a mean, divided by a standard deviation, and what that does to the histogram."""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from PIL import Image
from torch import Tensor

from imgcls.numbers import bracketed, equation, fixed, percent
from imgcls.ops.tensors import Normalised, channel_statistics, normalise, photo_tensor
from imgcls.ui.components.live_chart import live_chart
from imgcls.ui.dials import Dial, read_dials
from imgcls.ui.memo import remember
from imgcls.ui.photo import current_photo
from imgcls.ui.shell import code_panel
from imgcls.ui.tensors.histogram_chart import COLOURS, moved_histograms

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
"""Mean and standard deviation of ImageNet's photos, red, green and blue, as most pretrained networks expect them."""
WAYS = ("one number for all", "ImageNet's", "this photo's own")
KEY = "tensors_histogram"
SIDE = 256  # pixels: enough for a histogram, quick enough for a drag


DIALS = (
    Dial("tensors_mean", "mean", 0.0, 1.0, 0.01, 0.5),
    Dial("tensors_std", "standard deviation", 0.1, 1.0, 0.01, 0.5),
)


@st.fragment
def normalise_part() -> None:
    """Two sliders, or known numbers; the histogram moves and widens."""
    way = st.segmented_control(
        "Mean and standard deviation", WAYS, default=WAYS[0], required=True, key="tensors_way",
        bind="query-params", persist_state="session", label_visibility="collapsed",
    )  # fmt: skip
    picture = current_photo()
    photo: Tensor = remember("tensors_small", picture.digest, lambda: _small(picture.image))
    dials = DIALS if way == WAYS[0] else ()
    numbers = read_dials(KEY, dials)

    def made(moved: Mapping[str, float]) -> Normalised:
        if way == WAYS[1]:
            return normalise(photo, *IMAGENET)
        if way == WAYS[2]:
            return normalise(photo, *channel_statistics(photo))
        return normalise(photo, (moved["tensors_mean"],) * 3, (moved["tensors_std"],) * 3)

    def drawn(moved: Mapping[str, float]) -> dict[str, Any]:
        found = made(moved)
        return {"charts": [moved_histograms(found)], "lines": _told(found)}

    live_chart(drawn, numbers, dials=dials, key=KEY)
    _code(made(numbers))


def _small(image: Image.Image) -> Tensor:
    small = image.copy()
    small.thumbnail((SIDE, SIDE))
    return photo_tensor(small).contiguous()


def _told(made: Normalised) -> list[str]:
    """One pixel worked out, and what the channels are like afterwards."""
    before, after = (pair.tolist() for pair in made.pixel)
    channels = zip(COLOURS, before, made.mean, made.std, after, strict=True)
    pixel = ";  ".join(f"{name} {_standardised(*numbers)}" for name, *numbers in channels)
    means, stds = (", ".join(fixed(value, 2) for value in pair[1].tolist()) for pair in (made.means, made.stds))
    channels = f"Afterwards the channels have means {means} and standard deviations {stds}."
    if made.beyond > 0.005:
        channels += f" {percent(made.beyond, 0)} of the numbers lie beyond the axis, and are counted at its ends."
    return [f"The middle pixel: {pixel}", channels]


def _standardised(before: float, mean: float, std: float, after: float) -> str:
    shown = equation((before, mean, std), lambda x, m, s: (x - m) / s, after, digits=3)
    x, m, s = shown.operands
    return f"({x} − {bracketed(m)}) / {s} {shown.sign} {shown.result}"


def _code(made: Normalised) -> None:
    code_panel(
        f"""
        import numpy as np
        import torch
        from PIL import Image

        small = Image.open("photo.png").convert("RGB")
        small.thumbnail(({SIDE}, {SIDE}))
        photo = torch.from_numpy(np.array(small)).permute(2, 0, 1).float() / 255  # (3, H, W), 0 to 1
        mean = torch.tensor({list(made.mean)})[:, None, None]          # (3, 1, 1): broadcast over H, W
        std = torch.tensor({list(made.std)})[:, None, None]
        normalised = (photo - mean) / std
        means = normalised.mean((1, 2)).tolist()
        stds = normalised.std((1, 2), correction=0).tolist()
        """,
        {"means": made.means[1].tolist(), "stds": made.stds[1].tolist()},
        functions=(normalise,),
        photo=True,
        key="normalise",
    )
