"""One forward pass on the photo, read two ways; where the network looked, how to fool it, what it cannot know."""

import numpy as np
import streamlit as st

from imgcls.labels import IMAGENET_LABELS, UNKNOWABLE
from imgcls.models.device import device_sentence
from imgcls.ops.softmax import softmax
from imgcls.plain import markdown
from imgcls.ui.classify.code import preprocessing_code, unknown_code
from imgcls.ui.classify.fool_part import fool_part
from imgcls.ui.classify.grad_cam_part import grad_cam_part
from imgcls.ui.classify.preprocessing_part import preprocessing_part
from imgcls.ui.classify.readings_part import readings_part
from imgcls.ui.hall import classify_photo
from imgcls.ui.memo import remember
from imgcls.ui.models import choose_model
from imgcls.ui.photo import current_photo, sample_note
from imgcls.ui.shell import Part, code_panel, parts

photo = current_photo()
classifier = choose_model("classify_model")
subject = (classifier.name, photo.digest)
steps = remember("classify_steps", subject, lambda: classifier.preprocess.steps(photo.image))
prediction = classify_photo(classifier, photo)
if device := device_sentence(classifier):
    st.caption(device)
crop = np.asarray(steps[2].value)  # what the network sees, before its numbers are rescaled


def answers() -> None:
    """The answers, and what there is to learn from the sample in use."""
    readings_part(classifier, photo, crop, prediction)
    sample_note()


def unknown() -> None:
    """What the network has no class for."""
    never = "The network must divide 100% among the classes it was trained on; it never says “none of these”. "
    missing = ", ".join(f"**{each.breed}**" for each in UNKNOWABLE)
    known = ", ".join(f"**{markdown(classifier.name_of(index))}**" for index in range(min(20, len(classifier.labels))))
    st.markdown(
        f"{never}A dog whose breed is missing is given another breed; EfficientNet-Lite0 is then 56% sure on average. "
        f"Among the missing breeds are: {missing}."
        if len(classifier.labels) == len(IMAGENET_LABELS)
        else f"{never}All it knows are its {len(classifier.labels)} classes: {known}. Whatever you show it becomes one."
    )
    code, shows = unknown_code(classifier, prediction)
    code_panel(code, shows, functions=(softmax,), photo=True, key="classify_unknown")


def prepared() -> None:
    """Every step from the photo to the network's input."""
    with st.container(key="classify_steps"):
        preprocessing_part(classifier.preprocess, photo.image, steps)
    code, shows = preprocessing_code(classifier, steps[4].value)
    code_panel(code, shows, photo=True, key="classify_steps_code")


parts(
    "classify_part",
    Part(
        "What is it?",
        answers,
        [
            "Cover the eyes, then the ears, then the background: which of them does the network need most?",
            "Move the threshold until the answer flips. Which mistake is worse: missing a dog, or calling a cat a dog?",
            "Put in a photo of a dachshund, or of your lunch. How sure is the network of its wrong answer?",
        ],
    ),
    Part(
        "Where did it look?",
        lambda: grad_cam_part(classifier, photo, crop, prediction),
        [
            "Compare the two best classes side by side, then look at the difference. Which part of the dog decides?",
            "Choose an earlier layer: what gets sharper, and what gets lost?",
        ],
    ),
    Part(
        "Fool it",
        lambda: fool_part(classifier, photo, prediction),
        [
            "How many levels does it take until another class wins? Can you see the change?",
            "Try the runner-up, then a class that has nothing to do with the photo. Which is harder to reach?",
            "Switch to *Few pixels*: where on the photo are the pixels that matter most?",
        ],
    ),
    Part("What it cannot know", unknown, ["Which answer do you get for a breed on this list? How sure is it?"]),
    Part("How the photo is prepared", prepared, ["What lies outside the centre crop? Would you have needed it?"]),
)
