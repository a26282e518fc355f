"""Which class a picture belongs to: by its folder, by its file's name, or by a table of labels.

A set may be understood in more than one way. `readings` finds all that give classes, the likeliest first, each with one
sentence that says how the set was read; people can choose another.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from imgcls.data.archives import FileTree
from imgcls.data.class_names import names_of
from imgcls.data.datasets import DatasetError, Skipped
from imgcls.data.file_names import labels_in_names, without_part
from imgcls.data.folders import (
    Folder,
    deeper_with_parts,
    folder_of,
    is_aside,
    is_plain,
    is_version,
    opened,
    part_of_path,
    parts_below,
    parts_in,
    role_of,
    undoubled,
)
from imgcls.data.names import clean_name
from imgcls.data.tables import TableReading, table_readings
from imgcls.numbers import whole

MOST_CLASSES = 1000
_NO_CLASS = "pictures in no folder of a class"
_NO_NAME = "pictures whose names tell no class"
_COPY = "pictures in a second copy of the set"
_OWN_FOLDERS = "put the pictures of each class into a folder of its own."


@dataclass(eq=False)
class Reading:
    """One way to understand a set.

    Attributes:
        key: short, for addresses and the command line; the same set has it again.
        sentence: how the set is read.
        found: path, class, and part ("train", "validation", "test" or "") of each picture.
        skipped: what this reading leaves out.
        sure: whether it is taken before others.
    """

    key: str
    sentence: str
    found: list[tuple[str, str, str]] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    sure: bool = True

    @property
    def classes(self) -> set[str]:
        """Their names."""
        return {label for _, label, _ in self.found}


def readings(tree: FileTree) -> tuple[list[Reading], frozenset[str]]:
    """All ways to read a set, the likeliest first, and the tables of labels that one of them uses.

    Raises:
        DatasetError: there is none; one sentence says why.
    """
    top = opened(folder_of(tree.paths))
    parts = parts_in(top)
    if not parts and (deeper := deeper_with_parts(top)):
        top, parts = deeper, parts_in(deeper)
    tables = table_readings(tree, {f"{top.path}/{name}".lstrip("/"): role for name, role in parts.items()})
    by_parts = _by_parts(top, parts, tables.readings) if parts else None
    names = _by_names(tree, top, parts)
    folders = _by_folders(top)
    inner = _by_innermost(tree)
    inner.sure = not folders.sure and bool(top.inside)
    possible = [*map(_from_table, tables.readings), by_parts, names, folders, _by_folders(top, True), inner]
    usable = [each for each in possible if each and 2 <= len(each.classes) <= MOST_CLASSES]
    whole = len(tree.paths)
    outside = [path for path in tree.paths if top.path and not path.startswith(f"{top.path}/")]
    for each in usable:
        if each.key in ("parts", "folders", "every"):
            _leave_out(each, outside, "pictures beside the set", f"The set is in “{clean_name(top.path)}”.")
    for table in usable:
        if table.key.startswith("table") and all(label.isdigit() for label in table.classes):
            table.sure &= not any(_same_in_words(table, each) for each in usable)
    usable.sort(key=lambda each: -_likelihood(each, whole))
    kept: list[Reading] = []
    seen: dict[tuple, int] = {}
    for each in usable:
        each.found.sort()
        place = seen.setdefault(_signature(each), len(kept))
        if place == len(kept):
            kept.append(each)
        elif kept[place].key.startswith("table") and each.sure:
            kept[place] = each  # the folders say the same, in words that people see
    flat = parts and by_parts and not by_parts.found
    used = set(tables.used)
    for each in kept:
        used.add(_with_their_names(each, tree))
    if not kept or (flat and kept[0].key in ("folders", "every", "innermost")):
        raise DatasetError(_why_not(tree, [each for each in possible if each], tables.trouble, parts if flat else {}))
    return kept, frozenset(used)


def _same_in_words(table: Reading, other: Reading) -> bool:
    """Whether another reading has words where a table has numbers: to each of its classes belongs one of these."""
    if not other.sure or not other.key.startswith(("parts", "folders", "names")):
        return False
    if all(label.isdigit() for label in other.classes):
        return False
    labels = {path: label for path, label, _ in other.found}
    pairs = [(labels[path], number) for path, number, _ in table.found if path in labels]
    return len(set(pairs)) == len({word for word, _ in pairs}) and len(pairs) >= 0.9 * len(table.found)


def _with_their_names(reading: Reading, tree: FileTree) -> str:
    """Gives numbered classes the names that a file says, and returns its path, "" if there is none."""
    names, path = names_of(tree, reading.classes)
    if names:
        reading.found = [(picture, names[label], part) for picture, label, part in reading.found]
        if path:
            shown = clean_name(path.rsplit("/", 1)[-1])
            reading.sentence += f" The names of the classes come from “{shown}”."
    return path


def _signature(reading: Reading) -> tuple:
    """The same for two readings that group the pictures alike, whatever they call the classes."""
    first: dict[str, str] = {}
    return tuple((path, first.setdefault(label, path), part) for path, label, part in reading.found)


def _likelihood(reading: Reading, whole: int) -> float:
    """Readings that are sure come first, and those that say something of most pictures."""
    order = {"table": 0.5, "parts": 0.4, "folders": 0.3, "names": 0.2, "innermost": 0.35, "every": 0.0}
    most = len(reading.found) >= whole / 3
    return 2 * reading.sure + 2 * most + order[reading.key.partition("-")[0]]


def _by_parts(top: Folder, parts: dict[str, str], tables: list[TableReading]) -> Reading:
    """Training, validation and test in folders, the classes in them; a table may say those of one part."""
    last = "a final test" if "validation" in parts.values() else "validation"
    words = {"train": "training", "validation": "validation", "test": last}
    named = [(_quoted(name for name in parts if parts[name] == role), role) for role in words if role in parts.values()]
    said = [f"{names} for {words[role]}" for names, role in named]
    said = " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)
    reading = Reading("parts", f"The pictures are in parts, {said}; the folders in these are the classes.")
    loose: dict[str, str] = {}  # pictures in no folder of a class, and their parts
    seen: set[tuple[str, frozenset[str]]] = set()
    for name, role in parts.items():
        whole = top.inside[name]
        inside = frozenset(path[len(whole.path) :].casefold() for path in whole.all_pictures())
        if (role, inside) in seen:  # "Train" and "train", from a computer that knows one of them only
            _leave_out(reading, whole.all_pictures(), _COPY, "They are there already.")
            continue
        seen.add((role, inside))
        part = undoubled(whole)
        _classes_in(part, role, reading)
        for around in (part.pictures, *_around(whole, part)):
            loose |= dict.fromkeys(around, role)
    for table in tables:
        said = {path: class_name(label) for path, label, _ in table.found if path in loose}
        if said and set(said.values()) <= reading.classes:
            reading.found += [(path, label, loose.pop(path)) for path, label in said.items()]
            reading.sentence = f"{reading.sentence[:-1]}, and a table gives the class of the other pictures."
            table.sure &= len(reading.found) <= len(table.found)
    _leave_out(reading, loose, _NO_CLASS, "They lie in no folder of a class.")
    for name, folder in top.inside.items():
        if name not in parts:
            _leave_out(reading, folder.all_pictures(), "pictures beside the parts of the set",
                       f"“{clean_name(name)}” is no part of the set.")  # fmt: skip
    _leave_out(reading, top.pictures, _NO_CLASS, "They lie in no folder of a class.")
    return reading


def _around(outer: Folder, inner: Folder) -> Iterable[list[str]]:
    """The pictures that lie directly in the folders from one to another in it, without the inner one."""
    while outer is not inner:
        yield outer.pictures
        (outer,) = outer.inside.values()


def _classes_in(folder: Folder, role: str, reading: Reading) -> None:
    for each in folder.inside.values():
        if is_aside(each.name):
            _leave_out(reading, each.all_pictures(), _NO_CLASS, "Their folder says that they have no class.")
        else:
            label = class_name(each.name)
            reading.found += [(path, label, role) for path in each.all_pictures()]


def _by_folders(top: Folder, every: bool = False) -> Reading:
    """The first folders that differ are the classes; parts may lie in each of them.

    `every`: also those that are called "test" or "predict" beside others.
    """
    inside_classes = parts_below(top) and not any(role_of(name)[0] for name in top.inside)
    below = inside_classes
    reading = Reading("every" if every else "folders", "", sure=not every)
    names = set(top.inside)
    beside_classes = len(names) >= 3
    classes = []
    for each in top.inside.values():
        role, rest = role_of(each.name)
        inner = set(undoubled(each).inside)
        copy = len(inner) >= 2 and inner < names
        if every:
            classes.append(each)
        elif copy and role and not rest:  # classes, and beside them a part with the same classes
            for label in inner:
                pictures = undoubled(each).inside[label].all_pictures()
                reading.found += [(path, class_name(label), role) for path in pictures]
            below = True
        elif copy:
            _leave_out(reading, each.all_pictures(), _COPY, "They are there already.")
        elif beside_classes and (is_aside(each.name) or (role in ("test", "validation") and not rest and not inner)):
            _leave_out(reading, each.all_pictures(), _NO_CLASS, f"“{clean_name(each.name)}” is taken for no class.")
        else:
            classes.append(each)
    for each in classes:
        label = class_name(each.name)
        for path in each.all_pictures():
            inside = path[len(each.path) + 1 :].split("/")
            role = role_of(inside[0])[0] if inside_classes and len(inside) > 1 else "train" if below else ""
            reading.found.append((path, label, role))
    _leave_out(reading, top.pictures, _NO_CLASS, "They lie in no folder of a class.")
    shown = _quoted(each.name for each in classes)
    reading.sentence = f"Each folder is a class: {shown}." if len(classes) < 4 else "Each folder is a class."
    if below:
        reading.sentence = f"{reading.sentence[:-1]}; what is in them for training and for validation is told apart."
    if every:
        also = [each.name for each in classes if is_aside(each.name) or role_of(each.name)[0]]
        reading.sentence = f"Every folder is a class{', ' + _quoted(also) + ' too' if also else ''}."
    reading.sure &= not all(is_plain(each.name) or is_aside(each.name) or is_version(each.name) for each in classes)
    return reading


def _by_innermost(tree: FileTree) -> Reading:
    """The folder that a picture lies in is its class; folders around it may be parts."""
    reading = Reading("innermost", "The innermost folder of each picture is its class.", sure=False)
    for path in tree.paths:
        folders = path.split("/")[:-1]
        role = next((role for role, rest in map(role_of, folders) if role and not rest), "")
        if folders and not is_plain(folders[-1]) and not is_aside(folders[-1]):
            reading.found.append((path, class_name(folders[-1]), role))
        else:
            _leave_out(reading, [path], _NO_CLASS, "They lie in no folder of a class.")
    return reading


def _by_names(tree: FileTree, top: Folder, parts: dict[str, str]) -> Reading | None:
    labels = labels_in_names(tree.paths)
    if not labels:
        return None
    example = next(iter(labels))
    name = clean_name(example.rsplit("/", 1)[-1])
    reading = Reading(
        "names", f"The names of the files tell the class: “{name}” is “{class_name(without_part(labels[example]))}”."
    )
    folders = {f"{top.path}/{part}".lstrip("/"): role for part, role in parts.items()}
    in_names = len({role_of(label)[0] for label in labels.values()} - {""}) >= 2  # "train_cat_1", "test_cat_2"
    for path in tree.paths:
        if path in labels:
            named = role_of(labels[path])[0] if in_names else ""
            reading.found.append((path, class_name(without_part(labels[path])), named or part_of_path(path, folders)))
        else:
            _leave_out(reading, [path], _NO_NAME, "The name in front of the number is that of no class.")
    of_parts = {(label, part) for _, label, part in reading.found if part}
    if len({part for _, part in of_parts}) > 1 and len({label for label, _ in of_parts}) == len(of_parts):
        return None  # another name in each part: that of the part, not of a class
    return reading


def _from_table(table: TableReading) -> Reading:
    reading = Reading(table.key, table.sentence, sure=table.sure)
    reading.found = [(path, class_name(label), part) for path, label, part in table.found]
    reading.skipped = list(table.skipped)
    return reading


def _leave_out(reading: Reading, paths: Iterable[str], what: str, why: str) -> None:
    """Adds to what a reading leaves out; one row for each kind and reason."""
    for path in paths:
        for place, row in enumerate(reading.skipped):
            if (row.what, row.reason) == (what, why):
                reading.skipped[place] = replace(row, count=row.count + 1)
                break
        else:
            reading.skipped.append(Skipped(path, why, what))


def _why_not(tree: FileTree, possible: list[Reading], trouble: str, flat: dict[str, str]) -> str:
    """Why there are no classes, and what to do."""
    if trouble:
        return trouble
    if flat:
        return (
            f"The folders {_quoted(flat)} are parts of a set, but nothing tells the classes: "
            f"{_OWN_FOLDERS[:-1]}, or add a table with the name and the class of each file."
        )
    counts = [len(each.classes) for each in possible]
    if most := max(counts, default=0):
        if most > MOST_CLASSES and not any(2 <= count <= MOST_CLASSES for count in counts):
            return f"There are {whole(most)} classes, but it takes 2 to {MOST_CLASSES}: {_OWN_FOLDERS}"
        return f"There is 1 class, but it takes 2 to {MOST_CLASSES}: {_OWN_FOLDERS}"
    example = clean_name(tree.paths[0])
    return f"Nothing tells the classes of the pictures (“{example}”, for instance): {_OWN_FOLDERS}"


def _quoted(names: Iterable[str]) -> str:
    """Up to three names in quotation marks, and how many more there are."""
    shown = [f"“{clean_name(name, 40)}”" for name in names]
    if len(shown) > 3:
        return f"{', '.join(shown[:3])} and {len(shown) - 3} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def class_name(folder: str) -> str:
    """A folder's name as people read it: without ImageNet's number in front, nothing invisible, not too long."""
    return clean_name(re.sub(r"^n\d{8}-", "", folder.strip()).replace("_", " ")) or "unnamed"
