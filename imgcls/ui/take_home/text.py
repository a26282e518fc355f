"""The sentences of questions for paper and notebooks: **bold**, ^{raised}, and \\ before a letter that is meant itself.

It is the markup that the page's own components read (see js/text.js). What is done with a finger on the page is done
with a pencil here.
"""

import html
import re
from collections.abc import Callable

_PIECES = re.compile(r"(\\[\\*^]|\^\{[^}]*\}|\*\*(?:\\.|[^*\\])+\*\*)")
_LETTER = re.compile(r"\\([\\*^])")
_BY_HAND = (
    (re.compile(r"\bDrag (the bars|them) to where\b"), r"Draw \1 where"),
    (re.compile(r"\bDrag the bars to the\b"), "Draw bars for the"),
    (re.compile(r"\bDrag\b"), "Draw"),
    (re.compile(r"\bClick\b"), "Mark"),
)
# Letters that Markdown reads, as HTML entities: a backslash would begin a formula where a notebook has brackets.
_MARKUP = re.compile(r"[\\`*_\[\]<>&$~|#]")


def by_hand(text: str) -> str:
    """The same words for whoever has a pencil: "Drag the bars" becomes "Draw the bars"."""
    for said, instead in _BY_HAND:
        text = said.sub(instead, text)
    return text


def as_html(text: str) -> str:
    """A sentence as HTML."""
    return _made(text, html.escape, "<b>{}</b>", "<sup>{}</sup>")


def as_markdown(text: str) -> str:
    """A sentence as Markdown for a notebook."""
    return _made(text, lambda bare: _MARKUP.sub(lambda one: f"&#{ord(one[0])};", bare), "**{}**", "<sup>{}</sup>")


def _made(text: str, bare: Callable[[str], str], bold: str, raised: str) -> str:
    made = []
    for piece in _PIECES.split(by_hand(text)):
        if piece.startswith("^{"):
            made.append(raised.format(bare(piece[2:-1])))
        elif piece.startswith("**") and len(piece) > 4:
            made.append(bold.format(bare(_LETTER.sub(r"\1", piece[2:-2]))))
        else:
            made.append(bare(_LETTER.sub(r"\1", piece)))
    return "".join(made)
