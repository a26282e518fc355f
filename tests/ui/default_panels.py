"""The code of every part as the pages open with it: `python -m tests.ui.default_panels` writes it anew.

Notebooks take it for the parts that nobody has opened (see imgcls/ui/take_home/panels.py). It takes a minute, most of
it for the data set's pictures.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image

from imgcls.data.samples import load_sample
from imgcls.lessons import Lesson, built_lessons
from imgcls.ui.dataset.work import forget
from imgcls.ui.shell import PANEL
from imgcls.ui.take_home.panels import FILE
from tests.test_pages import parts, titled
from tests.ui.at_once import at_once

COMMAND = "python -m tests.ui.default_panels"
OTHER = "cat"  # what is fitted to a photo is another for this one


def panels(lesson: Lesson, photo: Image.Image | None = None) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Part, key, code and values of each panel that the lesson's parts open with."""
    for part, app in parts(lesson, photo):
        for key, panel in app.session_state[PANEL].items():
            yield titled(app, part), key, panel.code, {name: rounded(value) for name, value in panel.shows.items()}


def rounded(value: Any) -> Any:
    """Whole numbers as they are, others to five digits: more of them differ from machine to machine."""
    if isinstance(value, list | tuple):
        return [rounded(each) for each in value]
    return float(value if float(value).is_integer() else f"{value:.5g}")


def collected(lesson: Lesson) -> list[dict[str, Any]]:
    """What the file says of a lesson."""
    other = {(part, key): code for part, key, code, _ in panels(lesson, load_sample(OTHER).image)}
    return [
        {"part": part, "key": key, "fitted": other[part, key] != code, "code": code.splitlines(), "shows": shows}
        for part, key, code, shows in panels(lesson)
    ]


def main() -> None:
    with tempfile.TemporaryDirectory() as cache, pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMGCLS_CACHE", cache)
        at_once(patch)
        everything = {lesson.slug: collected(lesson) for lesson in built_lessons()}
        forget()
    FILE.write_text(json.dumps(everything, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    os.environ["IMGCLS_PREDICT_FIRST"] = "0"  # the parts themselves, not the questions in front of them
    main()
