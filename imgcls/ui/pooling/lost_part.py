"""What is lost: three ways to halve a map, again and again, and what is left of it."""

from typing import Any

import numpy as np
import streamlit as st
from torch import Tensor
from torch.nn import functional as F

from imgcls.figures.images import shade_limit, signed_levels
from imgcls.models.registry import load
from imgcls.numbers import percent, whole
from imgcls.ops.kernel_kinds import cost
from imgcls.ops.pooling import HALVINGS, Halved, halve
from imgcls.ops.shift import relative_change, shifted
from imgcls.ui.components.map_table import MapRow, map_table
from imgcls.ui.components.words import words
from imgcls.ui.memo import remember
from imgcls.ui.photo import current_photo
from imgcls.ui.pooling.shift_part import KERNEL, features
from imgcls.ui.pooling.volume_part import first_kernels
from imgcls.ui.shell import code_panel
from imgcls.ui.stage import Dial, Numbers, stage

TIMES = Dial("pool_times", "halved", 1, 5, 1, 3, 0, "times")
SIDE, SENT = 176, 224  # CSS pixels of a map, and how many values of a side are sent


@st.fragment
def lost_part() -> None:
    """The map of one kernel, halved by max pooling, by average pooling, and by a stride alone."""
    wide: Tensor = remember(
        "pool_lost", current_photo().digest, lambda: features(first_kernels()[KERNEL : KERNEL + 1])[0, 0]
    )
    sheet = shifted(wide, 0)
    moved = shifted(wide, 1)
    limit = float(shade_limit(sheet[None]))

    def picture(numbers: Numbers) -> dict[str, Any]:
        times = numbers[TIMES.name]
        halved = {way: halve(sheet, way, times) for way in HALVINGS}
        changes = {way: _change(each, halve(moved, way, times)) for way, each in halved.items()}
        return {
            "pool_halved": _maps(sheet, halved, changes, limit),
            "pool_lost_words": words(_told(times, sheet)),
            "halved": halved,
            "changes": changes,
        }

    live = stage("pool_lost_stage", [TIMES], picture)
    live.show()
    st.markdown(stride_costs())
    halved, changes, times = live["halved"], live["changes"], live.numbers[TIMES.name]
    code = f"""
import torch
from dataclasses import replace
from PIL import Image
from torch.nn import functional as F

from imgcls.models.registry import load

classifier = load()
kernel = classifier.module.features[0][0].weight.detach()[{KERNEL}:{KERNEL + 1}]
wide = replace(classifier.preprocess, crop=256)(Image.open("photo.png").convert("RGB"))[..., 16:-16, :]
features = F.conv2d(wide, kernel).relu()                    # (1, 1, 222, 254)
sheet, moved = features[..., 16:-16], features[..., 15:-17] # the photo, and the photo moved right by 1

def pooled(x):
    for _ in range({times}):
        x = F.max_pool2d(x, 2)
    return x

def change(now, before):
    return ((now - before).norm() / before.norm()).nan_to_num().item()

left = list(pooled(sheet).shape[-2:])
changed = change(pooled(moved), pooled(sheet))
"""
    shows = {"left": list(halved["max"].output.shape), "changed": changes["max"]}
    code_panel(code, shows, functions=(halve, relative_change), photo=True, key="lost")


def _change(before: Halved, now: Halved) -> float:
    return relative_change(now.output[None, None], before.output[None, None])


def _maps(sheet: Tensor, halved: dict[str, Halved], changes: dict[str, float], limit: float) -> Any:
    def small(values: Tensor) -> np.ndarray:
        sides = [min(side, SENT) for side in values.shape]
        return signed_levels(F.interpolate(values[None, None], sides, mode="nearest")[0, 0], limit)

    rows, columns = next(iter(halved.values())).output.shape
    texts = [
        f"**{sheet.shape[0]} × {sheet.shape[1]}** values",
        *(
            f"**{rows} × {columns}** left; moved by 1 pixel, they change by **{percent(changes[way], 0)}**"
            for way in halved
        ),
    ]
    return map_table(
        [MapRow("", [small(sheet), *(small(each.output) for each in halved.values())], texts=texts)],
        [f"kernel {KERNEL} on your photo", *HALVINGS.values()],
        quantity="activation",
        side=SIDE,
        alt="One feature map, and what three ways of halving leave of it, as large as the map itself",
    )


def _told(times: int, sheet: Tensor) -> str:
    window = 2**times
    return (
        f"One number stands for {window} × {window} = **{window**2}** positions. Max pooling still says how strong the "
        f"feature was, average pooling how strong on average. None of them says **where** among the {window**2} it "
        "lay. A stride alone keeps the upper left value of each window and never looks at the others."
    )


def stride_costs() -> str:
    """What a stride saves, from the classifier's own first layer."""
    channels, filters = 3, len(first_kernels())
    size = load().preprocess.crop
    dense, strided = (cost("full", channels, filters, 3, places) for places in (size**2, (size // 2) ** 2))
    return (
        f"**A convolution with stride 2 is the alternative to pooling.** It computes only what it keeps: "
        f"{whole(strided.multiplications)} multiplications instead of {whole(dense.multiplications)} for the "
        f"{filters} kernels "
        "of the first layer of EfficientNet-Lite0, which does just that. Its kernel is learned, too: average pooling "
        "is the strided convolution whose weights are all 1/4."
    )
