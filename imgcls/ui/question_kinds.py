"""The ways to answer a question, gestures among them: what the view needs, what counts as right, and their words."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from imgcls.data.pictures import Picture
from imgcls.numbers import fixed, percent, written
from imgcls.palette import colour_table

Given = Callable[[Picture], Any]
"""Something that depends on the photo on the screen."""
About = tuple[dict[str, Any], dict[str, np.ndarray]]
"""What a view needs to ask: JSON, and arrays beside it. Nothing in it tells the answer."""


class Kind(Protocol):
    """How a question is answered. `view` names the module of frame/predict that draws it."""

    view: str

    def about(self, photo: Picture) -> About:
        """What the view needs to ask."""

    def read(self, told: object) -> Any | None:
        """The prediction in what a browser sent, which may be anything; None if it is none."""

    def is_right(self, value: Any, right: Any) -> bool:
        """Whether a prediction is as near as one can expect."""

    def truth(self, right: Any) -> Any:
        """The right answer as JSON for the view."""

    def words(self, value: Any) -> str:
        """A prediction, or a right answer of the same form, in words."""


@dataclass(frozen=True)
class Choice:
    """One of a few sentences; `misconceptions` has, for each wrong one, what to say to those who chose it."""

    options: tuple[str, ...]
    misconceptions: Mapping[str, str]
    view = "choice"

    def about(self, photo: Picture) -> About:
        """The options in their order."""
        return {"options": list(self.options)}, {}

    def read(self, told: object) -> str | None:
        """One of the options."""
        return told if isinstance(told, str) and told in self.options else None

    def is_right(self, value: str, right: str) -> bool:
        """The right one."""
        return value == right

    def truth(self, right: str) -> str:
        """The right option."""
        return right

    def words(self, value: str) -> str:
        """In quotation marks."""
        return f"“{value}”"


@dataclass(frozen=True)
class Number:
    """A number from `low` to `high` on an axis, with so many `digits` behind the point.

    `tolerance` is what a prediction may be off: in units, or with a `log` axis as a factor. `unit` is a plural
    ("pixels a side"); "%" counts in percent, 0 to 100. `start` is where the handle is at first, in the
    middle without it.
    """

    low: float
    high: float
    unit: str = ""
    tolerance: float = 0.0
    log: bool = False
    digits: int = 0
    start: float | Given | None = None
    view = "number"

    def about(self, photo: Picture) -> About:
        """The axis."""
        start = self.start(photo) if callable(self.start) else self.start
        if start is None:
            start = math.sqrt(self.low * self.high) if self.log else (self.low + self.high) / 2
        return {
            "low": self.low, "high": self.high, "unit": self.unit, "log": self.log, "digits": self.digits,
            "start": float(start), "ends": [self.words(self.low), self.words(self.high)],
        }, {}  # fmt: skip

    def read(self, told: object) -> float | None:
        """A number on the axis."""
        return _number(told, self.low, self.high)

    def is_right(self, value: float, right: float) -> bool:
        """Within the tolerance, and half of what the handle's step leaves open."""
        if self.log:
            return abs(math.log(value / right)) <= math.log(max(self.tolerance, 1.02))
        return abs(value - right) <= self.tolerance + 0.5 * 10.0**-self.digits

    def truth(self, right: float) -> dict[str, Any]:
        """The number and how it is written."""
        return {"number": float(right), "text": self.words(right)}

    def words(self, value: float) -> str:
        """With its unit."""
        if self.unit == "%":
            return percent(value / 100, self.digits)
        text = written(value, 3) if self.log else fixed(value, self.digits)
        unit = re.sub(r"s\b", "", self.unit, count=1) if text == "1" else self.unit
        return f"{text} {unit}".strip()


class _Several:
    """What kinds of several numbers share: each of them within `tolerance`, written with `digits` and `unit`."""

    low: float
    high: float
    unit: str
    digits: int
    tolerance: float

    def is_right(self, value: Sequence[float], right: Sequence[float]) -> bool:
        """Every number is near."""
        return len(value) == len(right) and all(abs(a - b) <= self.tolerance for a, b in zip(value, right, strict=True))

    def truth(self, right: Sequence[float]) -> list[dict[str, Any]]:
        """Each number and how it is written."""
        return [{"number": float(each), "text": self.written(each)} for each in right]

    def words(self, value: Sequence[float]) -> str:
        """One after the other."""
        return ", ".join(map(self.written, value))

    def written(self, number: float) -> str:
        """One of them."""
        return Number(self.low, self.high, self.unit, digits=self.digits).words(number)


@dataclass(frozen=True)
class Bars(_Several):
    """A bar for each of the `labels`, to be dragged from `start` to where one expects it, `low` to `high`.

    It is right where every bar is within `tolerance` of its true length. `unit` and `digits` are as in `Number`.
    """

    labels: Sequence[str] | Given
    low: float = 0.0
    high: float = 100.0
    unit: str = "%"
    digits: int = 0
    tolerance: float = 10.0
    start: Sequence[float] | Given | None = None
    starts_as: str = ""
    view = "bars"

    def about(self, photo: Picture) -> About:
        """Labels and the bars as they are at first; `starts_as` names what those are, such as "now"."""
        labels = list(self.labels(photo) if callable(self.labels) else self.labels)
        start = self.start(photo) if callable(self.start) else self.start
        numbers = [(self.low + self.high) / 2] * len(labels) if start is None else [float(each) for each in start]
        return {
            "labels": labels, "start": numbers, "starts_as": self.starts_as,
            "low": self.low, "high": self.high, "unit": self.unit, "digits": self.digits,
        }, {}  # fmt: skip

    def read(self, told: object) -> tuple[float, ...] | None:
        """A number for each bar."""
        return _numbers(told, self.low, self.high, None if callable(self.labels) else len(self.labels))


@dataclass(frozen=True)
class Curve(_Several):
    """Points over given places `xs`, to be dragged up and down to where the curve will be; one place is a handle.

    `x_texts` name the places where their numbers do not.
    """

    xs: tuple[float, ...]
    low: float
    high: float
    x_title: str
    y_title: str
    unit: str = ""
    digits: int = 0
    tolerance: float = 0.1
    start: Sequence[float] | None = None
    x_texts: tuple[str, ...] = ()
    view = "curve"

    def about(self, photo: Picture) -> About:
        """The axes, and the points as they are at first."""
        return {
            "xs": list(self.xs), "texts": list(self.x_texts or (written(x) for x in self.xs)),
            "low": self.low, "high": self.high, "unit": self.unit, "digits": self.digits,
            "ends": [self.written(self.low), self.written(self.high)],
            "start": list(self.start or [(self.low + self.high) / 2] * len(self.xs)),
            "x_title": self.x_title, "y_title": self.y_title,
        }, {}  # fmt: skip

    def read(self, told: object) -> tuple[float, ...] | None:
        """A height for each place."""
        return _numbers(told, self.low, self.high, len(self.xs))


@dataclass(frozen=True)
class Order:
    """Cards to be put in order. The right answer is a number for each card, by which they stand, smallest first.

    `first` and `last` say what the ends mean; the numbers are shown after the reveal, as in `Number`.
    """

    cards: tuple[str, ...]
    first: str
    last: str
    unit: str = ""
    digits: int = 0
    view = "order"

    def about(self, photo: Picture) -> About:
        """The cards as they lie at first."""
        return {"cards": list(self.cards), "first": self.first, "last": self.last}, {}

    def read(self, told: object) -> tuple[int, ...] | None:
        """Which card comes first, second, ..., counted from 0."""
        if not isinstance(told, list | tuple) or any(type(each) is not int for each in told):
            return None
        return tuple(told) if sorted(told) == list(range(len(self.cards))) else None

    def is_right(self, value: Sequence[int], right: Sequence[float]) -> bool:
        """Their numbers rise; equal ones may stand either way."""
        numbers = [right[k] for k in value]
        return numbers == sorted(numbers)

    def truth(self, right: Sequence[float]) -> dict[str, Any]:
        """The cards in their order, and the number of each."""
        texts = [Number(0, 0, self.unit, digits=self.digits).words(each) for each in right]
        return {"order": self.order(right), "texts": texts}

    def order(self, right: Sequence[float]) -> list[int]:
        """The cards by their numbers."""
        return sorted(range(len(self.cards)), key=lambda k: right[k])

    def words(self, value: Sequence[Any]) -> str:
        """One after the other, from an order, or from the right answer's numbers."""
        order = value if all(type(each) is int for each in value) else self.order(value)
        return ", ".join(self.cards[k] for k in order)


@dataclass(frozen=True)
class Pick:
    """One of a few pictures, made of the photo: uint8 (H, W), places in the palette of `quantity`, or (H, W, 3).

    `names` say after the reveal what each of them is. Where colours are what tells them apart, `by_colour`, paper in
    black and white names those by letters.
    """

    pictures: Given
    names: tuple[str, ...]
    quantity: str = "activation"
    smooth: bool = False
    by_colour: bool = False
    view = "pick"

    def about(self, photo: Picture) -> About:
        """The pictures."""
        pictures = {f"p{k}": picture for k, picture in enumerate(self.pictures(photo))}
        return {"count": len(pictures), "smooth": self.smooth}, pictures | {"colours": colour_table(self.quantity)}

    def read(self, told: object) -> int | None:
        """Which of them, counted from 0."""
        return told if type(told) is int and 0 <= told < len(self.names) else None

    def is_right(self, value: int, right: int) -> bool:
        """The right one."""
        return value == right

    def truth(self, right: int) -> dict[str, Any]:
        """Which one, and the names of all."""
        return {"index": right, "names": list(self.names)}

    def words(self, value: int) -> str:
        """By its letter, as the view shows it, and what it is."""
        return f"picture {'ABCDEFGH'[value]}: {self.names[value]}"


@dataclass(frozen=True)
class Spot:
    """A place on a `picture` made of the photo, uint8 (H, W, 3). The right answer is a map (h, w) over all of it.

    A place is right where the map has one of its highest values: `share` of them count.
    """

    picture: Given
    share: float = 0.1
    view = "spot"

    def about(self, photo: Picture) -> About:
        """The picture."""
        return {}, {"photo": self.picture(photo)}

    def read(self, told: object) -> tuple[float, float] | None:
        """From the left and from the top, as shares of the whole."""
        place = _numbers(told, 0, 1, 2)
        return None if place is None else (place[0], place[1])

    def is_right(self, value: Sequence[float], right: Any) -> bool:
        """Among the highest values."""
        values = np.asarray(right, float)
        return bool(self.height(value, values) >= np.quantile(values, 1 - self.share))

    def height(self, value: Sequence[float], right: Any) -> float:
        """The map's value at the place."""
        values = np.asarray(right, float)
        rows, columns = values.shape
        column, row = (min(int(part * size), size - 1) for part, size in zip(value, (columns, rows), strict=True))
        return float(values[row, column])

    def peak(self, right: Any) -> tuple[float, float]:
        """Where the map is highest."""
        values = np.asarray(right, float)
        row, column = divmod(int(values.argmax()), values.shape[1])
        return (column + 0.5) / values.shape[1], (row + 0.5) / values.shape[0]

    def truth(self, right: Any) -> dict[str, Any]:
        """The map in 256 levels, and its peak."""
        values = np.clip(np.asarray(right, float), 0, None)
        levels = 255 * values / max(float(np.quantile(values, 0.995)), 1e-12)
        return {"map": levels.clip(0, 255).round().astype(int).tolist(), "peak": list(self.peak(right))}

    def words(self, value: Any) -> str:
        """A place, or the map's peak, in percent from the left and the top."""
        place = value if len(value) == 2 and np.ndim(value) == 1 else self.peak(value)
        across, down = (percent(each, 0) for each in place)
        return f"{across} from the left, {down} from the top"


def _number(told: object, low: float, high: float) -> float | None:
    if isinstance(told, bool) or not isinstance(told, int | float):
        return None
    return float(told) if math.isfinite(told) and low <= told <= high else None


def _numbers(told: object, low: float, high: float, count: int | None) -> tuple[float, ...] | None:
    if not isinstance(told, list | tuple) or len(told) > 50 or (count is not None and len(told) != count):
        return None
    numbers = tuple(_number(each, low, high) for each in told)
    return None if None in numbers else numbers  # type: ignore[return-value]
