"""Questions about what the network cannot know, and how a photo is prepared for it."""

import torch

from imgcls.data.pictures import Picture
from imgcls.labels import IMAGENET_LABELS
from imgcls.models.registry import load
from imgcls.numbers import percent, sides, whole
from imgcls.training.trained import tinyvgg
from imgcls.ui.classify.said import best, now
from imgcls.ui.classify.unknown_part import SIX, WITHOUT, without_best
from imgcls.ui.hall import classify_photo, network_input
from imgcls.ui.questions import Choice, Curve, Number, Question

UNKNOWN, PREPARED = "What it cannot know", "How the photo is prepared"
GREYS = (0, 64, 128, 191, 255)


def _asks_without(photo: Picture) -> str:
    name, _, chance = best(photo)
    return (
        f"**{name}** gets {percent(chance)}. Suppose the network had never learned that class. How much does its new "
        "best class get?"
    )


def _without(photo: Picture) -> float:
    return 100 * without_best(now(photo))[1][0]


def _why_without(photo: Picture, right: float) -> str:
    first, second = now(photo).top(2)
    return (
        f"{load().name_of(second.index)} had {percent(second.probability)}. All others grow by the same factor, "
        f"1 / (1 − p) with p = {percent(first.probability)}, so it becomes **{percent(right / 100)}**: the others take "
        "over what the missing class leaves behind."
    )


def _tiny(photo: Picture) -> float:
    return 100 * classify_photo(tinyvgg(), photo).top(1)[0].probability


def _why_tiny(photo: Picture, right: float) -> str:
    network = tinyvgg()
    said = network.name_of(classify_photo(network, photo).top(1)[0].index)
    return (
        f"It says {said}, **{percent(right / 100)}**. Softmax compares its six classes with one another, and never "
        "asks whether the picture shows any of them. A high percentage does not make a right answer."
    )


OTHER, NONE, UNSURE = "Another breed, often with a high percentage", "“None of these”", "“Dachshund”, but unsure"


def _of_a_dachshund(photo: Picture) -> str:
    return UNSURE if any("dachs" in label.lower() for label in IMAGENET_LABELS) else OTHER


def _seen(photo: Picture) -> float:
    left, top, right, bottom = load().preprocess.crop_box(photo.image.size)
    width, height = photo.image.size
    return 100 * (right - left) * (bottom - top) / (width * height)


def _asks_seen(photo: Picture) -> str:
    width, height = photo.image.size
    return (
        f"Your photo is {sides(width, height)} pixels. Its shorter side becomes 256, then the middle 224 × 224 are cut "
        "out. What share of the photo does the network see?"
    )


def _normalised(photo: Picture) -> list[float]:
    greys = torch.tensor(GREYS, dtype=torch.float32).expand(3, 1, -1) / 255
    return load().preprocess.normalise(greys)[0, 0].tolist()


QUESTIONS = [
    Question(
        "class-missing",
        UNKNOWN,
        _asks_without,
        Number(0, 100, "%", 7),
        _without,
        _why_without,
        then={"classify_known": WITHOUT},
    ),
    Question(
        "class-six",
        UNKNOWN,
        "TinyVGG has seen nothing but drawings of six breeds. Now it gets **your photo**. How sure is it of its best "
        "answer?",
        Number(0, 100, "%", 10, start=17),
        _tiny,
        _why_tiny,
        then={"classify_known": SIX},
    ),
    Question(
        "class-dachshund",
        UNKNOWN,
        "ImageNet's 1,000 classes include no dachshund. A dachshund walks in front of the camera. What does the "
        "network say?",
        Choice(
            (NONE, UNSURE, OTHER),
            {
                NONE: "There is no such class. 100% are always divided among those that there are.",
                UNSURE: "It can only say the names of its classes, and this is none of them.",
            },
        ),
        _of_a_dachshund,
        "It names the breed that shares most features with what it sees. For breeds that are missing it is 56% sure on "
        "average: nothing in the number tells you that the right answer was never among the choices. Below, your own "
        "photo's best class is taken away.",
        then={"classify_known": WITHOUT},
    ),
    Question(
        "class-seen",
        PREPARED,
        _asks_seen,
        Number(0, 100, "%", 5, start=25),
        _seen,
        lambda photo, right: (
            f"**{percent(right / 100)}**. Even of a square photo a border is lost, (224 / 256)², and of a wide or tall "
            "one the ends as well. A dog at the edge of the photo may never reach the network."
        ),
    ),
    Question(
        "class-input",
        PREPARED,
        lambda photo: (
            f"Your photo has {whole(3 * photo.image.width * photo.image.height)} numbers, three for each pixel. How "
            "many reach the network?"
        ),
        Number(1000, 100_000_000, "numbers", 1.5, log=True),
        lambda photo: network_input(load(), photo).numel(),
        lambda photo, right: (
            f"3 · 224 · 224 = **{whole(right)}**, whatever the camera. A network is trained for one size, so a photo "
            "of 12 megapixels is shrunk and a stamp is enlarged."
        ),
    ),
    Question(
        "class-normal",
        PREPARED,
        "At last every value is divided by 255, then 0.5 is subtracted, and the result divided by 0.5. Draw what the "
        "greys from 0 to 255 become.",
        Curve(GREYS, -2, 2, "value of the pixel", "what the network gets", "", 2, 0.2),
        _normalised,
        "Black becomes −1, white 1, and mid grey about 0. A network learns fastest from inputs around 0 that are "
        "neither tiny nor huge.",
    ),
]
