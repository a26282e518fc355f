"""Equations as they stand on the screen: found in a text, and worked again from their printed numbers."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from imgcls.numbers import is_rounding, last_place, read

NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
TOKEN = re.compile(rf"(?:{NUMBER})(?:×10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?%?|e\^\{{|ln\b|max\b|sigmoid\b|[-+−·×/÷()}},=≈]")
SIGNS = ("=", "≈")


class NoExpressionError(Exception):
    """What stands there is no complete arithmetic."""


@dataclass(frozen=True)
class Claim:
    """One side of a printed equation, and the number that it is said to be."""

    left: str
    value: float
    result: str

    @property
    def holds(self) -> bool:
        """Whether the printed result is the value, rounded to its last digit."""
        unit = float(last_place(self.result))
        return is_rounding(self.value, float(read(self.result)), unit)


def claims(text: str) -> Iterator[Claim]:
    """All that a text claims with "=": of each chain of sides, what its last one is; what is only "≈" is no claim."""
    for run in _runs(text):
        sides, signs = [[]], []
        for token in run:
            if token in SIGNS:
                signs.append(token)
                sides.append([])
            else:
                sides[-1].append(token)
        while sides[-1] and sides[-1][-1] == ",":  # the sentence goes on
            sides[-1].pop()
        while len(sides) > 1 and not _is_number(sides[-1]):
            sides.pop()
            signs.pop()
        result = "".join(sides[-1])
        for i, side in enumerate(sides[:-1]):
            if "≈" in signs[i:] or len(side) < 2 or _is_number(side):
                continue
            try:
                yield Claim(" ".join(side), _Reader(side).all(), result)
            except (NoExpressionError, ArithmeticError, ValueError):
                continue


def _runs(text: str) -> Iterator[list[str]]:
    """Stretches of numbers and signs with nothing but spaces and stars of emphasis between them."""
    run, end = [], 0
    for found in TOKEN.finditer(text):
        between = text[end : found.start()]
        if between.replace("**", "").strip():
            yield from _with_sign(run)
            run = []
        if not (found.start() and re.match(r"[\w.]", text[found.start() - 1]) and re.match(r"[\dlms]", found[0])):
            run.append(found[0])
        end = found.end()
        if re.match(r"\w", found[0][-1]) and re.match(r"\w", text[end : end + 1]):  # a name goes on
            yield from _with_sign(run[:-1])
            run = []
    yield from _with_sign(run)


def _with_sign(run: list[str]) -> Iterator[list[str]]:
    if any(sign in run for sign in SIGNS):
        yield run


def _is_number(side: list[str]) -> bool:
    return (
        bool(side) and re.match(r"\d", side[-1]) is not None and (len(side) == 1 or (len(side) == 2 and side[0] == "−"))
    )


class _Reader:
    """Arithmetic by precedence: sums of products of signed factors."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.place = tokens, 0

    def all(self) -> float:
        value = self.sum()
        if self.place != len(self.tokens):
            raise NoExpressionError
        return value

    def take(self, *wanted: str) -> str:
        if self.place < len(self.tokens) and self.tokens[self.place] in wanted:
            self.place += 1
            return self.tokens[self.place - 1]
        return ""

    def sum(self) -> float:
        value = self.product()
        while sign := self.take("+", "−"):
            value += self.product() if sign == "+" else -self.product()
        return value

    def product(self) -> float:
        value = self.factor()
        while sign := self.take("·", "×", "/", "÷"):
            value = value * self.factor() if sign in "·×" else value / self.factor()
        return value

    def factor(self) -> float:
        if self.take("−"):
            return -self.factor()
        if self.take("("):
            return self.closed(")")
        if self.take("e^{"):
            return math.exp(self.closed("}"))
        if self.take("ln"):
            return math.log(self.factor())
        if self.take("sigmoid"):
            return 1 / (1 + math.exp(-self.factor()))
        if self.take("max"):
            return self.largest()
        if self.place >= len(self.tokens) or not re.match(r"\d", self.tokens[self.place]):
            raise NoExpressionError
        self.place += 1
        return float(read(self.tokens[self.place - 1]))

    def closed(self, bracket: str) -> float:
        value = self.sum()
        if not self.take(bracket):
            raise NoExpressionError
        return value

    def largest(self) -> float:
        if not self.take("("):
            raise NoExpressionError
        values = [self.sum()]
        while self.take(","):
            values.append(self.sum())
        if not self.take(")"):
            raise NoExpressionError
        return max(values)
