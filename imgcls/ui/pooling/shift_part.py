"""A part of the pooling lesson: how much features change when the photo moves."""

from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from imgcls.data.pictures import Picture
from imgcls.figures.curves import DASHES, Curve, curves, mark
from imgcls.figures.images import shade_limit, signed_levels
from imgcls.models.registry import load
from imgcls.numbers import percent
from imgcls.ops.pooling import KINDS
from imgcls.ops.shift import (
    BLURRED,
    EVERYWHERE,
    REACH,
    UNPOOLED,
    ShiftStudy,
    Tolerance,
    moved_along_pair,
    pixels_per_cell,
    pooled_ways,
    relative_change,
    shift_study,
    shifted,
    tolerance,
)
from imgcls.palette import SERIES
from imgcls.ui.components import Element
from imgcls.ui.components.map_table import MapRow, map_table
from imgcls.ui.components.plot import move_mark, plot
from imgcls.ui.components.words import words
from imgcls.ui.memo import remember
from imgcls.ui.photo import current_photo
from imgcls.ui.pooling.volume_part import first_kernels
from imgcls.ui.shell import choose, code_panel
from imgcls.ui.stage import Dial, Numbers, stage

MEASURES = {"place": "same position", "along": "aligned with the shift"}
PICTURED = {"place": (UNPOOLED, "pooled 1×", "pooled 3×"), "along": (UNPOOLED, "pooled 1×", BLURRED)}
LOOKS = {  # the same colour and dash for a way of pooling, whatever it is compared with
    name: (SERIES[i], DASHES[i])
    for i, name in enumerate((UNPOOLED, "pooled 1×", "pooled 2×", "pooled 3×", EVERYWHERE, BLURRED))
}
KERNEL = 5  # the one whose features are pictured
SHIFT = Dial("pool_shift", "the photo moves right by", 0, REACH, 1, 3, 0, "pixels")
SIDE, SENT = 76, 112  # CSS pixels of a small picture, and how many are sent for sharp screens


def wide_input(photo: Picture) -> Tensor:
    """The photo as the network sees it, and REACH pixels more on the left and right: (1, 3, 224, 256)."""
    whole = replace(load().preprocess, crop=load().preprocess.resize)
    return whole(photo.image)[..., REACH:-REACH, :]


def wide_picture() -> Image.Image:
    """The same pixels as a picture, 256 x 224."""
    whole = replace(load().preprocess, crop=load().preprocess.resize)
    picture: Image.Image = whole.steps(current_photo().image)[2].value
    return picture.crop((0, REACH, picture.width, picture.height - REACH))


def features(kernels: Tensor) -> Tensor:
    """The photo under these kernels, after ReLU, without padding: (1, K, 222, 254)."""
    photo = current_photo()
    return F.conv2d(remember("pool_wide", photo.digest, lambda: wide_input(photo)), kernels).relu()


@st.cache_data(max_entries=128, show_spinner="Moving the photo pixel by pixel …")
def _study(digest: str, window: int, stride: int, kind: str, _photo: Picture) -> ShiftStudy:
    return shift_study(F.conv2d(wide_input(_photo), first_kernels()).relu(), window, stride, kind)


def study(window: int, stride: int, kind: str, photo: Picture | None = None) -> ShiftStudy:
    """Both comparisons, averaged over all kernels of the first layer; computed once a photo and setting.

    Without a `photo` it is the current one.
    """
    photo = photo or current_photo()
    return _study(photo.digest, window, stride, kind, photo)


@st.fragment
def shift_part(window: int, stride: int, kind: str) -> None:
    """The slider that moves the photo, pictures of one kernel's features, and the curves over all kernels."""
    result = study(window, stride, kind)
    st.markdown(headline(tolerance(result)))
    left, right = st.columns([1, 1.5], gap="medium", vertical_alignment="bottom")
    with left:
        measure = choose("Compare the features", MEASURES, key="pool_measure", labelled=True)
    changes = result.same_place if measure == "place" else result.moved_along
    photo = remember("pool_wide_picture", current_photo().digest, wide_picture)
    lines = [Curve(name, result.shifts, change, *LOOKS[name]) for name, change in changes.items()]
    maps = _Maps(measure, window, stride, kind)

    def chart(shift: int) -> Element:
        top = 1.05 if measure == "place" else 0.45
        return plot(
            curves(
                lines, x_title="the photo moved by … pixels", y_title="change of the features", x_range=(0, REACH),
                y_range=(0, max(top, *(max(line.y) for line in lines))), at=shift, x_step=4,
                end_labels=measure == "place", height=336,
            ),
            alt="Change of the features over the shift of the photo, one curve for each way of pooling",
        )  # fmt: skip

    def picture(numbers: Numbers) -> dict[str, Any]:
        shift = numbers[SHIFT.name]
        pictures = map_table(
            [_photo_row(photo, shift), *maps.rows(shift)],
            ["before", "after", "difference"],
            quantity="activation",
            side=SIDE,
            alt="The photo and one kernel's features before and after the move, and their difference",
        )
        # The curves themselves stay as they are while the photo moves.
        curve = move_mark(mark(lines, shift)) if numbers.moved else chart(shift)
        return {
            "pool_maps": pictures,
            "pool_curves": curve,
            "pool_words": words(_words(measure, shift, changes, stride)),
        }

    live = stage("pool_shifts", [SHIFT], picture)
    with right:
        live.show(SHIFT.name)
    left, right = st.columns([1, 1.35], gap="medium")
    with left:
        live.show("pool_maps")
    with right:
        live.show("pool_curves")
    live.show("pool_words")
    st.caption(shift_note())
    code, shows = shift_code(window, stride, kind)
    code_panel(code, shows, functions=(shift_study, relative_change), photo=True, key="shift")


def headline(found: Tolerance) -> str:
    """What pooling does, in two numbers."""
    return (
        f"Moved by {found.shift} pixel, the features change by **{percent(found.unpooled, 0)}**; pooled three times, "
        "by "
        f"**{percent(found.pooled, 0)}**."
    )


def shift_note() -> str:
    """What is measured, exactly."""
    return (
        f"Change: ‖after − before‖ / ‖before‖ for each of the {len(first_kernels())} kernels of the classifier's first "
        f"layer (stride 1, after ReLU), averaged over them. Pictured: kernel {KERNEL}; in the difference, red: lower, "
        "blue: higher than before."
    )


def _words(measure: str, shift: int, changes: dict[str, tuple[float, ...]], stride: int) -> str:
    """What the curves say at this shift."""
    at = {name: f"**{percent(change[shift])}**" for name, change in changes.items()}
    if measure == "place":
        return (
            f"Moved by {shift}, the features change by {at[UNPOOLED]}, pooled once by {at['pooled 1×']}, three times "
            f"by {at['pooled 3×']}, averaged over all positions by {at[EVERYWHERE]}. One pooling layer tolerates "
            "little: networks stack several, and end in an average."
        )
    if stride == 1:
        return "At stride 1 nothing is skipped, so all features move along exactly."
    return (
        f"Unpooled features move along exactly. Stride {stride} keeps every {_ordinal(stride)} position, so pooled "
        f"ones follow only multiples of {stride}: moved by {shift}, they are off by {at['pooled 1×']}. A blur before "
        f"the skipping (Zhang 2019) makes it {at[BLURRED]}."
    )


def _ordinal(number: int) -> str:
    return {2: "second", 3: "third"}.get(number, f"{number}th")


def _photo_row(picture: Image.Image, shift: int) -> MapRow:
    right = picture.width - REACH
    seen = [
        picture.resize((SENT, SENT), Image.Resampling.BOX, (REACH - n, 0, right - n, picture.height))
        for n in (0, shift)
    ]
    return MapRow("your photo", [*map(np.asarray, seen), None])


class _Maps:
    """One kernel's features of the photo, pooled in several ways: before a move, and after it."""

    def __init__(self, measure: str, window: int, stride: int, kind: str) -> None:
        digest, self.measure, self.settings = current_photo().digest, measure, (window, stride, kind)
        self.one = remember("pool_one", digest, lambda: features(first_kernels()[KERNEL : KERNEL + 1]))
        self.resting = remember("pool_resting", (digest, *self.settings), lambda: self._pooled(0))

    def _pooled(self, shift: int) -> dict[str, Tensor]:
        return pooled_ways(shifted(self.one, shift), *self.settings)

    def rows(self, shift: int) -> list[MapRow]:
        """Before, after and difference, a row for each way; needs no Streamlit."""
        moved, rows = self._pooled(shift), []
        for name in PICTURED[self.measure]:
            now, before = moved[name], self.resting[name]
            if self.measure == "along":
                now, before = moved_along_pair(now, before, shift, pixels_per_cell(self.settings[1])[name])
            limit = float(shade_limit(before[0]))
            maps = [signed_levels(_small(each), limit) for each in (before, now, now - before)]
            rows.append(MapRow(name, maps, *LOOKS[name]))
        return rows


def _small(feature_map: Tensor) -> Tensor:
    """(1, 1, h, w) -> (h', w') of at most SENT, averaged: for the eye alone."""
    smaller = [min(side, SENT) for side in feature_map.shape[-2:]]
    return F.adaptive_avg_pool2d(feature_map, smaller)[0, 0]


def shift_code(window: int, stride: int, kind: str) -> tuple[str, dict[str, object]]:
    """The lines of torch for the curve of one pooling, and what they give."""
    step = KINDS[kind].code
    code = f"""
from dataclasses import replace

from PIL import Image
from torch.nn import functional as F

from imgcls.models.registry import load

classifier = load()
kernels = classifier.module.features[0][0].weight.detach()
wide = replace(classifier.preprocess, crop=256)(Image.open("photo.png"))[..., 16:-16, :] # (1, 3, 224, 256)

def features(shift):
    photo = wide[..., 16 - shift : 240 - shift] # (1, 3, 224, 224), moved right
    return {step}(F.conv2d(photo, kernels).relu(), kernel_size={window}, stride={stride})

def change(now, before): # relative, each kernel by itself, then averaged
    size = before.flatten(2).norm(dim=2)
    difference = (now - before).flatten(2).norm(dim=2)
    return (difference[size > 0] / size[size > 0]).mean().nan_to_num().item()

curve = [change(features(shift), features(0)) for shift in range(17)]
"""
    return code, {"curve": list(study(window, stride, kind).same_place["pooled 1×"])}
