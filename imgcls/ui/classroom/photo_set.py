"""The photos on the wall whose breed their students have said, as a set to learn from that goes with the class."""

import zlib
from collections.abc import Sequence
from pathlib import Path

from imgcls.classroom import Wall
from imgcls.classroom.wall import Photo
from imgcls.data.datasets import DatasetError
from imgcls.data.own import keep_pictures
from imgcls.store.class_photos import forget
from imgcls.ui.classroom.wall import class_named
from imgcls.ui.dataset.choice import CLASS_PHOTOS, TITLES

LEAST_CLASSES, LEAST_PHOTOS = 2, 2
ENDED = "The class whose photos these were has ended, and they have gone with it."


def usable(wall: Wall, code: str) -> list[Photo]:
    """The photos on the wall of a class whose breed was said."""
    return [photo for photo in wall.photos(code) if photo.let_in and photo.said]


def classes_of(photos: Sequence[Photo], labels: Sequence[str]) -> dict[str, list[Photo]]:
    """The photos by breed, of each breed that has LEAST_PHOTOS: capitals do not matter.

    `labels` has the breeds that have a name of their own; any other is called as its first student wrote it.
    """
    found: dict[str, tuple[str, list[Photo]]] = {}
    for photo in photos:
        name = class_named(photo.said, labels) or photo.said
        found.setdefault(name.casefold(), (name, []))[1].append(photo)
    return {name: of_it for name, of_it in found.values() if len(of_it) >= LEAST_PHOTOS}


def photo_set(wall: Wall, token: str, labels: Sequence[str]) -> Path:
    """The zip of the photos of this person's class, in the folder that goes with it; made anew when they change.

    Raises:
        DatasetError: they are in no class, its wall is closed to them, or there are too few photos.
    """
    me = wall.classes.member(token)
    room = wall.classes.room(me.code) if me else None
    if me is None or room is None:
        raise DatasetError(ENDED)
    if not (room.wall or me.teacher):
        raise DatasetError("The wall of your class is closed: its photos can be used again once your teacher opens it.")
    photos = usable(wall, me.code)
    mark = zlib.crc32(repr([photo.id for photo in photos]).encode())
    file = wall.classes.photo_sets / me.code / f"{TITLES[CLASS_PHOTOS]}-{mark:016x}.zip"
    if file.is_file():
        return file
    classes = classes_of(photos, labels)
    if len(classes) < LEAST_CLASSES:
        raise DatasetError(
            "Too few photos to learn from: the wall of your class needs two photos each of at least two breeds, with "
            "the breed filled in."
        )
    pictures = {name: [wall.jpeg(token, photo.id) or b"" for photo in of_it] for name, of_it in classes.items()}
    keep_pictures(pictures, file=file)
    if usable(wall, me.code) != photos:  # meanwhile one was taken back, or the class has ended
        forget(wall.classes.photo_sets, me.code)
        raise DatasetError("The photos of your class have just changed: choose them once more.")
    return file
