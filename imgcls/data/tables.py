"""Tables that say which class a picture belongs to, as Excel, pandas, Kaggle, Roboflow and Hugging Face write them.

Delimiter, header and columns are found by what matches the pictures' names, whatever the columns are called.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from imgcls.data.archives import FileTree
from imgcls.data.datasets import Skipped
from imgcls.data.file_kinds import ending
from imgcls.data.folders import part_of_path, role_of, words_of
from imgcls.data.names import clean_name
from imgcls.data.table_files import MOST_QUOTED, Index, Table, open_table, shown, stem_of

MOST_TABLES = 24  # that are opened
MOST_TEXTS = 12  # more .txt files than these are not tables, but one for each picture
_ENDINGS = ("csv", "tsv", "tab", "jsonl", "ndjson", "json", "txt")
_WORKBOOKS = ("xls", "xlsx", "ods", "parquet")
# Words in the name of a column of labels, the surest first.
_LABEL_WORDS = (
    "label", "labels", "class", "classes", "breed", "breeds", "category", "categories", "species", "target", "tag",
    "dx", "diagnosis", "diagnostic", "variety", "genre", "answer", "truth", "y",
)  # fmt: skip
_NAMING_WORDS = ("name", "names", "text", "title")
_PART_WORDS = ("split", "set", "part", "subset", "partition", "dataset", "usage", "fold", "phase", "mode")


@dataclass(eq=False)
class TableReading:
    """One column of labels; the fields are those of imgcls.data.readings.Reading."""

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


def table_readings(tree: FileTree, parts: Mapping[str, str]) -> Tables:
    """The ways in which tables beside the pictures say their classes.

    Args:
        parts: folder -> part of the set, for what a table itself does not say.
    """
    candidates = _candidates(tree.others)
    if not candidates:
        return Tables([], frozenset(), _workbook(tree.others))
    index = Index(tree.paths)
    tables, troubles = [], []
    for path in candidates:
        table = open_table(tree, path, index)
        if isinstance(table, str):
            troubles.append((path, table))
        else:
            tables.append(table)
    groups: dict[tuple[str, ...], list[Table]] = defaultdict(list)
    for table in tables:  # one for each part of the set, perhaps
        groups[(*table.header, str(table.column)) if table.header else (table.path,)].append(table)
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
        line = clean_name(", ".join(table.rows[at]), MOST_QUOTED)
        why = f"but none of its columns gives 2 to 1,000 classes: line {table.lines[at]} reads “{line}”."
        return Tables([], frozenset(), f"{shown(table.path)} names the pictures, {why}")
    named = [trouble for path, trouble in troubles if any(word in _LABEL_WORDS for word in words_of(stem_of(path)))]
    return Tables([], frozenset(), (named or [troubles[0][1]])[0] if troubles else "")


def _candidates(others: Iterable[str]) -> list[str]:
    """Tables, those that look like tables of labels first."""
    others = list(others)
    counts = Counter(map(ending, others))
    many = {kind for kind in ("txt", "json") if counts[kind] > MOST_TEXTS}  # one for each picture, perhaps

    def good(path: str) -> bool:
        words = words_of(stem_of(path))
        return any(word in (*_LABEL_WORDS, "metadata", "annotations", "train") for word in words)

    def rank(path: str) -> tuple:
        return (not good(path), _ENDINGS.index(ending(path)), path.count("/"), path)

    usable = [
        path
        for path in others
        if ending(path) in _ENDINGS
        and (ending(path) not in many or good(path))
        and "submission" not in words_of(stem_of(path))
    ]
    return sorted(usable, key=rank)[:MOST_TABLES]


def _workbook(others: Iterable[str]) -> str:
    path = next((path for path in others if ending(path) in _WORKBOOKS), "")
    return f"{shown(path)} cannot be read: save this table as CSV, and put it in its place." if path else ""


# ---- Which column is the class -------------------------------------------------------------------------------------


def _readings_of(group: list[Table], tree: FileTree, parts: Mapping[str, str]) -> list[TableReading]:
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
    more = sum(word not in _LABEL_WORDS and word not in _NAMING_WORDS for word in words)  # "dx" before "dx_type"
    return not known, numbers == len(counts), by_name, more, not naming, len(counts)


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
    group: list[Table],
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
        role = role_of(stem_of(table.path))[0]
        for row, line, picture in zip(table.rows, table.lines, table.pictures, strict=True):
            if not picture:
                lost.append(f"line {line} of {shown(table.path)}: {clean_name(' '.join(row), MOST_QUOTED)}")
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
    alike = len({shown(table.path) for table in group}) < len(group)
    names = [f"“{clean_name(table.path)}”" if alike else shown(table.path) for table in group]
    others = f" and {len(names) - 2} more" if len(names) > 2 else ""
    whole = f"{names[0]} and {names[1]}{others} say" if len(names) > 1 else f"{names[0]} says"
    its = "their" if len(names) > 1 else "its"
    if column is None:
        where = "with a column for each class"
    elif group[0].title(column):
        where = f"in {its} column “{clean_name(group[0].title(column))}”"
    else:
        where = f"in {its} column {column + 1}"
    skipped = []
    unnamed = [path for path in tree.paths if path not in labels and path not in several]
    if unnamed:
        skipped.append(Skipped(unnamed[0], "No table names them.", "pictures without a label", len(unnamed)))
    if several:
        skipped.append(Skipped(min(several), "It takes one.", "pictures with several labels", len(several)))
    if lost:
        skipped.append(Skipped(lost[0], "There is no such picture.", "lines of a table without a picture", len(lost)))
    return TableReading("", f"{whole} the class of each picture, {where}.", sure, found, skipped)
