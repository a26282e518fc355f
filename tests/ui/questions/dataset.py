"""The data set lesson's right answers, counted, averaged and compared with numpy alone."""

from collections import Counter
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import torch

from imgcls.data.augment import Augmentation, apply, draw
from imgcls.data.datasets import split, square
from imgcls.data.drawn.tiny_scene import Difficulty
from imgcls.data.drawn.tiny_set import drawn_animal
from imgcls.data.pictures import Picture
from imgcls.data.sources import open_source
from imgcls.ui.dataset.judge_questions import JUDGED, JUDGED_BREEDS
from imgcls.ui.questions import questions_of

BREEDS = ("Dalmatian", "Dachshund", "Husky", "Pug", "Poodle", "Shepherd")
KIND = {question.id: question.kind for question in questions_of("dataset")}


@cache
def recorded(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    file = Path(__file__).parents[3] / "assets/recorded_answers/answers.npz"
    with np.load(file, allow_pickle=False) as found:
        return tuple(found[f"{name}_{part}"] for part in ("probabilities", "truth", "places"))


def pictures(photo: Picture, name: str) -> list[np.ndarray]:
    """The pictures to pick from."""
    _, arrays = KIND[name].about(photo)
    return [arrays[f"p{k}"].astype(int) for k in range(len(KIND[name].names))]


@cache
def learned(breed: str = "") -> np.ndarray:
    """The pictures to learn from of 120, or those of one breed."""
    source = open_source("drawn-dogs", count=120)
    training, _ = split(source.labels, source.splits, None, 0)
    return np.stack([np.asarray(source.image(k)) for k in training if breed in ("", source.classes[source.labels[k]])])


def nearest(level: float) -> float:
    """30 drawings, five of each breed: whether the nearest other one is of its breed, in whole numbers."""
    places, counts = [], (417, 417, 417, 417, 416, 416)
    rng, labels = np.random.default_rng(0), np.repeat(np.arange(6), counts)
    for label in range(6):
        places += sorted(rng.permutation(np.flatnonzero(labels == label))[:5].tolist())
    firsts = np.concatenate([[0], np.cumsum(counts)])
    drawn = [
        drawn_animal(BREEDS[labels[place]], place - firsts[labels[place]], 0, Difficulty.level(level)).astype(np.int64)
        for place in places
    ]
    right = 0
    for k, one in enumerate(drawn):
        distances = [np.inf if j == k else ((one - other) ** 2).sum() for j, other in enumerate(drawn)]
        right += labels[places[int(np.argmin(distances))]] == labels[places[k]]
    return 100 * right / len(drawn)


def hardest(photo: Picture) -> int:
    probabilities, truth, places = recorded("linear")
    chances = {int(place): row[label] for row, label, place in zip(probabilities, truth, places, strict=True)}
    assert [BREEDS[truth[places.tolist().index(place)]] for place in JUDGED] == list(JUDGED_BREEDS)
    return min(range(len(JUDGED)), key=lambda k: chances[JUDGED[k]])


def mean(photo: Picture) -> int:
    wanted = learned().mean(0)
    return int(np.argmin([np.abs(each - wanted).max() for each in pictures(photo, "data-mean")]))


def breed(photo: Picture) -> int:
    wanted = learned("Dachshund").mean(0)
    return int(np.argmin([np.abs(each - wanted).max() for each in pictures(photo, "data-breed")]))


def pair(photo: Picture) -> int:
    """The two halves differ by 4 at most, the black of an edge by nothing."""
    off = [np.abs(each[:, :64] - each[:, 64:]).max() for each in pictures(photo, "data-pair")]
    assert sorted(off)[0] == 4 < sorted(off)[1]
    return int(np.argmin(off))


def never(photo: Picture) -> int:
    upside_down = np.flip(np.asarray(square(photo.image, 64)).astype(int), 0)
    return int(np.argmin([np.abs(each - upside_down).max() for each in pictures(photo, "data-never")]))


def many(photo: Picture) -> int:
    """Counted: the mirrorings and shifts of a hundred thousand draws."""
    drawn = draw(Augmentation(flip=True, crop=0.1), 100_000, 64, torch.Generator().manual_seed(7))
    return len(Counter(zip(drawn.flip.tolist(), *drawn.shift.T.tolist(), strict=True)))


def hole(photo: Picture) -> float:
    """Of a black picture: what is grey then."""
    drawn = draw(Augmentation(erasing=0.5), 1, 64, torch.Generator().manual_seed(3))
    return float(100 * (apply(torch.zeros(1, 3, 64, 64), drawn) != 0).float().mean())


def recall(threshold: float) -> float:
    probabilities, truth, _ = recorded("tinyvgg")
    scores = probabilities[truth == BREEDS.index("Shepherd"), BREEDS.index("Shepherd")]
    return 100 * sum(score >= threshold for score in scores.tolist()) / len(scores)


CHECKS = {
    "data-binary": lambda photo: [1250, -(-1250 // 6)],
    "data-always": lambda photo: 100 / 6,
    "data-nearest": lambda photo: [nearest(level) for level in (0, 0.5, 1)],
    "data-linear": lambda photo: 100 * float((recorded("linear")[0].argmax(1) == recorded("linear")[1]).mean()),
    "data-hardest": hardest,
    "data-spots": lambda photo: 100 * float((recorded("linear")[0][recorded("linear")[1] == 0].argmax(1) == 0).mean()),
    "data-mean": mean,
    "data-breed": breed,
    "data-normal": lambda photo: [0, 1],
    "data-pair": pair,
    "data-find": lambda photo: "Shrink both, and allow small differences",
    "data-leak": lambda photo: float(100 * (6 + Fraction(24 - 6, 2)) / 24),
    "data-never": never,
    "data-many": many,
    "data-hole": hole,
    "data-no": lambda photo: 100 * 5 / 6,
    "data-yes": lambda photo: [100, 100 / 6],
    "data-recall": lambda photo: [recall(threshold) for threshold in (0.1, 0.3, 0.5, 0.7, 0.9)],
}
