"""Which folders name classes and which are parts of a set (training, validation, test), going by what sets look like.

Nothing here opens a file: all is told by the names of folders and by what lies where.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from imgcls.data.names import word_set

_WORDS = {
    "train": "train",
    "training": "train",
    "trainval": "train",
    "trn": "train",
    "learn": "train",
    "learning": "train",
    "val": "validation",
    "valid": "validation",
    "validate": "validation",
    "validation": "validation",
    "dev": "validation",
    "development": "validation",
    "crossval": "validation",
    "test": "test",
    "tests": "test",
    "testing": "test",
    "tst": "test",
    "eval": "test",
    "evaluation": "test",
    "holdout": "test",
}
# What a folder may be called besides its part or class: says nothing of what is on the pictures.
PLAIN = word_set(
    """
    set sets data dataset datasets image images img imgs pic pics picture pictures photo photos jpg jpeg png
    jpegs jpegimages sample samples part parts split splits subset folder folders dir directory raw original
    fold folds aug augmented
    originals resized cropped all file files batch chunk group section copy the of for and my new final full
    small large version v
    """
)
_ASIDE = word_set(
    """
    predict predicts prediction predictions pred preds unlabeled unlabelled unlabeld unsorted submission
    submissions inference demo
    """
)
# A whole set may be packed several times, each picture in another fashion.
_VERSIONS = word_set("color colour coloured colored grayscale greyscale gray grey bw rgb segmented black white")
_FEW = 0.1  # share of pictures that may lie beside the one folder that holds all the others
_GLUED = re.compile(
    rf"({'|'.join(sorted(_WORDS, key=len, reverse=True))})({'|'.join(sorted(PLAIN, key=len, reverse=True))})"
)


@dataclass(eq=False)
class Folder:
    """A folder that holds pictures, directly or below.

    Attributes:
        name: its own; path: of the whole, with "/".
        inside: the folders in it, by name; pictures: the paths of those directly in it.
        count: of all pictures in and below it.
    """

    name: str
    path: str
    inside: dict[str, "Folder"] = field(default_factory=dict)
    pictures: list[str] = field(default_factory=list)
    count: int = 0

    def all_pictures(self) -> Iterator[str]:
        """The paths of the pictures in and below it."""
        waiting = [self]
        while waiting:
            folder = waiting.pop()
            yield from folder.pictures
            waiting += folder.inside.values()


def folder_of(paths: tuple[str, ...]) -> Folder:
    """The outermost folder of these pictures."""
    top = Folder("", "")
    for path in paths:
        folder = top
        folder.count += 1
        names = path.split("/")
        for depth, name in enumerate(names[:-1], start=1):
            if name not in folder.inside:
                folder.inside[name] = Folder(name, "/".join(names[:depth]))
            folder = folder.inside[name]
            folder.count += 1
        folder.pictures.append(path)
    return top


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """The words in the name of a folder or file, in small letters: "seg_Train-2" is seg, train, 2."""
    words = []
    for piece in re.findall(r"[^\W_]+", name):
        small = piece.lower()
        if small in _WORDS or _GLUED.fullmatch(small):
            words.append(small)
        else:
            spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])", " ", piece)
            words += spaced.lower().split()
    return tuple(words)


@lru_cache(maxsize=4096)
def role_of(name: str) -> tuple[str, tuple[str, ...]]:
    """Which part a name speaks of ("" for none), and its other words, which say more than "set" or "images"."""
    roles, rest = [], []
    for word in words_of(name):
        glued = _GLUED.fullmatch(word)  # "trainset"
        said = _WORDS.get(word) or (glued and _WORDS[glued[1]])
        if said:
            roles.append(said)
        elif word not in PLAIN and word != "cross" and not word.isdigit():
            rest.append(word)
    if {*roles} == {"train", "validation"}:
        return "train", tuple(rest)  # "train_val"
    return roles[-1] if roles else "", tuple(rest)


def is_plain(name: str) -> bool:
    """Whether a folder's name says nothing of what is on its pictures: "images", "part_2", "train" (not: "7")."""
    role, rest = role_of(name)
    return not rest and (bool(role) or any(word in PLAIN for word in words_of(name)))


def is_aside(name: str) -> bool:
    """Whether a folder says that its pictures have no class: "predict", "unlabelled"."""
    words = words_of(name)
    return any(word in _ASIDE for word in words) and all(
        word in _ASIDE or word in PLAIN or word in ("single", "to", "seg") or word.isdigit() for word in words
    )


def opened(folder: Folder) -> Folder:
    """The first folder below that holds more than one other: those around it hold nothing else."""
    while len(folder.inside) == 1:
        (only,) = folder.inside.values()
        if not only.inside:
            break
        folder = only
    return folder


def undoubled(part: Folder) -> Folder:
    """A part without the folders that only repeat its name ("train/train") or say nothing ("train/images")."""
    while len(part.inside) == 1 and len(part.pictures) <= _FEW * part.count:
        (only,) = part.inside.values()
        role = role_of(only.name)[0]
        again = (
            only.name.lower() == part.name.lower() or (role and role == role_of(part.name)[0]) or is_plain(only.name)
        )
        if not again and len(only.inside) < 2:
            break
        part = only
    return part


def parts_in(folder: Folder) -> dict[str, str]:
    """Which of the folders in this one are parts of the set, and which; {} if they are not, as far as one can tell.

    A class may well be called "train": a word alone does not make a part, its neighbours and what it holds must fit.
    """
    roles = {name: role_of(name) for name in folder.inside if role_of(name)[0]}
    best: dict[str, str] = {}
    for rest in {rest for _, rest in roles.values()}:
        alike = {name: role for name, (role, other) in roles.items() if other == rest}
        if "train" not in alike.values():  # "rps" beside "rps-test-set"
            held = [set(undoubled(folder.inside[name]).inside) for name in alike]
            alike |= {
                name: "train"
                for name, each in folder.inside.items()
                if role_of(name) == ("", rest) and any(len(set(undoubled(each).inside) & them) >= 2 for them in held)
            }
        if len(set(alike.values())) > len(set(best.values())) or (best and not rest and len(alike) > len(best)):
            best = alike
    others = [each for name, each in folder.inside.items() if name not in best]
    beside = [each for each in others if not is_aside(each.name)]
    classes = {name: set(undoubled(folder.inside[name]).inside) for name in best}
    if len(set(best.values())) >= 2:
        if not any(classes.values()):
            return best if not beside else {}
        shared = set.intersection(*map(set, classes.values()))
        if shared or not beside or all(not each.inside or each.name == folder.name for each in beside):
            return best
        return best if any(a & b for a in classes.values() for b in classes.values() if a is not b) else {}
    if not best:
        return {}
    if len(best) > 1:  # "train_1" and "train_2" with the same classes
        return best if not beside and set.intersection(*classes.values()) else {}
    (only,) = best
    plain_name = not role_of(only)[1]
    if plain_name and len(classes[only]) >= 2 and all(not each.inside and is_plain(each.name) for each in beside):
        return best
    return best if plain_name and not others and classes[only] else {}


def deeper_with_parts(folder: Folder) -> Folder | None:
    """The folder with the parts where no more than a part or two lie beside what holds it; None if there is none."""
    while folder.inside:
        inner = max(folder.inside.values(), key=lambda each: each.count)
        beside = [each.name for each in folder.inside.values() if each is not inner]
        if 2 * inner.count < folder.count or not all(role_of(each)[0] or is_aside(each) for each in beside):
            return None
        parts = parts_in(inner)
        if len(set(parts.values())) >= 2 and any(undoubled(inner.inside[name]).inside for name in parts):
            return inner
        folder = inner
    return None


def is_version(name: str) -> bool:
    """Whether a folder's name says only in what fashion its pictures are kept: "grayscale", "resized_color"."""
    words = words_of(name)
    return any(word in _VERSIONS for word in words) and all(word in _VERSIONS or word in PLAIN for word in words)


def parts_below(folder: Folder) -> bool:
    """Whether the folders in this one are classes, each with parts inside: "cat/train", "cat/test"."""
    if len(folder.inside) < 2:
        return False
    with_parts, roles = 0, set()
    for each in folder.inside.values():
        inside = [role_of(name) for name in each.inside]
        if inside and all(role and not rest for role, rest in inside) and len(each.pictures) <= _FEW * each.count:
            with_parts += 1
            roles |= {role for role, _ in inside}
    return len(roles) >= 2 and 2 * with_parts >= len(folder.inside)


def part_of_path(path: str, parts: dict[str, str]) -> str:
    """The part whose folder (a path) a picture lies in; "" if none."""
    folder = path.rpartition("/")[0]
    while folder:
        if folder in parts:
            return parts[folder]
        folder = folder.rpartition("/")[0]
    return ""
