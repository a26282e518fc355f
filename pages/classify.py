"""One forward pass on the current photo, read two ways; where the network looked; what it cannot know."""

import numpy as np
import streamlit as st

from imgcls.labels import IMAGENET_LABELS, UNKNOWABLE
from imgcls.models.classify import classify
from imgcls.models.occlusion import occlude
from imgcls.ops.softmax import softmax
from imgcls.plain import markdown
from imgcls.ui.classify.code import readings_code
from imgcls.ui.classify.grad_cam_part import grad_cam_part
from imgcls.ui.classify.preprocessing_part import preprocessing_part
from imgcls.ui.classify.readings import BINARY, CLASSES, Readings
from imgcls.ui.components.plot import show_chart
from imgcls.ui.components.sight import patch_sight, placed_patch
from imgcls.ui.components.slider import live_slider
from imgcls.ui.hall import classify_photo, network_input
from imgcls.ui.memo import remember
from imgcls.ui.models import choose_model
from imgcls.ui.photo import current_photo, sample_note
from imgcls.ui.shell import code_panel, try_this

photo = current_photo()
answers, choice = st.container(), st.container()
with choice:
    classifier = choose_model("classify_model")
subject = (classifier.name, photo.digest)
steps = remember("classify_steps", subject, lambda: classifier.preprocess.steps(photo.image))
prediction = classify_photo(classifier, photo)
crop = np.asarray(steps[2].value)  # what the network sees, before its numbers are rescaled


@st.fragment
def two_readings() -> None:
    """Binary and multi-class, live while a patch is dragged; on a phone photo and answers stand on one screen."""
    left, right = st.columns([0.42, 0.58], gap="medium")
    with left:
        place = st.container()
        size = live_slider("Side of the grey patch", 0.1, 0.6, 0.25, step=0.05, key="classify_patch")
    patch = placed_patch("classify_sight", size)
    now = occlude(classifier, network_input(classifier, photo), patch.x, patch.y, size) if patch else prediction
    threshold = 0.5
    with right:
        binary = st.container()
        with st.container(key="two_abreast"):
            dials = st.columns(2)
        if now.dog is not None:
            with dials[0]:
                threshold = live_slider("A dog from", 0.0, 1.0, 0.5, step=0.01, key="classify_threshold")
        with dials[1]:  # above the chart, whose growing would push it away
            k = live_slider("Classes shown", 1, 15, 5, step=1, digits=0, key="classify_k")
        readings = Readings(prediction, threshold, k)
        if now.dog is not None:
            with binary:
                show_chart(readings.binary(now, bool(patch)), key=BINARY)
        show_chart(readings.classes(now, bool(patch)), key=CLASSES)
    with place:
        patch_sight(crop, readings.while_dragged(classifier, photo, size), size=size, key="classify_sight")
    code, shows = readings_code(classifier, now, k, patch)
    code_panel(code, shows, functions=(classify, softmax), photo=True, key="classify")


with answers:
    two_readings()
sample_note()

st.header("Where did it look?", anchor=False)
grad_cam_part(classifier, photo, crop, prediction)

st.header("What it cannot know", anchor=False)
never = "The network must divide 100% among the categories it was trained on; it never says “none of these”. "
missing = ", ".join(f"**{each.breed}**" for each in UNKNOWABLE)
known = ", ".join(f"**{markdown(classifier.name_of(index))}**" for index in range(min(20, len(classifier.labels))))
st.markdown(
    f"{never}A dog whose breed is missing comes out as another one; EfficientNet-Lite0 is then 56% sure on average. "
    f"Missing are, among others: {missing}."
    if len(classifier.labels) == len(IMAGENET_LABELS)
    else f"{never}All it knows are its {len(classifier.labels)} classes: {known}. Whatever you show it becomes one."
)

st.header("How the photo gets in", anchor=False)
with st.container(key="classify_steps"):
    preprocessing_part(classifier.preprocess, photo.image, steps)

try_this(
    "Cover the eyes, then the ears, then the background: which of them does the network need most?",
    "Move the threshold until the answer flips. Which mistake is worse, a dog missed or a cat called a dog?",
    "Compare the evidence for the two best classes: where do they disagree? Then look at an early layer.",
    "Put in a photo of a dachshund, or of your lunch. How sure is the network of its wrong answer?",
)
