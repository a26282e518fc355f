"""Random expressions for the tests, and what plain Python with torch makes of their text."""

import random

import torch
from torch import Tensor

NAMES = ("w", "x", "b", "y1")
PLAIN = {
    "relu": torch.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "exp": torch.exp, "log": torch.log,
    "sqrt": torch.sqrt, "sin": torch.sin, "cos": torch.cos, "abs": torch.abs, "max": torch.maximum,
    "min": torch.minimum, "detach": torch.detach,
}  # fmt: skip


def random_text(rng: random.Random, depth: int = 4) -> str:
    """An expression of the grammar, at most `depth` operations deep, sometimes with a named part."""
    if rng.random() < 0.3:
        part = _binary(rng, depth - 2, NAMES)
        return f"p = {part}; {_binary(rng, depth - 1, (*NAMES, 'p'))}"
    return _binary(rng, depth, NAMES)


def _binary(rng: random.Random, depth: int, names: tuple[str, ...]) -> str:
    sign = rng.choice("+-*/")
    return f"{_part(rng, depth - 1, names)} {sign} {_part(rng, depth - 1, names)}"


def _part(rng: random.Random, depth: int, names: tuple[str, ...]) -> str:
    if depth <= 0:
        return rng.choice(names)
    kind = rng.random()
    if kind < 0.3:
        return f"({_binary(rng, depth, names)})"
    if kind < 0.5:
        function = rng.choice(["relu", "sigmoid", "tanh", "sin", "cos", "abs", "exp", "log", "sqrt"])
        inside = _part(rng, depth - 1, names)
        return f"{function}({f'0.5 + abs({inside})' if function in {'log', 'sqrt'} else inside})"
    if kind < 0.6:
        return f"{rng.choice(['max', 'min'])}({_part(rng, depth - 1, names)}, {_part(rng, depth - 1, names)})"
    if kind < 0.7:
        return f"({_part(rng, depth - 1, names)})**{rng.choice([2, 3])}"
    if kind < 0.8:
        return f"(-{_part(rng, depth - 1, names)})"
    return rng.choice(names)


def plainly(text: str, leaves: dict[str, Tensor]) -> Tensor:
    """The value of the text by Python itself: what the parser never does, and so an independent judge."""
    *parts, last = text.split(";")
    scope = {**PLAIN, **leaves}
    for part in parts:
        exec(part.strip(), scope)
    return eval(last.strip(), scope)
