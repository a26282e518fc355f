"""Questions about the pictures themselves: classes, averages, duplicates, augmentation."""

from functools import cache

import numpy as np
import torch

from imgcls.data.augment import Augmentation, draw, variations
from imgcls.data.datasets import Dataset, prepare, square
from imgcls.data.drawn.tiny_breeds import CAT
from imgcls.data.pictures import Picture
from imgcls.data.sources import DRAWN_DOGS, drawn_counts, open_source
from imgcls.data.statistics import Summary, balance, duplicates, planted, summarise, with_copy
from imgcls.numbers import fixed, percent, whole
from imgcls.training.config import DataChoice
from imgcls.ui.dataset.album import Album, drawn_album
from imgcls.ui.dataset.augmentation import EVERYTHING, SIDE
from imgcls.ui.dataset.choice import TASKS
from imgcls.ui.dataset.classes_part import samples
from imgcls.ui.questions import Bars, Choice, Number, Pick, Question

CLASSES, AVERAGES, DUPLICATES, AUGMENTATION = "Classes", "Averages", "Duplicates", "Augmentation"
FEW = 120
"""Drawings of the set where all pixels count: so many are drawn at once."""
AT_FEW = {"data_count": str(FEW)}
LEVELS = (0.0, 0.5, 1.0)
COPIES = 6
NOTHING = {"data_flip": "false", "data_crop": "0", "data_rotation": "0", "data_colour": "0", "data_erasing": "0"}
HOLE = 0.5  # of the side


def _album(level: float = DataChoice.level) -> Album:
    """The set as the lesson opens it, or at another difficulty."""
    return drawn_album(DataChoice(DRAWN_DOGS), level)


@cache
def _few() -> Dataset:
    """FEW drawings with all their pixels."""
    return prepare(open_source(DRAWN_DOGS, count=FEW))


@cache
def _averages() -> Summary:
    return summarise(_few())


def _binary() -> list[float]:
    """Cats, and Dalmatians, among as many drawings for “Dog or not”."""
    drawn = drawn_counts("binary", len(_album()))
    return [drawn[CAT], drawn["Dalmatian"]]


def _always_the_same(photo: Picture) -> float:
    album = _album()
    return 100 * balance(album.labels, album.training, album.validation, len(album.classes)).baseline


def _nearest_alike(level: float) -> float:
    """The share in percent of the drawings shown whose nearest other one, pixel by pixel, is of the same breed."""
    album = _album(level)
    places = samples(album, 0)
    pixels = torch.from_numpy(album.pictures(places)).flatten(1).float()
    distances = torch.cdist(pixels, pixels).fill_diagonal_(torch.inf)
    labels = torch.from_numpy(album.labels[places])
    return 100 * float((labels[distances.argmin(1)] == labels).float().mean())


MEANS = ("one of the dogs", "the mean", "each pixel from a picture chosen at random", "their mean colour everywhere")


def _means(photo: Picture) -> list[np.ndarray]:
    """One drawing, and three ways to mix all that are learned from."""
    pictures, rng = _few().images[_few().training], np.random.default_rng(0)
    rows, columns = np.indices((SIDE, SIDE))
    mixed = pictures[rng.integers(0, len(pictures), (SIDE, SIDE)), rows, columns]
    mean = _averages().mean_picture
    plain = np.broadcast_to(mean.mean((0, 1)).round().astype(np.uint8), mean.shape)
    return [pictures[len(pictures) // 2], mean, mixed, plain]


BREEDS = ("Poodle", "Dalmatian", "Pug", "Dachshund")


def _breeds(photo: Picture) -> list[np.ndarray]:
    return [_averages().class_means[_few().classes.index(breed)] for breed in BREEDS]


def _red() -> tuple[float, float]:
    """Mean and standard deviation of red."""
    return _averages().mean[0], _averages().std[0]


def _normalised() -> list[float]:
    """The same once they have been subtracted and divided by."""
    mean, deviation = _red()
    red = (_few().images[_few().training][..., 0] / 255 - mean) / deviation
    return [float(red.mean()), float(red.std())]


@cache
def _with_copy() -> tuple[Dataset, int, int]:
    """The few drawings as the lesson hides a copy among them: which is copied, and where the copy lies."""
    hidden, seed = with_copy(_few(), DataChoice.split_seed), DataChoice.split_seed
    return hidden, *planted(hidden.labels, hidden.training, hidden.validation, seed)


def _pairs(photo: Picture) -> list[np.ndarray]:
    """A training picture beside a validation picture of the same breed; the third pair is the copy."""
    hidden, source, place = _with_copy()
    learned, held = (
        [each for each in part.tolist() if hidden.labels[each] == hidden.labels[place] and each not in (source, place)]
        for part in (hidden.training, hidden.validation)
    )
    pairs = list(zip(learned, held, strict=False))[:3]
    pairs.insert(2, (source, place))
    return [np.concatenate([hidden.images[one], hidden.images[other]], 1) for one, other in pairs]


EXACTLY, FILES, SMALL = (
    "Compare all their pixels: equal or not?",
    "Compare the files byte by byte",
    "Shrink both, and allow small differences",
)


def _finds_the_copy(photo: Picture) -> str:
    """Which comparison finds it: equal pixels, or small thumbnails that are nearly alike."""
    hidden, source, place = _with_copy()
    if np.array_equal(hidden.images[source], hidden.images[place]):
        return EXACTLY
    return SMALL if any((each.training, each.validation) == (source, place) for each in duplicates(hidden)) else FILES


def _leaked(photo: Picture) -> float:
    """Accuracy in percent where COPIES of the validation pictures are known, and half of the others are right."""
    number = len(_few().validation)
    return 100 * (COPIES + (number - COPIES) / 2) / number


DRAWS = ("drawn at random", "drawn at random", "upside down", "drawn at random")


def _augmented(photo: Picture) -> list[np.ndarray]:
    """Draws of the photo with everything but the hole, and among them what none of them can be."""
    picture = square(photo.image, SIDE)
    changes = Augmentation(**EVERYTHING | {"erasing": 0.0})
    draws = list(variations(picture, draw(changes, 3, SIDE, torch.Generator().manual_seed(1)), 3))
    draws.insert(DRAWS.index("upside down"), np.ascontiguousarray(picture[::-1]))
    return draws


def _flips_and_shifts(photo: Picture) -> int:
    """How many pictures can come of one: flipped or not, and shifted by whole pixels, right and down."""
    most = round(EVERYTHING["crop"] * SIDE)
    return 2 * (2 * most + 1) ** 2


def _erased(photo: Picture) -> float:
    """The share in percent of the pixels that lie in the hole."""
    drawn = draw(Augmentation(erasing=HOLE), 1, SIDE, torch.Generator().manual_seed(0))
    return 100 * float(drawn.erased[0, 2]) ** 2 / SIDE**2


QUESTIONS = [
    Question(
        "data-binary",
        CLASSES,
        lambda photo: (
            f"For the task “Dog or not” {whole(len(_album()))} animals are drawn: cats, and dogs of six breeds, as "
            "many dogs as cats. How many of them are cats, and how many are **Dalmatians**?"
        ),
        Bars(("cats", "Dalmatians"), 0, 2500, "", 0, 200, (600, 600)),
        lambda photo: _binary(),
        lambda photo, right: (
            f"Half of them are cats, **{whole(right[0])}**. The six breeds share the other half: "
            f"**{whole(right[1])}** are Dalmatians. The two classes are balanced, and still there are about six cats "
            "for every Dalmatian. Whether a set is balanced depends on the question."
        ),
        then={"data_task": TASKS["binary"]},
    ),
    Question(
        "data-always",
        CLASSES,
        "There are six breeds, with the same number of pictures each. A program always says “Pug”, without looking. "
        "What share of the validation pictures does it get right?",
        Number(0, 100, "%", 3, digits=1),
        _always_the_same,
        lambda photo, right: (
            f"One breed of six: **{percent(right / 100)}**. That is where every accuracy starts: only what a network "
            "gets above it has been learned."
        ),
    ),
    Question(
        "data-nearest",
        CLASSES,
        "Take a drawing, and find the other one that is nearest to it, pixel by pixel. How often is that the **same "
        "breed**, if the dogs always stand in the middle (difficulty 0), and if place, pose and light vary?",
        Bars(tuple(f"difficulty {level:g}" for level in LEVELS), 0, 100, "%", 0, 12),
        lambda photo: [_nearest_alike(level) for level in LEVELS],
        lambda photo, right: (
            f"Of the 30 drawings below, **{percent(right[0] / 100)}** at difficulty 0, and "
            f"**{percent(right[2] / 100)}** at 1, where guessing gives {percent(1 / 6)}. Once everything else varies, "
            "comparing pixels tells hardly anything about the breed. A network must find what stays the same."
        ),
        at={"data_level": "0"},
        then={"data_level": "1"},
    ),
    Question(
        "data-mean",
        AVERAGES,
        "Six breeds, each dog in another place and light. What does the **mean** of all these pictures look like?",
        Pick(_means, MEANS),
        lambda photo: MEANS.index("the mean"),
        "A pale cloud: where dogs often are, their colours still show a little, and everything else has averaged out. "
        "No dog looks like the mean of all dogs.",
        at=AT_FEW | {"data_level": "0"},
        then=AT_FEW | {"data_level": "0.5"},
    ),
    Question(
        "data-breed",
        AVERAGES,
        "These are the mean pictures of four breeds. Which is that of the **dachshunds**?",
        Pick(_breeds, BREEDS, by_colour=True),
        lambda photo: BREEDS.index("Dachshund"),
        "Brown, long, and close to the ground: that much survives, although no two of them stand alike. Where the "
        "means of two classes differ, a linear model has something to hold on to.",
        at=AT_FEW | {"data_level": "0"},
        then=AT_FEW | {"data_level": "0.5"},
    ),
    Question(
        "data-normal",
        AVERAGES,
        lambda photo: (
            f"Red has a mean of {fixed(_red()[0], 2)} and a standard deviation of {fixed(_red()[1], 2)} in this set. "
            "Every value has this mean subtracted and is then divided by this deviation. What are both **afterwards**?"
        ),
        Bars(("mean", "standard deviation"), -1, 2, "", 2, 0.1, lambda photo: _red(), "both before"),
        lambda photo: _normalised(),
        "Mean **0** and standard deviation **1**, for each channel and any set: that is what normalising is for. "
        "Whatever the pictures are, bright or dark, the network then gets numbers of the same size.",
        at=AT_FEW,
        then=AT_FEW,
    ),
    Question(
        "data-pair",
        DUPLICATES,
        "In each pair the left picture is one to learn from, the right one is for validation. Which pair is **one "
        "picture twice**, once a little brighter?",
        Pick(_pairs, ("two dogs", "two dogs", "a copy, a little brighter", "two dogs")),
        lambda photo: 2,
        "Side by side, a copy is easy to see. Scattered among hundreds of pictures, nobody would notice it.",
        at=AT_FEW | {"data_planted": "false"},
        then=AT_FEW | {"data_planted": "true"},
    ),
    Question(
        "data-find",
        DUPLICATES,
        "A picture was uploaded twice, and the second copy is a little brighter. Which way of comparing **finds** it?",
        Choice(
            (EXACTLY, FILES, SMALL),
            {
                EXACTLY: "Nearly every pixel differs, by 4 of 255. You do not see it, but they are not equal.",
                FILES: "Other pixels make other files, and so does every new JPEG.",
            },
        ),
        _finds_the_copy,
        "What people call the same picture differs in nearly every number. So one compares small versions, and takes "
        "two for the same if they differ little. How little is a choice, and it can be wrong either way.",
        at=AT_FEW | {"data_planted": "false"},
        then=AT_FEW | {"data_planted": "true"},
    ),
    Question(
        "data-leak",
        DUPLICATES,
        lambda photo: (
            f"A network gets half of all new pictures right. Of {len(_few().validation)} validation pictures {COPIES} "
            "are also in the training part, and those it knows by heart. What **accuracy** does it show?"
        ),
        Number(0, 100, "%", 3, digits=1),
        _leaked,
        lambda photo, right: (
            f"({COPIES} + {(len(_few().validation) - COPIES) // 2}) / {len(_few().validation)} = "
            f"**{percent(right / 100)}**. Nothing else has become better. Copies in both parts make an accuracy that "
            "new pictures never confirm."
        ),
        at=AT_FEW | {"data_planted": "false"},
        then=AT_FEW | {"data_planted": "true"},
    ),
    Question(
        "data-never",
        AUGMENTATION,
        lambda photo: (
            f"Before a network learns from your photo, it may be mirrored left to right, shifted by a tenth, turned by "
            f"up to {whole(EVERYTHING['rotation'])}°, and its colours may change. Which of these will the network "
            "**never** see?"
        ),
        Pick(_augmented, DRAWS),
        lambda photo: DRAWS.index("upside down"),
        "No turn of 10° and no mirror image stands a photo on its head. Whoever chooses the changes tells the network "
        "what does not matter: a mirrored dog is still a dog, but a mirrored letter may be another letter.",
        at={"data_rotation": "0", "data_erasing": "0"},
        then={"data_rotation": f"{EVERYTHING['rotation']:g}", "data_erasing": "0"},
    ),
    Question(
        "data-many",
        AUGMENTATION,
        lambda photo: (
            f"A photo of {SIDE} × {SIDE} pixels is mirrored or not, and shifted by up to "
            f"{round(EVERYTHING['crop'] * SIDE)} whole pixels left or right, up or down. How many **different "
            "pictures** can this make?"
        ),
        Number(10, 100_000, "pictures", 1.5, log=True),
        _flips_and_shifts,
        lambda photo, right: (
            f"2 · 13 · 13 = **{whole(right)}**: two ways round, and 13 shifts in each direction, no shift included. "
            "All of them show the same dog, so their labels come free."
        ),
        at=NOTHING,
        then=NOTHING | {"data_flip": "true", "data_crop": f"{EVERYTHING['crop']:g}"},
    ),
    Question(
        "data-hole",
        AUGMENTATION,
        "A square hole is erased, and its side is **half** the side of the photo. What share of the pixels is gone?",
        Number(0, 100, "%", 3),
        _erased,
        lambda photo, right: (
            f"Half the width times half the height: **{percent(right / 100, 0)}**. The hole is elsewhere each time, so "
            "the network cannot rely on one detail alone, such as a collar."
        ),
        at=NOTHING,
        then=NOTHING | {"data_erasing": f"{HOLE:g}"},
    ),
]
