"""A part of the convolution lesson: the kernels of a trained network's first layer, on the photo."""

import streamlit as st
import torch

from imgcls.figures.histogram import histogram_curves
from imgcls.figures.images import signed_levels
from imgcls.models.classify import Classifier
from imgcls.models.first_layer import FirstLayer, first_layer, kernel_on_pixels
from imgcls.models.registry import load
from imgcls.models.specs import EMBEDDED, MODELS, SMALL_RESNET
from imgcls.numbers import fixed
from imgcls.ops.convolution import signed_limit
from imgcls.ops.histogram import histogram
from imgcls.ops.kernels import FAMILIES, families
from imgcls.ui.components.plot import plot
from imgcls.ui.components.slider import set_slider
from imgcls.ui.convolution.kernel_bank import kernel_bank, picked_kernel
from imgcls.ui.convolution.kernel_choice import CHANNELS, OWN, VIEWS, use_kernel
from imgcls.ui.memo import remember
from imgcls.ui.photo import current_photo
from imgcls.ui.shell import choose

KEY = "conv_bank"
OWN_SCALE, SAME_SCALE = "own scale", "same scale"
LABELS = {"edges": "edge", "colours": "colour", "blurs": "blur", "off": "off"}
ACTIVATION = {EMBEDDED.name: "ReLU6", SMALL_RESNET.name: "ReLU"}
"""The networks whose kernels are shown, and what bends their values."""


def stages() -> dict[str, str]:
    """The stages of the layer, by the names of FirstLayer."""
    return {"convolved": "kernel alone", "normalised": "+ batch norm", "activated": f"+ {ACTIVATION[network().name]}"}


def network() -> Classifier:
    """The network that is chosen."""
    return load(st.session_state.get("conv_network") or EMBEDDED.name)


def layer_of_photo() -> FirstLayer:
    """The first layer of the chosen network on the current photo."""
    photo, chosen = current_photo(), network()
    return remember("conv_first_layer", (chosen.name, photo.digest), lambda: first_layer(chosen, photo.image))


def bank(editor: str) -> FirstLayer:
    """All kernels with their maps; a click opens one in the part of the lesson named `editor`."""
    with st.container(horizontal=True, vertical_alignment="center"):
        titles = {name: MODELS[name].title for name in ACTIVATION}
        choose("Network", titles, key="conv_network", width="content")
        stage = choose("Stage", stages(), key="conv_stage", width="content")
        span = choose("Colours", [OWN_SCALE, SAME_SCALE], key="conv_span", width="content")
        light = st.toggle("Dark to light", key="conv_light", bind="query-params", persist_state="session")
    layer = layer_of_photo()
    maps = getattr(layer, stage)
    limits = torch.tensor([signed_limit(part) for part in (maps if span == OWN_SCALE else [maps])])
    kernels, kinds = layer.weights.permute(0, 2, 3, 1), families(layer.weights)
    kernel_bank(
        signed_levels(maps, limits[:, None, None]),
        signed_levels(kernels, kernels.abs().amax(dim=(1, 2, 3), keepdim=True)),
        [
            f"Kernel {k}, {family}: values from {fixed(one.min(), 2)} to {fixed(one.max(), 2)}"
            for k, (one, family) in enumerate(zip(maps, kinds, strict=True))
        ],
        [LABELS[family] for family in kinds],
        key=KEY,
        quantity="pixel" if light else "activation",  # from black to white, zero in the middle: no colour is needed
        on_pick=lambda: _open_in_editor(editor),
    )
    positive, negative = ("light", "dark") if light else ("blue", "red")
    st.markdown("\n".join(f"- **{name}** ({kinds.count(name)}): {says}" for name, says in FAMILIES.items()))
    st.caption(
        f"Positive values are {positive}, negative ones {negative}. **Choose a kernel** to open it in the editor."
    )
    return layer


def stages_figure(layer: FirstLayer) -> None:
    """How the values of the whole layer lie at each stage."""
    values = {title: getattr(layer, name) for name, title in stages().items()}
    limit, bend = max(map(signed_limit, values.values())), ACTIVATION[network().name]
    plot(
        histogram_curves({title: histogram(each, -limit, limit) for title, each in values.items()}),
        key="conv_stages",
        alt=f"Histogram of the layer's values after the kernels, after batch norm and after {bend}",
    )
    above = ", and everything above 6 to 6" if bend == "ReLU6" else ""
    st.markdown(
        "**Batch norm** subtracts a mean from each map and divides by a standard deviation, both gathered during "
        "training. Then it scales and shifts the map by two numbers that were learned. "
        f"**{bend}** sets everything below 0 to 0{above}."
    )


def _open_in_editor(editor: str) -> None:
    """Everything in the editor as in the network: three slices, summed, its stride, the photo in its size."""
    index = picked_kernel(KEY)
    chosen = network()
    if index is None or not 0 <= index < len(layer_of_photo().weights):
        return
    use_kernel(
        kernel_on_pixels(chosen, index),
        f"Kernel {index} of {chosen.title}, a slice each for R, G and B. The network sees a pixel p as "
        f"{_seen(chosen)}: hence the divisor and the bias.",
    )
    st.session_state.update({"conv_channels": "summed", "conv_view": "hue", "conv_flip": False, "conv_part": editor})
    # A bound widget that is not on the page yet does not write its new value into the address itself.
    st.query_params.update({"conv_channels": CHANNELS["summed"], "conv_view": VIEWS["hue"], "conv_preset": OWN})
    set_slider("conv_size", chosen.preprocess.crop)
    set_slider("conv_stride", layer_of_photo().stride)
    set_slider("conv_padding", 0)
    set_slider("conv_dilation", 1)


def _seen(chosen: Classifier) -> str:
    """A pixel's value as the network sees it."""
    if {*chosen.preprocess.mean, *chosen.preprocess.std} == {0.5}:
        return "p / 127.5 − 1"
    return "(p / 255 − mean) / std, with a mean and a std for each colour"
