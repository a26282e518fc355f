"""The one writer of numbers for people: digits, grouping, signs, powers of ten, shares, sizes, and equations that hold.

`imgcls/ui/js/numbers.js` writes the same in the browser; both are tested with the same table of cases.
Halves are rounded away from zero, as one learns it at school. A size is written rows × columns, as tensors have it.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

MINUS, ABOUT = "−", "≈"
MOST_DIGITS = 4
"""The most significant digits that a rounded number is printed with."""

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_EXACT = Context(prec=800, rounding=ROUND_HALF_UP)  # a float64 has up to 767 digits
_NOISE = 1e-6  # what float32 arithmetic adds to a short number is left out of sight


def raised(exponent: int) -> str:
    """A whole number as superscript: ⁻⁷."""
    return str(exponent).translate(_RAISED)


def fixed(number: float, decimals: int) -> str:
    """A number with so many decimals, its thousands grouped: −1,234.50; no sign at what is rounded to 0."""
    number = float(number)  # also those of NumPy and torch
    if not math.isfinite(number):
        return str(number).replace("-", MINUS)
    rounded = _round(number, decimals)
    return f"{abs(rounded) if rounded == 0 else rounded:,f}".replace("-", MINUS)


def written(number: float, digits: int = MOST_DIGITS) -> str:
    """A number to so many significant digits: 2.718, 0.5, 12,346, 4.852×10⁸, inf; whole parts below 10⁶ in full.

    Zeros at the end say that it was rounded: 0.99999 is 1.000, and 1 is 1.
    """
    number = float(number)
    if number == 0 or not math.isfinite(number):
        return "0" if number == 0 else fixed(number, 0)
    decimals, power = _places(number, digits)
    if -4 < power < 6:
        return _without_zeros(fixed(number, decimals), number)
    mantissa = Decimal(number).scaleb(-power, _EXACT)
    text = f"{mantissa.quantize(Decimal(1).scaleb(1 - digits), context=_EXACT):f}".replace("-", MINUS)
    return f"{_without_zeros(text, float(mantissa))}×10{raised(power)}"


def all_written(numbers: Sequence[float], digits: int = MOST_DIGITS) -> list[str]:
    """Each number as `written`."""
    return [written(number, digits) for number in numbers]


def signed(number: float, digits: int = MOST_DIGITS) -> str:
    """A number that never goes without its sign, except 0: +2.5, −0.3."""
    text = written(number, digits)
    return text if text == "0" or text.startswith(MINUS) else f"+{text}"


def whole(number: float) -> str:
    """A whole number in full: 13,156."""
    return fixed(number, 0)


def percent(share: float, decimals: int = 1) -> str:
    """A share of 1 as a percentage that never rounds to a false 0% or 100%: 70.5%, < 0.1%, > 99.9%."""
    share = float(share)
    if not math.isfinite(share):
        return fixed(share, 0)
    if share in (0, 1):
        return f"{share:.0f}".replace("1", "100") + "%"
    least = 10.0**-decimals
    if 0 < share < least / 200:
        return f"< {fixed(least, decimals)}%"
    if 1 - least / 200 <= share < 1:
        return f"> {fixed(100 - least, decimals)}%"
    return f"{fixed(100 * share, decimals)}%"


def sides(*lengths: int) -> str:
    """A size as rows × columns (× channels), or as the shape of a tensor: 543 × 800."""
    return " × ".join(whole(length) for length in lengths)


def power_of_ten(number: float) -> str:
    """The nearest power of ten of a number above 0: 10⁻⁷."""
    return "10" + raised(round(math.log10(number)))


def bracketed(text: str) -> str:
    """A number behind a sign of arithmetic: 2.5, (−2.5)."""
    return f"({text})" if text.startswith(MINUS) else text


def joined(texts: Sequence[str]) -> str:
    """Numbers as a sum: 2.5 + 1 − 0.3."""
    first, *others = texts
    return first + "".join(
        f" {MINUS} {text.removeprefix(MINUS)}" if text.startswith(MINUS) else f" + {text}" for text in others
    )


@dataclass(frozen=True)
class Equation:
    """Numbers as an equation prints them: what is worked with, "=" or "≈", and what comes out."""

    operands: tuple[str, ...]
    sign: str
    result: str


def equation(
    operands: Sequence[float | str],
    work: Callable[..., float],
    result: float | None = None,
    digits: int = MOST_DIGITS,
) -> Equation:
    """Digits for an equation that holds to the last printed one when it is worked from the printed operands.

    Args:
        operands: the numbers; a text among them has been printed before, and stays as it is.
        work: computes the result from the operands, in their order.
        result: what really came out; `work` of the operands where it is not given. Needed where an operand is a text.
        digits: significant digits to begin with. The operands get more where they are needed, at most 4; then the
            result gets fewer, at least 2. If it does not hold in any of these ways, its sign is ≈.
    """
    result = work(*operands) if result is None else float(result)

    def printed(digits_in: int) -> list[str]:
        return [operand if isinstance(operand, str) else written(operand, digits_in) for operand in operands]

    for digits_out in range(digits, 1, -1):
        for digits_in in range(digits, MOST_DIGITS + 1):
            texts = printed(digits_in)
            if holds(written(result, digits_out), texts, work):
                return Equation(tuple(texts), "=", written(result, digits_out))
    return Equation(tuple(printed(MOST_DIGITS)), ABOUT, written(result, digits))


def added(terms: Sequence[float], result: float | None = None, digits: int = MOST_DIGITS) -> Equation:
    """Digits for a sum: as `equation`, but all terms have the same number of decimals, as in a column of numbers."""
    result = math.fsum(terms) if result is None else float(result)
    sizes = [abs(term) for term in terms if term and math.isfinite(term)]
    if sizes and not 1e-3 <= max(sizes) < 1e6:
        return equation(terms, lambda *numbers: math.fsum(numbers), result, digits)
    most = _places(max(sizes), MOST_DIGITS)[0] if sizes else 0
    for digits_out in range(digits, 1, -1):
        text = written(result, digits_out)
        for decimals in range(min(_decimals_of(text), most), most + 1):
            texts = [shortened(term, decimals) for term in terms]
            if holds(text, texts, lambda *numbers: math.fsum(numbers)):
                return Equation(tuple(texts), "=", text)
    return Equation(tuple(shortened(term, most) for term in terms), ABOUT, written(result, digits))


def shortened(number: float, decimals: int) -> str:
    """A number with at most so many decimals; zeros at the end say that it was rounded."""
    return _without_zeros(fixed(number, decimals), number)


def read(text: str) -> Decimal:
    """The number that `written`, `fixed` or `percent` printed (a percentage as a share of 1).

    Raises:
        decimal.InvalidOperation: the text is no such number.
    """
    text = text.replace(MINUS, "-").replace(",", "")
    share = text.endswith("%")
    mantissa, _, exponent = text.removesuffix("%").partition("×10")
    power = int(exponent.translate({ord(up): down for up, down in zip("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789", strict=True)}) or 0)
    return Decimal(mantissa).scaleb(power - 2 * share)


def last_place(text: str) -> Decimal:
    """What one unit of the last printed digit of a number is worth: 0.01 for 2.50."""
    return Decimal(1).scaleb(read(text).as_tuple().exponent)


def holds(result: str, operands: Sequence[str], work: Callable[..., float]) -> bool:
    """Whether the printed result is the one that comes out, rounded to its last digit; a half is rounded up in size."""
    try:
        came_out = float(work(*(float(read(text)) for text in operands)))
    except (ArithmeticError, ValueError):
        return False
    if not math.isfinite(came_out):
        return written(came_out) == result
    if result in ("nan", "inf", f"{MINUS}inf"):
        return False
    unit = float(last_place(result))
    return is_rounding(came_out, float(read(result)), unit)


def is_rounding(number: float, rounded: float, unit: float) -> bool:
    """Whether `rounded` is `number` to the nearest `unit`; what lies half way goes away from zero, as one learns it."""
    beyond = math.copysign(1, number) * (number - rounded)
    return -unit / 2 * (1 + 1e-9) <= beyond < unit / 2 * (1 - 1e-9)


def _round(number: float, decimals: int) -> Decimal:
    return Decimal(number).quantize(Decimal(1).scaleb(-decimals), context=_EXACT)


def _places(number: float, digits: int) -> tuple[int, int]:
    """Decimals that show so many significant digits, and the power of ten of the rounded number."""
    exact = Decimal(number)
    rounded = exact.quantize(Decimal(1).scaleb(exact.adjusted() - digits + 1), context=_EXACT)
    power = rounded.adjusted()
    return max(0, digits - 1 - power), power


def _decimals_of(text: str) -> int:
    return max(0, -read(text).as_tuple().exponent) if math.isfinite(read(text)) else 0


def _without_zeros(text: str, number: float) -> str:
    """`text` without zeros at the end, if the number is that short."""
    if "." not in text:
        return text
    short = text.rstrip("0").rstrip(".")
    return short if abs(float(read(short)) - number) <= _NOISE * abs(number) else text
