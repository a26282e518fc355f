"""What the network says about validation pictures: samples, the confusion matrix, and the pictures of a cell."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from imgcls.numbers import percent, whole
from imgcls.plain import markdown
from imgcls.training.evaluate import KeptPictures
from imgcls.training.records import Evaluation
from imgcls.ui.components.confusion import confusion_cell, confusion_matrix
from imgcls.ui.components.thumbnails import thumbnails
from imgcls.ui.training.run import PageRun

SAMPLES = 14
MOST_CLASSES = 16  # in a matrix
MOST_IN_CELL = 28


@dataclass(frozen=True, eq=False)
class Verdict:
    """One picture, uint8 (s, s, 3), its true class, the answer and the probability that the network gives it.

    That may be no number, when the weights are none any more.
    """

    image: np.ndarray
    truth: str
    answer: str
    confidence: float


def verdicts(pictures: Sequence[Verdict], *, key: str, alt: str) -> None:
    """The pictures in a grid that changes in place, each with a tick or a cross, the answer, and how sure it is."""
    labels, captions, wrong = [], [], []
    for place, each in enumerate(pictures):
        sure = f"{percent(each.confidence, 0)}" if math.isfinite(each.confidence) else "nan"
        labels.append(f"A picture of the class {each.truth}, called {each.answer}, {sure}")
        if each.truth == each.answer:
            captions.append(f"✓ {each.answer} {sure}")
        else:
            captions.append(f"✗ {each.answer} {sure}\nis {each.truth}")
            wrong.append(place)
    images = np.stack([each.image for each in pictures]) if pictures else np.zeros((0, 1, 1, 3), np.uint8)
    thumbnails(images, labels, captions, wrong=wrong, framed=True, key=key, alt=alt, side=108, pick=False)


def sample_answers(run: PageRun, evaluation: Evaluation | None) -> None:
    """The same validation pictures at every step, so that one sees the answers change."""
    if not _there(run, evaluation):
        return
    shown = [place for place in _samples(run.pictures) if place in set(evaluation.indices.tolist())]
    pictures = [each for place in shown if (each := _verdict(run, evaluation, place))]
    right = sum(each.truth == each.answer for each in pictures)
    verdicts(pictures, key=f"samples:{run.id}", alt=f"{right} of {len(pictures)} sample pictures are answered rightly.")
    asked = f"{'all ' if evaluation.whole else ''}{whole(len(evaluation.indices))}"
    when = f"After step {whole(evaluation.step)}" if evaluation.step else "Before training, with its first weights"
    st.caption(
        f"{when}: **{percent(evaluation.val_accuracy)}** of {asked} validation pictures are right, "
        f"{right} of the {len(pictures)} here. ✓ right · ✗ wrong, with the probability of its answer."
    )


def confusions(run: PageRun, evaluation: Evaluation | None) -> None:
    """The matrix at the step that is looked at, and the pictures of the cell that was clicked."""
    if not _there(run, evaluation):
        return
    if not evaluation.step:
        early = "This run ended before its first epoch did. " if not (run.active or run.followed.best) else ""
        st.caption(f"{early}These are the answers before training, with the first weights.")
    counts, classes = evaluation.confusion, run.classes
    kept = np.arange(len(classes))
    if len(classes) > MOST_CLASSES:
        wrong = counts.sum(0) + counts.sum(1) - 2 * np.diag(counts)
        kept = np.sort(np.argsort(-wrong, kind="stable")[:MOST_CLASSES])
        st.caption(f"The {MOST_CLASSES} of {whole(len(classes))} classes with the most mistakes.")
    names = [classes[place] for place in kept]
    key = f"confusion:{run.id}"
    cell = confusion_cell(key)
    left, right = st.columns([0.3 + 0.025 * len(names), 0.7 - 0.025 * len(names)], gap="medium")
    with left:
        confusion_matrix(counts[np.ix_(kept, kept)], names, key=key)
    with right:
        if cell and max(cell) < len(names):
            _cell(run, evaluation, int(kept[cell[0]]), int(kept[cell[1]]))
        else:
            st.markdown(_most_confused(counts, classes) + " Choose its cell.")


def _cell(run: PageRun, evaluation: Evaluation, truth: int, answer: int) -> None:
    """The pictures of one cell."""
    members = _members(run, evaluation, truth, answer)
    pictures = [each for place in members if (each := _verdict(run, evaluation, place))][:MOST_IN_CELL]
    what = "1 picture" if len(members) == 1 else f"{len(members)} pictures"
    some = f", {len(pictures)} of them here" if len(pictures) < len(members) else ""
    st.markdown(f"**{markdown(run.classes[truth])}** called **{markdown(run.classes[answer])}**: {what}{some}")
    alt = f"{what} of the class {run.classes[truth]} that are called {run.classes[answer]}."
    verdicts(pictures, key=f"cell:{run.id}", alt=alt)


def _members(run: PageRun, evaluation: Evaluation, truth: int, answer: int) -> list[int]:
    labels = run.pictures.labels[evaluation.indices]
    return evaluation.indices[(labels == truth) & (evaluation.predicted == answer)].tolist()


def _there(run: PageRun, evaluation: Evaluation | None) -> bool:
    if evaluation is None or run.pictures is None:
        if run.unsaved and run.pictures is None:
            st.caption("The server could not keep this run's validation pictures, so there are no answers to show.")
        elif run.active or run.followed.evaluations:
            st.caption("The first answers come at the end of the first epoch.")
        else:
            st.caption("This run ended before its first epoch did: it has not been validated yet.")
        return False
    return True


def _samples(pictures: KeptPictures) -> list[int]:
    """SAMPLES places, the classes in turn: the first kept picture of each class, then the second."""
    labels = pictures.labels[pictures.places]
    turn = np.empty(len(labels), int)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        turn[members] = np.arange(len(members))
    order = np.lexsort((labels, turn))[:SAMPLES]
    return pictures.places[order].tolist()


def _verdict(run: PageRun, evaluation: Evaluation, place: int) -> Verdict | None:
    image = run.pictures.image(place)
    row = int(np.searchsorted(evaluation.indices, place))
    if image is None or row >= len(evaluation.indices) or evaluation.indices[row] != place:
        return None
    truth, answer = run.pictures.labels[place], evaluation.predicted[row]
    return Verdict(image, run.classes[truth], run.classes[answer], float(evaluation.confidence[row]))


def _most_confused(counts: np.ndarray, classes: tuple[str, ...]) -> str:
    wrong = counts - np.diag(np.diag(counts))
    if not wrong.any():
        return "No validation picture is answered wrongly."
    truth, answer = np.unravel_index(int(wrong.argmax()), wrong.shape)
    count = wrong[truth, answer]
    pictures = "1 picture of {} is" if count == 1 else f"{count} pictures of {{}} are"
    return f"Most frequent mistake: {pictures.format(markdown(classes[truth]))} called {markdown(classes[answer])}."
