"""Every lesson runs, on ordinary and on awkward photos, and the code it prints gives the numbers it shows."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest

from imgcls.data.pictures import picture_from_image
from imgcls.labels import display_name
from imgcls.lessons import Lesson, built_lessons
from imgcls.models.classify import classify
from imgcls.models.registry import load
from imgcls.ui.shell import CODE, PANEL
from imgcls.ui.take_home.bag import CodePanel
from imgcls.ui.take_home.panels import default_panels

ROOT = Path(__file__).resolve().parent.parent
WRITE_PANELS = "the page's code has changed: python -m tests.ui.default_panels"
WRITTEN = {"Fool it": 3e-3}
"""Parts whose numbers depend on the processor: where a gradient is nearly 0 its sign follows the rounding. Torch with
oneDNN, without it, and in double precision make 0.5635, 0.5626 and 0.5626 of the one that is written down as 0.5628."""
AWKWARD = {
    "one pixel": Image.new("RGB", (1, 1), (200, 10, 30)),
    "a strip": Image.fromarray(np.arange(3 * 80, dtype=np.uint8).reshape(1, 80, 3)),
    "all black": Image.new("RGB", (300, 200)),
}


def opened(lesson: Lesson, photo: Image.Image | None = None, address: Mapping[str, str] | None = None) -> AppTest:
    """The app at a lesson, with a given current photo and query parameters."""
    app = AppTest.from_file(str(ROOT / "imgcls/ui/navigation.py"), default_timeout=60)
    if photo is not None:
        app.session_state["current_photo"] = picture_from_image(photo, "test")
        app.session_state["current_photo_sample"] = None
    if lesson.slug:
        if lesson.slug != lesson.path.stem:
            app.run()  # a page whose file has another name is known only once the app has run
        app.switch_page(f"../../pages/{lesson.path.name}")
    app.query_params.update(address or {})
    app.run()
    assert not app.exception, app.exception[0].message
    assert app.title[0].value == lesson.question, "another page has opened"
    return app


def parts(lesson: Lesson, photo: Image.Image | None = None) -> Iterator[tuple[str, AppTest]]:
    """The lesson, then each of its parts: the choices of the control that is labelled "Part", reached by address."""
    app = opened(lesson, photo)
    yield "start", app
    for control in [each for each in app.segmented_control if each.label == "Part"]:
        for option in control.options[1:]:
            yield option, opened(lesson, photo, {control.key: option})


def titled(app: AppTest, part: str) -> str:
    """The title of a part as `parts` names it: the first one is its "start"; "" for a lesson without parts."""
    control = next((each for each in app.segmented_control if each.label == "Part"), None)
    return part if part != "start" else control.options[0] if control else ""


def assert_taken_home(lesson: Lesson, part: str, panels: Mapping[str, CodePanel]) -> None:
    """A notebook has, for a part that nobody has opened, the code that the page opens with, and its numbers."""
    kept = {each.key: each.panel for each in default_panels(lesson.slug) if each.part == part}
    if lesson.slug == "dataset" and part != "Classes":
        return  # its pictures come later: see tests/ui/test_notebooks.py
    assert kept.keys() == panels.keys(), WRITE_PANELS
    for key, panel in panels.items():
        assert kept[key].code == panel.code, WRITE_PANELS
        for name, value in panel.shows.items():
            assert_as_written(part, kept[key].shows[name], value)


def assert_as_written(part: str, written: object, here: object) -> None:
    """A number of a part's panel, as another machine wrote it down and as this one computes it."""
    np.testing.assert_allclose(numbers(here), numbers(written), rtol=WRITTEN.get(part, 1e-3), atol=1e-5, err_msg=part)


def codes(app: AppTest) -> list[str]:
    """The code that stands in open panels."""
    return [each.value for box in app.expander if box.label == CODE for each in box.code]


def numbers(value: object) -> np.ndarray:
    """A number, a list or a tensor (with or without gradient) as a flat array."""
    return torch.as_tensor(value).detach().double().numpy().reshape(-1)


@pytest.mark.parametrize("lesson", built_lessons(), ids=lambda lesson: lesson.slug or "home")
def test_a_page_asks_its_question_and_its_code_gives_the_numbers_shown(
    lesson: Lesson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for part, app in parts(lesson):
        assert app.title[0].value == lesson.question
        app.session_state["current_photo"].image.save("photo.png")
        panels = app.session_state[PANEL]
        assert panels, f"{part}: a lesson prints its code"
        assert_taken_home(lesson, titled(app, part), panels)
        for name, panel in panels.items():
            assert panel.shows, f"panel {name} names no number of the page"
            variables: dict[str, object] = {}
            exec(compile(panel.code, f"<{lesson.slug} {part} {name}>", "exec"), variables)
            for variable, shown in panel.shows.items():
                computed = numbers(variables[variable])
                expected = numbers(shown)
                np.testing.assert_allclose(computed, expected, rtol=1e-4, atol=1e-6, err_msg=f"{name}: {variable}")
                assert np.isfinite(expected).all(), f"{variable} is not a number"
        assert not codes(app), "nobody has opened the panels yet"
        for name, panel in panels.items():
            app.session_state[f"{name}:code"] = True  # as a click on the panel does
            app.run()
            assert panel.code in codes(app), f"{part}: panel {name} shows its code once it is open"


@pytest.mark.parametrize("kind", AWKWARD)
@pytest.mark.parametrize("lesson", built_lessons(), ids=lambda lesson: lesson.slug or "home")
def test_a_page_survives_awkward_photos(lesson: Lesson, kind: str) -> None:
    for _part, app in parts(lesson, AWKWARD[kind]):
        assert app.title[0].value == lesson.question


def test_a_lesson_ends_with_its_place_in_the_course() -> None:
    lessons = built_lessons()
    captions = [each.value for each in opened(lessons[2]).caption]
    assert f"Lesson 2 of {len(lessons) - 1}: {lessons[2].title}" in [each.split("  \n")[0] for each in captions]
    assert not any(each.value.startswith("Lesson") for each in opened(lessons[0]).caption)


def test_home_names_the_networks_answer_before_anything_else() -> None:
    app = opened(built_lessons()[0])
    best = classify(load(), app.session_state["current_photo"].image).top(1)[0]
    said = next(each.value for each in app.markdown if "into a **label**" in each.value)
    assert f"**{display_name(best.label)}**, {best.probability:.1%}" in said


def test_the_choice_of_the_true_class_is_named_alike_for_every_photo() -> None:
    """A browser keeps writing a choice as it was when it was made: it may not name what another photo changes."""
    lesson = next(each for each in built_lessons() if each.slug == "cross-entropy")
    first, other = (
        opened(lesson, photo, {"ce_view": "Your photo"}).selectbox(key="ce_breed").options
        for photo in (None, AWKWARD["all black"])
    )
    assert first == other
