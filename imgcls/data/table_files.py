"""Reading tables that anybody may have written, and finding the pictures that their cells name."""

import codecs
import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from imgcls.data.archives import FileTree
from imgcls.data.file_kinds import PICTURES, ending
from imgcls.data.folders import role_of
from imgcls.data.names import clean_name, likeliest_page
from imgcls.data.picture_files import MAX_BYTES, PictureError

_DELIMITERS = (",", ";", "\t", "|")
MOST_QUOTED = 60  # letters of a line


@dataclass(eq=False)
class Table:
    """A table whose lines were matched with pictures.

    Attributes:
        path: where it lies; header: the names of its columns, [] if it has none.
        rows: its lines; lines: as people count them, from 1; pictures: of each line, "" if it names none.
        column: the one that names the pictures.
    """

    path: str
    header: list[str]
    rows: list[list[str]]
    lines: list[int]
    pictures: list[str]
    column: int

    @property
    def matched(self) -> int:
        return sum(map(bool, self.pictures))

    def title(self, column: int) -> str:
        return self.header[column] if column < len(self.header) else ""


# ---- Which picture a cell names ------------------------------------------------------------------------------------


class Index:
    """Finds pictures by what a table calls them: with or without folders, ending, or zeros in front of a number."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        self._by_number: dict[str, list[str]] = defaultdict(list)
        self._by_folder: dict[tuple[str, str], list[str]] = defaultdict(list)  # one folder and the stem
        self._known: dict[tuple[str, str, str], str] = {}
        for path in paths:
            stem = stem_of(path).casefold()
            self._by_stem[stem].append(path)
            self._by_folder[_folder(path).casefold(), stem].append(path)
            if stem.isdigit() and stem.isascii():
                self._by_number[stem.lstrip("0")].append(path)

    def find(self, cell: str, near: str = "", role: str = "train") -> str:
        """The path of the picture; "" if there is none, or several between which nothing decides.

        Args:
            near: the folder of the table: pictures in or below it come first.
            role: the part of the set that the table speaks of: both "train/1.jpg" and "test/1.jpg" may be there.
        """
        asked = (cell, near, role)
        if asked not in self._known:
            self._known[asked] = self._found(*asked)
        return self._known[asked]

    def _found(self, cell: str, near: str, role: str) -> str:
        written = cell.strip().replace("\\", "/")
        if "://" in written:  # an address in the web
            written = unquote(re.split("[?#]", written)[0])
        wanted = written.casefold()
        if not wanted or len(wanted) > 500:
            return ""
        name = wanted.rsplit("/", 1)[-1]
        stem = name.rpartition(".")[0] if ending(name) in PICTURES else name
        # Of a thousand pictures called "001.jpg" only those in the folder that is written are looked at.
        beside = self._by_folder.get((_folder(wanted), stem)) if "/" in wanted else None
        found = beside or self._by_stem.get(stem) or self._by_stem.get(name)
        if not found and re.fullmatch(r"\d+(\.0)?", stem):
            found = self._by_number.get(stem.removesuffix(".0").lstrip("0"))
        if not found:
            return ""
        if len(found) == 1:
            return found[0]

        def fits(path: str) -> tuple[int, bool, bool, bool, bool]:
            small = path.casefold()
            shared = 0
            for ours, theirs in zip(reversed(small.split("/")), reversed(wanted.split("/")), strict=False):
                if ours != theirs and stem_of(ours) != theirs:
                    break
                shared += 1
            same_case = f"/{path}".endswith(f"/{written}")  # "Train/" and "train/" may lie side by side
            same_part = any(role_of(folder)[0] == role for folder in path.split("/")[:-1])
            below = path.startswith(f"{near}/") if near else True
            return shared, small.endswith(name), below, same_case, same_part

        ranked = sorted(found, key=fits, reverse=True)
        return "" if fits(ranked[0]) == fits(ranked[1]) else ranked[0]


def _folder(path: str) -> str:
    return path.rpartition("/")[0].rpartition("/")[2]


def stem_of(path: str) -> str:
    name = path.rsplit("/", 1)[-1]
    return name.rpartition(".")[0] if name.rpartition(".")[0] and len(ending(name)) <= 6 else name


# ---- Reading a table -----------------------------------------------------------------------------------------------


def open_table(tree: FileTree, path: str, index: Index) -> Table | str:
    """A table that names pictures; else one sentence: why it does not."""
    try:
        data = tree.read(path)
    except PictureError:
        return f"{shown(path)} cannot be read: pack it again."
    if len(data) > MAX_BYTES:
        return f"{shown(path)} is larger than {MAX_BYTES // 2**20} MB: leave out all columns but name and class."
    text = decoded_text(data)
    if text is None:
        return f"{shown(path)} cannot be read as a table: save it as CSV, with lines such as 000bec18,beagle."
    if not text.strip():
        return f"{shown(path)} is empty: it takes lines such as 000bec18,beagle."
    best: Table | None = None
    problem = ""
    for rows, lines in _parsed(text, ending(path)):
        if isinstance(rows, str):
            problem = problem or f"{shown(path)} cannot be read: {rows}."
            continue
        table = _matched(path, rows, lines, index)
        if table and (best is None or table.matched > best.matched):
            best = table
    return best or problem or _no_match(path, text)


def decoded_text(data: bytes) -> str | None:
    """A file's text, whatever program on whatever system has written it; None if it is none."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _decoded(data, encoding)
    if b"\0" in data[:2000]:
        even, odd = data[0:2000:2].count(0), data[1:2000:2].count(0)
        return (
            _decoded(data, "utf-16-le" if odd > even else "utf-16-be")
            if max(even, odd) > 200 or len(data) < 400
            else None
        )
    text = _decoded(data, "utf-8")
    if text is not None:
        return text
    words = re.findall(rb"[^\s,;|\t\"]*[\x80-\xff][^\s,;|\t\"]*", data[:200_000])
    return _decoded(data, likeliest_page(words)) or data.decode("cp1252", "replace")


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _parsed(text: str, kind: str) -> Iterable[tuple[list[list[str]] | str, list[int]]]:
    """Rows and the numbers of their lines for each delimiter that may be meant; a reason where it cannot be read."""
    if kind in ("json", "jsonl", "ndjson"):
        yield _json_rows(text, kind)
        return
    head = text[:20_000]
    delimiters = [mark for mark in _DELIMITERS if mark in head] + ([" "] if kind == "txt" else [])
    for delimiter in delimiters:
        rows, lines = [], []
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
        try:
            for row in reader:
                if any(cell.strip() for cell in row) and row != ["sep=" + delimiter] and row[0][:4] != "sep=":
                    rows.append([cell.strip() for cell in row])
                    lines.append(reader.line_num)
        except csv.Error as error:
            line = clean_name("".join(text.splitlines()[reader.line_num - 1 : reader.line_num]), MOST_QUOTED)
            yield f"line {reader.line_num} is no line of a table (“{line}”: {error})", []
            continue
        if rows:
            yield rows, lines


def _json_rows(text: str, kind: str) -> tuple[list[list[str]] | str, list[int]]:
    """A header and rows of JSON lines, of a list of objects, or of {name: class}."""
    entries, lines = [], []
    if kind == "json":
        try:
            whole = json.loads(text)
        except (ValueError, RecursionError):
            return "it is no JSON", []
        if isinstance(whole, dict) and whole and all(isinstance(value, str | int) for value in whole.values()):
            whole = [{"file": name, "label": value} for name, value in whole.items()]
        entries = whole if isinstance(whole, list) else []
        lines = list(range(1, len(entries) + 1))
    else:
        for number, line in enumerate(text.splitlines(), start=1):
            if line.strip():
                try:
                    entries.append(json.loads(line))
                except (ValueError, RecursionError):
                    return f"line {number} is no JSON: “{clean_name(line, MOST_QUOTED)}”", []
                lines.append(number)
    if not entries or not all(isinstance(entry, dict) for entry in entries):
        return "it holds no list of names and classes", []
    header = list(dict.fromkeys(name for entry in entries for name in entry))
    rows = [[_cell(entry.get(name)) for name in header] for entry in entries]
    return [header, *rows], [0, *lines]


def _cell(value: object) -> str:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, list | dict):
        return ""
    return "" if value is None else str(value)


def _matched(path: str, rows: list[list[str]], lines: list[int], index: Index) -> Table | None:
    """The table with the column that names most pictures; None if none names any."""
    width = max(map(len, rows))
    if width < 2:
        return None
    place = path.rpartition("/")[0], role_of(stem_of(path))[0] or "train"
    sample = rows[:: max(1, len(rows) // 400)][:400] + rows[:2]
    scores = []
    for column in range(min(width, 200)):
        cells = [row[column] for row in sample if column < len(row)]
        named = [cell for cell in cells if index.find(cell, *place)]
        with_ending = sum(ending(cell) in PICTURES for cell in named)
        different = len(set(named))
        scores.append((different + with_ending, -column, column))
    best, _, column = max(scores)
    if not best:
        return None
    pictures = [index.find(row[column], *place) if column < len(row) else "" for row in rows]
    begins = rows[0][column] if column < len(rows[0]) else ""
    like_others = ending(begins) in PICTURES or begins.isdigit()
    header = rows[0] if not pictures[0] and not like_others else []
    first = 1 if header else 0
    return Table(path, header, rows[first:], lines[first:], pictures[first:], column)


def _no_match(path: str, text: str) -> str:
    """Why a table is of no use, with the line that shows it."""
    lines = [line for line in text.splitlines() if line.strip()]
    number = min(2, len(lines))
    line = clean_name(lines[number - 1], MOST_QUOTED)
    if len(lines) == 1:
        return (
            f"{shown(path)} has one line only (“{line}”) and names no picture: it takes lines such as 000bec18,beagle."
        )
    return (
        f"{shown(path)} and the pictures do not belong together: no picture is named in line {number} (“{line}”) or in "
        "any other. It takes a column with the names of the files and one with their classes."
    )


def shown(path: str) -> str:
    return f"“{clean_name(path.rsplit('/', 1)[-1])}”" if path else ""
