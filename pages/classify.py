"""One forward pass on the current photo, read three ways; where the network looked; what it cannot know."""

import numpy as np
import streamlit as st

from imgcls.figures.images import channel_row, with_box
from imgcls.models.classify import classify
from imgcls.models.gradcam import grad_cam
from imgcls.models.labels import IMAGENET_LABELS, UNKNOWABLE, display_name
from imgcls.models.occlusion import occlude, patch_box
from imgcls.ops.softmax import softmax
from imgcls.ui.classify.readings import BINARY, CLASSES, Readings
from imgcls.ui.components.plot import show_chart
from imgcls.ui.components.sight import Heat, heat_sight, patch_sight, placed_patch
from imgcls.ui.components.slider import live_slider
from imgcls.ui.memo import remember
from imgcls.ui.models import choose_model, model_lines
from imgcls.ui.photo import current_photo, sample_note
from imgcls.ui.shell import code_panel, try_this

photo = current_photo()
answers, choice = st.container(), st.container()
with choice:
    classifier = choose_model("classify_model")
subject = (classifier.name, photo.digest)
steps = remember("classify_steps", subject, lambda: classifier.preprocess.steps(photo.image))
prediction = remember("classify_prediction", subject, lambda: classify(classifier, photo.image))
crop = np.asarray(steps[2].value)  # what the network sees, before its numbers are rescaled


@st.fragment
def three_readings() -> None:
    """Binary, multi-class and fine-grained, live while a patch is dragged over the photo."""
    left, right = st.columns([0.42, 0.58], gap="medium")
    with left:
        place = st.container()
        size = live_slider("Side of the grey patch", 0.1, 0.6, 0.25, step=0.05, key="classify_patch")
    patch = placed_patch("classify_sight", size)
    now = occlude(classifier, photo, patch.x, patch.y, size) if patch else prediction
    with right:
        threshold = 0.5
        if now.dog is not None:
            threshold = live_slider("Binary: call it a dog from", 0.0, 1.0, 0.5, step=0.01, key="classify_threshold")
            binary = st.container()
        k = st.slider("Multi-class: how many", 1, 15, 5, key="classify_k", bind="query-params", persist_state="session")
        readings = Readings(prediction, threshold, k)
        if now.dog is not None:
            with binary:
                show_chart(readings.binary(now, bool(patch)), key=BINARY)
        show_chart(readings.classes(now, bool(patch)), key=CLASSES)
    with place:
        patch_sight(crop, readings.while_dragged(classifier, photo, size), size=size, key="classify_sight")
    covered = ""
    if patch:
        x0, y0, x1, y1 = patch_box(crop.shape[0], patch.x, patch.y, size)
        grey = "network.preprocess.normalise(torch.full((3, 1, 1), 0.5))"
        covered = f"x[:, :, {y0}:{y1}, {x0}:{x1}] = {grey}  # the patch\n"
    imports, expression = model_lines(classifier)
    shows = {"top": [each.probability for each in now.top(k)]}
    binary = ""
    if now.dog is not None:
        shows["dog"] = now.dog
        binary = "dog = probabilities[list(network.dog_indices)].sum()  # binary: all breeds together\n"
    code = f"""import torch
from PIL import Image
{imports}

network = {expression}  # its weights, its labels and its preprocessing belong together
x = network.preprocess(Image.open("photo.png").convert("RGB"))  # (1, 3, {crop.shape[0]}, {crop.shape[0]})
{covered}with torch.inference_mode():
    logits = network.module(x)[0]  # ({len(now.labels)},)
probabilities = logits.softmax(0)
{binary}top = probabilities.topk({len(shows["top"])}).values.tolist()  # multi-class
"""
    code_panel(code, shows, functions=(classify, softmax), photo=True, key="classify")


with answers:
    three_readings()
sample_note()

st.subheader("Where did it look?", anchor=False)


@st.fragment
def where() -> None:
    """Grad-CAM of two classes side by side at a layer of the student's choice."""
    if not classifier.layers:
        st.info(classifier.layers_note)
        return
    ranked = {each.index: each for each in prediction.top(10)}
    names = {index: f"{display_name(each.label)} ({each.probability:.1%})" for index, each in ranked.items()}
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
        (*subject, first, second, layer),
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
    st.caption(f"Bright: what is there speaks for the class. {maps[0].sentence} Grad-CAM, Selvaraju et al. 2017.")


where()

st.subheader("What it cannot know", anchor=False)
never = "The network must divide 100% among the categories it was trained on; it never says “none of these”. "
missing = ", ".join(f"**{each.breed}**" for each in UNKNOWABLE)
known = ", ".join(f"**{display_name(label)}**" for label in classifier.labels[:20])
st.markdown(
    f"{never}A dog whose breed is missing always comes out as another one, with a mean confidence of 56%. "
    f"Missing are, among others: {missing}."
    if len(classifier.labels) == len(IMAGENET_LABELS)
    else f"{never}All it knows are its {len(classifier.labels)} classes: {known}. Whatever you show it becomes one."
)

st.subheader("How the photo gets in", anchor=False)
bound = float(steps[4].value.abs().max())
pictures = [
    with_box(photo.image, classifier.preprocess.crop_box(photo.image.size)),
    steps[1].value,
    steps[2].value,
    channel_row(steps[3].value.numpy(), "pixel", 0, 1),
    channel_row(steps[4].value.numpy(), "activation", -bound, bound),
]
for column, step, picture in zip((*st.columns(3), *st.columns(2)), steps, pictures, strict=True):
    with column:
        st.markdown(f"**{step.name}** · {step.shape}")
        st.image(picture, caption=step.sentence, output_format="PNG" if step.name == "Normalised" else "auto")

try_this(
    "Cover the eyes, then the ears, then the background: which of them does the network need most?",
    "Move the threshold until the answer flips. Which mistake is worse, a dog missed or a cat called a dog?",
    "Compare the evidence for the two best classes: where do they disagree? Then look at an early layer.",
    "Put in a photo of a dachshund, or of your lunch. How sure is the network of its wrong answer?",
)
