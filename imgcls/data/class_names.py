"""Names of classes that a set only numbers: "cat_to_name.json", "words.txt", or numbers in front of the names."""

import json
import re
from collections.abc import Iterable, Iterator

from imgcls.data.archives import FileTree
from imgcls.data.file_kinds import ending
from imgcls.data.names import clean_name
from imgcls.data.picture_files import MAX_BYTES, PictureError
from imgcls.data.table_files import decoded_text

_NUMBER = re.compile(r"\d+|n\d{8}")  # the second as ImageNet numbers its classes
_MOST_LISTS = 12  # that are opened
_LONGEST_LINE = 500  # in letters


def names_of(tree: FileTree, classes: set[str]) -> tuple[dict[str, str], str]:
    """Class -> its name, and the path of the file that says so; {} where classes have names, or nothing says them.

    Args:
        classes: what the classes are called so far.
    """
    if classes and all(_NUMBER.fullmatch(each) for each in classes):
        for path, said in _lists(tree):
            names = {each: said.get(_bare(each), "") for each in classes}
            if all(names.values()) and len(set(names.values())) == len(names):
                return names, path
    numbered = {each: re.sub(r"^\d+\s*[.\-]\s*(?=[^\W\d])", "", each) for each in classes}  # "001.Laysan Albatross"
    if len(set(numbered.values())) == len(classes) and all(old != new for old, new in numbered.items()):
        return numbered, ""
    return {}, ""


def _lists(tree: FileTree) -> Iterator[tuple[str, dict[str, str]]]:
    """Path and content (number -> name) of the files that may hold names, those in outer folders first."""
    possible = [path for path in tree.others if ending(path) in ("json", "txt", "tsv", "csv")]
    hinted = [path for path in possible if re.search("name|map|class|label|categor|index|indices|words", path.lower())]
    for path in sorted(hinted, key=lambda path: (path.count("/"), path))[:_MOST_LISTS]:
        try:
            data = tree.read(path)
        except PictureError:
            continue
        text = decoded_text(data) if len(data) <= MAX_BYTES else None
        if text:
            pairs = list(_pairs_of_json(text) if ending(path) == "json" else _pairs_of_lines(text))
            yield path, {_bare(number): clean_name(name.replace("_", " ")) for number, name in pairs}


def _pairs_of_json(text: str) -> Iterable[tuple[str, str]]:
    """From {"1": "rose"}, {"rose": 1} and {"0": ["n01440764", "tench"]}."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return
    for key, value in whole.items() if isinstance(whole, dict) else ():
        if isinstance(value, int) and not isinstance(value, bool):
            yield str(value), key
        elif isinstance(value, str):
            yield key, value
        elif isinstance(value, list) and len(value) == 2 and all(isinstance(each, str) for each in value):
            yield value[0], value[1]
            yield key, value[1]


def _pairs_of_lines(text: str) -> Iterable[tuple[str, str]]:
    """From lines such as "n01443537<tab>goldfish, Carassius auratus", "1 rose" or "1,rose"."""
    for line in text.splitlines():
        if len(line) < _LONGEST_LINE and (found := re.fullmatch(r"\s*(\d+|n\d{8})[\s,;:]+(.*[^\W\d].*)", line)):
            yield found[1], found[2].split(",")[0].strip(' "')


def _bare(number: str) -> str:
    return number.lstrip("0") or "0" if number.isdigit() else number
