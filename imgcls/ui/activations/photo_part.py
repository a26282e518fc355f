"""Part 2 of the activations lesson: a feature map of the photo before and after the function."""

import streamlit as st
from torch import Tensor

from imgcls.figures.histogram import histogram_curves
from imgcls.figures.images import colourise
from imgcls.models.first_layer import first_layer
from imgcls.models.registry import load
from imgcls.numbers import percent, sides, written
from imgcls.ops.activations import ACTIVATIONS, activate, activation_curve
from imgcls.ops.histogram import histogram
from imgcls.ui.activations.curves_part import settings_of
from imgcls.ui.components.picture import picture
from imgcls.ui.components.plot import plot
from imgcls.ui.components.slider import live_slider
from imgcls.ui.components.words import words
from imgcls.ui.memo import remember
from imgcls.ui.photo import current_photo
from imgcls.ui.shell import code_panel


@st.fragment
def photo_part(name: str) -> None:
    """One of the 32 maps of the first layer, as the function finds and as it leaves it."""
    photo, network = current_photo(), load()
    maps = remember("act_maps", photo.digest, lambda: first_layer(network, photo.image).normalised)
    settings: dict[str, object] = {}
    title = ACTIVATIONS[name].title

    def chosen(index: int, settings: dict[str, object]) -> tuple[Tensor, Tensor, float]:
        before = maps[index]
        return before, activate(name, before, **settings), float(before.abs().max())

    def pictured(index: int, settings: dict[str, object], after: bool) -> None:
        found, left, limit = chosen(index, settings)
        caption = f"After {title}" if after else "Before"
        colours = colourise((left if after else found).numpy(), "activation", -limit, limit)
        picture(colours, key=f"act_picture_{after:d}", alt=f"Feature map {index}. {caption}.", caption=caption)

    def counted(index: int, settings: dict[str, object]) -> None:
        before, after, limit = chosen(index, settings)
        counts = {"before": histogram(before, -limit, limit), f"after {title}": histogram(after, -limit, limit)}
        plot(histogram_curves(counts), key="act_histogram", alt=f"Histograms of the map before and after {title}.")

    def explained(index: int, settings: dict[str, object]) -> float:
        before = maps[index]
        slopes = activation_curve(name, before.flatten(), **settings).slope
        flat = float((slopes == 0).float().mean())
        low, high = (written(float(end)) for end in before.aminmax())
        words(
            f"Map {index} of the first layer of {network.title}, after its convolution and batch norm: "
            f"{sides(before.shape[0], before.shape[1])} values from {low} to {high}. Negative is "
            "red, positive blue. "
            + (
                f"At **{percent(flat)}** of the places the slope of {title} is exactly 0: no gradient comes back "
                "through them."
                if flat
                else f"The slope of {title} is **nowhere** exactly 0: some gradient comes back through every place."
            ),
            key="act_words",
        )
        return flat

    def draw(index: int, settings: dict[str, object]) -> None:
        for after in (False, True):
            pictured(index, settings, after)
        counted(index, settings)
        explained(index, settings)

    left, right = st.columns([0.5, 0.5])
    with left:
        index = live_slider(
            "Feature map", 0, len(maps) - 1, 6, step=1, key="act_map", digits=0, follow=lambda i: draw(i, settings)
        )
    with right:
        settings.update(settings_of(name, lambda own: draw(index, own)))
    columns = st.container(key="two_abreast").columns([0.29, 0.29, 0.42])
    for after in (False, True):
        with columns[after]:
            pictured(index, settings, after)
    with columns[2]:
        counted(index, settings)
    flat = explained(index, settings)
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
    flat = (x.grad == 0).float().mean()  # the share of places that pass no gradient
    mean = after.mean().item()
    """
    code_panel(code, {"flat": flat, "mean": float(after.mean())}, functions=(activate,), photo=True, key="act_photo")
