"""Which class a picture belongs to: by its folder (ImageFolder, with or without splits) or by Kaggle's labels.csv."""

import csv
import io
import re
from collections import Counter
from functools import cache

import numpy as np

from imgcls.data.archives import FileTree
from imgcls.data.datasets import DatasetError, Skipped, Source
from imgcls.data.picture_files import PictureError
from imgcls.data.pictures import open_picture

MOST_CLASSES = 1000
LONGEST_SIDE = 640  # a picture is read no larger than this
_SPLITS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation"), "validation"),
    **dict.fromkeys(("test", "testing"), "test"),
}


def labelled(tree: FileTree) -> Source:
    """The pictures of a tree with their classes.

    Raises:
        DatasetError: no layout is recognised, or there are fewer than two classes or too many.
    """
    skipped: list[Skipped] = []
    if tree.links:
        skipped.append(Skipped("links", f"{tree.links} links were not followed."))
    tables = [path for path in tree.others if path.rsplit("/", 1)[-1].lower() == "labels.csv"]
    found = _from_table(tree, tables[0], skipped) if tables else _from_folders(tree.paths, skipped)
    _use_test_part(found, skipped)
    classes = sorted({label for _, label, _ in found}, key=str.casefold)
    if not 2 <= len(classes) <= MOST_CLASSES:
        counted = "is 1 class" if len(classes) == 1 else f"are {len(classes)} classes"
        raise DatasetError(
            f"There {counted}, but it takes 2 to {MOST_CLASSES}: "
            "put the pictures of each class into a folder of its own."
        )
    paths, number = [path for path, _, _ in found], {name: place for place, name in enumerate(classes)}
    return Source(
        name=tree.title,
        title=tree.title,
        classes=tuple(classes),
        labels=np.array([number[label] for _, label, _ in found]),
        splits=np.array([split for _, _, split in found]),
        names=paths,
        image=lambda index: open_picture(tree.read(paths[index]), paths[index], longest_side=LONGEST_SIDE).image,
        dogs=frozenset(place for place, name in enumerate(classes) if is_dog(name)),
        skipped=tuple(skipped),
        fingerprint=tree.fingerprint,
    )


# path, class, split
Found = list[tuple[str, str, str]]


def _from_folders(paths: tuple[str, ...], skipped: list[Skipped]) -> Found:
    """<class>/... or <split>/<class>/..., below any number of folders that hold nothing else."""
    parts = {path: path.split("/") for path in paths}
    depth = 0
    while len({tuple(p[: depth + 1]) for p in parts.values()}) == 1 and min(map(len, parts.values())) > depth + 2:
        depth += 1
    first = {p[depth].lower() for p in parts.values() if len(p) > depth + 1}
    with_splits = first <= set(_SPLITS) and any(len(p) > depth + 2 for p in parts.values())
    found: Found = []
    for path, p in parts.items():
        place = depth + with_splits
        if len(p) < place + 2:
            skipped.append(Skipped(path, "It lies in no folder of a class."))
        else:
            found.append((path, _class_name(p[place]), _SPLITS[p[depth].lower()] if with_splits else ""))
    if not found:
        raise DatasetError("The pictures lie in no folders: put those of each class into a folder of its own.")
    return found


def _from_table(tree: FileTree, table: str, skipped: list[Skipped]) -> Found:
    """labels.csv with lines "id,breed", and the pictures in train/ beside it."""
    try:
        rows = list(csv.reader(io.StringIO(tree.read(table).decode("utf-8-sig"))))
    except (PictureError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError("labels.csv cannot be read: it takes lines such as 000bec18,beagle.") from error
    labels = {row[0].strip(): _class_name(row[1]) for row in rows[1:] if len(row) >= 2 and row[0].strip()}
    if not labels:
        raise DatasetError("labels.csv names no pictures: it takes lines such as 000bec18,beagle.")
    root = table.rpartition("/")[0]
    prefix = f"{root}/" if root else ""
    found: Found = []
    unnamed = 0
    for path in tree.paths:
        name = path.rsplit("/", 1)[-1]
        label = labels.get(name) or labels.get(name.rpartition(".")[0])
        if path.startswith(f"{prefix}train/") and label:
            found.append((path, label, ""))
        else:
            unnamed += 1
    if unnamed:
        skipped.append(Skipped("pictures without a label", f"labels.csv does not name {unnamed:,} pictures."))
    if len(found) < len(labels):
        skipped.append(Skipped(table, f"{len(labels) - len(found):,} of its lines name a picture that is not there."))
    if not found:
        raise DatasetError("labels.csv and the pictures in train/ do not belong together.")
    return found


def _use_test_part(found: Found, skipped: list[Skipped]) -> None:
    """Without a validation part the test part is one; otherwise it is left for a final test."""
    counts = Counter(split for _, _, split in found)
    if not counts["test"]:
        return
    if not counts["validation"]:
        found[:] = [(path, label, "validation" if split == "test" else split) for path, label, split in found]
    else:
        found[:] = [entry for entry in found if entry[2] != "test"]
        skipped.append(Skipped("the test part", f"Its {counts['test']:,} pictures are left for a final test."))


def _class_name(folder: str) -> str:
    """A folder's name as people read it: without ImageNet's number in front, no control characters, not too long."""
    text = re.sub(r"^n\d{8}-", "", folder.strip()).replace("_", " ")
    text = "".join(c for c in text if c.isprintable())[:60].strip()
    return text or "unnamed"


def is_dog(name: str) -> bool:
    """Whether a class is dogs, going by its name: it says dog, or is a breed of ImageNet."""
    return bool(re.search(r"(^|[^a-z])dogs?($|[^a-z])", name.lower())) or _bare(name) in _breeds()


@cache
def _breeds() -> frozenset[str]:
    from imgcls.models.labels import DOG_INDICES, IMAGENET_LABELS, display_name

    labels = [IMAGENET_LABELS[index] for index in DOG_INDICES]
    return frozenset(map(_bare, [*labels, *map(display_name, labels)]))


def _bare(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())
