"""Every lesson runs, on ordinary and on awkward photos, and the code it prints gives the numbers it shows."""

import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from imgcls.data.pictures import picture_from_image
from imgcls.lessons import Lesson, built_lessons
from imgcls.ui.shell import PANEL

ROOT = Path(__file__).resolve().parent.parent
AWKWARD = {
    "one pixel": Image.new("RGB", (1, 1), (200, 10, 30)),
    "a strip": Image.fromarray(np.arange(3 * 80, dtype=np.uint8).reshape(1, 80, 3)),
    "all black": Image.new("RGB", (300, 200)),
}


def opened(lesson: Lesson, photo: Image.Image | None = None) -> AppTest:
    """The app at a lesson, with a given current photo."""
    app = AppTest.from_file(str(ROOT / "imgcls/ui/navigation.py"), default_timeout=60)
    if photo is not None:
        app.session_state["current_photo"] = picture_from_image(photo, "test")
        app.session_state["current_photo_sample"] = None
    app.run()
    if lesson.slug:
        app.switch_page(f"../../pages/{lesson.path.name}").run()
    assert not app.exception, app.exception[0].message
    return app


@pytest.mark.parametrize("lesson", built_lessons(), ids=lambda lesson: lesson.slug or "home")
def test_a_page_asks_its_question_and_its_code_gives_the_numbers_shown(
    lesson: Lesson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(lesson)
    assert app.title[0].value == lesson.question
    app.session_state["current_photo"].image.save(tmp_path / "photo.png")
    monkeypatch.chdir(tmp_path)
    panels = app.session_state[PANEL]
    assert panels, "a lesson prints its code"
    for name, panel in panels.items():
        assert panel.shows, f"panel {name} names no number of the page"
        variables: dict[str, object] = {}
        exec(compile(panel.code, f"<{lesson.slug} {name}>", "exec"), variables)
        for variable, shown in panel.shows.items():
            computed = np.asarray(variables[variable], dtype=float).reshape(-1)
            expected = np.asarray(shown, dtype=float).reshape(-1)
            np.testing.assert_allclose(computed, expected, rtol=1e-4, atol=1e-6, err_msg=f"{name}: {variable}")
            assert all(math.isfinite(number) for number in expected), f"{variable} is not a number"


@pytest.mark.parametrize("kind", AWKWARD)
@pytest.mark.parametrize("lesson", built_lessons(), ids=lambda lesson: lesson.slug or "home")
def test_a_page_survives_awkward_photos(lesson: Lesson, kind: str) -> None:
    opened(lesson, AWKWARD[kind])
