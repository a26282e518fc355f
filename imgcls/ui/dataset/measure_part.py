"""How good is it? Accuracy, precision and recall with the threshold under the finger, ROC, calibration, confusion."""

import math
from typing import Any

import numpy as np
import streamlit as st
import torch

from imgcls.data.sources import DRAWN_DOGS
from imgcls.figures.measures import reliability, roc_curve, roc_mark
from imgcls.numbers import fixed, percent, whole
from imgcls.ops.measures import Counts, calibration, confusion, counts, roc
from imgcls.plain import markdown
from imgcls.plain import words as plain_words
from imgcls.training.config import DataChoice
from imgcls.training.measured import Measured, Measurer
from imgcls.ui.components.confusion import confusion_cell, confusion_matrix
from imgcls.ui.components.picture import picture as picture_of
from imgcls.ui.components.plot import move_mark, plot
from imgcls.ui.components.words import table, words
from imgcls.ui.dataset.album import recipe_of
from imgcls.ui.dataset.hardest_part import changed, last_run
from imgcls.ui.dataset.work import result_of
from imgcls.ui.shell import code_panel
from imgcls.ui.stage import Dial, Numbers, stage

JUDGES: dict[Measurer, str] = {
    "tinyvgg": "TinyVGG on new drawings",
    "dogs": "EfficientNet-Lite0",
    "samples": "EfficientNet-Lite0 on the samples",
    "linear": "A linear model",
    "features": "A linear model on learned features",
    "run": "Your last network",
}
PARTS = (
    "A network **learns** from the training part. The **validation** part is for comparing networks and choosing "
    "settings, so the choices slowly adapt to it. A **test** part is looked at once, at the very end."
)
TILES, TILE = 8, 64
MOST_CLASSES = 12  # in a confusion matrix


def measure_part(choice: DataChoice) -> None:
    """Choose who answers; see how good the answers are."""
    fitting: list[Measurer] = []
    if choice.task == "binary":
        fitting.append("dogs")
    elif choice.source == DRAWN_DOGS:
        fitting.append("tinyvgg")
    judge: Measurer = st.selectbox(
        "Whose answers?", [*fitting, "samples", "linear", "features", "run"], format_func=JUDGES.get,
        key="data_measured", bind="query-params", persist_state="session", width=400,
    )  # fmt: skip
    run = last_run(choice) if judge == "run" else ""
    if judge == "run" and not run:
        st.info(
            "You have not trained a network on these pictures with this split yet: train one, then come back.",
            icon=":material/model_training:",
        )
        return
    settings = {
        "recipe": recipe_of(choice), "validation": choice.validation, "seed": choice.split_seed, "judge": judge,
        "run": run, "changed": changed(run),
    }  # fmt: skip
    quick = judge not in ("features", "dogs")
    target = "imgcls.training.picture_work:measure_judge"
    found: Measured | None = result_of("data_measure", target, settings, quick=quick)
    if found is not None:
        _yes_or_no(found, settings)
        _all_classes(found)


def most_mistaken(probabilities: np.ndarray, truth: np.ndarray) -> int:
    """The class with most mistakes at a threshold of 0.5, of probabilities (M, K) and true classes (M,)."""
    yes, is_one = probabilities >= 0.5, truth[:, None] == np.arange(probabilities.shape[1])
    return int((yes != is_one).sum(0).argmax())


@st.fragment
def _yes_or_no(found: Measured, settings: dict[str, Any]) -> None:
    """One class against the rest, by a threshold."""
    classes = list(found.classes)
    start = classes.index("dog") if "dog" in classes else most_mistaken(found.probabilities, found.truth)
    st.markdown(f"{PARTS} {_whose(found, settings['judge'])}")
    left, right = st.columns([0.3, 0.7], vertical_alignment="bottom")
    key = f"data_positive_{len(classes)}"
    positive = left.selectbox("The question: is it …", range(len(classes)), format_func=classes.__getitem__, key=key,
                              index=start)  # fmt: skip
    scores = torch.from_numpy(found.probabilities[:, positive])
    truth = torch.from_numpy(found.truth == positive)
    if not truth.any() or truth.all():
        st.info("There are pictures of one kind only: nothing can be measured.")
        return
    name, curve = plain_words(classes[positive]), roc(scores, truth)
    dial = Dial("data_threshold", "Say yes from a probability of", 0.0, 1.0, 0.01, 0.5)

    def picture(numbers: Numbers) -> dict[str, Any]:
        threshold = numbers[dial.name]
        now = counts(scores, truth, threshold)
        yes = scores >= threshold
        alt = (
            f"ROC curve with an area of {fixed(curve.area, 3)}; at this threshold the recall is {_share(now.recall)} "
            f"and {_share(now.false_rate)} of the others are false alarms."
        )
        elements = {
            "measure_words": words(_in_words(now, name)),
            "measure_table": table([
                ["", "called yes", "called no"],
                [f"is {name}", f"{now.true_yes} right", f"{now.false_no} missed"],
                ["is not", f"{now.false_yes} false alarms", f"{now.true_no} right"],
            ]),
            "measure_roc": move_mark(roc_mark(now), alt=alt) if numbers.moved else plot(
                roc_curve(curve), alt=alt, mark=roc_mark(now),
                caption=f"ROC: one point for each threshold. Area under the curve **{fixed(curve.area, 3)}**.",
            ),
            "measure_missed": _strip(found, truth & ~yes, scores, f"missed: {name}, called no"),
            "measure_false": _strip(found, ~truth & yes, -scores, "false alarms: called yes"),
        }  # fmt: skip
        return elements | {"accuracy": now.accuracy, "precision": now.precision, "recall": now.recall}

    live = stage("data_measure", [dial], picture)
    with right:
        live.show(dial.name)
    left, right = st.columns([0.5, 0.5], gap="medium")
    with left:
        live.show("measure_words", "measure_table")
    with right:
        live.show("measure_roc")
    for column, key in zip(st.columns(2, gap="medium"), ("measure_missed", "measure_false"), strict=True):
        with column:
            live.show(key)
    shows = {name: live[name] for name in ("accuracy", "precision", "recall") if not math.isnan(live[name])}
    _code(settings, positive, live.numbers[dial.name], shows)


def _whose(found: Measured, judge: Measurer) -> str:
    number = len(found.truth)
    return {
        "tinyvgg": f"Here is such a test: **{number}** new drawings that TinyVGG has never seen.",
        "samples": f"Here are the **{number}** samples; the drawings of dogs are the dogs. So few pictures say little.",
        "dogs": f"EfficientNet-Lite0 was not trained on this set: here are **{number}** validation pictures.",
    }.get(judge, f"Here are **{number}** validation pictures; it learned from {whole(found.learned or 0)} others.")


def _in_words(now: Counts, name: str) -> str:
    return (
        f"**Accuracy {_share(now.accuracy)}**: {now.true_yes + now.true_no} of "
        f"{now.true_yes + now.true_no + now.false_yes + now.false_no} answers are right.\n\n"
        f"**Precision {_share(now.precision)}**: of those called yes, {now.true_yes} of "
        f"{now.true_yes + now.false_yes} really are {name}.\n\n"
        f"**Recall {_share(now.recall)}**: of all {name} pictures, {now.true_yes} of {now.true_yes + now.false_no} "
        "are found."
    )


def _share(number: float) -> str:
    return "undefined" if math.isnan(number) else percent(number)


def _strip(found: Measured, which: torch.Tensor, order: torch.Tensor, caption: str) -> Any:
    """The pictures that are meant, the worst first, as one strip."""
    places = torch.nonzero(which).flatten()
    places = places[order[places].argsort(stable=True)][:TILES].tolist()
    strip = np.full((TILE if places else 1, TILES * (TILE + 4) - 4, 3), 128, np.uint8)  # a line where there are none
    for number, place in enumerate(places):
        strip[:, number * (TILE + 4) : number * (TILE + 4) + TILE] = _tile(found.pictures[place])
    total = int(which.sum())
    shown = f", the {TILES} worst" if total > TILES else ""
    text = f"{total} {caption}{shown}" if total else f"0 {caption}"
    alt = f"{text}: {', '.join(found.names[place] for place in places)}" if total else text
    return picture_of(strip, alt=alt, caption=text)


def _tile(picture: np.ndarray) -> np.ndarray:
    """uint8 (TILE, TILE, 3), each pixel the nearest of the picture's."""
    places = np.arange(TILE) * len(picture) // TILE
    return picture[places][:, places]


@st.fragment
def _all_classes(found: Measured) -> None:
    """Calibration of the top answers, and which class is taken for which, with the pictures."""
    said = torch.from_numpy(found.probabilities).argmax(1)
    truth = torch.from_numpy(found.truth)
    sure = torch.from_numpy(found.probabilities).max(1).values
    known = calibration(sure, said == truth)
    left, right = st.columns([0.5, 0.5], gap="medium")
    with left:
        plot(
            reliability(known), key="measure_reliability",
            alt=f"Share of right answers by confidence; on average they differ by {percent(known.error)}.",
            caption="Calibration: of the answers with a confidence of 80%, 80% should be right (dashed line). On "
            f"average the two differ by **{percent(known.error)}**. In each bar: how many answers.",
        )  # fmt: skip
    with right:
        if len(found.classes) > MOST_CLASSES:
            st.caption(f"With {whole(len(found.classes))} classes the table of mistakes is too large to be shown.")
            return
        table_ = confusion(said, truth, len(found.classes)).numpy()
        confusion_matrix(table_, found.classes, key="measure_confusion")
        cell = confusion_cell("measure_confusion")
        if cell and max(cell) < len(found.classes):
            row, column = cell
            which = (truth == row) & (said == column)
            words_ = f"{markdown(found.classes[row])}, called {markdown(found.classes[column])}"
            _strip(found, which, -sure, words_).show("measure_cell")


def _code(settings: dict[str, Any], positive: int, threshold: float, shows: dict[str, float]) -> None:
    recipe, judge = settings["recipe"], settings["judge"]
    if not (recipe.drawn or judge == "samples") or judge == "run":
        return
    fields = ", ".join(f"{name}={value!r}" for name, value in vars(recipe).items())
    code = f"""
    import torch
    from imgcls.data.picture_cache import Recipe
    from imgcls.training.picture_work import measure_judge

    recipe = Recipe({fields})
    *_, found = measure_judge(recipe, {settings["validation"]}, {settings["seed"]}, "{judge}")
    yes = torch.tensor(found.probabilities[:, {positive}]) >= {threshold:g}
    truth = torch.tensor(found.truth == {positive})
    accuracy = (yes == truth).float().mean()
    precision = (yes & truth).sum() / yes.sum()
    recall = (yes & truth).sum() / truth.sum()
    """
    code_panel(code, shows, functions=(counts, roc, calibration), key="data_measure")
