"""What does a network learn from? The pictures, their classes, the hard ones, means, duplicates, augmentation."""

import streamlit as st

from imgcls.data.datasets import DatasetError
from imgcls.plain import markdown
from imgcls.ui.dataset.augmentation_part import augmentation_part
from imgcls.ui.dataset.averages_part import averages_part
from imgcls.ui.dataset.choice import choose_data
from imgcls.ui.dataset.classes_part import classes_part
from imgcls.ui.dataset.duplicates_part import duplicates_part
from imgcls.ui.dataset.hardest_part import hardest_part
from imgcls.ui.dataset.left_out import left_out, split_code
from imgcls.ui.shell import PANEL, try_this

CLASSES, HARDEST, AVERAGES, DUPLICATES = "Classes", "Hardest", "Averages", "Duplicates"
AUGMENTATION = "Augmentation"
PARTS = {
    CLASSES: classes_part,
    HARDEST: hardest_part,
    AVERAGES: averages_part,
    DUPLICATES: duplicates_part,
    AUGMENTATION: augmentation_part,
}

part = st.segmented_control(
    "Part", list(PARTS), default=CLASSES, required=True, key="data_part", bind="query-params",
    persist_state="session", label_visibility="collapsed",
)  # fmt: skip
choice = choose_data("data")
if choice:
    try:
        PARTS[part](choice)
        left_out(choice)
    except DatasetError as trouble:
        st.error(markdown(str(trouble)), icon=":material/folder_off:")

try_this(
    "Classes: drag the difficulty from 0 to 1. What stays of a breed when pose, light and background vary?",
    "Switch the task to *Dog or not*: the same pictures, other labels. Which of the two is easier to guess right?",
    "Hardest: look at what the linear model mistakes. Could you tell? What would you have to look at?",
    "Averages: which breed can you still recognise in its mean picture, and why?",
    "Augmentation: turn rotation up to 90°. Which changes would you never allow for dogs, and which for digits?",
    "Bring your own: twenty pictures each of two things in your room, then train on them.",
)
if not st.session_state[PANEL]:
    split_code(choice)
