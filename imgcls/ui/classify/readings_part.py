"""One answer of the network read two ways, is it a dog and which class, with and without a grey patch on the photo."""

from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from imgcls.data.pictures import Picture
from imgcls.labels import display_name
from imgcls.models.classify import Classifier, Prediction, classify
from imgcls.models.confidence import confidence_words
from imgcls.models.device import on_device
from imgcls.models.occlusion import occlude
from imgcls.models.quick import quick
from imgcls.models.world import Distance
from imgcls.numbers import percent
from imgcls.ops.softmax import softmax
from imgcls.plain import words
from imgcls.ui.classify.code import readings_code
from imgcls.ui.classify.grey_patch import grey_patch
from imgcls.ui.components import Element
from imgcls.ui.components.bars import bars
from imgcls.ui.distance import distance_note
from imgcls.ui.hall import distance_from, network_input
from imgcls.ui.shell import code_panel
from imgcls.ui.stage import Dial, Numbers, Setting, stage

CANVAS, BINARY, CLASSES = "classify_photo", "classify_binary", "classify_bars"
"""Keys of the photo and of the two charts."""
Place = tuple[float, float] | tuple[()]
"""The patch's centre, x and y as shares of the picture's side; empty for no patch."""


def _place(told: object) -> Place | None:
    """From a message or the address."""
    parts = [part for part in told[:24].split("_") if part] if isinstance(told, str) else told
    if parts in ([], ()):
        return ()
    try:
        x, y = (round(float(part), 3) for part in parts)  # type: ignore[union-attr]
    except (TypeError, ValueError, OverflowError):
        return None
    return (x, y) if 0 <= x <= 1 and 0 <= y <= 1 else None


PLACE = Setting("classify_place", CANVAS, (), _place, lambda place: "_".join(f"{share:g}" for share in place))
SIZE = Dial("classify_patch", "Side of the grey patch", 0.1, 0.6, 0.05, 0.25)
THRESHOLD = Dial("classify_threshold", "Call it a dog from", 0.0, 1.0, 0.01, 0.5)
COUNT = Dial("classify_k", "Classes shown", 1, 15, 1, 5, 0)


@st.fragment
def readings_part(classifier: Classifier, photo: Picture, crop: np.ndarray, prediction: Prediction) -> None:
    """Binary and multi-class, live while a patch is dragged; on a phone photo and answers stand on one screen.

    `crop`: uint8 (S, S, 3), what the network sees; `prediction` is the answer for it without a patch.
    """
    distance = distance_from(classifier, photo)
    knows_dogs = prediction.dog is not None

    @lru_cache(maxsize=1)
    def answer(place: Place, size: float, moving: bool) -> Prediction:
        network = on_device(classifier)
        inputs = network_input(classifier, photo)
        return occlude(quick(network) if moving else network, inputs, *place, size) if place else prediction

    def picture(numbers: Numbers) -> dict[str, Any]:
        place, size = numbers[PLACE.name], numbers[SIZE.name]
        moving = bool({PLACE.name, SIZE.name} & numbers.moved)
        now, covered = answer(place, size, moving), bool(place)
        drawn: dict[str, Any] = {CLASSES: _classes(now, prediction, numbers[COUNT.name], covered, distance), "now": now}
        if knows_dogs:
            drawn[BINARY] = _binary(now, prediction, numbers[THRESHOLD.name], covered)
        if not numbers.moved or SIZE.name in numbers.moved:
            drawn[CANVAS] = grey_patch(None if numbers.moved else crop, place, size, sets=PLACE.name)
        return drawn

    live = stage("classify_readings", [PLACE, SIZE, *([THRESHOLD] if knows_dogs else []), COUNT], picture)
    left, right = st.columns([0.42, 0.58], gap="medium")
    with left:
        live.show(CANVAS, SIZE.name)
    with right:
        if knows_dogs:
            live.show(BINARY)
        with st.container(key="two_abreast"):
            dials = st.columns(2)
        if knows_dogs:
            with dials[0]:
                live.show(THRESHOLD.name)
        with dials[1]:  # above the chart, whose growing would push it away
            live.show(COUNT.name)
        live.show(CLASSES)
        distance_note(distance)
    numbers = live.numbers
    code, shows = readings_code(classifier, live["now"], numbers[COUNT.name], numbers[PLACE.name], numbers[SIZE.name])
    code_panel(code, shows, functions=(classify, softmax), photo=True, key="classify")


def _binary(now: Prediction, before: Prediction, threshold: float, covered: bool) -> Element:
    """Is it a dog? Of a network that knows dogs."""
    answer = "\u2713 **a dog**" if now.dog >= threshold else "\u2717 **not a dog**"
    return bars(
        ["Dog"], [now.dog], before=[before.dog] if covered else None, threshold=threshold,
        label=f"The probability of a dog; the threshold is {percent(threshold, 0)}",
        caption=f"{answer}: the probabilities of its breeds add up to {percent(now.dog)}.",
    )  # fmt: skip


def _classes(now: Prediction, before: Prediction, count: int, covered: bool, distance: Distance | None) -> Element:
    """The classes that are likely without a patch, as they are now.

    `distance` is that of the photo from pictures like the network's own, None where it is not known.
    """
    top = before.top(count)
    names = [display_name(each.label, now.labels) for each in top]
    chances = [float(now.probabilities[each.index]) for each in top]
    best = now.top(1)[0]
    return bars(
        names, chances, before=[each.probability for each in top] if covered else None,
        label="The most probable classes",
        caption=f"Top answer: **{words(display_name(best.label, now.labels))}**, "
        f"{confidence_words(best.probability, best.index, distance)}.",
    )  # fmt: skip
