"""The verdicts of all pages, each with its bound: one table, so that a word means the same everywhere."""

from dataclasses import dataclass

SATURATED = 0.05
"""A slope smaller than this in size counts as saturated: a gradient passing through loses 95% or more."""
LEVEL = 20.0
"""A gradient that grows or shrinks by no more than this factor on its way through all layers is healthy."""
DEAD_SHARE = 0.5
"""From this share of dead units on, a training run warns of them."""
OVERFITTING_FACTOR, PATIENCE = 1.1, 3
"""Overfitting: the validation loss is this many times its best at so many evaluations in a row."""


@dataclass(frozen=True)
class Verdict:
    """What people read: its word, and the bound beyond which it is said."""

    title: str
    bound: str


VERDICTS: dict[str, Verdict] = {
    "healthy": Verdict("Healthy", f"between 1/{LEVEL:g} and {LEVEL:g} times"),
    "vanishing": Verdict("Vanishing", f"less than 1/{LEVEL:g} times"),
    "exploding": Verdict("Exploding", f"more than {LEVEL:g} times"),
    "off": Verdict("off", "slope exactly 0 here"),
    "dead": Verdict("dead", "slope exactly 0 for every example"),
    "saturated": Verdict("saturated", f"slope under {SATURATED:g} in size"),
    "overfits": Verdict(
        "overfits",
        f"validation loss {OVERFITTING_FACTOR - 1:.0%} above its best {PATIENCE} times in a row, while the training "
        "loss falls",
    ),
}
