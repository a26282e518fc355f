"""A part of the dense lesson: a linear classifier, whose weights are pictures."""

import math
from typing import Any

import numpy as np
import streamlit as st
import torch

from imgcls.figures.images import colourise
from imgcls.models.templates import load_templates
from imgcls.numbers import ABOUT, fixed, holds, joined, percent, whole
from imgcls.ops.convolution import signed_limit, working_pixels
from imgcls.ops.dense import linear_scores
from imgcls.ui.address import as_number
from imgcls.ui.dense.templates import templates
from imgcls.ui.photo import current_photo
from imgcls.ui.shell import code_panel
from imgcls.ui.stage import Numbers, Setting, stage

NAMES = {"airplane": "plane", "automobile": "car"}
VIEW, CLASS = "dense_templates", "dense_class"


def as_sum(positive: float, negative: float, bias: float, score: float) -> str:
    """The score as a sum, with as many decimals as the scores of all classes have."""
    terms, result = [fixed(term, 2) for term in (positive, negative, bias)], fixed(score, 2)
    sign = "=" if holds(result, terms, lambda *numbers: math.fsum(numbers)) else ABOUT
    return (
        f"All products above 0: {terms[0]}\nAll products below 0: {terms[1]}\nBias: {terms[2]}\n"
        f"Score: {joined(terms)} {sign} {result}"
    )


@st.fragment
def templates_part() -> None:
    """The photo's scores with all templates, and how one of them comes about."""
    known = load_templates()
    pixels = working_pixels(current_photo().image, known.side, "colour")
    result = linear_scores(pixels / 127.5 - 1, known.weights, known.bias)
    best = int(result.scores.argmax())

    def read(candidate: object) -> int | None:
        number = as_number(candidate, 0, len(known.classes) - 1)
        return None if number is None else round(number)

    products = result.products.sum(1)
    limit = signed_limit(products)

    def picture(numbers: Numbers) -> dict[str, Any]:
        chosen = best if numbers[CLASS] is None else numbers[CLASS]
        sums = (float(each[chosen]) for each in (result.positive, result.negative, known.bias, result.scores))
        shown = templates(
            [NAMES.get(name, name) for name in known.classes],
            pictured(known.weights),
            [fixed(float(score), 2) for score in result.scores],
            best,
            chosen,
            pixels.round().byte().permute(1, 2, 0).numpy(),
            colourise(products[chosen].numpy(), "activation", -limit, limit),
            sum_of=as_sum(*sums),
            sets=CLASS,
            first=not numbers.moved,
        )
        return {VIEW: shown, "chosen": chosen}

    live = stage("dense_linear", [Setting(CLASS, VIEW, None, read, str)], picture)
    live.show()
    count = known.weights[0].numel()
    st.markdown(
        f"One dense layer from {whole(count)} pixel values to {len(known.classes)} classes: a **linear classifier**. "
        f"Each class has {whole(count)} weights, so its weights are a picture too, a **template**. Its score is the "
        "sum of all products with your photo and a **bias**, which does not depend on the photo. It learned from "
        f"CIFAR-10. Of that set's test pictures it gets **{percent(known.accuracy, 0)}** right; guessing gets "
        f"{percent(1 / len(known.classes), 0)} right. All dogs, in all their poses, have to share one template."
    )
    chosen = live["chosen"]
    code = f"""
    import numpy as np
    import torch
    from PIL import Image, ImageOps
    from imgcls.models.templates import load_templates

    known = load_templates()
    photo = Image.open("photo.png").convert("RGB")
    square = ImageOps.fit(photo, ({known.side}, {known.side}), Image.Resampling.BICUBIC)
    x = torch.from_numpy(np.array(square)).permute(2, 0, 1) / 127.5 - 1  # (3, {known.side}, {known.side})
    scores = torch.nn.functional.linear(x.flatten(), known.weights.flatten(1), known.bias)
    score = scores[{chosen}]  # {known.classes[chosen]}
    """
    shows = {"score": float(result.scores[chosen]), "scores": result.scores.tolist()}
    code_panel(code, shows, functions=(linear_scores,), photo=True, key="dense_templates")


def pictured(weights: torch.Tensor) -> np.ndarray:
    """Templates (K, 3, S, S) as uint8 (K, S, S, 3): 0 is mid-grey, the largest weight of each in size at the end."""
    largest = weights.abs().flatten(1).amax(1)[:, None, None, None]
    return (127.5 + 127.5 * weights / largest).round().byte().permute(0, 2, 3, 1).contiguous().numpy()
