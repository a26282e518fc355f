"""What is image classification? The current photo as numbers, and the variants of the problem on it."""

from collections.abc import Sequence

import streamlit as st

from imgcls.data.drawn.scenes import THINGS
from imgcls.labels import display_name
from imgcls.lessons import built_lessons
from imgcls.models.classify import classify
from imgcls.models.registry import load
from imgcls.numbers import percent, sides, whole
from imgcls.ops.softmax import softmax
from imgcls.training.multilabel import labels_of
from imgcls.training.runs import RunError
from imgcls.ui.components.plot import plot_bars
from imgcls.ui.hall import classify_photo, made_of
from imgcls.ui.home.pixels import pixels, small_pixels
from imgcls.ui.home.scenes import FIRST_SCENE, drawn_scene, labels_in_scene
from imgcls.ui.photo import current_photo, sample_note
from imgcls.ui.shell import code_panel, try_this

photo = current_photo()
array = made_of(photo, "small pixels", lambda: small_pixels(photo.image))
height, width, channels = array.shape
st.markdown(
    f"To a computer your photo is a box of numbers: here {sides(height, width, channels)} = **{whole(array.size)}** "
    "of them, "
    "each from 0 to 255."
)
label = st.empty()  # where the answer will stand: at a cold start the numbers are there before the network is
label.markdown("Image classification turns them into a **label** …")
pixels(array, key="home_pixels")

st.header("One photo, three ways to ask", anchor=False)
network = load()
prediction = classify_photo(network, photo)
top, breeds = prediction.top(4), prediction.breeds(4)
best = f"**{display_name(top[0].label)}**, {percent(top[0].probability)}"
label.markdown(f"Image classification turns them into a **label**; {network.title} says: {best}.")


def answer(place, title: str, question: str, labels: Sequence[str], chances: Sequence[float]) -> None:
    """One variant of the problem: its question, and the network's real answer as bars."""
    with place.container(border=True, height="stretch"):
        st.markdown(f"**{title}.** {question}")
        alt = "; ".join(f"{label} {percent(p)}" for label, p in zip(labels, chances, strict=True))
        plot_bars(labels, chances, key=f"home_{title}", alt=f"{title}: {alt}")


row = st.columns(3)
answer(
    row[0],
    "Binary",
    "Dog or not? Two probabilities that add up to 100%.",
    ["Dog", "Not a dog"],
    [prediction.dog, 1 - prediction.dog],
)
answer(
    row[1],
    "Multi-class",
    f"Which one of {len(network.labels)}? The {len(network.labels)} probabilities add up to 100%.",
    [display_name(each.label) for each in top],
    [each.probability for each in top],
)
answer(
    row[2],
    "Fine-grained",
    "Suppose it is a dog: which of 118 breeds that differ only in detail?",
    [display_name(each.label) for each in breeds],
    [each.share for each in breeds],
)
st.caption(f"All three read the same {len(network.labels)} outputs of {network.title}.")


@st.fragment
def several_labels() -> None:
    """A network with a sigmoid for each label on a drawn scene, beside one softmax over the same logits."""
    with st.container(border=True):
        st.markdown("**Multi-label.** Which of these apply? Each label is decided on its own, so several can be true.")
        left, middle, right = st.columns([0.2, 0.4, 0.4], gap="medium")
        number = left.number_input("Drawn scene", 0, 999, 0, key="home_scene", bind="query-params",
                                   persist_state="session")  # fmt: skip
        large, things = drawn_scene(number)
        left.image(large, alt=f"A drawn scene with: {things}", caption=f"Drawn: {things}", output_format="PNG")
        try:
            found = labels_in_scene(number)
        except RunError as trouble:
            middle.warning(str(trouble))
            return
        for column, title, chances in (
            (middle, "One sigmoid for each label: yes from 50% on", found.probabilities.tolist()),
            (right, "One softmax over the same five logits: they compete", softmax(found.logits).tolist()),
        ):
            with column:
                st.markdown(title)
                told = "; ".join(f"{name} {percent(p)}" for name, p in zip(THINGS, chances, strict=True))
                plot_bars(THINGS, chances, threshold=0.5, key=f"home_{title[:11]}", alt=f"{title}: {told}")
        st.caption(
            "A small network that learned from 4,000 drawn scenes. It has never seen this one. With softmax at most "
            "one label can pass 50%, whatever the picture shows."
        )
        code_panel(
            f"""
            from imgcls.data.drawn.scenes import scene
            from imgcls.training.multilabel import network, prepared

            picture, _ = scene({FIRST_SCENE + number})
            logits = network()(prepared(picture[None]))[0]  # (5,)
            each = logits.sigmoid().tolist()  # multi-label
            one = logits.softmax(0).tolist()  # multi-class
            """,
            {"each": found.probabilities.tolist(), "one": softmax(found.logits).tolist()},
            functions=(labels_of,),
            key="home_labels",
        )


several_labels()
st.markdown(
    "For training, a label is written as a **one-hot** vector: 1 for the true class, 0 for all others; with several "
    "labels there are several ones. **Top-5** counts an answer as right if the true class is among the five best. "
    "**Detection** also draws a box around each thing, **segmentation** labels every pixel."
)
sample_note()

try_this(
    "Point at (or tap) the darkest and the brightest place of the photo: which numbers do you expect?",
    "Find a place where red, green and blue are equal. What colour is it?",
    "Choose the cup of coffee from the samples: what does the fine-grained question answer, and why is that silly?",
    "Multi-label: look for a drawn scene with four things. What does softmax say about it?",
    "Put in a photo of your own dog, then go through the lessons: it follows you through all of them.",
)
code_panel(
    f"""
    import numpy as np
    import torch
    from PIL import Image
    from imgcls.models.registry import load

    photo = Image.open("photo.png").convert("RGB")
    network = load("{network.name}")
    with torch.inference_mode():
        logits = network.module(network.preprocess(photo))[0]  # ({len(network.labels)},)
    probabilities = logits.softmax(0)
    dog = probabilities[151:269].sum()  # binary: 118 of the {len(network.labels)} categories are breeds
    top = probabilities.topk(4).values.tolist()  # multi-class
    breeds = logits[151:269].softmax(0).topk(4).values.tolist()  # fine-grained: if it is a dog

    photo.thumbnail(({max(array.shape)}, {max(array.shape)}), Image.Resampling.BICUBIC)
    numbers = np.asarray(photo).size
    """,
    {
        "dog": prediction.dog,
        "top": [each.probability for each in top],
        "breeds": [each.share for each in breeds],
        "numbers": array.size,
    },
    functions=(classify, softmax),
    photo=True,
)

st.header("The lessons", anchor=False)
lessons = [lesson for lesson in built_lessons() if lesson.slug]
for start in range(0, len(lessons), 3):
    for number, (column, lesson) in enumerate(zip(st.columns(3), lessons[start : start + 3], strict=False), start + 1):
        with column.container(border=True, height="stretch"):
            st.page_link(lesson.path, label=f"**{number}. {lesson.title}**", icon=f":material/{lesson.icon}:")
            st.caption(lesson.question)
