"""No word on the screen changes without a trace: all of them lie in tests/screen_text.md, for a reviewer to read."""

import difflib
import re
from pathlib import Path

import pytest

from tests.ui import screen_text
from tests.ui.screen_text import COMMAND, FILE, collected, normal, script_lines

# Not the year of a paper, nor the name of a map or of a choice, nor what PyTorch would write: (3, 16384, 1).
LONG_NUMBER = re.compile(r"(?<![\w#.,/])(?<!map )(?!1[89]\d\d\b|20\d\d\b)\d{4,}(?![\w,)]|\.\d)")


def test_all_words_on_the_screen_are_those_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ungrouped = set()

    def looked_at(text: str) -> str:
        line = re.sub(r"\([\d, ]+\)|z-index: \d+|such as .* or 1200", "", text)
        if LONG_NUMBER.search(line) and re.search(r"[A-Za-z]", line):
            ungrouped.add(text)
        return normal(text)

    monkeypatch.setattr(screen_text, "normal", looked_at)
    before, now = FILE.read_text(encoding="utf-8").splitlines(), collected(tmp_path).splitlines()
    changes = "\n".join(difflib.unified_diff(before, now, FILE.name, "on the screen", lineterm="", n=1))
    assert not changes, f"Words have changed. Read them; if they are meant, write the file anew: {COMMAND}\n{changes}"
    assert not ungrouped, "thousands are grouped: 1,280"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("84.1% of 1,000,\n −0.5 or 3e-05; 10⁻³", "#% of #, # or #; #"),
        ("0–31 and (3, 64, 64)", "#–# and (#, #, #)"),
        ("uint8, ResNet-18, 2D, 16th, v₁", "uint8, ResNet-#, 2D, 16th, v₁"),
        ("1, 2, 3, 4, 5, 6 dogs", "#, #, … dogs"),
        ("Home: [notebook](imgcls/notebook?of=a1_b)", "Home: [notebook]"),
    ],
)
def test_numbers_are_no_words(text: str, expected: str) -> None:
    assert normal(text) == expected


def test_a_views_words_are_told_from_its_code() -> None:
    script = """// not this one
    const say = `row ${row}, column ${column}`, where = ".output figcaption", key = "Escape"
    look.textContent = wide ? "Drag it, or use the arrow keys." : "Pause"
    style.gridTemplateColumns = "repeat(3, minmax(0, 1fr))"
    """
    assert list(script_lines(script)) == ["row #, column #", "Drag it, or use the arrow keys.", "Pause"]
