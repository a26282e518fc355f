"""What is image classification? The current photo as numbers, and the variants of the problem on it."""

from collections.abc import Sequence

import streamlit as st

from imgcls.labels import display_name
from imgcls.lessons import TEACH, built_lessons
from imgcls.models.classify import classify
from imgcls.models.registry import load
from imgcls.numbers import percent, sides, whole
from imgcls.ops.softmax import softmax
from imgcls.ui.components.bars import bars
from imgcls.ui.hall import classify_photo, made_of
from imgcls.ui.home.labels_part import labels_part
from imgcls.ui.home.pixels import pixels, small_pixels
from imgcls.ui.home.questions import QUESTIONS
from imgcls.ui.photo import current_photo, sample_note
from imgcls.ui.shell import asked_first, code_panel, try_this

photo = current_photo()
array = made_of(photo, "small pixels", lambda: small_pixels(photo.image))


def numbers() -> None:
    """The photo as numbers, to be looked at."""
    st.markdown(
        f"To a computer your photo is a box of numbers: here {sides(*array.shape)} = **{whole(array.size)}** of them, "
        "each from 0 to 255."
    )
    pixels(array, key="home_pixels")


def answer(place, title: str, question: str, about: str, labels: Sequence[str], chances: Sequence[float]) -> None:
    """One variant of the problem: its question, the network's real answer as bars, and what the numbers are."""
    with place.container(border=True, height="stretch"):
        st.markdown(f"**{title}.** {question}")
        bars(labels, chances, key=f"home_{title}", label=title)
        st.markdown(about)


def answers() -> None:
    """The network's answers, and the code; first the scene with several labels where a question is about that."""
    several_first = st.query_params.get("ask") == "home-labels"
    if several_first:
        labels_part()
    st.header("One photo, three ways to ask", anchor=False)
    network = load()
    prediction = classify_photo(network, photo)
    top, breeds = prediction.top(4), prediction.breeds(4)
    row = st.columns(3)
    answer(
        row[0],
        "Binary",
        "Dog or not?",
        "The two probabilities add up to 100%.",
        ["Dog", "Not a dog"],
        [prediction.dog, 1 - prediction.dog],
    )
    answer(
        row[1],
        "Multi-class",
        f"Which one of {whole(len(network.labels))}?",
        f"The {whole(len(network.labels))} probabilities add up to 100%.",
        [display_name(each.label) for each in top],
        [each.probability for each in top],
    )
    answer(
        row[2],
        "Fine-grained",
        "Suppose it is a dog: which breed?",
        "The 118 breeds differ only in detail, and share 100%.",
        [display_name(each.label) for each in breeds],
        [each.share for each in breeds],
    )
    best = f"**{display_name(top[0].label)}**, {percent(top[0].probability)}"
    st.markdown(
        f"Image classification turns the photo's numbers into a **label**; {network.title} says: {best}. All three "
        f"answers come from its {whole(len(network.labels))} outputs."
    )
    if not several_first:
        labels_part()
    st.markdown(
        "For training, a label is written as a **one-hot** vector: 1 for the true class, 0 for all others; with "
        "several labels there are several ones. **Hierarchical** labels are nested: Bernese mountain dog, dog, animal. "
        "**Top-5** counts an answer as right if the true class is among the five best. **Detection** also draws a box "
        "around each thing, **segmentation** labels every pixel."
    )
    sample_note()

    try_this(
        "Point at (or tap) the darkest and the brightest place of the photo: which numbers do you expect?",
        "Find a place where red, green and blue are equal. What colour is it?",
        "Multi-label: look for a drawn scene with four things. What does softmax say about an empty one?",
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


asked_first("home", answers, QUESTIONS, opens=numbers)

st.header("The lessons", anchor=False)
# A card is one link: its frame is in frame.css, for every element more is one that a whole hall waits for.
with st.container(key="lessons"):
    for number, lesson in enumerate((each for each in built_lessons() if each.slug), 1):
        label = f"**{number}. {lesson.title}** :gray[{lesson.question}]"
        st.page_link(lesson.path, label=label, icon=f":material/{lesson.icon}:", width="stretch")
st.page_link(TEACH.path, label="For teachers: the lecture in 90 and in 45 minutes", icon=f":material/{TEACH.icon}:")
