"""Sentences and tables that follow a drag."""

from collections.abc import Sequence

from imgcls.ui.components import Element, declare, placed

_mount = declare("words", html='<div class="words"></div>', isolate_styles=False)


def words(text: str, *, key: str | None = None) -> Element:
    """Show `text`, in which **...** is bold and ^{...} raised; a blank line begins a new paragraph."""
    return placed(_mount.element({"paragraphs": text.split("\n\n"), "rows": []}), key)


def table(rows: Sequence[Sequence[str]], *, key: str | None = None) -> Element:
    """Show a table; the first row and the first column are its headings."""
    return placed(_mount.element({"paragraphs": [], "rows": [list(row) for row in rows]}), key)
