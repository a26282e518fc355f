"""Every lesson as a sheet of paper: all questions with room for an answer, the answers behind them, nothing else."""

import io
import re
from collections.abc import Iterator
from functools import cache
from html import escape, unescape
from html.parser import HTMLParser
from itertools import combinations, pairwise

import numpy as np
import pytest
from PIL import Image

from imgcls.data.pictures import Picture, picture_from_image
from imgcls.lessons import Lesson, built_lessons
from imgcls.ui.questions import questions_of
from imgcls.ui.take_home.asked import Asked, asked_of
from imgcls.ui.take_home.bag import COURSE, Bag, bag_of
from imgcls.ui.take_home.colour_letters import letters
from imgcls.ui.take_home.serve import lessons_named
from imgcls.ui.take_home.sheet import sheet
from imgcls.ui.take_home.spaces import BAR, CURVE, WIDTH, place, space, wide
from imgcls.ui.take_home.text import as_html, as_markdown, by_hand
from tests.browser.nasty_names import NAMES

EMPTY = {"meta", "img", "br", "path", "rect", "circle"}  # no element ends them; those of SVG end themselves
ASKING = [lesson for lesson in built_lessons() if questions_of(lesson.slug)]
ROOM = {
    "choice": "<li>", "number": "my guess", "bars": "<rect", "curve": "<path", "order": "Number them",
    "pick": "<figure>", "spot": 'class="spot"',
}  # fmt: skip
each_lesson = pytest.mark.parametrize("lesson", ASKING, ids=lambda lesson: lesson.slug or "home")


class Elements(HTMLParser):
    """The elements of a page, each ended where it may be; and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attributes if name in ("src", "href", "action", "srcset")]
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY:
            assert self.open.pop() == tag


def of_the_drawing() -> Bag:
    return bag_of("nobody's token")


@cache
def page_of(lesson: Lesson) -> str:
    return sheet([lesson], of_the_drawing()).decode()


def all_asked() -> Iterator[Asked]:
    for lesson in ASKING:
        yield from (each for some in asked_of(lesson.slug, of_the_drawing().photo).values() for each in some)


@each_lesson
def test_a_sheet_has_every_question_with_room_and_its_answer_on_a_later_page(lesson: Lesson) -> None:
    page = page_of(lesson)
    front, answers = page.split('<main class="answers">')
    photo = of_the_drawing().photo
    sections, told = front.split("<section>")[1:], answers.split("<section>")[1:]
    asked = [each for some in asked_of(lesson.slug, photo).values() for each in some]
    assert len(sections) == len(told) == len(asked) == len(questions_of(lesson.slug))
    for each, section, answer in zip(asked, sections, told, strict=True):
        words, why, _ = each.answer(photo)
        assert section.startswith(f"<p><b>{each.number}.</b> {as_html(each.question.asks(photo))}</p>")
        assert ROOM[each.view] in section
        assert as_html(why) not in front
        assert f"<b>{each.number}. {as_html(words)}</b><br>{as_html(why)}" in answer
    for part in {each.question.part for each in asked} - {""}:
        assert page.count(f"<h2>{escape(part)}</h2>") == 2


@pytest.mark.parametrize("lesson", built_lessons(), ids=lambda lesson: lesson.slug or "home")
def test_a_sheet_is_whole_and_asks_no_other_machine(lesson: Lesson) -> None:
    page = page_of(lesson)
    assert all(link.startswith("data:image/") for link in Elements(page).links)
    assert not re.search(r"https?://|@import|url\(", page)
    assert "<head>" not in page, "the app would put its scripts in"
    assert escape(lesson.question) in page
    assert "nan" not in re.findall(r"[a-z]+", re.sub(r'src="[^"]*"', "", page))


@each_lesson
def test_what_a_finger_does_on_the_page_a_pencil_does_on_paper(lesson: Lesson) -> None:
    front = page_of(lesson).split('<main class="answers">')[0].split("</style>")[1]
    said = unescape(re.sub(r"<[^>]*>", " ", front))
    assert not re.findall(r"\b([Dd]rag|[Cc]lick|slider)\b", said)


def test_a_finger_becomes_a_pencil() -> None:
    assert by_hand("Drag the two bars. Click the place.") == "Draw the two bars. Mark the place."
    assert by_hand("Drag them to where the loss will be.") == "Draw them where the loss will be."
    assert by_hand("Drag the bars to the three probabilities.") == "Draw bars for the three probabilities."


def test_sentences_keep_every_letter() -> None:
    text = r"**a \* b** is 10^{−3}, p[:, 0] < 2 & _x_ \^ $1"
    assert as_html(text) == "<b>a * b</b> is 10<sup>−3</sup>, p[:, 0] &lt; 2 &amp; _x_ ^ $1"
    marked = as_markdown(text)
    assert marked.startswith("**a &#42; b** is 10<sup>−3</sup>")
    assert unescape(marked.partition("</sup>")[2]) == ", p[:, 0] < 2 & _x_ ^ $1"
    assert not set("[]<&_$") & set(re.sub(r"&#\d+;", "", marked.partition("</sup>")[2]))


def test_no_text_of_a_drawing_leaves_the_paper_or_runs_into_another() -> None:
    for each in all_asked():
        lines: dict[str, list[tuple[float, float]]] = {}
        for x, y, anchor, text in re.findall(
            r'<text x="(.+?)" y="(.+?)" text-anchor="(.+?)">(.*?)</text>', space(each)
        ):
            width = wide(unescape(text))
            left = float(x) - {"start": 0, "middle": width / 2, "end": width}[anchor]
            lines.setdefault(y, []).append((left, left + width))
        for found in map(sorted, lines.values()):
            assert found[0][0] >= -3 and found[-1][1] <= WIDTH + 3, each.question.id
            assert all(one[1] <= two[0] + 1 for one, two in pairwise(found)), each.question.id


def test_an_answer_names_its_picture_as_the_sheet_does() -> None:
    picked = [each for each in all_asked() if each.view == "pick"]
    for each in picked:
        letter = re.match("Picture ([A-H]): .+", each.answer(of_the_drawing().photo)[0])[1]
        assert f"<figcaption>{letter}</figcaption>" in space(each)
        assert "ABCDEFGH".index(letter) == each.right


def test_a_dashed_line_stands_where_the_bar_was() -> None:
    found = 0
    for each in all_asked():
        if each.view == "bars" and each.starts:
            low, high = each.about["low"], each.about["high"]
            drawn = re.findall(r'<path d="M([\d.]+) [\d.]+L[\d.]+ [\d.]+" class="start"/>', space(each))
            expected = [BAR[0] + BAR[1] * (min(max(number, low), high) - low) / (high - low) for number in each.starts]
            np.testing.assert_allclose(list(map(float, drawn)), expected, atol=0.01)
            found += 1
    assert found >= 3


def test_points_that_a_question_speaks_of_are_drawn_where_they_lie() -> None:
    (loss,) = (each for each in all_asked() if each.question.id == "train-tenfold")
    heights = [float(y) for y in re.findall(r'<circle cx="[\d.]+" cy="([\d.]+)"', space(loss))]
    bottom, high = 7 + CURVE[2], loss.about["high"]
    np.testing.assert_allclose([(bottom - y) / CURVE[2] * high for y in heights], loss.starts, atol=0.01)


def test_the_place_that_is_right_is_marked_on_its_picture() -> None:
    found = 0
    for each in all_asked():
        if each.view == "spot":
            left, top = map(float, re.search(r"left:([\d.]+)%;top:([\d.]+)%", place(each)).groups())
            assert each.question.kind.is_right((left / 100, top / 100), each.right)
            found += 1
        else:
            assert place(each) == ""
    assert found >= 4


def test_colours_that_tell_pictures_apart_have_letters_on_paper() -> None:
    asked = {each.question.id: each for each in all_asked() if each.letters}
    assert set(asked) == {"dense-ship", "dense-match", "data-breed", "conv-strongest"}
    for each in asked.values():
        shown = [letters(each.arrays[f"p{k}"]) for k in range(each.about["count"])]
        assert all(one != other for one, other in combinations(shown, 2)), "each picture has letters of its own"
        assert f"the letters name the colours, {each.letters}." in space(each)
        used = {letter for picture in shown for row in picture for letter in row} - {""}
        assert used == {name[0] for name in each.letters.split(", ")}
        for k, data in enumerate(each.pictures().values()):
            printed, plain = np.asarray(Image.open(io.BytesIO(data)).convert("L"), float), each.arrays[f"p{k}"]
            assert (printed == 0).any() == any(map(any, shown[k])), plain.shape
    ship = asked["dense-ship"]
    bottoms = [letters(ship.arrays[f"p{k}"])[-1] for k in range(4)]
    assert [bottom == ["B"] * 3 for bottom in bottoms] == [k == ship.right for k in range(4)], "blue where the water is"


def test_a_colour_is_named_as_people_name_it() -> None:
    named = {
        "R": (220, 30, 30), "O": (140, 90, 40), "Y": (230, 210, 40), "G": (40, 150, 60), "B": (60, 90, 200),
        "P": (240, 120, 200), "": (120, 124, 118),
    }  # fmt: skip
    for letter, colour in named.items():
        assert letters(np.full((9, 12, 3), colour, np.uint8)) == [[letter] * 3] * 3


def test_what_two_colours_say_is_hatched_for_black_and_white() -> None:
    hatched = [each for each in all_asked() if each.hatched]
    assert len(hatched) >= 3
    for each in hatched:
        assert f"what is {each.hatched} is hatched" in space(each)
    assert not any(each.hatched for each in all_asked() if each.view != "pick")


def test_a_photo_of_ones_own_is_on_the_sheet_whatever_it_is_called() -> None:
    image = picture_from_image(Image.new("RGB", (90, 60), (10, 200, 30)), "x").image
    for name in (*NAMES, '"><script>alert(1)</script>'):
        picture = Picture(image, name, "PNG", image.size, False, "0" * 64)
        page = sheet(lessons_named("train"), Bag(picture)).decode()
        assert "<script" not in page
        Elements(page)
        caption = re.search(r"<figcaption>(.*?)</figcaption>", page)[1]
        assert unescape(caption) == Bag(picture).photo_title


def test_all_sheets_are_one_after_the_other() -> None:
    page = sheet(lessons_named(COURSE), of_the_drawing()).decode()
    Elements(page)
    assert page.count("<main>") == len(built_lessons())
    assert page.count('<main class="answers">') == len(ASKING)
    assert [lesson.slug for lesson in lessons_named("pooling")] == ["pooling"]
    assert lessons_named("nothing") == []
