"""Sentences and tables that follow a drag."""

from collections.abc import Sequence

from imgcls.ui.components import declare

_mount = declare("words", html='<div class="words"></div>', isolate_styles=False, styles=("text.css",))


def words(text: str, *, key: str) -> None:
    """Show `text`, in which **...** is bold and ^{...} raised; a blank line begins a new paragraph."""
    _mount(key=key, data={"paragraphs": text.split("\n\n"), "rows": []})


def table(rows: Sequence[Sequence[str]], *, key: str) -> None:
    """Show a table; the first row and the first column are its headings."""
    _mount(key=key, data={"paragraphs": [], "rows": [list(row) for row in rows]})
