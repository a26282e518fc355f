"""Dials: the numbers of a live picture that have a slider each (see `imgcls.ui.stage`)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from imgcls.ui.address import as_number

Numbers = Mapping[str, Any]


@dataclass(frozen=True)
class Dial:
    """One slider; `name` is its key, and its name in the page's address.

    `low`, `high` and `help` (a line below it) may be functions of the numbers that stand above it in its table. It is
    a dial of whole numbers if `step` and `start` are ints. `by` is the key of a live picture in which a hand can set
    the number, too. One that is not `kept` is `start` in every run of the script: the page keeps it in another way.
    """

    name: str
    label: str
    low: float | Callable[[Numbers], float]
    high: float | Callable[[Numbers], float]
    step: float
    start: float
    digits: int = 2
    unit: str = ""
    help: str | Callable[[Numbers], str] = ""
    by: str = ""
    kept: bool = True

    def least(self, numbers: Numbers) -> float:
        """Its lower limit beside these other numbers."""
        return self.low(numbers) if callable(self.low) else self.low

    def most(self, numbers: Numbers) -> float:
        """Its upper limit beside these other numbers."""
        return self.high(numbers) if callable(self.high) else self.high

    def check(self, candidate: object, numbers: Numbers) -> float | None:
        """The number that a message or an address names; None if it is none within the limits."""
        number = as_number(candidate, self.least(numbers), self.most(numbers))
        return number if number is None else self._whole(number)

    def within(self, number: float, numbers: Numbers) -> float:
        """The number as near as the limits allow."""
        return self._whole(min(max(number, self.least(numbers)), self.most(numbers)))

    def text(self, number: float) -> str:
        """As it stands in the address."""
        return f"{number:g}"

    def data(self, numbers: Numbers) -> dict[str, Any]:
        """What the slider shows of it, with the number and limits of the moment."""
        return {
            "number": numbers[self.name],
            "low": self.least(numbers),
            "high": self.most(numbers),
            "help": self.help(numbers) if callable(self.help) else self.help,
        }

    def _whole(self, number: float) -> float:
        return round(number) if isinstance(self.step, int) and isinstance(self.start, int) else number
