"""The parts of the dropout lesson that are live on the photo: one mask, the mean of many, whole maps."""

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st
import torch

from imgcls.figures.curves import Curve, curves
from imgcls.figures.images import colourise
from imgcls.labels import display_name
from imgcls.models.first_layer import first_layer
from imgcls.models.last_layer import LastLayer, last_layer
from imgcls.models.registry import load
from imgcls.numbers import ABOUT, equation, fixed, percent, written
from imgcls.ops.dropout import dropout, dropout_maps, many_passes
from imgcls.ops.softmax import softmax
from imgcls.palette import HUES
from imgcls.ui.components.grids import Grid, grids
from imgcls.ui.components.picture import picture
from imgcls.ui.components.plot import plot
from imgcls.ui.components.words import words
from imgcls.ui.memo import remember
from imgcls.ui.photo import current_photo
from imgcls.ui.shell import choose, code_panel
from imgcls.ui.stage import Dial, Numbers, stage

SHOWN = (4, 5)  # rows and columns of the features that are printed
PASSES = 400
P = Dial("drop_p", "p, the probability to drop a value", 0.0, 0.95, 0.01, 0.5)


def mask_controls(*, modes: bool = True) -> tuple[int, bool]:
    """Seed and whether the layer is training: what a button or a switch sets, not a drag.

    Without `modes` there is nothing to switch: it is training.
    """
    left, middle, right = st.columns([0.2, 0.34, 0.46], vertical_alignment="bottom")
    seed = left.number_input("Seed", 0, 9999, 0, key="drop_seed", bind="query-params", persist_state="session")
    middle.button(
        "Another mask", icon=":material/casino:", width="stretch",
        on_click=lambda: st.session_state.update(drop_seed=(seed + 1) % 10000),
    )  # fmt: skip
    if not modes:
        return seed, True
    with right:
        mode = choose("The layer is", ["training", "evaluating"], key="drop_mode", labelled=True)
    return seed, mode == "training"


def _seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _head() -> LastLayer:
    photo = current_photo()
    return remember("drop_head", photo.digest, lambda: last_layer(load(), photo.image))


@st.fragment
def mask_part(seed: int, training: bool) -> None:
    """The features before the last layer, the mask, what is left; and what the network answers with it."""
    network, head = load(), _head()
    count = SHOWN[0] * SHOWN[1]
    largest, places = head.features.topk(count)  # most others are nearly 0, and no mask would change them visibly
    most = float(largest[0])
    exact = softmax(head.logits(head.features))
    best = int(exact.argmax())

    def picture(numbers: Numbers) -> dict[str, Any]:
        p = numbers[P.name]
        result = dropout(head.features, p, _seeded(seed), training=training)
        high = most * max(result.scale, 1.0)
        factors = result.mask * result.scale
        masked = f"mask × 1 / (1 − p): 0 or {written(result.scale)}" if training else "no mask: 1 everywhere"
        worked = [
            equation((x, factor), operator.mul, output)
            for x, factor, output in zip(
                *(each[places].tolist() for each in (head.features, factors, result.output)), strict=True
            )
        ]
        features, scales = ([each.operands[i] for each in worked] for i in (0, 1))
        outputs = [each.result for each in worked]

        def grid(
            title: str, values: torch.Tensor, texts: list[str], quantity: str, low: float, top: float, sign: str
        ) -> Grid:
            return Grid(title, values[places].view(SHOWN).numpy(), quantity, low, top, texts, sign)

        equals = "=" if all(each.sign == "=" for each in worked) else ABOUT
        shown = grids(
            [
                grid("features", head.features, features, "activation", -high, high, "×"),
                grid(masked, factors, scales, "pixel", 0, result.scale, equals),
                grid("what goes on", result.output, outputs, "activation", -high, high, ""),
            ],
            [f"{each.operands[0]} × {each.operands[1]} {each.sign} {each.result}" for each in worked],
            alt=f"Features, scaled mask and output; {percent(result.kept, 0)} of the features are kept.",
        )
        chance = float(softmax(head.logits(result.output))[best])
        name = f"**{display_name(network.labels[best])}**"
        outcome = (
            f"**{percent(result.kept)}** of all are kept. With this mask it says {name} with **{percent(chance)}**, "
            f"without dropout {percent(float(exact[best]))}."
            if training
            else f"after training all go on as they are, whatever p was. It says {name} with **{percent(chance)}**."
        )
        text = words(
            f"The {count} largest of the {len(head.features)} features that {network.title} computes for your photo; "
            f"{outcome} PyTorch's p is the probability to **drop**; CS231n writes p for the probability to **keep**, "
            f"here {written(1 - p)}."
        )
        return {"drop_grids": shown, "drop_words": text, "kept": result.kept, "top": chance}

    live = stage("drop_mask", [P], picture)
    live.show()
    p = live.numbers[P.name]
    code = f"""
    import torch
    from PIL import Image
    from imgcls.models.last_layer import last_layer
    from imgcls.models.registry import load

    head = last_layer(load("{network.name}"), Image.open("photo.png").convert("RGB"))
    x = head.features  # ({len(head.features)},)
    draws = torch.rand(x.shape, generator=torch.Generator().manual_seed({seed}))
    mask = ({"draws >= " + f"{p:g}" if training else "draws >= 0"}).float()
    output = x * mask{f" / (1 - {p:g})" if training else ""}  # torch.nn.Dropout({p:g}) does the same
    kept = mask.mean()
    top = head.logits(output).softmax(0)[{best}]
    """
    shows = {"kept": live["kept"], "top": live["top"]}
    code_panel(code, shows, functions=(dropout,), photo=True, key="drop_mask")


@st.fragment
def average_part(seed: int) -> None:
    """The logit of the best class over many masks: its running mean closes in on the output without dropout."""
    network, head = load(), _head()
    best = int(head.logits(head.features).argmax())
    name = display_name(network.labels[best])

    def picture(numbers: Numbers) -> dict[str, Any]:
        p = numbers[P.name]
        result = many_passes(head.features, head.weights[best], float(head.bias[best]), p, PASSES, _seeded(seed))
        places = list(range(1, PASSES + 1))
        low, high = result.band()
        first, second, last = (fixed(float(x), 2) for x in (*result.outputs[:2], result.means[-1]))
        exact = Curve(
            "without dropout, ± 2 spreads / √n", places, [result.exact] * PASSES, HUES["pixel"].line, "dash",
            band=(low.tolist(), high.tolist()),
        )  # fmt: skip
        mean = Curve("mean of the first n masks", places, result.means.tolist(), HUES["probability"].line, "solid")
        chart = plot(
            curves([exact, mean], x_title="n, the number of masks", y_title=f"logit of {name}", height=330),
            alt=f"The running mean of the logit of {name} over {PASSES} masks, which ends at {last}.",
        )
        text = words(
            f"One mask gives a logit of {first} here, the next {second}: they spread "
            f"around **{fixed(result.exact, 2)}**, the logit without dropout, by **{fixed(result.spread, 2)}** (their "
            f"standard deviation). The mean of {PASSES} masks is **{last}**. So evaluation leaves dropout out: that "
            "stands for the mean of all masks."
        )
        return {"drop_average": chart, "drop_words": text, "mean": float(result.means[-1]), "exact": result.exact}

    live = stage("drop_average", [P], picture)
    live.show()
    p = live.numbers[P.name]
    code = f"""
    import torch
    from PIL import Image
    from imgcls.models.last_layer import last_layer
    from imgcls.models.registry import load

    head = last_layer(load("{network.name}"), Image.open("photo.png").convert("RGB"))
    x, w, b = head.features, head.weights[{best}], head.bias[{best}]
    masks = (torch.rand({PASSES}, len(x), generator=torch.Generator().manual_seed({seed})) >= {p:g}).float()
    logits = masks @ (w * x) / (1 - {p:g}) + b  # {PASSES} passes
    mean = logits.mean()
    exact = w @ x + b
    """
    shows = {"mean": live["mean"], "exact": live["exact"]}
    code_panel(code, shows, functions=(many_passes,), photo=True, key="drop_average")


@st.fragment
def maps_part(seed: int, training: bool) -> None:
    """Dropout2d on the first layer's maps of the photo: a map is there or it is not."""
    photo, network = current_photo(), load()
    maps = remember("drop_maps", photo.digest, lambda: first_layer(network, photo.image).activated)
    limit = float(maps.max())

    def show(numbers: Numbers) -> dict[str, Any]:
        result = dropout_maps(maps, numbers[P.name], _seeded(seed), training=training)
        dropped = (result.mask.flatten(1).amax(1) == 0).tolist()
        count = sum(dropped)
        alt = f"The {len(maps)} feature maps, {count} of them crossed out."
        shown = picture(maps_sheet(result.output.numpy(), dropped, limit), alt=alt)
        done = (
            f"**{count}** are dropped whole, the others multiplied by {written(result.scale)}"
            if training
            else "after training all go on as they are"
        )
        text = words(
            f"The {len(maps)} feature maps of the first layer of {network.title} on your photo: {done}. Single dropped "
            "pixels would hide nothing, since their neighbours say nearly the same: so Dropout2d drops whole maps."
        )
        return {"drop_sheet": shown, "drop_words": text, "dropped": count, "mean": float(result.output.mean())}

    live = stage("drop_maps", [P], show)
    live.show()
    p = live.numbers[P.name]
    code = f"""
    import torch
    from PIL import Image
    from imgcls.models.first_layer import first_layer
    from imgcls.models.registry import load

    maps = first_layer(load("{network.name}"), Image.open("photo.png").convert("RGB")).activated  # (32, 112, 112)
    draws = torch.rand(32, 1, 1, generator=torch.Generator().manual_seed({seed}))
    output = {f"maps * (draws >= {p:g}) / (1 - {p:g})" if training else "maps"}
    dropped = {f"(draws < {p:g}).sum()" if training else "0"}
    mean = output.mean()
    """
    empty = sum(1 for each in maps if not each.any())
    shows = {"dropped": live["dropped"], "mean": live["mean"]}
    if empty:
        st.caption(f"{empty} of the maps are zero everywhere for this photo, dropped or not.")
    code_panel(code, shows, functions=(dropout_maps,), photo=True, key="drop_maps")


def maps_sheet(maps: np.ndarray, dropped: Sequence[bool], limit: float, columns: int = 11, gap: int = 6) -> np.ndarray:
    """All maps (C, H, W) as one picture, eleven in a row; those that were dropped are crossed out."""
    tiles = [colourise(each, "activation", -limit, limit) for each in maps]
    side = tiles[0].shape[0]
    for tile, crossed in zip(tiles, dropped, strict=True):
        if crossed:
            diagonal = np.arange(side)
            for width in (-1, 0, 1):
                tile[diagonal, (diagonal + width) % side] = (125, 132, 143)
                tile[diagonal, (side - 1 - diagonal + width) % side] = (125, 132, 143)
    rows = -(-len(tiles) // columns)
    sheet = np.full((rows * (side + gap) - gap, columns * (side + gap) - gap, 3), 125, np.uint8)
    for i, tile in enumerate(tiles):
        top, left = (i // columns) * (side + gap), (i % columns) * (side + gap)
        sheet[top : top + side, left : left + side] = tile
    return sheet
