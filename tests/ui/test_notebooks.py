"""Every lesson as a notebook: it is valid, asks before it tells, and runs from top to bottom to the page's numbers."""

import ast
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat import NotebookNode
from PIL import Image

from imgcls.data.pictures import Picture, picture_from_image
from imgcls.data.samples import DEFAULT_SAMPLE, load_sample
from imgcls.lessons import Lesson, built_lessons
from imgcls.ui.questions import questions_of
from imgcls.ui.take_home.bag import COURSE, Bag, bag_of
from imgcls.ui.take_home.notebook import notebook
from imgcls.ui.take_home.panels import Shown, default_panels, panels_of
from imgcls.ui.take_home.serve import lessons_named
from imgcls.ui.take_home.text import as_markdown
from tests.browser.nasty_names import HARD
from tests.test_pages import WRITE_PANELS, assert_as_written, numbers, opened
from tests.ui.at_once import at_once
from tests.ui.default_panels import rounded

PLAIN = {"torch", "torchvision", "PIL", "numpy"}  # what `pip install torch torchvision pillow` brings
OWN = picture_from_image(Image.fromarray(np.arange(90 * 120 * 3, dtype=np.uint8).reshape(90, 120, 3)), "my dog.jpg")
each_lesson = pytest.mark.parametrize("lesson", built_lessons(), ids=lambda lesson: lesson.slug or "home")


def of_the_drawing() -> Bag:
    return bag_of("nobody's token")


def read(lessons: list[Lesson], bag: Bag) -> NotebookNode:
    book = nbformat.reads(notebook(lessons, bag).decode(), as_version=4)
    nbformat.validate(book)
    return book


@cache
def of_the_lesson(lesson: Lesson) -> NotebookNode:
    """Its notebook when nothing has been set."""
    return read([lesson], of_the_drawing())


def sources(book: NotebookNode, kind: str) -> list[str]:
    return [cell.source for cell in book.cells if cell.cell_type == kind]


def named(slug: str) -> Lesson:
    return next(lesson for lesson in built_lessons() if lesson.slug == slug)


def run(book: NotebookNode, panels: list[Shown]) -> None:
    """The code cells from top to bottom; the numbers that are known must come out, as the cell's last lines print."""
    variables: dict[str, object] = {"Image": None}
    for number, code in enumerate(sources(book, "code")):
        exec(compile(code, f"<cell {number}>", "exec"), variables)
        for shown in panels:
            if code.startswith(shown.panel.code) and shown.known:
                for name, value in shown.panel.shows.items():
                    assert_as_written(shown.parts[0], value, variables[name])


@each_lesson
def test_a_notebook_runs_from_top_to_bottom_and_gives_the_pages_numbers(
    lesson: Lesson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    bag = of_the_drawing()
    book, panels = of_the_lesson(lesson), panels_of(lesson.slug, bag)
    assert all(each.known and not each.seen for each in panels)
    code = sources(book, "code")[1:]
    assert sorted(code) == sorted(set(code)), "no code stands twice"
    assert all(any(cell.startswith(each.panel.code) for cell in code) for each in panels)
    run(book, panels)
    assert (np.asarray(Image.open("photo.png")) == np.asarray(bag.photo.image)).all()
    said = capsys.readouterr().out
    assert all(f"{name} = " in said for each in panels for name in each.panel.shows)


@each_lesson
def test_what_imports_no_imgcls_needs_torch_and_pillow_alone_and_the_first_cell_says_what_else(lesson: Lesson) -> None:
    book = of_the_lesson(lesson)
    needed = set()
    for code in sources(book, "code"):
        for node in ast.walk(ast.parse(code)):
            found = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            found += [node.module] if isinstance(node, ast.ImportFrom) else []
            needed |= {name.partition(".")[0] for name in found}
    assert needed <= PLAIN | {"imgcls"} | sys.stdlib_module_names
    assert ("need the app" in book.cells[0].source) == ("imgcls" in needed)


def test_a_notebook_without_the_app_runs_where_there_is_no_app(tmp_path: Path) -> None:
    book = of_the_lesson(named("autodiff"))
    (tmp_path / "cells.py").write_text("\n".join(sources(book, "code")), encoding="utf-8")
    (tmp_path / "imgcls.py").write_text("raise ImportError('this machine has no app')")
    environment = {**os.environ, "PYTHONPATH": ""}
    done = subprocess.run(
        [sys.executable, "cells.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "gradient_of_w = " in done.stdout


@each_lesson
def test_each_question_comes_before_its_folded_answer(lesson: Lesson) -> None:
    bag = of_the_drawing()
    texts = sources(of_the_lesson(lesson), "markdown")
    asked = [k for k, text in enumerate(texts) if text.startswith("**Question ")]
    assert len(asked) == len(questions_of(lesson.slug))
    prompts = {as_markdown(each.asks(bag.photo)): each for each in questions_of(lesson.slug)}
    for number, k in enumerate(asked, 1):
        question, answer = texts[k], texts[k + 1]
        assert question.startswith(f"**Question {number}.** ")
        (of,) = (each for prompt, each in prompts.items() if question.partition(".** ")[2].startswith(prompt))
        right = of.right(bag.photo)
        why = as_markdown(of.explains(bag.photo, right))
        assert answer.startswith(f"<details>\n<summary>Answer to question {number}</summary>\n\n**")
        assert answer.endswith("\n\n</details>")
        assert why in answer
        assert why not in question


def test_the_course_is_all_lessons_one_after_the_other() -> None:
    book = read(lessons_named(COURSE), of_the_drawing())
    heads = [text.split("\n")[0] for text in sources(book, "markdown") if text.startswith("# ")]
    assert heads[1:] == ["# Image classification", *(f"# {lesson.title}" for lesson in built_lessons()[1:])]
    code = "\n".join(sources(book, "code"))
    assert all(each.panel.code in code for lesson in built_lessons() for each in default_panels(lesson.slug))
    assert code.count("b64decode") == 1, "one photo for all"
    assert len({cell.id for cell in book.cells}) == len(book.cells)


def test_a_session_takes_its_settings_and_its_photo_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lesson, address = named("pooling"), {"pool_window": "3 × 3", "pool_kind": "average"}
    app = opened(lesson, OWN.image, address)
    bag: Bag = app.session_state["take_home_bag"]
    assert bag_of(bag.token) is bag
    assert bag.photo == OWN
    panels = {each.parts[0]: each for each in panels_of("pooling", bag)}
    mine, other = panels["One slice"], panels["A volume"]
    assert mine.seen and mine.known and "avg_pool2d" in mine.panel.code
    assert not other.seen and not other.known and not other.fitted
    assert panels["Global average"].fitted, "it names the classes of the drawing"
    book = read([lesson], bag)
    text = "\n".join(sources(book, "markdown"))
    assert text.count("On the page: ") == 1
    assert text.count("written for the drawing") == 1
    assert "your settings" in book.cells[0].source
    monkeypatch.chdir(tmp_path)
    run(book, list(panels.values()))
    assert (np.asarray(Image.open("photo.png")) == np.asarray(OWN.image)).all()


def test_what_was_seen_with_another_photo_keeps_its_settings_and_leaves_its_numbers_out() -> None:
    app = opened(named("pooling"), None, {"pool_kind": "average"})
    app.session_state["current_photo"], app.session_state["current_photo_sample"] = OWN, None
    app.segmented_control(key="pool_part").set_value("A volume").run()
    bag: Bag = app.session_state["take_home_bag"]
    panels = {each.parts[0]: each for each in panels_of("pooling", bag)}
    assert panels["A volume"].seen and panels["A volume"].known
    assert panels["One slice"].seen and not panels["One slice"].known
    assert "avg_pool2d" in panels["One slice"].panel.code


def test_a_bag_goes_with_its_session() -> None:
    bag = of_the_drawing()
    assert bag.photo == load_sample(DEFAULT_SAMPLE)
    assert bag_of(bag.token) is not bag, "nobody holds it"


def test_a_photo_may_have_any_name() -> None:
    lesson = named("autodiff")
    for name in (*HARD, "a\nimport os\n", "a\r\u2028b", '"', "'''"):
        picture = Picture(OWN.image, name, "PNG", OWN.image.size, False, OWN.digest)
        code = sources(read([lesson], Bag(picture)), "code")[0]
        assert [type(node) for node in ast.parse(code).body] == [
            ast.Import, ast.ImportFrom, ast.Assign, ast.With, ast.Expr,
        ]  # fmt: skip


@pytest.fixture(scope="module")
def drawings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the data set is drawn, by the first of the parts that need it."""
    return tmp_path_factory.mktemp("drawings")


@pytest.mark.parametrize("part", ["Hardest", "Averages", "Duplicates", "Augmentation", "How good is it?"])
def test_the_code_of_the_data_set_and_its_numbers_are_those_its_pages_open_with(
    part: str, drawings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The notebook's cells are run against these numbers above; here they are compared with the page's own."""
    monkeypatch.setenv("IMGCLS_CACHE", str(drawings))
    at_once(monkeypatch)
    app = opened(named("dataset"), address={"data_part": part})
    kept = {each.key: each.panel for each in default_panels("dataset") if each.part == part}
    panels = app.session_state["code_panels"]
    assert kept.keys() == panels.keys() != set(), WRITE_PANELS
    for key, panel in panels.items():
        assert kept[key].code == panel.code, WRITE_PANELS
        assert kept[key].shows.keys() == panel.shows.keys(), WRITE_PANELS
        for name, value in panel.shows.items():
            expected = numbers(kept[key].shows[name])
            np.testing.assert_allclose(numbers(value), expected, rtol=1e-3, atol=1e-5, err_msg=WRITE_PANELS)


def test_whole_numbers_are_kept_to_the_last_digit() -> None:
    assert rounded([50_331_648, 0.934069812, 0]) == [50_331_648, 0.93407, 0]
    shown = [panel.panel.shows for panel in default_panels("dense")]
    assert any(each.get("dense_weights") == 50_331_648 for each in shown)
