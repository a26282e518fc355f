"""Lessons as sheets of paper: the questions with room to write, and on a new page the answers. HTML, made for A4."""

import base64
import io
from collections.abc import Sequence
from html import escape
from pathlib import Path

from imgcls.lessons import Lesson
from imgcls.ui.take_home.asked import Asked, asked_of, title_of
from imgcls.ui.take_home.bag import Bag
from imgcls.ui.take_home.spaces import place, space
from imgcls.ui.take_home.text import as_html

_STYLE = Path(__file__).with_name("sheet.css")
_PHOTO = 480  # pixels of its longer side: it is printed 45 mm wide
# Without a <head> of its own: there the app's scripts would be put in (see document.py), and a sheet needs none.
_PAGE = """<!doctype html>
<html lang="en-GB">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>{style}</style>
<button type="button" onclick="print()">Print</button>
{lessons}
</html>
"""

_INTRO = (
    "<p>Write or draw what you expect, before you look anything up. A wrong guess does no harm: people who predict "
    "first remember more of what they see. “Your photo” is the one on this sheet. The answers are at the end.</p>"
)
_NOTES = '<p>What I tried, and what I saw:</p><div class="lines"></div>'  # where a lesson asks nothing


def sheet(lessons: Sequence[Lesson], bag: Bag) -> bytes:
    """The page of one lesson, or of several one after the other."""
    title = f"{title_of(lessons[0])}: a sheet to print" if len(lessons) == 1 else "All lessons: sheets to print"
    made = "".join(_lesson(lesson, bag) for lesson in lessons)
    return _PAGE.format(title=escape(title), style=_STYLE.read_text(encoding="utf-8"), lessons=made).encode()


def _lesson(lesson: Lesson, bag: Bag) -> str:
    parts = asked_of(lesson.slug, bag.photo)
    title, question = escape(title_of(lesson)), escape(lesson.question)
    return f"""
<main>
<header><b>{title}</b><span>Name <u></u></span><span class="date">Date <u></u></span></header>
<div class="top">
<div><h1>{question}</h1>{_INTRO if parts else ""}</div>
<figure>{_photo(bag)}<figcaption>{escape(bag.photo_title)}</figcaption></figure>
</div>
{_questions(parts) if parts else _NOTES}
</main>
{_answers(lesson, parts, bag) if parts else ""}"""


def _questions(parts: dict[str, list[Asked]]) -> str:
    return "".join(
        (f"<h2>{escape(part)}</h2>" if part else "") + "".join(map(_question, asked)) for part, asked in parts.items()
    )


def _question(asked: Asked) -> str:
    prompt = f"<p><b>{asked.number}.</b> {as_html(asked.prompt)}</p>"
    because = '<p class="why">Because</p>' if asked.view == "choice" else ""
    return f"<section>{prompt}{space(asked)}{because}</section>"


def _answers(lesson: Lesson, parts: dict[str, list[Asked]], bag: Bag) -> str:
    said = ""
    for part, asked in parts.items():
        said += f"<h2>{escape(part)}</h2>" if part else ""
        said += "".join(_answer(each, bag) for each in asked)
    return f'<main class="answers"><header><b>{escape(title_of(lesson))}: the answers</b></header>{said}</main>'


def _answer(asked: Asked, bag: Bag) -> str:
    words, why, misses = asked.answer(bag.photo)
    wrong = "".join(f"<li>“{as_html(option)}”: {as_html(text)}</li>" for option, text in misses.items())
    wrong = f"<ul>{wrong}</ul>" if wrong else ""
    said = f"<p><b>{asked.number}. {as_html(words)}</b><br>{as_html(why)}</p>"
    return f"<section>{place(asked)}{said}{wrong}</section>"


def _photo(bag: Bag) -> str:
    small = bag.photo.image.copy()
    small.thumbnail((_PHOTO, _PHOTO))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=90)
    source = f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
    return f'<img alt="{escape(bag.photo_alt)}" src="{source}">'
