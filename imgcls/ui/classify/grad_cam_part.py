"""Where the network looked: Grad-CAM of two classes side by side."""

import numpy as np
import streamlit as st

from imgcls.data.pictures import Picture
from imgcls.models.classify import Classifier, Prediction
from imgcls.models.gradcam import grad_cam
from imgcls.numbers import percent
from imgcls.plain import markdown
from imgcls.ui.components.sight import Heat, heat_sight
from imgcls.ui.memo import remember


@st.fragment
def grad_cam_part(classifier: Classifier, photo: Picture, crop: np.ndarray, prediction: Prediction) -> None:
    """Grad-CAM of two of the ten best classes at a layer of the student's choice, over what the network sees."""
    if not classifier.layers:
        st.info(classifier.layers_note)
        return
    ranked = {each.index: each for each in prediction.top(10)}
    names = {index: f"{classifier.name_of(index)} ({percent(each.probability)})" for index, each in ranked.items()}
    columns = st.columns(3)
    first = columns[0].selectbox("Evidence for", names, format_func=names.get, key="classify_first")
    second = columns[1].selectbox("and for", names, format_func=names.get, index=1, key="classify_second")
    layer = columns[2].selectbox(
        "At layer",
        list(classifier.layers),
        index=len(classifier.layers) - 1,
        format_func=classifier.layers.get,
        key="classify_layer",
        bind="query-params",
    )
    maps = remember(
        "classify_cam",
        (classifier.name, photo.digest, first, second, layer),
        lambda: grad_cam(classifier, photo.image, (first, second), layer),
    )
    heats = [
        Heat(
            names[cam.class_index],
            cam.upsampled((112, 112)).numpy(),
            f"Grad-CAM for {names[cam.class_index]}: {cam.sentence}",
        )
        for cam in maps
    ]
    heat_sight(crop, heats, key="classify_heat")
    told = [cam.sentence for cam in maps]
    if told[0] != told[1]:
        told = [f"{markdown(names[cam.class_index])}: {cam.sentence}" for cam in maps]
    st.caption(f"The brighter, the higher. {' '.join(dict.fromkeys(told))} Grad-CAM, Selvaraju et al. 2017.")
