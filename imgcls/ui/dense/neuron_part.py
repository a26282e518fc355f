"""A part of the dense lesson: the photo laid out into a vector, and the weighted sum of one neuron."""

from functools import lru_cache
from typing import Any

import streamlit as st
import torch

from imgcls.numbers import fixed, percent, sides, whole
from imgcls.ops.convolution import working_pixels
from imgcls.ops.dense import centre_minus_border, neuron, random_weights
from imgcls.training.experiments import learned_template
from imgcls.ui.components.words import words
from imgcls.ui.dense.unroll import unroll
from imgcls.ui.photo import current_photo
from imgcls.ui.shell import choose, code_panel
from imgcls.ui.stage import Dial, Numbers, stage

RANDOM, CENTRE, LEARNED = "random", "centre minus border", "learned"
CHANNELS = 3

_CODE = {
    RANDOM: """
    bound = x.numel() ** -0.5  # as torch.nn.Linear starts
    w = torch.empty(x.shape).uniform_(-bound, bound, generator=torch.Generator().manual_seed({seed}))
    b = 0.0
    """,
    CENTRE: """
    inside = torch.zeros({side}, {side}, dtype=torch.bool)
    inside[{margin}:{end}, {margin}:{end}] = True
    w = torch.where(inside, 1 / (3 * inside.sum()), -1 / (3 * (~inside).sum())).expand(3, -1, -1)
    b = 0.0
    """,
    LEARNED: """
    template = learned_template({side})
    w, b = template.weights, template.bias
    """,
}


SIDE = Dial("dense_side", "Size of the picture", 4, 32, 1, 16, 0, "px")


@st.fragment
def neuron_part() -> None:
    """Choose the weights, drag the size, lay the rows out."""
    left, middle, right = st.columns([0.34, 0.46, 0.2], vertical_alignment="bottom")
    with middle:
        kind = choose("Weights", [RANDOM, CENTRE, LEARNED], key="dense_weights", labelled=True)
    seed = right.number_input(
        "Seed", 0, 999, 0, key="dense_neuron_seed", bind="query-params", persist_state="session",
        disabled=kind != RANDOM,
    )  # fmt: skip
    photo = current_photo()

    def picture(numbers: Numbers) -> dict[str, Any]:
        side = numbers[SIDE.name]
        pixels = working_pixels(photo.image, side, "colour") / 255
        weights, bias, about = _weights(kind, side, int(seed))
        result = neuron(pixels, weights, bias)
        arrays = (each.numpy() for each in (pixels, weights, result.products, result.running))
        shown = unroll(
            *arrays, bias, result.output,
            alt=f"The photo at {side} by {side} pixels, the weights of a neuron, their products, and all three as "
            f"vectors; the neuron gives {fixed(result.output, 4)}.",
        )  # fmt: skip
        text = words(
            f"Flattened, the photo is a vector of {sides(side, side, CHANNELS)} = **{whole(pixels.numel())}** numbers, "
            "and one neuron needs as many weights, and a **bias** that is added at the end. " + about
        )
        return {"dense_unroll": shown, "dense_neuron_words": text, "output": result.output}

    live = stage("dense_neuron", [SIDE], picture)
    with left:
        live.show(SIDE.name)
    live.show()
    side = live.numbers[SIDE.name]
    imports = "\nfrom imgcls.training.experiments import learned_template" if kind == LEARNED else ""
    margin = side // 4
    own = _CODE[kind].format(seed=int(seed), side=side, margin=margin, end=side - margin)
    head = f"""
    import numpy as np
    import torch
    from PIL import Image, ImageOps{imports.replace(chr(10), chr(10) + "    ")}

    photo = Image.open("photo.png").convert("RGB")
    square = ImageOps.fit(photo, ({side}, {side}), Image.Resampling.BICUBIC)
    x = torch.from_numpy(np.array(square)).permute(2, 0, 1) / 255  # (3, {side}, {side})
    """
    tail = "output = (x.flatten() @ w.flatten() + b).item()"
    code = f"{head.rstrip()}{own.rstrip()}\n    {tail}\n"
    functions = (neuron, {RANDOM: random_weights, CENTRE: centre_minus_border, LEARNED: learned_template}[kind])
    code_panel(code, {"output": live["output"]}, functions=functions, photo=True, key="dense_neuron")


def _weights(kind: str, side: int, seed: int) -> tuple[torch.Tensor, float, str]:
    """The weights, the bias, and what to say about them."""
    if kind == RANDOM:
        about = "Random weights, as before training: the sum means nothing."
        return random_weights(CHANNELS, side, seed), 0.0, about
    if kind == CENTRE:
        about = "This one gives a positive number where the middle of the photo is brighter than its border."
        return centre_minus_border(CHANNELS, side), 0.0, about
    template = learned(side)
    about = (
        "These weights were learned from 120 small drawings: above 0 means dog, below 0 cat. They are right for "
        f"**{percent(template.accuracy, 0)}** of new drawings; guessing is right for 50%. One template for all dogs "
        f"is blurred."
    )
    return template.weights, template.bias, about


learned = lru_cache(maxsize=32)(learned_template)
