"""Part 2 of the activations lesson: a feature map of the photo before and after the function."""

import streamlit as st

from imgcls.figures.histogram import histogram_curves
from imgcls.figures.images import colourise
from imgcls.models.first_layer import first_layer
from imgcls.models.registry import load
from imgcls.ops.activations import ACTIVATIONS, activate, activation_curve
from imgcls.ops.histogram import histogram
from imgcls.ui.activations.curves_part import settings_of
from imgcls.ui.components.plot import plot
from imgcls.ui.components.slider import live_slider
from imgcls.ui.memo import remember
from imgcls.ui.photo import current_photo
from imgcls.ui.shell import code_panel

ENLARGED = 3


@st.fragment
def photo_part(name: str) -> None:
    """One of the 32 maps of the first layer, as the function finds and as it leaves it."""
    photo, network = current_photo(), load()
    maps = remember("act_maps", photo.digest, lambda: first_layer(network, photo.image).normalised)
    left, right = st.columns([0.5, 0.5])
    with left:
        index = live_slider("Feature map", 0, len(maps) - 1, 6, step=1, key="act_map", digits=0)
    with right:
        settings = settings_of(name)
    before = maps[index]
    after = activate(name, before, **settings)
    slopes = activation_curve(name, before.flatten(), **settings).slope
    limit = float(before.abs().max())
    title = ACTIVATIONS[name].title
    columns = st.columns([0.29, 0.29, 0.42])
    for column, values, words in ((columns[0], before, "Before"), (columns[1], after, f"After {title}")):
        picture = colourise(values.numpy(), "activation", -limit, limit)
        column.image(picture.repeat(ENLARGED, 0).repeat(ENLARGED, 1), caption=words, output_format="PNG")
    with columns[2]:
        counted = {"before": histogram(before, -limit, limit), f"after {title}": histogram(after, -limit, limit)}
        plot(histogram_curves(counted), key="act_histogram", alt=f"Histograms of the map before and after {title}.")
    flat = float((slopes == 0).float().mean())
    st.markdown(
        f"Map {index} of the first layer of {network.title}, after its convolution and batch norm: {before.shape[0]} × "
        f"{before.shape[1]} values from {before.min():.2f} to {before.max():.2f}. Red is negative, blue positive. At "
        f"**{flat:.0%}** of the places the slope of {title} is exactly 0: no gradient comes back through them."
    )
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
