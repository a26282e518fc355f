"""Part 3 of the pooling lesson: how much features change when the photo moves."""

from dataclasses import replace

import numpy as np
import streamlit as st
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from imgcls.figures.curves import DASHES, Curve, curves, mark
from imgcls.models.registry import load
from imgcls.numbers import percent
from imgcls.ops.shift import (
    BLURRED,
    EVERYWHERE,
    REACH,
    UNPOOLED,
    ShiftStudy,
    moved_along_pair,
    pixels_per_cell,
    pooled_ways,
    shift_study,
    shifted,
)
from imgcls.palette import SERIES
from imgcls.ui.components.map_table import MapRow, map_table
from imgcls.ui.components.plot import move_mark, plot
from imgcls.ui.components.slider import live_slider
from imgcls.ui.components.volume_stack import shade_limit, signed_levels
from imgcls.ui.components.words import words
from imgcls.ui.memo import remember
from imgcls.ui.photo import current_photo
from imgcls.ui.pooling.volume_part import first_kernels

MEASURES = {"place": "place by place", "along": "moved along"}
PICTURED = {"place": (UNPOOLED, "pooled 1×", "pooled 3×"), "along": (UNPOOLED, "pooled 1×", BLURRED)}
LOOKS = {  # the same colour and dash for a way of pooling, whatever it is compared with
    name: (SERIES[i], DASHES[i])
    for i, name in enumerate((UNPOOLED, "pooled 1×", "pooled 2×", "pooled 3×", EVERYWHERE, BLURRED))
}
KERNEL = 5  # the one whose features are pictured
FIRST_SHIFT = 3
SIDE, SENT = 76, 112  # CSS pixels of a small picture, and how many are sent for sharp screens


def wide_input() -> Tensor:
    """The photo as the network sees it, and REACH pixels more on the left and right: (1, 3, 224, 256)."""
    whole = replace(load().preprocess, crop=load().preprocess.resize)
    return whole(current_photo().image)[..., REACH:-REACH, :]


def wide_picture() -> Image.Image:
    """The same pixels as a picture, 256 x 224."""
    whole = replace(load().preprocess, crop=load().preprocess.resize)
    picture: Image.Image = whole.steps(current_photo().image)[2].value
    return picture.crop((0, REACH, picture.width, picture.height - REACH))


def features(kernels: Tensor) -> Tensor:
    """The photo under these kernels, after ReLU, without padding: (1, K, 222, 254)."""
    photo = remember("pool_wide", current_photo().digest, wide_input)
    return F.conv2d(photo, kernels).relu()


@st.cache_data(max_entries=128, show_spinner="Moving the photo pixel by pixel …")
def _study(digest: str, window: int, stride: int, kind: str) -> ShiftStudy:
    return shift_study(features(first_kernels()), window, stride, kind)


def study(window: int, stride: int, kind: str) -> ShiftStudy:
    """Both comparisons, averaged over all kernels of the first layer; computed once a photo and setting."""
    return _study(current_photo().digest, window, stride, kind)


@st.fragment
def shift_stage(window: int, stride: int, kind: str) -> None:
    """The slider that moves the photo, pictures of one kernel's features, and the curves over all kernels."""
    left, right = st.columns([1, 1.9], gap="medium", vertical_alignment="center")
    with left:
        measure = st.segmented_control(
            "Compare the features", list(MEASURES), format_func=MEASURES.get, default="place", required=True,
            key="pool_measure", bind="query-params", persist_state="session",
        )  # fmt: skip
    result = study(window, stride, kind)
    changes = result.same_place if measure == "place" else result.moved_along
    picture = remember("pool_wide_picture", current_photo().digest, wide_picture)
    lines = [Curve(name, result.shifts, change, *LOOKS[name]) for name, change in changes.items()]
    maps = _Maps(measure, window, stride, kind)

    def table(shift: int) -> None:
        map_table(
            [_photo_row(picture, shift), *maps.rows(shift)],
            ["before", "after", "difference"],
            quantity="activation",
            side=SIDE,
            alt="The photo and one kernel's features before and after the move, and their difference",
            key="pool_maps",
        )

    def chart(shift: int) -> None:
        top = 1.05 if measure == "place" else 0.45
        plot(
            curves(
                lines, x_title="the photo moved by … pixels", y_title="change of the features", x_range=(0, REACH),
                y_range=(0, max(top, *(max(line.y) for line in lines))), at=shift, x_step=2,
                end_labels=measure == "place", height=336,
            ),
            key="pool_curves",
            alt="Change of the features over the shift of the photo, one curve for each way of pooling",
        )  # fmt: skip

    def sentence(shift: int) -> None:
        words(_words(measure, shift, changes, stride), key="pool_words")

    def draw(shift: int) -> None:
        table(shift)
        move_mark(mark(lines, shift), key="pool_curves")  # the curves themselves stay as they are
        sentence(shift)

    with right:
        shift = live_slider(
            "the photo moves right by", 0, REACH, FIRST_SHIFT, step=1, key="pool_shift", digits=0, unit="pixels",
            follow=draw,
        )  # fmt: skip
    left, right = st.columns([1, 1.35], gap="medium")
    with left:
        table(shift)
    with right:
        chart(shift)
    sentence(shift)


def shift_note() -> str:
    """What is measured, exactly."""
    return (
        f"Change: ‖after − before‖ / ‖before‖ for each of the {len(first_kernels())} kernels of the classifier's first "
        f"layer (stride 1, after ReLU), averaged over them. Pictured: kernel {KERNEL}; in the difference, less than "
        "before is red, more is blue."
    )


def _words(measure: str, shift: int, changes: dict[str, tuple[float, ...]], stride: int) -> str:
    """What the curves say at this shift."""
    at = {name: f"**{percent(change[shift])}**" for name, change in changes.items()}
    if measure == "place":
        return (
            f"Moved by {shift}, the features change by {at[UNPOOLED]}, pooled once by {at['pooled 1×']}, three times "
            f"by {at['pooled 3×']}, averaged over all places by {at[EVERYWHERE]}. One pooling forgives little: "
            "networks stack several, and end in an average."
        )
    if stride == 1:
        return "Nothing is skipped at stride 1, so everything moves along exactly."
    return (
        f"Unpooled features move along exactly. Stride {stride} keeps every {_ordinal(stride)} place, so pooled ones "
        f"follow only multiples of {stride}: moved by {shift}, they are off by {at['pooled 1×']}. A blur before the "
        f"skipping (Zhang 2019) makes it {at[BLURRED]}."
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
    step = "F.max_pool2d" if kind == "max" else "F.avg_pool2d"
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
