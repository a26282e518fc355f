"""Tables that say which class a picture belongs to, as Excel, pandas, Kaggle, Roboflow and Hugging Face write them.

Delimiter, header and columns are found by what matches the pictures' names, whatever the columns are called.
"""

import codecs
import csv
import io
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from imgcls.data.archives import FileTree
from imgcls.data.datasets import Skipped
from imgcls.data.file_kinds import PICTURES, ending
from imgcls.data.folders import part_of_path, role_of, words_of
from imgcls.data.names import clean_name, likeliest_page
from imgcls.data.picture_files import MAX_BYTES, PictureError

MOST_TABLES = 24  # that are opened
MOST_TEXTS = 12  # more .txt files than these are not tables, but one for each picture
_ENDINGS = ("csv", "tsv", "tab", "jsonl", "ndjson", "json", "txt")
_WORKBOOKS = ("xls", "xlsx", "ods", "parquet")
_DELIMITERS = (",", ";", "\t", "|")
# Words in the name of a column of labels, the surest first.
_LABEL_WORDS = (
    "label", "labels", "class", "classes", "breed", "breeds", "category", "categories", "species", "target", "tag",
    "dx", "diagnosis", "diagnostic", "variety", "genre", "answer", "truth", "y",
)  # fmt: skip
_NAMING_WORDS = ("name", "names", "text", "title")
_PART_WORDS = ("split", "set", "part", "subset", "partition", "dataset", "usage", "fold", "phase", "mode")
_MOST_QUOTED = 60  # letters of a line


@dataclass(eq=False)
class TableReading:
    """One column of labels; the fields are those of imgcls.data.layouts.Reading."""

    key: str
    sentence: str
    sure: bool
    found: list[tuple[str, str, str]] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Tables:
    """What the tables of a set say: ways to read it, the tables used, and why none is, "" where one is."""

    readings: list[TableReading]
    used: frozenset[str]
    trouble: str


@dataclass(eq=False)
class _Table:
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


def table_readings(tree: FileTree, parts: Mapping[str, str]) -> Tables:
    """The ways in which tables beside the pictures say their classes.

    Args:
        parts: folder -> part of the set, for what a table itself does not say.
    """
    candidates = _candidates(tree.others)
    if not candidates:
        return Tables([], frozenset(), _workbook(tree.others))
    index = _Index(tree.paths)
    tables, troubles = [], []
    for path in candidates:
        table = _open(tree, path, index)
        if isinstance(table, str):
            troubles.append((path, table))
        else:
            tables.append(table)
    groups: dict[tuple[str, ...], list[_Table]] = defaultdict(list)
    for table in tables:  # one for each part of the set, perhaps
        groups[tuple(table.header) or (table.path,)].append(table)
    ranked = sorted(groups.values(), key=lambda group: -sum(table.matched for table in group))
    readings: list[TableReading] = []
    used: set[str] = set()
    for group in ranked:
        for reading in _readings_of(group, tree, parts):
            reading.key = f"table-{len(readings) + 1}" if readings else "table"
            readings.append(reading)
            used |= {table.path for table in group}
    readings = readings[:4]
    if readings:
        return Tables(readings, frozenset(used), "")
    if tables:
        table = tables[0]
        at = next(at for at, picture in enumerate(table.pictures) if picture)
        line = clean_name(", ".join(table.rows[at]), _MOST_QUOTED)
        why = f"but none of its columns gives 2 to 1,000 classes: line {table.lines[at]} reads “{line}”."
        return Tables([], frozenset(), f"{_file(table.path)} names the pictures, {why}")
    named = [trouble for path, trouble in troubles if any(word in _LABEL_WORDS for word in words_of(_stem(path)))]
    return Tables([], frozenset(), (named or [troubles[0][1]])[0] if troubles else "")


def _candidates(others: Iterable[str]) -> list[str]:
    """Tables, those that look like tables of labels first."""
    others = list(others)
    many_texts = sum(ending(path) == "txt" for path in others) > MOST_TEXTS
    many_settings = sum(ending(path) == "json" for path in others) > MOST_TEXTS

    def rank(path: str) -> tuple:
        words = words_of(_stem(path))
        good = any(word in (*_LABEL_WORDS, "metadata", "annotations", "train") for word in words)
        return (not good, _ENDINGS.index(ending(path)), path.count("/"), path)

    usable = [
        path
        for path in others
        if ending(path) in _ENDINGS
        and not (ending(path) == "txt" and many_texts)
        and not (ending(path) == "json" and many_settings)
        and "submission" not in words_of(_stem(path))
    ]
    return sorted(usable, key=rank)[:MOST_TABLES]


def _workbook(others: Iterable[str]) -> str:
    path = next((path for path in others if ending(path) in _WORKBOOKS), "")
    return f"{_file(path)} cannot be read: save this table as CSV, and put it in its place." if path else ""


# ---- Which picture a cell names ------------------------------------------------------------------------------------


class _Index:
    """Finds pictures by what a table calls them: with or without folders, ending, or zeros in front of a number."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        self._by_number: dict[str, list[str]] = defaultdict(list)
        for path in paths:
            stem = _stem(path).casefold()
            self._by_stem[stem].append(path)
            if stem.isdigit() and stem.isascii():
                self._by_number[stem.lstrip("0")].append(path)

    def find(self, cell: str, near: str = "") -> str:
        """The path of the picture; "" if there is none, or several between which nothing decides.

        Args:
            near: the folder of the table: pictures in or below it come first.
        """
        wanted = cell.strip().replace("\\", "/").casefold()
        if not wanted or len(wanted) > 500:
            return ""
        name = wanted.rsplit("/", 1)[-1]
        stem = name.rpartition(".")[0] if ending(name) in PICTURES else name
        found = self._by_stem.get(stem) or self._by_stem.get(name)
        if not found and re.fullmatch(r"\d+(\.0)?", stem):
            found = self._by_number.get(stem.removesuffix(".0").lstrip("0"))
        if not found:
            return ""
        if len(found) == 1:
            return found[0]

        def fits(path: str) -> tuple[int, bool, bool]:
            small = path.casefold()
            shared = 0
            for ours, theirs in zip(reversed(small.split("/")), reversed(wanted.split("/")), strict=False):
                if ours != theirs and _stem(ours) != theirs:
                    break
                shared += 1
            return shared, small.endswith(name), path.startswith(f"{near}/") if near else True

        ranked = sorted(found, key=fits, reverse=True)
        return "" if fits(ranked[0]) == fits(ranked[1]) else ranked[0]


def _stem(path: str) -> str:
    name = path.rsplit("/", 1)[-1]
    return name.rpartition(".")[0] if name.rpartition(".")[0] and len(ending(name)) <= 6 else name


# ---- Reading a table -----------------------------------------------------------------------------------------------


def _open(tree: FileTree, path: str, index: _Index) -> _Table | str:
    """A table that names pictures; else one sentence: why it does not."""
    try:
        data = tree.read(path)
    except PictureError:
        return f"{_file(path)} cannot be read: pack it again."
    if len(data) > MAX_BYTES:
        return f"{_file(path)} is larger than {MAX_BYTES // 2**20} MB: leave out all columns but name and class."
    text = _text(data)
    if text is None:
        return f"{_file(path)} cannot be read as a table: save it as CSV, with lines such as 000bec18,beagle."
    if not text.strip():
        return f"{_file(path)} is empty: it takes lines such as 000bec18,beagle."
    best: _Table | None = None
    problem = ""
    for rows, lines in _parsed(text, ending(path)):
        if isinstance(rows, str):
            problem = problem or f"{_file(path)} cannot be read: {rows}."
            continue
        table = _matched(path, rows, lines, index)
        if table and (best is None or table.matched > best.matched):
            best = table
    return best or problem or _no_match(path, text)


def _text(data: bytes) -> str | None:
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
            line = clean_name("".join(text.splitlines()[reader.line_num - 1 : reader.line_num]), _MOST_QUOTED)
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
                    return f"line {number} is no JSON: “{clean_name(line, _MOST_QUOTED)}”", []
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


def _matched(path: str, rows: list[list[str]], lines: list[int], index: _Index) -> _Table | None:
    """The table with the column that names most pictures; None if none names any."""
    width = max(map(len, rows))
    if width < 2:
        return None
    near = path.rpartition("/")[0]
    sample = rows[:: max(1, len(rows) // 400)][:400] + rows[:2]
    scores = []
    for column in range(min(width, 200)):
        cells = [row[column] for row in sample if column < len(row)]
        named = [cell for cell in cells if index.find(cell, near)]
        with_ending = sum(ending(cell) in PICTURES for cell in named)
        different = len(set(named))
        scores.append((different + with_ending, -column, column))
    best, _, column = max(scores)
    if not best:
        return None
    pictures = [index.find(row[column], near) if column < len(row) else "" for row in rows]
    begins = rows[0][column] if column < len(rows[0]) else ""
    like_others = ending(begins) in PICTURES or begins.isdigit()
    header = rows[0] if not pictures[0] and not like_others else []
    first = 1 if header else 0
    return _Table(path, header, rows[first:], lines[first:], pictures[first:], column)


def _no_match(path: str, text: str) -> str:
    """Why a table is of no use, with the line that shows it."""
    lines = [line for line in text.splitlines() if line.strip()]
    number = min(2, len(lines))
    line = clean_name(lines[number - 1], _MOST_QUOTED)
    if len(lines) == 1:
        return (
            f"{_file(path)} has one line only (“{line}”) and names no picture: it takes lines such as 000bec18,beagle."
        )
    return (
        f"{_file(path)} and the pictures do not belong together: no picture is named in line {number} (“{line}”) or in "
        "any other. It takes a column with the names of the files and one with their classes."
    )


# ---- Which column is the class -------------------------------------------------------------------------------------


def _readings_of(group: list[_Table], tree: FileTree, parts: Mapping[str, str]) -> list[TableReading]:
    """The columns of labels of tables with the same header, the likeliest first."""
    table = group[0]
    rows = [row for each in group for row, picture in zip(each.rows, each.pictures, strict=True) if picture]
    width = max(map(len, rows), default=0)
    columns = {at: [row[at] if at < len(row) else "" for row in rows] for at in range(width) if at != table.column}
    part_column = next((at for at, cells in columns.items() if _says_parts(table.title(at), cells)), None)
    ranked = sorted(
        (
            (rank, at)
            for at, cells in columns.items()
            if at != part_column and (rank := _label_rank(table.title(at), cells)) is not None
        ),
    )
    found = []
    marks = _marks(columns)
    if len(marks) >= 2 and table.header and not (ranked and not ranked[0][0][0]):
        found.append(_reading(group, tree, parts, part_column, None, marks, True))
    for rank, at in ranked[:3]:
        if at not in marks or len(marks) < 2:
            found.append(_reading(group, tree, parts, part_column, at, [], not rank[0]))
    return [reading for reading in found if len({label for _, label, _ in reading.found}) >= 2]


def _says_parts(title: str, cells: list[str]) -> bool:
    """Whether a column says for each picture which part of the set it is in."""
    values = {cell.casefold() for cell in cells if cell}
    named = any(word in _PART_WORDS for word in words_of(title))
    roles = {role_of(value)[0] for value in values}
    return 1 <= len(values) <= 6 and "" not in roles and (named or len(roles) >= 2)


def _label_rank(title: str, cells: list[str]) -> tuple | None:
    """How likely a column names classes, small: likely; None: it does not."""
    counts = Counter(cell for cell in cells if cell)
    if not 2 <= len(counts) <= 1000 or sum(counts.values()) < 0.5 * len(cells):
        return None
    words = words_of(title)
    by_name = min((_LABEL_WORDS.index(word) for word in words if word in _LABEL_WORDS), default=len(_LABEL_WORDS))
    known = by_name < len(_LABEL_WORDS)
    numbers = sum(bool(re.fullmatch(r"[-+]?\d+([.,]\d+)?", cell)) for cell in counts)
    fractions = sum(bool(re.fullmatch(r"[-+]?\d*[.,]\d+(e-?\d+)?", cell)) for cell in counts)
    if fractions > 0.5 * len(counts) and not all(re.fullmatch(r"\d+\.0", cell) for cell in counts):
        return None
    if not known and (len(counts) > 0.6 * sum(counts.values()) or (numbers > 0.5 * len(counts) and len(counts) > 50)):
        return None
    if len(counts) == sum(counts.values()) and len(counts) > 2:
        return None
    naming = any(word in _NAMING_WORDS for word in words)
    return not known, numbers == len(counts), by_name, not naming, len(counts)


def _marks(columns: Mapping[int, list[str]]) -> list[int]:
    """Columns with a 0 or 1 in each line, as in tables with a column for each class."""
    yes_no = [
        at for at, cells in columns.items() if cells and {*cells} <= {"0", "1", "0.0", "1.0", "True", "False", ""}
    ]
    if len(yes_no) < 2:
        return []
    ones = [sum(_is_one(columns[at][row]) for at in yes_no) for row in range(len(columns[yes_no[0]]))]
    return yes_no if sum(count == 1 for count in ones) >= 0.5 * len(ones) else []


def _is_one(cell: str) -> bool:
    return cell in ("1", "1.0", "True")


def _reading(
    group: list[_Table],
    tree: FileTree,
    parts: Mapping[str, str],
    part_column: int | None,
    column: int | None,
    marks: list[int],
    sure: bool,
) -> TableReading:
    """What one column of labels (or a column of marks for each class) says of the pictures."""
    labels: dict[str, str] = {}
    said: dict[str, str] = {}
    several: set[str] = set()
    lost: list[str] = []
    for table in group:
        role = role_of(_stem(table.path))[0]
        for row, line, picture in zip(table.rows, table.lines, table.pictures, strict=True):
            if not picture:
                lost.append(f"line {line} of {_file(table.path)}: {clean_name(' '.join(row), _MOST_QUOTED)}")
                continue
            if column is not None:
                label = row[column] if column < len(row) else ""
                label = label.removesuffix(".0") if re.fullmatch(r"\d+\.0", label) else label
            else:
                ones = [at for at in marks if at < len(row) and _is_one(row[at])]
                label = table.title(ones[0]) if len(ones) == 1 else ""
                if len(ones) > 1:
                    several.add(picture)
            if label and labels.setdefault(picture, label) != label:
                several.add(picture)
            part = role_of(row[part_column])[0] if part_column is not None and part_column < len(row) else ""
            said[picture] = part or part_of_path(picture, parts) or (role if len(group) > 1 else "")
    found = [(path, labels[path], said[path]) for path in tree.paths if path in labels and path not in several]
    alike = len({_file(table.path) for table in group}) < len(group)
    names = [f"“{clean_name(table.path)}”" if alike else _file(table.path) for table in group]
    others = f" and {len(names) - 2} more" if len(names) > 2 else ""
    whole = f"{names[0]} and {names[1]}{others} say" if len(names) > 1 else f"{names[0]} says"
    if column is None:
        where = "with a column for each class"
    elif group[0].header:
        where = f"in its column “{clean_name(group[0].title(column))}”"
    else:
        where = f"in its column {column + 1}"
    skipped = []
    unnamed = [path for path in tree.paths if path not in labels and path not in several]
    if unnamed:
        skipped.append(Skipped(unnamed[0], "No table names them.", "pictures without a label", len(unnamed)))
    if several:
        skipped.append(Skipped(min(several), "It takes one.", "pictures with several labels", len(several)))
    if lost:
        skipped.append(Skipped(lost[0], "There is no such picture.", "lines of a table without a picture", len(lost)))
    return TableReading("", f"{whole} the class of each picture, {where}.", sure, found, skipped)


def _file(path: str) -> str:
    return f"“{clean_name(path.rsplit('/', 1)[-1])}”" if path else ""
