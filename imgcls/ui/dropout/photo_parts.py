"""The parts of the dropout lesson that are live on the photo: one mask, the mean of many, whole maps."""

import operator
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st
import torch

from imgcls.figures.images import signed_levels
from imgcls.labels import display_name
from imgcls.models.first_layer import first_layer
from imgcls.models.last_layer import LastLayer, last_layer
from imgcls.models.registry import load
from imgcls.numbers import ABOUT, equation, fixed, percent, whole, written
from imgcls.ops.dropout import dropout, dropout_maps, many_passes
from imgcls.ops.softmax import softmax
from imgcls.palette import colour_table
from imgcls.ui.components.chart import charts
from imgcls.ui.components.grids import Grid, grids
from imgcls.ui.components.picture import picture
from imgcls.ui.components.words import words
from imgcls.ui.dropout.running_means import running_means
from imgcls.ui.memo import remember
from imgcls.ui.photo import current_photo
from imgcls.ui.shell import choose, code_panel
from imgcls.ui.stage import Dial, Numbers, stage

GROUND, CROSS = 125, 70  # grey between the maps, and of a cross
GAP = 6  # pixels between the maps
SHOWN = (4, 5)  # rows and columns of the features that are printed
PASSES = 200
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
        mode = choose("Mode", ["training", "evaluating"], key="drop_mode", labelled=True)
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
                grid("what is passed on", result.output, outputs, "activation", -high, high, ""),
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
            else f"after training all are passed on as they are, whatever p was. It says {name} with "
            f"**{percent(chance)}**."
        )
        text = words(
            f"The {count} largest of the {whole(len(head.features))} features that {network.title} computes for your "
            f"photo; {outcome} PyTorch's p is the probability to **drop**; CS231n writes p for the probability to "
            f"**keep**, here {written(1 - p)}."
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
    """The best class over many masks: the mean of its logit comes to that without dropout, of its probability not."""
    network, head = load(), _head()
    best = int(head.logits(head.features).argmax())
    name = display_name(network.labels[best])

    def picture(numbers: Numbers) -> dict[str, Any]:
        p = numbers[P.name]
        result = many_passes(head.features, head.weights, head.bias, best, p, PASSES, _seeded(seed))
        ends = float(result.means[-1]), float(result.chance_means[-1])
        text = words(
            f"One mask gives a logit of {fixed(float(result.outputs[0]), 2)} here, the next "
            f"{fixed(float(result.outputs[1]), 2)}: they scatter around **{fixed(result.exact, 2)}**, the logit "
            f"without dropout, with a standard deviation of **{fixed(result.spread, 2)}**. The mean of {PASSES} masks "
            f"is **{fixed(ends[0], 2)}**. A probability is different, because softmax bends: the mean of its {PASSES} "
            f"values is **{percent(ends[1])}**, without dropout it is **{percent(result.exact_chance)}**. Evaluation "
            "leaves dropout out: one pass, which only **approximates** the mean answer of all masks."
        )
        return {
            "drop_average": charts(*running_means(result, name, readings=not numbers.moved)),
            "drop_words": text,
            "result": result,
        }

    live = stage("drop_average", [P], picture)
    live.show(P.name, "drop_average", "drop_words")
    p, result = live.numbers[P.name], live["result"]
    code = f"""
    import torch
    from PIL import Image
    from imgcls.models.last_layer import last_layer
    from imgcls.models.registry import load

    head = last_layer(load("{network.name}"), Image.open("photo.png").convert("RGB"))
    x = head.features  # ({len(head.features)},)
    masks = (torch.rand({PASSES}, len(x), generator=torch.Generator().manual_seed({seed})) >= {p:g}).float()
    logits = head.logits(masks * x / (1 - {p:g}))  # {PASSES} passes, ({PASSES}, {len(head.bias)})
    mean = logits[:, {best}].mean()
    exact = head.logits(x)[{best}]
    mean_probability = logits.softmax(1)[:, {best}].mean()
    probability = head.logits(x).softmax(0)[{best}]
    """
    shows = {
        "mean": float(result.means[-1]),
        "exact": result.exact,
        "mean_probability": float(result.chance_means[-1]),
        "probability": result.exact_chance,
    }
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
        coarse = 2 if numbers.moved else 1  # while the dial moves a quarter of the pixels shows it as well
        sheet = maps_sheet(result.output[:, ::coarse, ::coarse], dropped, limit, gap=GAP // coarse)
        shown = picture(sheet, alt=alt, smooth=True)
        done = (
            f"**{count}** are dropped whole, the others multiplied by {written(result.scale)}"
            if training
            else "after training all are passed on as they are"
        )
        text = words(
            f"The {len(maps)} feature maps of the first layer of {network.title} on your photo: {done}. Dropping "
            "single pixels would hide little, since their neighbours carry nearly the same information. So Dropout2d "
            "drops whole maps."
        )
        return {"drop_sheet": shown, "drop_words": text, "dropped": count, "mean": float(result.output.mean())}

    live = stage("drop_maps", [P], show)
    left, right = st.container(key="picture_first").columns([0.32, 0.68], gap="medium")
    with left:
        live.show(P.name, "drop_words")
    with right:
        live.show("drop_sheet")
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


def maps_sheet(
    maps: torch.Tensor, dropped: Sequence[bool], limit: float, columns: int = 8, gap: int = GAP
) -> np.ndarray:
    """All maps (C, H, W) as one picture, eight in a row; those that were dropped are crossed out."""
    count, height, width = maps.shape
    levels, colours, crossed = signed_levels(maps, limit), colour_table("activation"), _crossed(height, width)
    rows = -(-count // columns)
    sheet = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, 3), GROUND, np.uint8)
    for i, gone in enumerate(dropped):
        top, left = (i // columns) * (height + gap), (i % columns) * (width + gap)
        sheet[top : top + height, left : left + width] = crossed if gone else colours[levels[i]]
    return sheet


@lru_cache(maxsize=8)
def _crossed(height: int, width: int) -> np.ndarray:
    """uint8 (H, W, 3): a map of zeros, crossed out. The edges of the cross are smooth."""
    down, across = np.mgrid[:height, :width]
    down, across = (down + 0.5) / height, (across + 0.5) / width
    away = np.minimum(np.abs(down - across), np.abs(down + across - 1)) * min(height, width) / np.sqrt(2)
    ink = np.clip(0.016 * min(height, width) + 1 - away, 0, 1)[..., None]  # how much of each place it covers
    ground = colour_table("activation")[signed_levels(torch.zeros(1), 1.0)[0]].astype(float)
    return np.rint(ground + ink * (CROSS - ground)).astype(np.uint8)
