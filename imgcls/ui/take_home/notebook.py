"""Lessons as a notebook: their questions, answers folded, and the code behind their numbers, ready to run."""

import base64
import io
from collections.abc import Iterator, Sequence

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from imgcls.lessons import Lesson
from imgcls.numbers import written
from imgcls.plain import one_line
from imgcls.ui.take_home.asked import Asked, asked_of, title_of
from imgcls.ui.take_home.bag import Bag
from imgcls.ui.take_home.panels import Shown, panels_of
from imgcls.ui.take_home.text import as_markdown

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def notebook(lessons: Sequence[Lesson], bag: Bag) -> bytes:
    """The file: one lesson, or several one after the other."""
    panels = {lesson.slug: panels_of(lesson.slug, bag) for lesson in lessons}
    cells = [new_markdown_cell(_head(lessons, [each for some in panels.values() for each in some]))]
    cells.append(_photo(bag))
    for lesson in lessons:
        if len(lessons) > 1:
            cells.append(new_markdown_cell(f"# {title_of(lesson)}\n\n**{lesson.question}**"))
        cells += _lesson(lesson, panels[lesson.slug], bag)
    for number, cell in enumerate(cells, 1):
        cell["id"] = f"cell-{number}"  # the same file for the same content
    made = new_notebook(cells=cells, metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}})
    nbformat.validate(made)
    return nbformat.writes(made).encode()


def _head(lessons: Sequence[Lesson], panels: Sequence[Shown]) -> str:
    """The first cell: what this is, and what it takes to run it."""
    if len(lessons) == 1:
        title = f"# {title_of(lessons[0])}\n\n**{lessons[0].question}**"
        what = "The questions and the code of this lesson. Predict before you open an answer."
    else:
        title = "# How image classification works"
        what = "The questions and the code of all lessons. Predict before you open an answer."
    needs = "Run the cells from top to bottom. They need `pip install torch torchvision pillow`."
    if any(each.needs_the_app for each in panels):
        needs += (
            " Cells that import `imgcls` also need the app: keep this file in its folder, and start Jupyter from "
            "the app's environment."
        )
    settings = "The settings are those that the page opens with."
    if any(each.seen for each in panels):
        settings = (
            "Where you have opened a part, its code has your settings; elsewhere, those that the page opens with."
        )
    return f"{title}\n\n{what}\n\n{needs}\n\n{settings}"


def _photo(bag: Bag) -> NotebookNode:
    """The cell that writes photo.png, the very pixels that the page uses; its long text is folded away."""
    buffer = io.BytesIO()
    bag.photo.image.save(buffer, "PNG", compress_level=6)
    code = (
        f"# @title The photo: {one_line(bag.photo_title)}\n"
        "import base64\n\n"
        "from PIL import Image\n\n"
        f'PHOTO = "{base64.b64encode(buffer.getvalue()).decode()}"\n'
        'with open("photo.png", "wb") as file:\n'
        "    file.write(base64.b64decode(PHOTO))\n"
        'Image.open("photo.png")'
    )
    return new_code_cell(code, metadata={"jupyter": {"source_hidden": True}, "cellView": "form"})


def _lesson(lesson: Lesson, panels: Sequence[Shown], bag: Bag) -> Iterator[NotebookNode]:
    """Part by part: its questions, their answers, its code."""
    asked = asked_of(lesson.slug, bag.photo)
    left = list(panels)
    for part in dict.fromkeys((*asked, *(part for each in panels for part in each.parts))):
        here = [each for each in left if part in each.parts]
        left = [each for each in left if each not in here]
        if not (here or asked.get(part)):
            continue  # its code stands with another part
        if part:
            yield new_markdown_cell(f"## {as_markdown(part)}")
        for each in asked.get(part, ()):
            yield _question(each)
            yield _answer(each, bag)
        for each in here:
            yield new_markdown_cell(_about(each, part))
            yield new_code_cell(_printing(each))


def _question(asked: Asked) -> NotebookNode:
    pictures = asked.pictures()
    lines = [f"**Question {asked.number}.** {as_markdown(asked.prompt)}", *_space(asked)]
    lines += [f"![{_caption(name)}](attachment:{name}.png)" for name in pictures]
    if asked.hatched:
        lines.append(f"What is {asked.hatched} is hatched as well.")
    if asked.letters:
        lines.append(f"The letters name the colours: {asked.letters}. Where there is none it is grey.")
    attached = {f"{name}.png": {"image/png": base64.b64encode(data).decode()} for name, data in pictures.items()}
    return new_markdown_cell("\n\n".join(lines), **({"attachments": attached} if attached else {}))


def _space(asked: Asked) -> Iterator[str]:
    """What there is to choose from, to put in order, or to fill in."""
    about = asked.about
    if asked.question.grid:
        rows = [list(map(written, row)) for row in asked.question.grid]
        yield _table([""] * len(rows[0]), rows)
    if asked.view == "choice":
        yield "\n".join(f"- {as_markdown(option)}" for option in about["options"])
    elif asked.view == "order":
        yield f"From “{as_markdown(about['first'])}” to “{as_markdown(about['last'])}”:"
        yield "\n".join(f"- {as_markdown(card)}" for card in about["cards"])
    elif asked.view == "number":
        low, high = map(as_markdown, about["ends"])
        yield f"Your guess, from {low} to {high}: …"
    elif asked.view in ("bars", "curve"):
        labels = about["labels"] if asked.view == "bars" else about["texts"]
        head = ["", *map(as_markdown, labels)] if asked.view == "bars" else [as_markdown(about["x_title"]), *labels]
        rows = (
            [[about.get("starts_as") or "the points", *map(asked.question.kind.written, asked.starts)]]
            if asked.starts
            else []
        )
        what = "your guess" if asked.view == "bars" else f"{as_markdown(about['y_title'])}, your guess"
        yield _table(head, [*rows, [what, *["…"] * len(labels)]])


def _caption(name: str) -> str:
    return "The photo" if name == "photo" else f"Picture {name}"


def _answer(asked: Asked, bag: Bag) -> NotebookNode:
    words, why, misses = asked.answer(bag.photo)
    lines = [f"**{as_markdown(words)}**", as_markdown(why)]
    lines += [f"If you chose “{as_markdown(option)}”: {as_markdown(text)}" for option, text in misses.items()]
    answer = "\n\n".join(lines)
    return new_markdown_cell(
        f"<details>\n<summary>Answer to question {asked.number}</summary>\n\n{answer}\n\n</details>"
    )


def _about(shown: Shown, part: str) -> str:
    """What stands above the code."""
    others = [as_markdown(each) for each in shown.parts if each != part]
    said = ["### The code behind the numbers"]
    if others:
        said.append(f"The same code belongs to: {', '.join(others)}.")
    if shown.fitted:
        said.append(
            "It was written for the drawing that the app opens with. To have it for your photo, open this part on the "
            "page, and take the notebook again."
        )
    if shown.known:
        said.append(f"On the page: {shown.panel.gives()}.")
    if "run_folder" in shown.panel.code:
        said.append("It reads your training from the server's folder of runs, so it runs on that machine only.")
    if '"your.zip"' in shown.panel.code:
        said.append("Put your own pictures beside this notebook, as your.zip.")
    return "\n\n".join(said)


def _printing(shown: Shown) -> str:
    """The code, and the numbers that the page shows."""
    return "\n".join((shown.panel.code, "", *(f'print("{name} =", {name})' for name in shown.panel.shows)))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
