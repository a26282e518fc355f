"""What the cross-entropy lesson draws for its sliders, without Streamlit."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from imgcls.figures.loss_curves import branch_curves, loss_curve, way_curves
from imgcls.numbers import MOST_DIGITS, all_written, equation, joined, percent, written
from imgcls.ops.losses import (
    BinaryLogLoss,
    CrossEntropy,
    ThreeWays,
    binary_cross_entropy,
    cross_entropy,
    log_loss,
    smoothed_curve,
    three_ways,
    twice_floor,
)
from imgcls.ops.softmax import sweep
from imgcls.plain import words
from imgcls.ui.components.sliders import Column, Drawing, SliderRows
from imgcls.ui.dials import Dial
from imgcls.ui.scores import LOW, including

DEAR = 5.0
"""The loss whose bar is full; -ln 0.0067 is 5."""

SMOOTHING = Dial("ce_smoothing", "label smoothing", 0.0, 0.5, 0.01, 0.0)
TEMPERATURE = Dial("ce_t", "temperature T", 0.1, 5.0, 0.05, 1.0)
BEHIND = Dial("ce_behind", "how far the true class's logit is behind the best of three", -20, 200, 1, 20, 0)
KINDS = {"float16": torch.float16, "float32": torch.float32, "float64": torch.float64}
WAYS = ("cross_entropy(z)", "−log(softmax(z))", "cross_entropy(softmax(z))")
"""The three ways to a loss, in the order of the fields of ThreeWays, as one would write them in torch."""


def priced(losses: Sequence[float]) -> list[float]:
    """The lengths of loss bars."""
    return [min(loss / DEAR, 1.0) for loss in losses]


def probability_axis(now: float) -> Tensor:
    """Probabilities from 0.001 (or from `now`, if that is smaller) to 1, `now` among them: where a curve is drawn."""
    steep = torch.logspace(-3, -1.3, 25, dtype=torch.float64)
    return including(torch.cat([steep, torch.linspace(0.06, 1, 60, dtype=torch.float64)]), now)


def worked_example(rows: SliderRows) -> CrossEntropy:
    """The cross-entropy of the rows' logits against the row that is picked, a batch of one."""
    settings = rows.settings
    logits, true = torch.tensor([rows.numbers], dtype=torch.float64), torch.tensor([rows.picked])
    return cross_entropy(logits, true, settings[SMOOTHING.name], settings[TEMPERATURE.name])


def one_example(rows: SliderRows, names: Sequence[str]) -> Drawing:
    """Probability, target, loss and gradient of each class, and where the example stands on the curve."""
    result, true, settings = worked_example(rows), rows.picked, rows.settings
    p, y = result.probabilities[0].tolist(), result.targets[0].tolist()
    parts, gradient, loss = result.contributions[0].tolist(), result.gradient[0].tolist(), float(result.loss)
    slope = "(p − y) / T" if settings[TEMPERATURE.name] != 1 else "p − y"
    line = probability_axis(p[true])
    smoothed = smoothed_curve(result, true, line).tolist() if settings[SMOOTHING.name] else None
    return Drawing(
        [
            Column("probability p", [percent(x) for x in p], p),
            Column("target y", all_written(y, 3)),
            Column("−y ln p", all_written(parts), priced(parts), "loss", total=f"loss {written(loss)}"),
            Column(f"gradient {slope}", all_written(gradient), gradient, "gradient", signed=True),
        ],
        details=[
            f"{words(name)}: {_part(y[i], p[i], parts[i])};  gradient "
            f"{_slope(p[i], y[i], settings[TEMPERATURE.name], gradient[i])}"
            for i, name in enumerate(names)
        ],
        figure=loss_curve(line.tolist(), log_loss(line).tolist(), p[true], smoothed),
    )


def _part(y: float, p: float, part: float) -> str:
    """−y · ln p worked out."""
    shown = equation((y, p), lambda y, p: -y * _ln(p) if y else 0.0, part)
    return f"−{shown.operands[0]} · ln {shown.operands[1]} {shown.sign} {shown.result}"


def _slope(p: float, y: float, temperature: float, gradient: float) -> str:
    """(p − y) / T worked out."""
    shown = equation((p, y, temperature), lambda p, y, t: (p - y) / t, gradient)
    over_t = f" / {shown.operands[2]}" if temperature != 1 else ""
    return f"({shown.operands[0]} − {shown.operands[1]}){over_t} {shown.sign} {shown.result}"


def log_loss_worked(p: float, loss: float, digits: int = MOST_DIGITS) -> str:
    """−ln p worked out."""
    shown = equation((p,), lambda p: -_ln(p), loss, digits)
    return f"−ln {shown.operands[0]} {shown.sign} {shown.result}"


def _other_branch(p: float, loss: float) -> str:
    shown = equation((p,), lambda p: -_ln(1 - p), loss)
    return f"−ln(1 − {shown.operands[0]}) {shown.sign} {shown.result}"


def _ln(number: float) -> float:
    return math.log(number) if number > 0 else -math.inf


def _mean(losses: Sequence[float], mean: float) -> str:
    """(a + b + ...) / n worked out."""
    shown = equation(losses, lambda *numbers: math.fsum(numbers) / len(numbers), mean)
    return f"({joined(shown.operands)}) / {len(losses)} {shown.sign} {shown.result}"


def worked_binary(rows: SliderRows, y: int) -> BinaryLogLoss:
    """The binary log loss of the one row's logit."""
    z = torch.tensor(rows.numbers, dtype=torch.float64)
    return binary_cross_entropy(z, torch.full_like(z, y))


def two_classes(rows: SliderRows, name: str, y: int, over_logit: bool) -> Drawing:
    """One logit, its probability and loss, and both branches of the loss."""
    now = worked_binary(rows, y)
    p, loss, gradient = float(now.probability), float(now.loss), float(now.gradient)
    logits = including(torch.linspace(LOW, 10, 81, dtype=torch.float64), rows.numbers[0])
    line = binary_cross_entropy(logits, torch.full_like(logits, y))
    x, title = (logits, "logit z") if over_logit else (line.probability, f"probability p of a {name}")
    here = x[logits.tolist().index(rows.numbers[0])].item()
    return Drawing(
        [
            Column("p = sigmoid(z)", [percent(p)], [p]),
            Column("1 − p", [percent(1 - p)], [1 - p]),
            Column("loss", [written(loss)], priced([loss]), "loss"),
            Column("gradient p − y", [written(gradient)], [gradient], "gradient", signed=True),
        ],
        details=[f"−[ y ln p + (1 − y) ln(1 − p) ] = {log_loss_worked(p, loss) if y else _other_branch(p, loss)}"],
        figure=branch_curves(x.tolist(), line.if_one.tolist(), line.if_zero.tolist(), here, y, title),
    )


def worked_batch(rows: SliderRows) -> CrossEntropy:
    """One example a row, of three classes: the true one has the row's logit, the others 0."""
    logits = torch.zeros(len(rows.numbers), 3, dtype=torch.float64)
    logits[:, 0] = torch.tensor(rows.numbers, dtype=torch.float64)
    return cross_entropy(logits, torch.zeros(len(logits), dtype=torch.int64))


def batch(rows: SliderRows) -> Drawing:
    """Each example's loss and pull, and their mean."""
    result, count = worked_batch(rows), len(rows.numbers)
    losses, p, mean = result.losses.tolist(), result.probabilities[:, 0].tolist(), float(result.loss)
    pulls = result.mean_gradient[:, 0].tolist()
    worst = max(range(count), key=lambda i: losses[i])
    return Drawing(
        [
            Column("p of the true class", [percent(x) for x in p], p),
            Column("loss −ln p", all_written(losses), priced(losses), "loss", total=f"mean {written(mean)}"),
            Column(f"pull (p − 1) / {count}", all_written(pulls), pulls, "gradient", signed=True),
        ],
        details=[_mean(losses, mean)] * count,
        note=f"The mean of the {count} losses is **{written(mean)}**. Photo {worst + 1} alone accounts for "
        f"**{percent(losses[worst] / sum(losses))}** of it, and pulls hardest at the weights.",
    )


def worked_ways(behind: float, kind: str) -> ThreeWays:
    """The three ways for three classes whose true one is `behind`, in the number format `kind`."""
    return three_ways(torch.tensor([[-behind, 0.0, -1.0]], dtype=KINDS[kind]), torch.tensor([0]))


def logits_in(behind: float, kind: str) -> Drawing:
    """The same loss computed in three ways, two of which break; the true class's logit is `behind` by so much."""
    now = worked_ways(behind, kind)
    gaps = including(torch.linspace(BEHIND.low, BEHIND.high, 111, dtype=torch.float64), behind)
    logits = sweep(torch.tensor([0.0, 0.0, -1.0], dtype=torch.float64), 0, -gaps).to(KINDS[kind])
    line = three_ways(logits, torch.zeros(len(gaps), dtype=torch.int64))
    ways = (now.from_logits, now.from_probabilities, now.softmax_twice)
    losses, gradients = [float(way.losses) for way in ways], [float(way.gradient[0, 0]) for way in ways]
    lines = (line.from_logits, line.from_probabilities, line.softmax_twice)
    curves = [
        (name, [x if math.isfinite(x) else None for x in way.losses.tolist()])
        for name, way in zip(WAYS, lines, strict=True)
    ]
    return Drawing(
        [
            Column(f"loss in {kind}", all_written(losses), [x / BEHIND.high for x in losses], "loss"),
            Column("gradient at the true logit", all_written(gradients), gradients, "gradient", signed=True),
        ],
        note=ways_in_words(losses, gradients, kind),
        figure=way_curves(gaps.tolist(), curves, behind, BEHIND.high),
    )


def ways_in_words(losses: Sequence[float], gradients: Sequence[float], kind: str) -> str:
    """What broke, if anything, and what softmax twice does in any case."""
    twice = (
        f"**{WAYS[2]}**, softmax done twice, never falls below ln(1 + 2/e) = {written(twice_floor(3))}, even for a "
        f"perfect answer; its gradient is {written(gradients[2])} where it should be {written(gradients[0])}."
    )
    if math.isinf(losses[1]):
        return (
            f"**{WAYS[1]}**: p is too small for {kind}: it becomes 0. −ln 0 is **inf**, its gradient **nan**. {twice}"
        )
    if math.isnan(gradients[1]):
        return f"**{WAYS[1]}**: the loss still fits in {kind}, but 1/p in its gradient does not: **nan**. {twice}"
    return twice
