"""Sets that people bring as sources of pictures with classes: read in the likeliest way, or in one that was chosen."""

import hashlib
from collections import Counter
from dataclasses import replace

import numpy as np

from imgcls.data import file_kinds
from imgcls.data.archives import FileTree
from imgcls.data.datasets import DatasetError, Skipped, Source
from imgcls.data.dogs import Dogs, is_dog
from imgcls.data.masks import masks_in
from imgcls.data.names import clean_name
from imgcls.data.pictures import open_picture
from imgcls.data.readings import MOST_CLASSES, Reading, class_name, readings

__all__ = ["MOST_CLASSES", "Reading", "Renamed", "class_name", "is_dog", "labelled", "readings", "with_names"]

LONGEST_SIDE = 640  # a picture is read no larger than this

Renamed = tuple[tuple[str, str], ...]


def labelled(tree: FileTree, reading: str = "", renamed: Renamed = ()) -> Source:
    """The pictures of a tree with their classes.

    Args:
        reading: the key of one of the ways in which this set can be read; "": the likeliest.
        renamed: (name, better name) of classes; two that are given one name become one class.

    Raises:
        DatasetError: no layout is recognised, it cannot be read in the way asked for, or there are fewer than two
            classes or too many.
    """
    masks = masks_in(tree.paths)
    if masks:
        drawn = frozenset(masks)
        row = Skipped(masks[0], "They mark where things are in those.", "masks of other pictures", len(masks))
        paths = tuple(path for path in tree.paths if path not in drawn)
        tree = replace(tree, paths=paths, skipped=(*tree.skipped, row))
    possible, used = readings(tree)
    wanted = [each for each in possible if reading in ("", each.key)]
    if not wanted:
        ways = ", ".join(each.key for each in possible)
        raise DatasetError(f"These pictures cannot be read as “{clean_name(reading)}”; possible are: {ways}.")
    chosen, found, skipped = _first_that_settles(wanted)
    skipped += tree.skipped
    skipped += file_kinds.left_out((path for path in tree.others if path not in used), tree.hidden)
    classes = sorted({label for _, label, _ in found}, key=str.casefold)
    paths, number = [path for path, _, _ in found], {name: place for place, name in enumerate(classes)}
    listed = hashlib.sha256("\n".join([tree.fingerprint, *paths]).encode("utf-8", "replace"))
    source = Source(
        name=tree.title,
        title=tree.title,
        classes=tuple(classes),
        labels=np.array([number[label] for _, label, _ in found]),
        splits=np.array([split for _, _, split in found]),
        names=paths,
        image=lambda index: open_picture(tree.read(paths[index]), paths[index], longest_side=LONGEST_SIDE).image,
        skipped=tuple(skipped),
        fingerprint=listed.hexdigest(),
        readings=tuple((each.key, each.sentence) for each in possible),
        reading=chosen.key,
    )
    return with_names(source, renamed)


def with_names(source: Source, renamed: Renamed) -> Source:
    """The set with other names for its classes; two of one name become one class.

    Raises:
        DatasetError: only one class is left.
    """
    better = {old: clean_name(new) or old for old, new in renamed}
    names = [better.get(name, name) for name in source.classes]
    classes = tuple(dict.fromkeys(names))
    if len(classes) < 2:
        raise DatasetError(f"All classes are called “{classes[0]}” now: give two of them different names.")
    place = np.array([classes.index(name) for name in names])
    return replace(source, classes=classes, labels=place[source.labels], dogs=Dogs(classes), originals=source.classes)


def _first_that_settles(possible: list[Reading]) -> tuple[Reading, list[tuple[str, str, str]], list[Skipped]]:
    """The likeliest reading that leaves two classes to learn from; the first one's reason where none does."""
    reason: DatasetError | None = None
    for each in possible:
        try:
            return each, *_parts_settled(each)
        except DatasetError as error:
            reason = reason or error
    raise reason or DatasetError("Nothing tells the classes of the pictures.")


def _parts_settled(reading: Reading) -> tuple[list[tuple[str, str, str]], list[Skipped]]:
    """Without a validation part the test part is one; otherwise it is left for a final test.

    A class of which the training part has no picture cannot be learned: it is left out.
    """
    found, skipped = reading.found, list(reading.skipped)
    counts = Counter(split for _, _, split in found)
    if counts["train"] and counts[""]:
        found = [(path, label, split or "train") for path, label, split in found]
    elif not counts["train"]:
        found = [(path, label, "") for path, label, _ in found]
    counts = Counter(split for _, _, split in found)
    if counts["train"]:
        learned = {label for _, label, split in found if split == "train"}
        for label in sorted({label for _, label, _ in found} - learned):
            lost = [path for path, other, _ in found if other == label]
            why = f"The training part has no picture of “{label}”."
            skipped.append(Skipped(lost[0], why, "pictures of a class that is not in the training part", len(lost)))
        found = [entry for entry in found if entry[1] in learned]
        if len(learned) < 2:
            raise DatasetError(f"The training part has one class only (“{next(iter(learned))}”): it takes two.")
    if counts["test"] and not counts["validation"]:
        found = [(path, label, "validation" if split == "test" else split) for path, label, split in found]
    elif counts["test"]:
        test = [path for path, _, split in found if split == "test"]
        found = [entry for entry in found if entry[2] != "test"]
        if test:
            skipped.append(Skipped(test[0], "They are left for a final test.", "pictures of the test part", len(test)))
    return found, skipped
