"""Programs: flat lists of steps on named variables, and the operations that a step may use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Operation:
    """One operation: how a graph writes it, torch's function for it, and its derivative to each input.

    `rules` are in the inputs `a` and `b` and the output `v`, in Python's notation; they are shown in words beside the
    number, which is autograd's own.
    """

    symbol: str
    apply: Callable[..., Tensor]
    rules: tuple[str, ...]
    torch_name: str = ""

    @property
    def arity(self) -> int:
        """The number of inputs."""
        return len(self.rules)


OPERATORS: Mapping[str, Operation] = {
    "+": Operation("+", torch.add, ("1", "1")),
    "-": Operation("−", torch.sub, ("1", "-1")),
    "*": Operation("×", torch.mul, ("b", "a")),
    "/": Operation("÷", torch.div, ("1 / b", "-a / b**2")),
    "**": Operation("power", torch.pow, ("b * a**(b - 1)", "v * log(a)")),
    "negate": Operation("negate", torch.neg, ("-1",)),
}
"""What + - * / ** and the leading minus do."""

FUNCTIONS: Mapping[str, Operation] = {
    "relu": Operation("relu", torch.relu, ("1 if a > 0 else 0",), "torch.relu"),
    "sigmoid": Operation("sigmoid", torch.sigmoid, ("v * (1 - v)",), "torch.sigmoid"),
    "tanh": Operation("tanh", torch.tanh, ("1 - v**2",), "torch.tanh"),
    "exp": Operation("exp", torch.exp, ("v",), "torch.exp"),
    "log": Operation("log", torch.log, ("1 / a",), "torch.log"),
    "sqrt": Operation("sqrt", torch.sqrt, ("1 / (2 * v)",), "torch.sqrt"),
    "sin": Operation("sin", torch.sin, ("cos(a)",), "torch.sin"),
    "cos": Operation("cos", torch.cos, ("-sin(a)",), "torch.cos"),
    "abs": Operation("abs", torch.abs, ("sign(a)",), "torch.abs"),
    "max": Operation("max", torch.maximum, ("1 if a > b else 0", "1 if b > a else 0"), "torch.maximum"),
    "min": Operation("min", torch.minimum, ("1 if a < b else 0", "1 if b < a else 0"), "torch.minimum"),
    "detach": Operation("detach", torch.detach, ("0",), "torch.detach"),
}
"""The functions that may be called by name."""

OPERATIONS: Mapping[str, Operation] = {**OPERATORS, **FUNCTIONS}


@dataclass(frozen=True)
class Step:
    """One value of a program: a variable, a constant, or an operation on earlier steps.

    `name` is the variable's name, the number as text, or a key of the operation table. `inputs` are indices of earlier
    steps. `label` is what a picture calls the value. `start` and `end` are its columns in the text.
    """

    kind: str
    name: str
    inputs: tuple[int, ...] = ()
    label: str = ""
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Expression:
    """A parsed text: `steps` in an order in which they can be computed, the last one being its value."""

    text: str
    steps: tuple[Step, ...]

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables, in the order of their first appearance."""
        return tuple(step.name for step in self.steps if step.kind == "variable")

    def source(self, index: int) -> str:
        """The part of the text that step `index` stands for."""
        return self.text[self.steps[index].start : self.steps[index].end]


def as_torch(expression: Expression) -> str:
    """Lines of torch code that end with `value = ...`; the expression's variables must exist as float64 tensors."""
    code: list[str] = []
    lines: list[str] = []
    last = len(expression.steps) - 1
    for index, step in enumerate(expression.steps):
        if step.kind != "operation":
            code.append(step.name)
            continue
        inputs = [code[i] for i in step.inputs]
        if step.name in FUNCTIONS or all(expression.steps[i].kind == "constant" for i in step.inputs):
            inputs = [
                f"torch.tensor({text}, dtype=torch.float64)" if expression.steps[i].kind == "constant" else text
                for i, text in zip(step.inputs, inputs, strict=True)
            ]
        written = _written(step.name, inputs)
        if index == last:
            lines.append(f"value = {_bare(written)}")
        elif step.label:
            lines.append(f"{step.label} = {_bare(written)}")
            written = step.label
        code.append(written)
    return "\n".join(lines)


def _written(name: str, inputs: list[str]) -> str:
    if name in FUNCTIONS:
        return f"{FUNCTIONS[name].torch_name}({', '.join(_bare(text) for text in inputs)})"
    if name == "negate":
        return f"(-{inputs[0]})"
    # A negative number in front of ** would bind wrongly, so it gets brackets of its own.
    left, right = (f"({text})" if text.startswith("-") else text for text in inputs)
    return f"({left} {name} {right})"


def _bare(text: str) -> str:
    """`text` without brackets around the whole of it."""
    if not text.startswith("("):
        return text
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return text[1:-1] if place == len(text) - 1 else text
    return text


def detach_part(expression: Expression, index: int) -> str:
    """The text with `detach(...)` put around step `index`, or taken off if that is what the step is."""
    step = expression.steps[index]
    text = expression.text
    if step.name == "detach":
        before, call, after = text[: step.start], text[step.start : step.end], text[step.end :]
        inside = call.removeprefix("detach").strip()[1:-1].strip()
        alone = before.rstrip()[-1:] in {"", "(", "=", ";", ","} and after.lstrip()[:1] in {"", ")", ";", ","}
        return before + (inside if alone or inside.isalnum() else f"({inside})") + after
    return f"{text[: step.start]}detach({text[step.start : step.end]}){text[step.end :]}"
