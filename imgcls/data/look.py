"""What would be learned from a zip or folder: its classes with their counts, and what is left out."""

from dataclasses import dataclass
from typing import Any

from imgcls.data.archives import open_tree
from imgcls.data.datasets import DatasetError, Skipped, prepare, summary
from imgcls.data.layouts import labelled
from imgcls.data.statistics import balance


@dataclass(frozen=True)
class ClassCount:
    """Pictures of a class that are learned from, and that are kept for validation."""

    name: str
    train: int
    validation: int


@dataclass(frozen=True)
class Seen:
    """A set as training would use it when nothing else is chosen.

    `layout` says how it is understood; `other_readings`: (key, sentence) of the other ways.
    """

    title: str
    layout: str
    classes: tuple[ClassCount, ...]
    left_out: tuple[Skipped, ...]
    other_readings: tuple[tuple[str, str], ...]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        kinds: dict[str, dict[str, Any]] = {}
        for row in self.left_out:
            entry = kinds.setdefault(row.what, {"what": row.what, "count": 0, "example": row.name})
            entry["count"] += row.count
        return {
            "title": self.title,
            "layout": self.layout,
            "classes": [vars(row) for row in self.classes],
            "left_out": list(kinds.values()),
        }


def look(path: str, reading: str = "") -> Seen:
    """Opens every picture once, at the size of one pixel, and counts as training would.

    Raises:
        DatasetError: it cannot be used; one plain sentence.
    """
    if not path.strip():
        raise DatasetError("This is no path: name a zip or folder.")
    dataset = prepare(labelled(open_tree(path), reading), size=1)
    counted = balance(dataset.labels, dataset.training, dataset.validation, len(dataset.classes))
    counts = zip(dataset.classes, counted.training.tolist(), counted.validation.tolist(), strict=True)
    source = dataset.source
    return Seen(
        title=dataset.title,
        layout=source.layout,
        classes=tuple(ClassCount(*row) for row in counts),
        left_out=tuple(summary(dataset.skipped)),
        other_readings=tuple(each for each in source.readings if each[0] != source.reading),
    )
