"""What the softmax lesson draws for its sliders, without Streamlit."""

import math

import torch
from torch import Tensor

from imgcls.figures.softmax_curves import nudge_curves, temperature_curves
from imgcls.numbers import (
    ABOUT,
    Equation,
    added,
    all_written,
    bracketed,
    equation,
    holds,
    percent,
    read,
    whole,
    written,
)
from imgcls.ops.softmax import SoftmaxTerms, hardmax, largest_exponent, softmax, softmax_jacobian, softmax_terms, sweep
from imgcls.plain import words
from imgcls.ui.components.sliders import Column, Drawing, SliderRows, Stack
from imgcls.ui.dials import Dial
from imgcls.ui.scores import HIGH, LOW, including, lengths

TEMPERATURE = Dial("softmax_t", "temperature T: divides every logit", 0.1, 5.0, 0.05, 1.0)
CONSTANT = Dial("softmax_c", "constant c: added to every logit", -120, 120, 1, 0, 0)
KINDS = {"float16": torch.float16, "bfloat16": torch.bfloat16, "float32": torch.float32, "float64": torch.float64}


def temperature_of(rows: SliderRows) -> float:
    """T."""
    return rows.settings[TEMPERATURE.name]


def constant_of(rows: SliderRows) -> float:
    """c; 0 in the pictures that leave it out."""
    return rows.settings.get(CONSTANT.name, 0)


def logits_of(rows: SliderRows) -> Tensor:
    """z + c (K,), float64."""
    return torch.tensor(rows.numbers, dtype=torch.float64) + constant_of(rows)


def probabilities_of(rows: SliderRows) -> Tensor:
    """The softmax of the logits (K,), float64."""
    return softmax(logits_of(rows), temperature=temperature_of(rows))


def arithmetic(rows: SliderRows, names: list[str]) -> Drawing:
    """Every term, their sum, and each quotient."""
    worked = softmax_terms(logits_of(rows), temperature=temperature_of(rows), subtract_maximum=False)
    terms, quotients, total = worked.terms.tolist(), worked.probabilities.tolist(), float(worked.total)
    exponent = "z + c" if constant_of(rows) else "z"
    if temperature_of(rows) != 1:
        exponent = f"({exponent}) / T" if constant_of(rows) else "z / T"
    exponents, summands = all_written(worked.exponents.tolist()), added(terms, total)
    finite = math.isfinite(total) and total > 0
    note = ""
    if not finite:
        what = "Even 64-bit numbers end at e^{709.8}: a term becomes **inf**" if total else "Every term is too small"
        note = f"**⚠** {what}, and the quotient is not a number. The part **Overflow** shows the way out."
    elif len(names) == 2:
        note = as_sigmoid(rows, names)
    return Drawing(
        [
            Column(f"e^{{{exponent}}}", summands.operands, lengths(terms), total=_summed(summands)),
            Column(
                f"probability = e^{{{exponent}}} / sum", [percent(q) for q in quotients], quotients,
                total="sum 100%" if finite else "sum nan",
            ),
        ],
        Stack("The sum:", quotients, summands.operands, f"{summands.sign} {summands.result}") if finite else None,
        [
            f"{words(name)}: {_divided(i, exponents, terms[i], total, quotients[i])}" for i, name in enumerate(names)
        ],
        note,
    )  # fmt: skip


def _summed(shown: Equation) -> str:
    return f"sum {shown.result}" if shown.sign == "=" else f"sum {ABOUT} {shown.result}"


def _divided(i: int, exponents: list[str], term: float, total: float, quotient: float) -> str:
    """e^{z} / (e^{z} + ...) = term / total = quotient for class i; a sum of many powers is called by its name."""
    shown = equation((term, total), lambda a, b: a / b, quotient)
    over, under = shown.operands
    powers = [f"e^{{{exponent}}}" for exponent in exponents]
    few = len(powers) <= 5

    def worked(*numbers: float) -> float:
        return math.exp(numbers[i]) / (math.fsum(map(math.exp, numbers)) if few else float(read(under)))

    sign = "=" if holds(shown.result, exponents, worked) else ABOUT
    return f"{powers[i]} / ({' + '.join(powers) if few else 'sum'}) {sign} {over} / {under} {shown.sign} {shown.result}"


def as_sigmoid(rows: SliderRows, names: list[str]) -> str:
    """Softmax of two classes as the sigmoid of the difference of their logits."""
    first, second, t = (*rows.numbers, temperature_of(rows))
    shown = equation((first, second, t), lambda a, b, c: (a - b) / c)
    a, b, c = map(bracketed, shown.operands)
    over, minus = (f"({a} − {b}) / {c}" if t != 1 else f"{a} − {b}"), written(-read(shown.result))
    p = percent(float(torch.sigmoid(torch.tensor((first - second) / t, dtype=torch.float64))))
    sign = "=" if percent(1 / (1 + math.exp(float(read(minus))))) == p else ABOUT
    return (
        f"With **two classes** softmax is the **sigmoid** of their difference, {over} {shown.sign} {shown.result}: "
        f"{words(names[0])} gets 1 / (1 + e^{{{minus}}}) {sign} **{p}**."
    )


def shares(rows: SliderRows) -> Column:
    """The probabilities as a column of bars."""
    numbers = probabilities_of(rows).tolist()
    return Column("probability", [percent(p) for p in numbers], numbers)


def temperature(rows: SliderRows, names: list[str]) -> Drawing:
    """Every probability over the temperature."""
    now = temperature_of(rows)
    temperatures = including(torch.logspace(-1, 1, 61, dtype=torch.float64), now)
    curves = softmax(logits_of(rows), temperature=temperatures[:, None])  # (temperatures, K)
    figure = temperature_curves(names, temperatures.tolist(), curves.T.tolist(), now)
    count = len(names)
    note = (
        "**T → 0:** the largest logit takes everything, as in hardmax. "
        f"**T → ∞:** each class gets 1/{count} = {percent(1 / count)}."
    )
    return Drawing([shares(rows)], note=note, figure=figure)


def hard(rows: SliderRows, names: list[str]) -> Drawing:
    """Softmax beside hardmax, and both over the logit last moved."""
    logits, soft, i, now = logits_of(rows), probabilities_of(rows), rows.active, rows.numbers[rows.active]
    onehot = hardmax(logits)
    rival = max(z for k, z in enumerate(rows.numbers) if k != i)
    edges = (rival - 1e-6, rival + 1e-6)  # both sides of the jump
    values = including(torch.linspace(LOW, HIGH, 101, dtype=torch.float64), now, *edges)
    moved = sweep(logits, i, values + constant_of(rows))
    softs, hards = softmax(moved, temperature=temperature_of(rows))[:, i], hardmax(moved)[:, i]
    slope = float(softmax_jacobian(soft, temperature_of(rows))[i, i])
    winner = words(names[int(onehot.argmax())])
    note = (
        f"**argmax** names the winner: {winner}. Here softmax rises by **{written(slope)}** per unit of logit, "
        "p (1 − p) / T. Hardmax is flat on both sides of its jump: from a slope of **0** a network learns nothing."
    )
    return Drawing(
        [shares(rows), Column("hardmax", [whole(h) for h in onehot.tolist()], onehot.tolist(), "evidence")],
        note=note,
        figure=nudge_curves(values.tolist(), softs.tolist(), hards.tolist(), now, f"logit of {names[i]}"),
    )


def as_column(rows: SliderRows, names: list[str]) -> Drawing:
    """The probabilities alone."""
    return Drawing([shares(rows)])


def trail(rows: SliderRows) -> list[list[float]]:
    """The path (N, 3) of the probabilities as the temperature goes from infinity to 0."""
    temperatures = torch.logspace(-1.7, 2, 90, dtype=torch.float64)[:, None]
    path = softmax(logits_of(rows), temperature=temperatures)
    return [[round(p, 4) for p in point] for point in path.tolist()]


def overflow(rows: SliderRows, names: list[str], kind: str) -> Drawing:
    """The same softmax really computed in a small number format, plainly and with the maximum subtracted."""
    logits = logits_of(rows).to(KINDS[kind])
    plain = softmax_terms(logits, temperature=temperature_of(rows), subtract_maximum=False)
    safe = softmax_terms(logits, temperature=temperature_of(rows))
    columns, over_t = [], "({}) / T" if temperature_of(rows) != 1 else "{}"
    exponents = [over_t.format(exponent).replace(" ", "\u00a0") for exponent in ("z + c", "z − max")]  # never broken
    powers = (f"{way}: e^{{{exponent}}}" for way, exponent in zip(("plain", "safe"), exponents, strict=True))
    for worked, power in zip((plain, safe), powers, strict=True):
        quotients, total = worked.probabilities.tolist(), "sum " + written(float(worked.total))
        columns.append(Column(power, all_written(worked.terms.tolist()), total=total))
        columns.append(Column("/ sum", [percent(q) for q in quotients], quotients))
    note = f"{overflow_words(plain, kind)} {rounding_words(safe.probabilities, probabilities_of(rows), kind)}"
    return Drawing(columns, note=note)


def overflow_words(plain: SoftmaxTerms, kind: str) -> str:
    """What happened to the plain formula in the number format `kind`, in words."""
    dtype = KINDS[kind]
    largest = f"**{kind}** ends at {written(torch.finfo(dtype).max)}, which is e^{{{written(largest_exponent(dtype))}}}"
    if plain.trouble == "overflow":
        if torch.isinf(plain.terms).any():
            return f"{largest}. A larger term becomes **inf** (infinity), and inf / inf is **nan** (not a number)."
        return f"{largest}. Each term fits, but their sum is **inf**, and a number divided by infinity is **0**."
    if plain.trouble == "underflow":
        return f"Every term is too small for **{kind}** and becomes **0**: the sum is 0, and 0 / 0 is **nan**."
    if plain.trouble == "vanished":
        return f"{largest}. A term too small for it becomes **0**: harmless in a sum, but its logarithm is −inf."
    return f"{largest}: every term fits. Move c up, or far down, until it breaks."


def rounding_words(computed: Tensor, exact: Tensor, kind: str) -> str:
    """By how much storing the logits in `kind` moved the probabilities, if one could see it."""
    off = float((computed.double() - exact).abs().max())
    if off < 0.001:
        return "With the maximum subtracted nothing overflows, and no probability is off by 0.1% or more."
    return f"The safe way cannot overflow, but {kind} rounds z + c, which changes one probability by {percent(off)}."
