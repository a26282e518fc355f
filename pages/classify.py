"""One forward pass on the photo, read two ways; where the network looked, how to fool it, what it cannot know."""

import numpy as np
import streamlit as st

from imgcls.models.device import device_sentence
from imgcls.ui.classify.code import preprocessing_code
from imgcls.ui.classify.fool_part import fool_part
from imgcls.ui.classify.grad_cam_part import grad_cam_part
from imgcls.ui.classify.preprocessing_part import preprocessing_part
from imgcls.ui.classify.questions import QUESTIONS
from imgcls.ui.classify.readings_part import readings_part
from imgcls.ui.classify.unknown_part import unknown_part
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
            "Drag the grey patch over the eyes, then the ears, then the background. Does the answer ever change?",
            "Move the threshold until the answer flips. Which mistake is worse: missing a dog, or calling a cat a dog?",
        ],
    ),
    Part(
        "Where did it look?",
        lambda: grad_cam_part(classifier, photo, crop, prediction),
        ["Compare the two best classes side by side, then look at the difference. Which part of the dog decides?"],
    ),
    Part(
        "Fool it",
        lambda: fool_part(classifier, photo, prediction),
        [
            "Look at *before* and *after*. Can you see the change?",
            "Switch to *Few pixels*: where on the photo are the pixels that matter most?",
        ],
    ),
    Part(
        "What it cannot know",
        lambda: unknown_part(classifier, photo, prediction),
        ["Put in a photo of a dachshund, or of your lunch. Which breed do you get, and how sure is the network?"],
    ),
    Part("How the photo is prepared", prepared, ["What lies outside the centre crop? Would you have needed it?"]),
    questions=QUESTIONS,
)
