"""How numbers are written for people, in Python and in the browser: one table of cases for both."""

import json
import math
import operator
import random

import pytest

from imgcls import numbers
from imgcls.numbers import MOST_DIGITS, Equation, added, equation, holds, last_place, read
from tests import javascript

CASES: list[tuple[str, tuple, object]] = [
    ("written", (math.e,), "2.718"),
    ("written", (math.exp(-2),), "0.1353"),
    ("written", (-0.6466,), "−0.6466"),
    ("written", (0.0,), "0"),
    ("written", (-0.0,), "0"),
    ("written", (0.5,), "0.5"),
    ("written", (-2.0,), "−2"),
    ("written", (120.5,), "120.5"),
    ("written", (0.1 + 0.2,), "0.3"),
    ("written", (0.99999,), "1.000"),
    ("written", (2.9996, 3), "3.00"),
    ("written", (1234.56,), "1,235"),
    ("written", (65504.0,), "65,504"),
    ("written", (123456.7,), "123,457"),
    ("written", (999999.6,), "1×10⁶"),
    ("written", (0.00123456,), "0.001235"),
    ("written", (0.000123456,), "1.235×10⁻⁴"),
    ("written", (4.851651954e8,), "4.852×10⁸"),
    ("written", (4.851651954e8, 3), "4.85×10⁸"),
    ("written", (1e9,), "1×10⁹"),
    ("written", (-1.8e-9,), "−1.8×10⁻⁹"),
    ("written", (0.125, 2), "0.13"),
    ("written", (9.5, 1), "10"),
    ("written", (0.45, 3), "0.45"),
    ("written", (math.inf,), "inf"),
    ("written", (-math.inf,), "−inf"),
    ("written", (math.nan,), "nan"),
    ("fixed", (-0.1, 2), "−0.10"),
    ("fixed", (-0.001, 2), "0.00"),
    ("fixed", (0.125, 2), "0.13"),
    ("fixed", (-2.5, 0), "−3"),
    ("fixed", (1234567.891, 1), "1,234,567.9"),
    ("signed", (2.5,), "+2.5"),
    ("signed", (-0.3,), "−0.3"),
    ("signed", (0.0,), "0"),
    ("whole", (13156,), "13,156"),
    ("whole", (999,), "999"),
    ("percent", (0.705,), "70.5%"),
    ("percent", (1e-9,), "< 0.1%"),
    ("percent", (0.0,), "0%"),
    ("percent", (0.99999,), "> 99.9%"),
    ("percent", (1.0,), "100%"),
    ("percent", (0.001, 0), "< 1%"),
    ("percent", (0.996, 0), "> 99%"),
    ("percent", (0.167, 0), "17%"),
    ("percent", (math.nan,), "nan"),
    ("sides", (543, 800), "543 × 800"),
    ("sides", (3, 1080, 1920), "3 × 1,080 × 1,920"),
    ("raised", (-12,), "⁻¹²"),
    ("bracketed", ("−2.5",), "(−2.5)"),
    ("bracketed", ("2.5",), "2.5"),
    ("joined", (["−2.5", "1", "−0.3"],), "−2.5 + 1 − 0.3"),
    ("shortened", (2.5, 2), "2.5"),
    ("shortened", (0.001, 2), "0.00"),
    ("signed", (1e-7, 3), "+1×10⁻⁷"),
]


def as_javascript(value: object) -> str:
    """A Python value as JavaScript source."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return json.dumps(value)


@pytest.mark.parametrize(("name", "given", "text"), CASES)
def test_a_number_is_written(name: str, given: tuple, text: str) -> None:
    assert getattr(numbers, name)(*given) == text


def test_the_browser_writes_all_of_them_in_the_same_way() -> None:
    calls = [f"m.{name}({', '.join(map(as_javascript, given))})" for name, given, _ in CASES]
    assert javascript.evaluated(javascript.JS / "numbers.js", calls) == [text for _, _, text in CASES]


# A work in both languages, and how many numbers it takes.
WORKS = {
    "×": (operator.mul, "(a, b) => a * b", 2),
    "/": (operator.truediv, "(a, b) => a / b", 2),
    "normalise": (lambda x, m, s: (x - m) / s, "(x, m, s) => (x - m) / s", 3),
    "exp": (math.exp, "(x) => Math.exp(x)", 1),
}


def random_equations(count: int) -> list[tuple[str, list[float], int]]:
    source = random.Random(7)
    made = []
    for _ in range(count):
        name = source.choice([*WORKS, "+"])
        amount = source.randint(2, 12) if name == "+" else WORKS[name][2]
        operands = [source.choice((-1, 1)) * 10 ** source.uniform(-3, 1) for _ in range(amount)]
        made.append((name, operands, source.choice((3, 4))))
    return made


def numbers_of(operands: list[float]) -> str:
    return f"[{', '.join(map(as_javascript, operands))}]"


def worked(name: str, operands: list[float], digits: int) -> Equation:
    return added(operands, digits=digits) if name == "+" else equation(operands, WORKS[name][0], digits=digits)


def test_an_equation_holds_to_its_last_printed_digit_or_says_about() -> None:
    about = 0
    for name, operands, digits in random_equations(1500):
        shown = worked(name, operands, digits)
        printed = [float(read(text)) for text in shown.operands]
        came_out, exact = ((math.fsum(each) if name == "+" else WORKS[name][0](*each)) for each in (printed, operands))
        half = float(last_place(shown.result)) / 2 * (1 + 1e-9)
        assert abs(float(read(shown.result)) - exact) <= half, "the printed result is the real one, rounded"
        if shown.sign == "=":
            assert abs(float(read(shown.result)) - came_out) <= half
        else:
            about += 1
            assert shown.sign == "≈"
        for text in shown.operands:
            digits_shown = text.replace("−", "").replace(",", "").partition("×")[0].replace(".", "").lstrip("0")
            assert len(digits_shown) <= MOST_DIGITS
    assert 0 < about < 90, "≈ is for the few that hold in no other way"


def test_the_browser_chooses_the_same_digits() -> None:
    made = [*random_equations(400), ("+", [math.inf, 1.0], 4), ("/", [math.inf, 2.0], 4), ("+", [0.0, 0.0], 3)]
    calls = [
        f"m.added({numbers_of(operands)}, undefined, {digits})"
        if name == "+"
        else f"m.equation({numbers_of(operands)}, {WORKS[name][1]}, undefined, {digits})"
        for name, operands, digits in made
    ]
    found = javascript.evaluated(javascript.JS / "numbers.js", calls)
    for (name, operands, digits), theirs in zip(made, found, strict=True):
        ours = worked(name, operands, digits)
        assert (list(ours.operands), ours.sign, ours.result) == (theirs["operands"], theirs["sign"], theirs["result"])


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        # Each was once printed with too few digits: "(0.45 − 0.5) / 0.5 = −0.11", "2.44 × 0.18 = 0.45", ...
        (equation((0.4471, 0.5, 0.5), lambda x, m, s: (x - m) / s), ("0.4471 0.5 0.5", "=", "−0.1058")),
        (equation((2.4412, 0.18431), operator.mul, digits=3), ("2.441 0.1843", "=", "0.450")),
        (equation((0.28747, 2.0), operator.mul), ("0.2875 2", "=", "0.575")),
        (equation((1.6247, 2.0), operator.mul, digits=3), ("1.625 2", "=", "3.25")),
        (equation((4.0, 2.0), operator.truediv), ("4 2", "=", "2")),
        (added([1.255, 2.255, -0.255]), ("1.255 2.255 −0.255", "=", "3.255")),
        (added([1e30, math.nan]), ("1×10³⁰ nan", "=", "nan")),
        (equation((math.inf, math.inf), operator.truediv), ("inf inf", "=", "nan")),
        (equation((1.0, 0.0), operator.truediv, math.inf), ("1 0", "≈", "inf")),
    ],
)  # fmt: skip
def test_the_digits_of_an_equation(shown: Equation, text: tuple[str, str, str]) -> None:
    assert (" ".join(shown.operands), shown.sign, shown.result) == text


def test_what_was_printed_before_stays_as_it_is() -> None:
    shown = equation(["2.5", 0.12345], operator.mul, 2.51 * 0.12345)
    assert (shown.operands, shown.sign, shown.result) == (("2.5", "0.1235"), "=", "0.31")


@pytest.mark.parametrize("text", ["2.50", "−1,234.5", "4.852×10⁸", "70.5%", "−3×10⁻⁷"])
def test_what_was_printed_can_be_read(text: str) -> None:
    values = {"2.50": 2.5, "−1,234.5": -1234.5, "4.852×10⁸": 4.852e8, "70.5%": 0.705, "−3×10⁻⁷": -3e-7}
    assert float(read(text)) == values[text]


def test_what_lies_half_way_is_rounded_away_from_zero_as_one_learns_it() -> None:
    def step(start: float, rate: float, slope: float) -> float:
        return start - rate * slope

    assert holds("0.7126", ["1", "0.5", "0.5749"], step)  # 0.71255
    assert not holds("0.7125", ["1", "0.5", "0.5749"], step)
    assert holds("−0.7126", ["−1", "0.5", "−0.5749"], step)
    assert not holds("−0.7125", ["−1", "0.5", "−0.5749"], step)
