"""Part 3 of the dense lesson: the photo laid out into a vector, and the weighted sum of one neuron."""

import streamlit as st
import torch

from imgcls.numbers import fixed, percent, sides, whole
from imgcls.ops.convolution import working_pixels
from imgcls.ops.dense import Neuron, centre_minus_border, neuron, random_weights
from imgcls.training.experiments import learned_template
from imgcls.ui.components.slider import live_slider
from imgcls.ui.components.unroll import unroll
from imgcls.ui.components.words import words
from imgcls.ui.memo import remember
from imgcls.ui.photo import current_photo
from imgcls.ui.shell import code_panel

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


@st.fragment
def neuron_part() -> None:
    """Choose the weights, drag the size, lay the rows out."""
    left, middle, right = st.columns([0.34, 0.46, 0.2], vertical_alignment="bottom")
    kind = middle.segmented_control(
        "Weights", [RANDOM, CENTRE, LEARNED], default=RANDOM, required=True, key="dense_weights", bind="query-params",
        persist_state="session",
    )  # fmt: skip
    seed = right.number_input(
        "Seed", 0, 999, 0, key="dense_neuron_seed", bind="query-params", persist_state="session",
        disabled=kind != RANDOM,
    )  # fmt: skip
    photo = current_photo()

    def draw(side: int) -> Neuron:
        pixels = working_pixels(photo.image, side, "colour") / 255
        weights, bias, about = _weights(kind, side, int(seed))
        result = neuron(pixels, weights, bias)
        arrays = (each.numpy() for each in (pixels, weights, result.products, result.running))
        unroll(
            *arrays, bias, result.output, key="dense_unroll",
            alt=f"The photo at {side} by {side} pixels, the weights of a neuron, their products, and all three as "
            f"vectors; the neuron gives {fixed(result.output, 4)}.",
        )  # fmt: skip
        words(
            f"Flattened, the photo is a vector of {sides(side, side, CHANNELS)} = **{whole(pixels.numel())}** "
            "numbers, and "
            f"one neuron needs as many weights. {about}",
            key="dense_neuron_words",
        )
        return result

    with left:
        side = live_slider(
            "Size of the picture", 4, 32, 16, step=1, key="dense_side", digits=0, unit="px",
            follow=None if kind == LEARNED else draw,
        )  # fmt: skip
    result = draw(side)
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
    code_panel(code, {"output": result.output}, functions=functions, photo=True, key="dense_neuron")


def _weights(kind: str, side: int, seed: int) -> tuple[torch.Tensor, float, str]:
    """The weights, the bias, and what to say about them."""
    if kind == RANDOM:
        return (
            random_weights(CHANNELS, side, seed),
            0.0,
            "Random weights, as before any learning: the sum means nothing.",
        )
    if kind == CENTRE:
        about = "This one is positive where the middle of the photo is brighter than its border."
        return centre_minus_border(CHANNELS, side), 0.0, about
    template = remember("dense_template", side, lambda: learned_template(side))
    about = (
        "These were learned from 120 small drawings: above 0 means dog, below 0 cat. On drawings it has not seen, it "
        f"is right in **{percent(template.accuracy, 0)}** of the cases, guessing in 50%: one template for all dogs "
        "is blurred."
    )
    return template.weights, template.bias, about
