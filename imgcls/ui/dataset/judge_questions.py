"""Questions about who judges the pictures: what is hard for a linear model, and how good TinyVGG is."""

import numpy as np
import torch

from imgcls.data.pictures import Picture
from imgcls.data.sources import DRAWN_DOGS
from imgcls.numbers import percent, whole
from imgcls.ops.measures import Counts, counts
from imgcls.training.config import DataChoice
from imgcls.training.recorded_answers import COUNT, Answers, recorded_answers
from imgcls.training.trained import tinyvgg
from imgcls.ui.dataset.album import drawn_album
from imgcls.ui.dataset.measure_part import most_mistaken
from imgcls.ui.questions import Bars, Curve, Number, Pick, Question

HARDEST, GOOD = "Hardest", "How good is it?"
AT_COUNT = {"data_count": str(COUNT)}
THRESHOLDS = (0.1, 0.3, 0.5, 0.7, 0.9)
# Validation pictures of the set that the linear model is recorded on, and the breeds that they show.
JUDGED, JUDGED_BREEDS = (252, 386, 496, 576), ("Husky", "Pug", "Poodle", "Shepherd")


def _linear() -> Answers:
    return recorded_answers()["linear"]


def _of_truth() -> dict[int, float]:
    """What the linear model gives the true breed of each of the pictures JUDGED."""
    known = _linear()
    rows = [int(np.flatnonzero(known.places == place)[0]) for place in JUDGED]
    return {place: float(known.probabilities[row, known.truth[row]]) for place, row in zip(JUDGED, rows, strict=True)}


def _judged(photo: Picture) -> list[np.ndarray]:
    return list(drawn_album(DataChoice(DRAWN_DOGS, count=COUNT)).pictures(JUDGED))


def _why_hardest(photo: Picture, right: int) -> str:
    given = ", ".join(f"{name} {percent(p)}" for name, p in zip(JUDGED_BREEDS, _of_truth().values(), strict=True))
    return (
        f"It gives the true breed these probabilities: {given}. It looks for the right colours in the right places, "
        "not for ears or legs. What is hard for it need not be hard for you."
    )


def _dalmatians(photo: Picture) -> float:
    known = _linear()
    return 100 * float(known.right[known.truth == 0].mean())


def _asked() -> tuple[str, torch.Tensor, torch.Tensor]:
    """The breed that the lesson asks about first; TinyVGG's probabilities for it, and which pictures show it."""
    known = recorded_answers()["tinyvgg"]
    place = most_mistaken(known.probabilities, known.truth)
    return (
        tinyvgg().labels[place],
        torch.from_numpy(known.probabilities[:, place]),
        torch.from_numpy(known.truth == place),
    )


def _at(threshold: float) -> Counts:
    _, scores, truth = _asked()
    return counts(scores, truth, threshold)


QUESTIONS = [
    Question(
        "data-linear",
        HARDEST,
        lambda photo: (
            "A linear model adds up all pixels, each with a weight of its own. It has learned from "
            f"{whole(COUNT - len(_linear().truth))} drawings of six breeds. What share of {len(_linear().truth)} new "
            f"ones does it get right? Guessing gives {percent(1 / 6, 0)}."
        ),
        Number(0, 100, "%", 8, digits=1, start=17),
        lambda photo: 100 * float(_linear().right.mean()),
        lambda photo, right: (
            f"**{percent(right / 100)}**, where guessing gives {percent(1 / 6)}. Typical colours in typical places "
            "help a little. For ears, legs and spots, wherever they are, it takes more than one weighted sum."
        ),
        at=AT_COUNT,
        then=AT_COUNT,
    ),
    Question(
        "data-hardest",
        HARDEST,
        "A linear model adds up all pixels, each with a weight that it has learned. Which of these four is the "
        "**hardest** for it?",
        Pick(_judged, JUDGED_BREEDS),
        lambda photo: int(np.argmin(list(_of_truth().values()))),
        _why_hardest,
        at=AT_COUNT,
        then=AT_COUNT,
    ),
    Question(
        "data-spots",
        HARDEST,
        "You know every Dalmatian by its spots, and so does TinyVGG. What share of the Dalmatians does a **linear "
        "model** get right?",
        Number(0, 100, "%", 10),
        _dalmatians,
        lambda photo, right: (
            f"**{percent(right / 100, 0)}**, fewer than by guessing. A spot is never in the same place twice, so no "
            "pixel can have a weight for it: on average the spots are gone. A kernel finds them wherever they are."
        ),
        at=AT_COUNT,
        then=AT_COUNT,
    ),
    Question(
        "data-no",
        GOOD,
        lambda photo: (
            "There are six breeds, with the same number of pictures each. The question is only “Is it a "
            f"{_asked()[0]}?”, and the program always says **no**. How often is it right?"
        ),
        Number(0, 100, "%", 3, digits=1),
        lambda photo: 100 * _at(1.0).accuracy,
        lambda photo, right: (
            f"**{percent(right / 100)}**, and it has not found a single one: its recall is "
            f"{percent(_at(1.0).recall)}. Where one answer is much more frequent than the other, a high accuracy says "
            "little. Compare it with that of the laziest program."
        ),
        at={"data_threshold": "0.5"},
        then={"data_threshold": "1"},
    ),
    Question(
        "data-yes",
        GOOD,
        lambda photo: (
            f"Now the program calls **every** picture a {_asked()[0]}; a sixth of them are. What are its recall (how "
            "many of them it finds) and its precision (how many that it calls so really are)?"
        ),
        Bars(("recall", "precision"), 0, 100, "%", 0, 5),
        lambda photo: [100 * _at(0.0).recall, 100 * _at(0.0).precision],
        lambda photo, right: (
            f"Nothing is missed, so the recall is **{percent(right[0] / 100, 0)}**. But five of six alarms are false: "
            f"the precision is **{percent(right[1] / 100)}**. Either of the two is easy to get on its own."
        ),
        at={"data_threshold": "0.5"},
        then={"data_threshold": "0"},
    ),
    Question(
        "data-recall",
        GOOD,
        lambda photo: (
            f"TinyVGG says yes to “Is it a {_asked()[0]}?” if its probability reaches a threshold. Draw its "
            "**recall**, the share of them that it finds, as the threshold rises."
        ),
        Curve(THRESHOLDS, 0, 100, "threshold", "recall", "%", 0, 12),
        lambda photo: [100 * _at(threshold).recall for threshold in THRESHOLDS],
        lambda photo, right: (
            f"It falls, from **{percent(right[0] / 100, 0)}** to **{percent(right[-1] / 100, 0)}**, and can do nothing "
            "else: a higher threshold never finds one more. In return there are fewer false alarms. Which of the two "
            "costs more is not for the network to say."
        ),
        at={"data_threshold": "0.1"},
        then={"data_threshold": "0.9"},
    ),
]
