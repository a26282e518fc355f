"""Normalising: every number minus a mean, divided by a standard deviation, and what that does to the histogram."""

import streamlit as st

from imgcls.figures.normalised import moved_histograms
from imgcls.ops.tensors import channel_statistics, normalise, photo_tensor
from imgcls.ui.components.plot import plot
from imgcls.ui.components.slider import live_slider
from imgcls.ui.memo import remember
from imgcls.ui.photo import current_photo
from imgcls.ui.shell import code_panel

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
"""Mean and standard deviation of ImageNet's photos, red, green and blue, as most pretrained networks expect them."""
WAYS = ("one number for all", "ImageNet's", "this photo's own")
NAMES = ("red", "green", "blue")
_SIDE = 256  # pixels: enough for a histogram, quick enough for a drag


@st.fragment
def normalise_part() -> None:
    """Two sliders, or known numbers; the histogram moves and widens."""
    way = st.segmented_control(
        "Mean and standard deviation", WAYS, default=WAYS[0], required=True, key="tensors_way",
        bind="query-params", persist_state="session", label_visibility="collapsed",
    )  # fmt: skip
    picture = current_photo()

    def load() -> object:
        small = picture.image.copy()
        small.thumbnail((_SIDE, _SIDE))
        return photo_tensor(small).contiguous()

    photo = remember("tensors_small", picture.digest, load)
    if way == WAYS[0]:
        left, right = st.columns(2, gap="large")
        with left:
            one_mean = live_slider("mean", 0.0, 1.0, 0.5, step=0.01, key="tensors_mean")
        with right:
            one_std = live_slider("standard deviation", 0.1, 1.0, 0.5, step=0.01, key="tensors_std")
        mean, std = (one_mean,) * 3, (one_std,) * 3
    else:
        mean, std = IMAGENET if way == WAYS[1] else channel_statistics(photo)
    made = normalise(photo, mean, std)
    plot(
        moved_histograms(made),
        key="tensors_histogram",
        alt="Histograms of red, green and blue before and after normalising",
    )
    before, after = made.pixel
    pixel = "; ".join(
        f"{name}: ({b:.2f} − {m:.3g}) / {s:.3g} = **{a:.2f}**".replace("-", "−")
        for name, b, m, s, a in zip(NAMES, before.tolist(), mean, std, after.tolist(), strict=True)
    )
    st.markdown(f"The middle pixel: {pixel}")
    means, stds = ([f"{value:.2f}".replace("-", "−") for value in pair[1].tolist()] for pair in (made.means, made.stds))
    told = f"Afterwards the channels have means **{', '.join(means)}** and standard deviations **{', '.join(stds)}**."
    st.markdown(told + (f" {made.beyond:.0%} lie beyond the axis." if made.beyond > 0.005 else ""))
    code_panel(
        f"""
        import numpy as np
        import torch
        from PIL import Image

        small = Image.open("photo.png").convert("RGB")
        small.thumbnail(({_SIDE}, {_SIDE}))
        photo = torch.from_numpy(np.array(small)).permute(2, 0, 1).float() / 255  # (3, H, W), 0 to 1
        mean = torch.tensor({list(mean)})[:, None, None]                          # (3, 1, 1): broadcast over H and W
        std = torch.tensor({list(std)})[:, None, None]
        normalised = (photo - mean) / std
        means = normalised.mean((1, 2)).tolist()
        stds = normalised.std((1, 2), correction=0).tolist()
        """,
        {"means": made.means[1].tolist(), "stds": made.stds[1].tolist()},
        functions=(normalise,),
        photo=True,
        key="normalise",
    )
