"""What does a network learn from? Pictures, classes, hard ones, means, duplicates, augmentation; and how good it is."""

from collections.abc import Callable

import streamlit as st

from imgcls.data.datasets import DatasetError
from imgcls.plain import markdown
from imgcls.training.config import DataChoice
from imgcls.ui.dataset.augmentation_part import augmentation_part
from imgcls.ui.dataset.averages_part import averages_part
from imgcls.ui.dataset.choice import choose_data
from imgcls.ui.dataset.classes_part import classes_part
from imgcls.ui.dataset.duplicates_part import duplicates_part
from imgcls.ui.dataset.hardest_part import hardest_part
from imgcls.ui.dataset.left_out import left_out, split_code
from imgcls.ui.dataset.measure_part import measure_part
from imgcls.ui.shell import PANEL, Part, parts


def on(show: Callable[[DataChoice], None]) -> Callable[[], None]:
    """The part with the choice of pictures above it, and below it what could not be used."""

    def part() -> None:
        choice = choose_data("data")
        if choice:
            try:
                show(choice)
                left_out(choice)
            except DatasetError as trouble:
                st.error(markdown(str(trouble)), icon=":material/folder_off:")
        if not st.session_state[PANEL]:
            split_code(choice)

    return part


parts(
    "data_part",
    Part(
        "Classes",
        on(classes_part),
        [
            "Drag the difficulty from 0 to 1. What is left of a breed when pose, light and background vary?",
            "Switch the task to *Dog or not*: the same pictures, other labels. Which of the two is easier to guess?",
            "Choose *Your own pictures*: twenty pictures each of two things in your room are enough to train on.",
        ],
    ),
    Part(
        "Hardest",
        on(hardest_part),
        ["Look at what the linear model gets wrong. Could you have told? What would you look at?"],
    ),
    Part("Averages", on(averages_part), ["Which breed can you still recognise in its mean picture, and why?"]),
    Part(
        "Duplicates",
        on(duplicates_part),
        [
            "A copy is hidden among the validation pictures. What does it do to the validation accuracy?",
            "Look at the pair: what was changed? Why does comparing pixels exactly not find it?",
        ],
    ),
    Part(
        "Augmentation",
        on(augmentation_part),
        ["Turn rotation up to 90°. Which changes would you never allow for dogs, and which for digits?"],
    ),
    Part(
        "How good is it?",
        on(measure_part),
        [
            "Move the threshold: which of precision and recall rises, and which falls? Why not both?",
            "A vet must not miss a sick dog. Which threshold would you choose, and what does it cost?",
            "Which pictures does the network get wrong, and how sure is it of them?",
        ],
    ),
)
