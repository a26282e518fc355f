"""A part of the activations lesson: a feature map of the photo before and after the function."""

from typing import Any

import streamlit as st
from torch import Tensor

from imgcls.figures.histogram import histogram_curves
from imgcls.figures.images import colourise
from imgcls.models.first_layer import first_layer
from imgcls.models.registry import load
from imgcls.numbers import percent, sides, written
from imgcls.ops.activations import ACTIVATIONS, activate, activation_curve
from imgcls.ops.histogram import histogram
from imgcls.ui.activations.curves_part import DIALS, settings_of, shown_dials
from imgcls.ui.components import Element
from imgcls.ui.components.picture import picture
from imgcls.ui.components.plot import plot
from imgcls.ui.components.words import words
from imgcls.ui.memo import remember
from imgcls.ui.photo import current_photo
from imgcls.ui.shell import code_panel
from imgcls.ui.stage import Dial, Numbers, stage

MAP = Dial("act_map", "Feature map", 0, 31, 1, 6, 0)


@st.fragment
def photo_part(name: str) -> None:
    """One of the 32 maps of the first layer, as the function finds and as it leaves it."""
    photo, network = current_photo(), load()
    maps = remember("act_maps", photo.digest, lambda: first_layer(network, photo.image).normalised)
    title = ACTIVATIONS[name].title

    def show(numbers: Numbers) -> dict[str, Any]:
        index, settings = numbers[MAP.name], settings_of(name, numbers)
        before = maps[index]
        after, limit = activate(name, before, **settings), float(before.abs().max())
        flat = float((activation_curve(name, before.flatten(), **settings).slope == 0).float().mean())
        counts = {"before": histogram(before, -limit, limit), f"after {title}": histogram(after, -limit, limit)}
        low, high = (written(float(end)) for end in before.aminmax())
        passed = (
            f"At **{percent(flat)}** of the positions the slope of {title} is exactly 0: no gradient comes back "
            "through them."
            if flat
            else f"The slope of {title} is **nowhere** exactly 0: some gradient comes back through every position."
        )

        def pictured(values: Tensor, caption: str) -> Element:
            colours = colourise(values.numpy(), "activation", -limit, limit)
            return picture(colours, alt=f"Feature map {index}. {caption}.", caption=caption)

        return {
            "act_picture_0": pictured(before, "Before"),
            "act_picture_1": pictured(after, f"After {title}"),
            "act_histogram": plot(histogram_curves(counts), alt=f"Histograms of the map before and after {title}."),
            "act_words": words(
                f"Map {index} of the first layer of {network.title}, after its convolution and batch norm: "
                f"{sides(*before.shape)} values from {low} to {high}. Negative is red, positive blue. "
                f"{passed}"
            ),
            "flat": flat,
        }

    live = stage("act_photo_stage", (MAP, *DIALS.get(name, ())), show)
    left, right = st.columns([0.5, 0.5])
    with left:
        live.show(MAP.name)
    with right:
        for row in shown_dials(name, live.numbers):
            for place, dial in zip(st.columns(len(row)), row, strict=True):
                with place:
                    live.show(dial)
    for place, element in zip(
        st.container(key="two_abreast").columns([0.29, 0.29, 0.42]),
        ("act_picture_0", "act_picture_1", "act_histogram"),
        strict=True,
    ):
        with place:
            live.show(element)
    live.show("act_words")
    index, settings, flat = live.numbers[MAP.name], settings_of(name, live.numbers), live["flat"]
    after = activate(name, maps[index], **settings)
    code = f"""
    import torch
    from PIL import Image
    from imgcls.models.first_layer import first_layer
    from imgcls.models.registry import load
    from imgcls.ops.activations import activate

    before = first_layer(load("{network.name}"), Image.open("photo.png").convert("RGB")).normalised[{index}]
    x = before.clone().requires_grad_()
    after = activate("{name}", x{"".join(f", {key}={value!r}" for key, value in settings.items())})
    after.sum().backward()
    flat = (x.grad == 0).float().mean()  # the share of positions that pass no gradient
    mean = after.mean().item()
    """
    code_panel(code, {"flat": flat, "mean": float(after.mean())}, functions=(activate,), photo=True, key="act_photo")
