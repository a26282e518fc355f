"""Codes that nobody mistakes, and names by lot."""

import secrets
from collections.abc import Container

CODE_LETTERS = "CFHJKLMNPRTWXY"
"""Without vowels no code is a word; without B, D, G, Q, S, V and Z none looks or sounds like another or a digit."""
CODE_LENGTH = 4
COLOURS = (
    "amber", "blue", "bronze", "copper", "coral", "crimson", "golden", "green", "indigo", "ivory", "lilac", "orange",
    "pink", "purple", "red", "ruby", "sandy", "scarlet", "silver", "teal", "turquoise", "violet", "white", "yellow",
)  # fmt: skip
BREEDS = (
    "akita", "basset", "beagle", "borzoi", "boxer", "briard", "collie", "corgi", "dalmatian", "havanese", "husky",
    "kelpie", "mastiff", "papillon", "pointer", "poodle", "pug", "saluki", "samoyed", "setter", "spaniel", "terrier",
    "vizsla", "whippet",
)  # fmt: skip


def new_code(taken: Container[str]) -> str:
    """A code of four letters, drawn by lot, that is not `taken`."""
    while True:
        code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
        if code not in taken:
            return code


def as_code(typed: str) -> str:
    """What was typed, as a code: in capitals, without what stands between the letters."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())[: 2 * CODE_LENGTH]


def new_name(taken: Container[str]) -> str:
    """A name such as "blue beagle", drawn by lot, that is not `taken`; after some tries with a number."""
    for tries in range(1000):
        name = f"{secrets.choice(COLOURS)} {secrets.choice(BREEDS)}"
        if tries >= 50:
            name += f" {secrets.randbelow(90) + 10}"
        if name not in taken:
            return name
    raise RuntimeError("no name is left")
