"""Where the network looked: Grad-CAM of two classes side by side, or their difference."""

from collections.abc import Mapping

import numpy as np
import streamlit as st
from torch import Tensor
from torch.nn import functional as F

from imgcls.data.pictures import Picture
from imgcls.models.classify import Classifier, Prediction
from imgcls.models.device import on_device
from imgcls.models.gradcam import GradCam, difference, grad_cam, weighed
from imgcls.numbers import percent, sides
from imgcls.plain import markdown
from imgcls.ui.classify.code import grad_cam_code
from imgcls.ui.classify.heat_maps import HeatMap, heat_maps
from imgcls.ui.memo import remember
from imgcls.ui.shell import choose, code_panel

BOTH, DIFFERENCE = "side by side", "difference"
_SIDE = (112, 112)


@st.fragment
def grad_cam_part(classifier: Classifier, photo: Picture, crop: np.ndarray, prediction: Prediction) -> None:
    """Grad-CAM of two of the ten best classes at a layer of the student's choice, over what the network sees."""
    if not classifier.layers:
        st.info(classifier.layers_note)
        return
    ranked = {each.index: each for each in prediction.top(10)}
    names = {index: f"{classifier.name_of(index)} ({percent(each.probability)})" for index, each in ranked.items()}
    columns = st.columns([10, 10, 8.2, 3.6], vertical_alignment="bottom")
    first = columns[0].selectbox("Evidence for", names, format_func=names.get, key="classify_first")
    second = columns[1].selectbox("compared with", names, format_func=names.get, index=1, key="classify_second")
    with columns[2]:
        view = choose("What to show", [BOTH, DIFFERENCE], key="classify_evidence")
    _old_address(classifier)
    with columns[3], st.popover("Layer", width="stretch"):
        layer = st.selectbox(
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
        lambda: grad_cam(on_device(classifier), photo.image, (first, second), layer),
    )
    code, shows = grad_cam_code(classifier, maps)
    if view == DIFFERENCE:
        _difference(crop, maps, {index: classifier.name_of(index) for index in (first, second)})
    else:
        _both(crop, maps, names)
    code_panel(code, shows, functions=(grad_cam, weighed, difference), photo=True, key="classify_cam")


def _old_address(classifier: Classifier) -> None:
    """Links from before sizes were written with ×, and thousands were grouped."""
    text = st.query_params.get("classify_layer", "")
    if text not in classifier.layers.values() and "classify_layer" not in st.session_state:
        named = {title.replace(",", ""): name for name, title in classifier.layers.items()}
        if name := named.get(text.replace(" x ", " × ").replace(",", "")):
            st.session_state["classify_layer"] = name


def _both(crop: np.ndarray, maps: tuple[GradCam, ...], names: Mapping[int, str]) -> None:
    heats = [
        HeatMap(
            names[cam.class_index],
            cam.upsampled(_SIDE).numpy(),
            f"Grad-CAM for {names[cam.class_index]}: {cam.sentence}",
        )
        for cam in maps
    ]
    heat_maps(crop, heats, key="classify_heat")
    told = [cam.sentence for cam in maps]
    if told[0] != told[1]:
        told = [f"{markdown(names[cam.class_index])}: {cam.sentence}" for cam in maps]
    st.caption(
        f"{' '.join(dict.fromkeys(told))} Each map has its own scale. Two classes may share much of their evidence: "
        "then look at the difference. Grad-CAM, Selvaraju et al. 2017."
    )


def _difference(crop: np.ndarray, maps: tuple[GradCam, ...], names: Mapping[int, str]) -> None:
    one, other = (names[cam.class_index] for cam in maps)
    heats = [
        HeatMap(f"more for {a} than for {b}", _enlarged(values), f"Where the evidence for {a} exceeds that for {b}")
        for values, a, b in zip(difference(*maps), (one, other), (other, one), strict=True)
    ]
    heat_maps(crop, heats, key="classify_difference")
    rows, columns = maps[0].raw.shape
    st.caption(
        f"Grad-CAM of the logit of {markdown(one)} minus that of {markdown(other)}: on the left where it is positive, "
        f"on the right where it is negative, on one scale ({sides(rows, columns)} grid)."
        + (" Both are the same class: choose another." if one == other else "")
    )


def _enlarged(values: Tensor) -> np.ndarray:
    return F.interpolate(values[None, None], size=_SIDE, mode="bilinear", align_corners=False)[0, 0].numpy()
