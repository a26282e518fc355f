"""What the networks that come with the app say of the wall's photos: computed once, when a photo is shown."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from imgcls.classroom.database import digest
from imgcls.classroom.store import Member
from imgcls.classroom.wall import Answer, Photo, Wall, accuracy, confusions, hardest, judged
from imgcls.data.pictures import open_picture
from imgcls.labels import DOG_INDICES, IMAGENET_LABELS, UNKNOWABLE, display_name
from imgcls.models.classify import Classifier
from imgcls.models.registry import DEFAULT, load
from imgcls.models.specs import EMBEDDED, SMALL_RESNET
from imgcls.training.trained import tinyvgg
from imgcls.ui.hall import classify_photo

MOST_CONFUSIONS, MOST_HARDEST = 3, 3
LEAST_CLASSES, LEAST_PHOTOS = 2, 2
"""Breeds, and photos of each, that it takes to learn from the wall."""
DOG = "dog"
"""A class for all breeds together."""


def networks() -> tuple[Classifier, ...]:
    """Those that come with the app; the first is the one whose answers stand below the photos."""
    return load(EMBEDDED.name), load(SMALL_RESNET.name), tinyvgg()


@cache
def breeds() -> tuple[str, ...]:
    """ImageNet's breeds of dogs as people write them, in the order of the alphabet."""
    return tuple(sorted({display_name(IMAGENET_LABELS[index]) for index in DOG_INDICES}, key=str.casefold))


def class_named(said: str, labels: Sequence[str]) -> str | None:
    """The class of a network with these labels that is meant by a breed as a student typed it; None: it has none.

    A network with one class for all dogs is right when it says "dog" to any of ImageNet's breeds.
    """
    wanted = said.casefold()
    for label in labels:
        if wanted in (display_name(label, labels).casefold(), label.casefold()):
            return display_name(label, labels)
    is_breed = wanted in {name.casefold() for name in (*breeds(), *(each.breed for each in UNKNOWABLE))}
    return DOG if is_breed and DOG in labels else None


def note(said: str) -> str:
    """Why no network that has learned ImageNet can name this breed; "" if that is not known."""
    return next((each.sentence for each in UNKNOWABLE if each.breed.casefold() == said.casefold()), "")


def usable(wall: Wall, code: str) -> list[Photo]:
    """The photos on the wall of a class whose breed was said."""
    return [photo for photo in wall.photos(code) if photo.let_in and photo.said]


def classes_of(photos: Sequence[Photo]) -> dict[str, list[Photo]]:
    """The photos by breed, of each breed that has LEAST_PHOTOS: capitals do not matter.

    A breed that ImageNet does not have is called as its first student wrote it.
    """
    found: dict[str, tuple[str, list[Photo]]] = {}
    for photo in photos:
        name = class_named(photo.said, breeds()) or photo.said
        found.setdefault(name.casefold(), (name, []))[1].append(photo)
    return {name: of_it for name, of_it in found.values() if len(of_it) >= LEAST_PHOTOS}


def answers_to(jpeg: bytes, said: str) -> dict[str, Answer]:
    """What each of `networks` answers to a picture of which a student says that it shows this breed."""
    photo, found = open_picture(jpeg, "photo"), {}
    for network in networks():
        prediction = classify_photo(network, photo)
        best, right = prediction.top(1)[0], class_named(said, network.labels)
        chance = None
        if right is not None:  # two classes of ImageNet may have one name
            places = [place for place in range(len(network.labels)) if network.name_of(place) == right]
            chance = float(prediction.probabilities[places].sum())
        found[network.name] = Answer(network.name_of(best.index), best.probability, right, chance)
    return found


def listing(wall: Wall, me: Member, token: str) -> dict[str, Any]:
    """What this person sees of the wall of their class: photos, and how each network does on them.

    A student sees what is let in, and what they have shown themselves; the teacher also what waits.
    """
    photos = wall.photos(me.code)
    room = wall.classes.room(me.code)
    mine = digest(token)
    is_open = bool(room and room.wall)
    seen = [each for each in photos if me.teacher or each.owner == mine or (is_open and each.let_in)]
    news: dict[str, Any] = {"photos": [_photo(each, each.owner == mine) for each in seen]}
    if is_open or me.teacher:
        enough = len(classes_of(usable(wall, me.code))) >= LEAST_CLASSES
        news |= _test_set(photos) | {"enough": enough}
    return news


def _photo(photo: Photo, mine: bool) -> dict[str, Any]:
    answer = photo.answers[DEFAULT]
    return {
        "id": photo.id, "name": photo.name, "said": photo.said, "mine": mine, "in": photo.let_in,
        "label": answer.label, "probability": answer.probability, "right": answer.right, "chance": answer.chance,
        "note": "" if answer.right is not None else note(photo.said),
    }  # fmt: skip


def _test_set(photos: Sequence[Photo]) -> dict[str, Any]:
    scores = [(network, accuracy(photos, network.name)) for network in networks()]
    return {
        "networks": [
            {
                "title": network.title, "dogs": len(network.dog_indices or network.labels),
                "right": score.right, "of": score.of, "share": score.share,
            }
            for network, score in scores
        ],
        "known": len(judged(photos, DEFAULT)),
        "confusions": confusions(photos, DEFAULT)[:MOST_CONFUSIONS],
        "hardest": [photo.id for photo in hardest(photos, DEFAULT, MOST_HARDEST)],
    }  # fmt: skip
