"""The photos on the wall whose breed their students have said, as a set to learn from that goes with the class."""

import zlib
from pathlib import Path

from imgcls.classroom import Wall
from imgcls.data.datasets import DatasetError
from imgcls.data.own import keep_pictures
from imgcls.store.class_photos import forget
from imgcls.ui.classroom.wall import LEAST_CLASSES, classes_of, usable
from imgcls.ui.dataset.choice import CLASS_PHOTOS, TITLES

ENDED = "The class whose photos these were has ended, and they have gone with it."


def photo_set(wall: Wall, token: str) -> Path:
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
    classes = classes_of(photos)
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
