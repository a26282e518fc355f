"""Sentences about a program that went wrong: values that are no numbers, gradients and differences that disagree."""

import math

from torch import Tensor

from imgcls.numbers import written
from imgcls.ops.autodiff import Edge, Trace
from imgcls.ops.descent import Descent
from imgcls.ops.program import Expression

LARGEST = "the largest float64, about 1.8 · 10³⁰⁸"


def unusual_value(expression: Expression, trace: Trace) -> str:
    """What made the first value or gradient that is not a finite number; "" if all are finite."""
    for index, node in enumerate(trace.nodes):
        if not math.isfinite(float(node.value)):
            inputs = [float(trace.nodes[i].value) for i in node.step.inputs]
            why = _why_value(node.step.name, inputs)
            return f"“{expression.source(index)}” is {written(float(node.value))}: {why} Every later value inherits it."
    for edge in sorted(trace.edges, key=lambda edge: edge.turn):
        if not math.isfinite(float(edge.passed)):
            return _why_gradient(expression, trace, edge)
    return ""


def _why_value(name: str, inputs: list[float]) -> str:
    first, second = (*inputs, math.nan)[:2]
    match name:
        case "log" if first < 0:
            return f"no real number has e to its power equal to {written(first)}. Keep the inside of log above 0."
        case "log":
            return "e to no finite power is 0. Keep the inside of log above 0."
        case "sqrt":
            return f"no real number squared gives {written(first)}. Keep the inside of sqrt at 0 or above."
        case "/" if second == 0 and first == 0:
            return "0 divided by 0 has no value."
        case "/" if second == 0:
            return "a division by 0 has no finite value."
        case "**" if first == 0:
            return "0 to a negative power divides by 0."
        case "**" if first < 0 and not second.is_integer():
            return f"{written(first)} to a fractional power is not a real number."
        case "exp":
            return f"e to the {written(first)} passes {LARGEST}; that happens above 709.78."
    return f"the result passes {LARGEST} (overflow)."


def _why_gradient(expression: Expression, trace: Trace, edge: Edge) -> str:
    arriving = trace.nodes[edge.target].gradient
    local = edge.local
    part, whole = expression.source(edge.source), expression.source(edge.target)
    if arriving is None or local is None:
        return ""
    if not math.isfinite(float(local)):
        name = trace.nodes[edge.target].step.name
        at = written(float(trace.nodes[edge.source].value))
        if name == "**" and edge.slot == 1:
            return f"The derivative of “{whole}” by its exponent needs the log of a number that is not above 0."
        return (
            f"The value is finite, but “{whole}” is infinitely steep where “{part}” is {at}: "
            f"the local derivative is {written(float(local))}, so the gradient from there on is not a number to use."
        )
    return (
        f"The gradient {written(float(arriving))} times the local derivative {written(float(local))} of “{whole}” "
        f"is {written(float(edge.passed))}, beyond {LARGEST}."
    )


def disagreement(trace: Trace, name: str, difference: Tensor, *, tolerance: float = 1e-4) -> str:
    """Why the `.grad` of variable `name` and its central difference are not the same; "" if they agree."""
    leaf = trace.leaf(name)
    slope = float(difference)
    gradient = 0.0 if leaf.gradient is None else float(leaf.gradient)
    if abs(gradient - slope) <= tolerance * (1 + abs(slope)):
        return ""
    if trace.trouble:
        return "nothing was recorded, so there is no .grad, although the output still depends on the value"
    if not leaf.requires_grad:
        return "requires_grad is False, so autograd stores no .grad, although the output still depends on the value"
    if any(node.step.name == "detach" for node in trace.nodes):
        return "detach hides a part from autograd; the numerical check still sees all of it"
    if not (math.isfinite(gradient) and math.isfinite(slope)):
        return "one of them is not a finite number"
    if any(_at_kink(trace, index) for index in range(len(trace.nodes))):
        return "the curve has a kink here: autograd takes one side's slope, the numerical check the mean of both"
    return "the curve bends too sharply here for the small step of the numerical check"


def _at_kink(trace: Trace, index: int) -> bool:
    node = trace.nodes[index]
    inputs = [float(trace.nodes[i].value) for i in node.step.inputs]
    if node.step.name in {"relu", "abs"}:
        return abs(inputs[0]) < 1e-4
    return node.step.name in {"max", "min"} and abs(inputs[0] - inputs[1]) < 1e-4


def verdict(descent: Descent, *, zero_grad: bool = True) -> str:
    """What the path did, and why, in one or two sentences."""
    first, last = descent.points[0], descent.points[-1]
    count = len(descent.points) - 1
    if not first.gradient:
        return "No gradient reaches any variable, so nothing moves."
    if not math.isfinite(first.value):
        return "The value is not a finite number at the start, so there is no way down to follow."
    if first.steepness == 0:
        return "The gradient is exactly 0, so nothing moves: from here, no direction leads downhill."
    if descent.stays:
        across = count and sum(slope * descent.points[1].gradient[name] for name, slope in first.gradient.items()) < 0
        why = "each lands exactly as high on the other side of the valley" if across else "they are too small to tell"
        return f"The value stays at {written(first.value)} after {count} steps: {why}."
    if descent.first_rise is not None:
        return _rise(descent, zero_grad)
    if last.value < first.value and last.steepness >= first.steepness:
        return (
            f"The value falls from {written(first.value)} to {written(last.value)} and the gradient does not shrink: "
            "there is no minimum nearby."
        )
    return (
        f"The value falls at every step, from {written(first.value)} to {written(last.value)} after {count}; "
        f"the gradient shrinks from {written(first.steepness)} to {written(last.steepness)}."
    )


def _rise(descent: Descent, zero_grad: bool) -> str:
    k = descent.first_rise or 0
    before, after, last = descent.points[k - 1], descent.points[k], descent.points[-1]
    fate = "the value is no longer a number" if not descent.finite else f"it ends at {written(last.value)}"
    word = "It diverges" if descent.diverges else "It zigzags"
    told = f"{word}: step {k} raises the value from {written(before.value)} to {written(after.value)}, and {fate}. "
    if not zero_grad:
        return told + "The gradients of all earlier steps keep adding up, because nothing sets them back to zero."
    if not math.isfinite(after.value):
        return told + "That step left the region where the expression has a finite value. Try a smaller rate."
    if descent.limit is not None and descent.rate > descent.limit:
        return told + (
            f"Along the gradient the curve bends with {written(2 / descent.limit)}, so a step lands lower only for "
            f"rates below 2 / {written(2 / descent.limit)} = {written(descent.limit)}; "
            f"at {written(descent.rate)} it jumps across the valley and lands higher on the other side."
        )
    return told + "The slope changes a lot within that one step, so the step goes wrong. Try a smaller rate."
