"""How the photo gets into the network: every step of the preprocessing as a picture."""

from collections.abc import Sequence

import streamlit as st
from PIL import Image

from imgcls.figures.images import channel_row, with_box
from imgcls.models.preprocess import Preprocess, PreprocessStep


def preprocessing_part(preprocess: Preprocess, image: Image.Image, steps: Sequence[PreprocessStep]) -> None:
    """The five `steps` of `preprocess` on the photo: original, resized, cropped, scaled, normalised."""
    bound = float(steps[4].value.abs().max())
    pictures = [
        with_box(image, preprocess.crop_box(image.size)),
        steps[1].value,
        steps[2].value,
        channel_row(steps[3].value.numpy(), "pixel", 0, 1),
        channel_row(steps[4].value.numpy(), "activation", -bound, bound),
    ]
    for column, step, picture in zip((*st.columns(3), *st.columns(2)), steps, pictures, strict=True):
        with column:
            st.markdown(f"**{step.name}** · {step.shape}")
            output_format = "PNG" if step.name == "Normalised" else "auto"
            alt = f"Your photo, {step.name[0].lower()}{step.name[1:]}: {step.shape}"
            st.image(picture, caption=step.sentence, alt=alt, output_format=output_format)
