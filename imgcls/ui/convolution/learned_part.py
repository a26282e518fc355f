"""Part 3 of the convolution lesson: the kernels of the default network's first layer, on the photo."""

import streamlit as st
import torch

from imgcls.figures.histogram import histogram_curves
from imgcls.models.first_layer import FirstLayer, first_layer, kernel_on_pixels
from imgcls.models.registry import load
from imgcls.numbers import fixed
from imgcls.ops.convolution import signed_limit
from imgcls.ops.histogram import histogram
from imgcls.ui.components.kernel_bank import kernel_bank, picked_kernel
from imgcls.ui.components.plot import plot
from imgcls.ui.components.slider import set_slider
from imgcls.ui.components.volume_stack import signed_levels
from imgcls.ui.convolution.kernel_choice import CHANNELS, OWN, VIEWS, use_kernel
from imgcls.ui.memo import remember
from imgcls.ui.photo import current_photo

KEY = "conv_bank"
OWN_SCALE = "each map its own"
STAGES = {"convolved": "kernel alone", "normalised": "+ batch norm", "activated": "+ ReLU6"}


def layer_of_photo() -> FirstLayer:
    """The first layer of the default network on the current photo."""
    photo = current_photo()
    return remember("conv_first_layer", photo.digest, lambda: first_layer(load(), photo.image))


def bank(editor: str) -> FirstLayer:
    """All kernels with their maps; a click opens one in the part of the lesson named `editor`."""
    layer = layer_of_photo()
    with st.container(horizontal=True, vertical_alignment="center"):
        settings = {
            "required": True,
            "bind": "query-params",
            "persist_state": "session",
            "label_visibility": "collapsed",
        }
        stage = st.segmented_control(
            "Stage", STAGES, format_func=STAGES.get, default="convolved", key="conv_stage", width="content", **settings
        )
        span = st.segmented_control(
            "Colours",
            [OWN_SCALE, "all alike"],
            default=OWN_SCALE,
            key="conv_span",
            width="content",
            **settings,
        )
        light = st.toggle("Dark to light", key="conv_light", bind="query-params", persist_state="session")
    maps = getattr(layer, stage)
    limits = torch.tensor([signed_limit(part) for part in (maps if span == OWN_SCALE else [maps])])
    kernels = layer.weights.permute(0, 2, 3, 1)
    kernel_bank(
        signed_levels(maps, limits[:, None, None]),
        signed_levels(kernels, kernels.abs().amax(dim=(1, 2, 3), keepdim=True)),
        [f"Kernel {k}: values from {fixed(one.min(), 2)} to {fixed(one.max(), 2)}" for k, one in enumerate(maps)],
        key=KEY,
        quantity="pixel" if light else "activation",  # from black to white, zero in the middle: no colour is needed
        on_pick=lambda: _open_in_editor(editor),
    )
    positive, negative = ("light", "dark") if light else ("blue", "red")
    st.caption(
        f"Positive values are {positive}, negative ones {negative}. **Choose a kernel** to open it in the editor."
    )
    return layer


def stages_figure(layer: FirstLayer) -> None:
    """How the values of the whole layer lie at each stage."""
    stages = {title: getattr(layer, name) for name, title in STAGES.items()}
    limit = max(signed_limit(values) for values in stages.values())
    plot(
        histogram_curves({title: histogram(values, -limit, limit) for title, values in stages.items()}),
        key="conv_stages",
        alt="Histogram of the layer's values after the kernels, after batch norm and after ReLU6",
    )
    st.markdown(
        "**Batch norm** subtracts from each map its usual mean and divides by its usual spread, both gathered while "
        "the network was trained; then it stretches and shifts the map by two numbers that were learned. **ReLU6** "
        "turns what lies below 0 into 0, and what lies above 6 into 6."
    )


def _open_in_editor(editor: str) -> None:
    """Everything in the editor as in the network: three slices, summed, stride 2, photo of 224 pixels."""
    index = picked_kernel(KEY)
    network = load()
    if index is None or not 0 <= index < len(layer_of_photo().weights):
        return
    use_kernel(
        kernel_on_pixels(network, index),
        f"Kernel {index} of {network.title}, a slice each for R, G and B. The network sees a pixel p as p / 127.5 − 1: "
        "hence the divisor, and a bias of minus the sum of all weights.",
    )
    st.session_state.update({"conv_channels": "summed", "conv_view": "hue", "conv_flip": False, "conv_part": editor})
    # A bound widget that is not on the page yet does not write its new value into the address itself.
    st.query_params.update({"conv_channels": CHANNELS["summed"], "conv_view": VIEWS["hue"], "conv_preset": OWN})
    set_slider("conv_size", network.preprocess.crop)
    set_slider("conv_stride", layer_of_photo().stride)
    set_slider("conv_padding", 0)
    set_slider("conv_dilation", 1)
