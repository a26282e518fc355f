"""Sets that are nothing but names: empty pictures in folders, and tables beside them."""

from imgcls.data.archives import FileTree
from imgcls.data.datasets import Source
from imgcls.data.file_kinds import PICTURES, ending
from imgcls.data.layouts import labelled


def tree(paths: list[str], **tables: str | bytes) -> FileTree:
    """A set of empty pictures; tables by their names, with "__" for a dot."""
    texts = {name.replace("__", "."): text for name, text in tables.items()}
    contents = {name: text.encode() if isinstance(text, str) else text for name, text in texts.items()}
    others = [path for path in paths if ending(path) not in PICTURES]
    pictures = tuple(sorted(set(paths) - set(others)))
    return FileTree("a set", pictures, (*others, *contents), lambda path: contents[path], "x")


def some(folder: str, count: int = 3, name: str = "") -> list[str]:
    return [f"{folder}/{name}{number}.jpg" for number in range(count)]


def read(paths: list[str], reading: str = "", **tables: str | bytes) -> Source:
    return labelled(tree(paths, **tables), reading)


def counts(source: Source) -> dict[str, tuple[int, int]]:
    """Class -> pictures given to training (or to neither part), and to validation."""
    held = source.splits == "validation"
    return {
        name: (int(((source.labels == at) & ~held).sum()), int(((source.labels == at) & held).sum()))
        for at, name in enumerate(source.classes)
    }
