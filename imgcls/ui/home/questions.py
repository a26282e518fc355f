"""What the first page asks about the current photo before it shows the network's answers."""

from imgcls.data.drawn.scenes import THINGS, scene
from imgcls.data.pictures import Picture
from imgcls.data.samples import load_sample
from imgcls.labels import display_name
from imgcls.models.classify import Prediction
from imgcls.models.registry import load
from imgcls.numbers import percent
from imgcls.ops.softmax import softmax
from imgcls.training.multilabel import labels_of
from imgcls.ui.hall import classify_photo
from imgcls.ui.home.labels_part import FIRST_SCENE
from imgcls.ui.questions import Bars, Choice, Order, Question

WAYS = ("binary: is it a dog?", "multi-class: which of 1,000?", "fine-grained: a dog, but which breed?")
EVERY, NO_BREED, BREED = "All breeds get the same share", "No breed: it says that there is no dog", "A breed, as ever"
SCENE = next(number for number in range(1, 1000) if sum(scene(FIRST_SCENE + number)[1]) >= 3)
"""A drawn scene with three things or more; not the one that the page opens with."""


def _now(photo: Picture) -> Prediction:
    return classify_photo(load(), photo)


def _dog(photo: Picture) -> list[float]:
    dog = 100 * float(_now(photo).dog or 0)
    return [dog, 100 - dog]


def _sureness(photo: Picture) -> list[float]:
    """The percentage of each way's best answer, as it is written; equal ones may stand either way."""
    now = _now(photo)
    best = (max(now.dog, 1 - now.dog), now.top(1)[0].probability, now.breeds(1)[0].share)
    return [round(100 * share, 1) for share in best]


def _coffee() -> Prediction:
    return classify_photo(load(), load_sample("coffee"))


def _breed_of_a_cup(photo: Picture) -> str:
    breeds = _coffee().breeds(118)
    if abs(sum(each.share for each in breeds) - 1) > 1e-4:
        return NO_BREED
    return BREED if breeds[0].share > 2 * breeds[-1].share else EVERY


def _why_a_cup(photo: Picture, right: str) -> str:
    best = _coffee().breeds(1)[0]
    return (
        f"For the cup of coffee among the samples it says **{display_name(best.label)}**, {percent(best.share)}. The "
        "breeds must share 100% whatever the photo shows. A question can only be answered within its own choices."
    )


def _softmax(photo: Picture) -> list[float]:
    return [100 * p for p in softmax(labels_of(scene(FIRST_SCENE + SCENE)[0]).logits).tolist()]


def _asks_labels(photo: Picture) -> str:
    found = labels_of(scene(FIRST_SCENE + SCENE)[0]).probabilities.tolist()
    there = [name for name, p in zip(THINGS, found, strict=True) if p >= 0.5]
    return (
        f"A network with five labels finds {', '.join(there[:-1])} and {there[-1]} in a scene, each by a sigmoid of "
        "its own. Now **one softmax** takes the same five logits. Drag the bars."
    )


QUESTIONS = [
    Question(
        "home-dog",
        "",
        "EfficientNet-Lite0 has learned from a million photos. How sure will it be that **your photo** shows a dog? "
        "Drag the two bars.",
        Bars(("a dog", "not a dog"), tolerance=10, start=(50, 50)),
        _dog,
        lambda photo, right: (
            f"It gives **{percent(right[0] / 100)}** to the breeds of dogs together, and the rest, "
            f"**{percent(right[1] / 100)}**, to all else. The two always add up to 100%, whether the answer is right "
            "or not."
        ),
    ),
    Question(
        "home-sure",
        "",
        "The same network, the same photo, asked in three ways. Order them by **how much** the best answer gets.",
        Order(WAYS, "least", "most", "%", 1),
        _sureness,
        "The percentage belongs to the question, not only to the photo. Many choices divide the 100% further, and "
        "“suppose it is a dog” takes away all other classes.",
    ),
    Question(
        "home-cup",
        "",
        "The fine-grained question is: which of 118 breeds? What does the network answer for **a cup of coffee**?",
        Choice(
            (NO_BREED, EVERY, BREED),
            {
                NO_BREED: "That is what the binary question is for. This one has no such answer.",
                EVERY: "The logits of the breeds differ for any photo, so the shares differ.",
            },
        ),
        _breed_of_a_cup,
        _why_a_cup,
    ),
    Question(
        "home-labels",
        "",
        _asks_labels,
        Bars(
            THINGS,
            tolerance=15,
            start=lambda photo: [100 * p for p in labels_of(scene(FIRST_SCENE + SCENE)[0]).probabilities.tolist()],
            starts_as="the answers of the sigmoids",
        ),
        _softmax,
        lambda photo, right: (
            f"The largest gets **{percent(max(right) / 100)}**. With softmax the labels compete for 100%, so two "
            "things that are both there take it from each other. Sigmoids decide each on its own."
        ),
        at={"home_scene": str(SCENE)},
        then={"home_scene": str(SCENE)},
    ),
]
