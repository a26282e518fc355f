"""A lesson's questions for one photo, with their right answers: what notebooks and sheets are made of."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
from PIL import Image

from imgcls.data.pictures import Picture
from imgcls.lessons import Lesson
from imgcls.ui.hall import made_of
from imgcls.ui.questions import Choice, Question, questions_of
from imgcls.ui.take_home.colour_letters import lettered, meaning

_NEGATIVE = 123  # places of a palette with two signs that lie below this are negative, and not nearly 0
_COLOURS = {"activation": "red", "gradient": "magenta", "weight": "brown"}  # what is negative


@dataclass(frozen=True, eq=False)
class Asked:
    """A question as it is asked of a photo. `about` and `arrays` are what its view gets (see `Kind.about`)."""

    number: int
    question: Question
    prompt: str
    about: Mapping[str, Any]
    arrays: Mapping[str, np.ndarray]
    right: Any

    @property
    def view(self) -> str:
        """The kind of the answer: "choice", "number", "bars", "curve", "order", "pick" or "spot"."""
        return self.question.kind.view

    @property
    def hatched(self) -> str:
        """The colour that is hatched in its pictures, because black and white shows no sign; empty for none."""
        if self.view != "pick" or self.question.kind.quantity not in _COLOURS:
            return ""
        maps = [each for name, each in self.arrays.items() if name != "colours" and each.ndim == 2]
        return _COLOURS[self.question.kind.quantity] if any((each < _NEGATIVE).any() for each in maps) else ""

    @property
    def letters(self) -> str:
        """What the letters on its pictures mean, where colours tell those apart; empty where they do not."""
        if self.view != "pick" or not self.question.kind.by_colour:
            return ""
        return meaning([self.arrays[f"p{k}"] for k in range(self.about["count"])])

    @property
    def starts(self) -> list[float]:
        """The numbers that bars or points have at first, where they say something."""
        start = self.about.get("start", [])
        telling = self.about.get("starts_as") if self.view == "bars" else len(set(start)) > 1
        return list(start) if self.view in ("bars", "curve") and telling else []

    def answer(self, photo: Picture) -> tuple[str, str, Mapping[str, str]]:
        """The right answer in a few words, why, and for choices what to say to those who chose each wrong one."""
        kind, right = self.question.kind, self.right
        words = kind.words(right)
        if self.view == "pick":
            words = f"P{words[1:]}"
        elif self.view == "bars":
            told = zip(self.about["labels"], kind.truth(right), strict=True)
            words = "; ".join(f"{label}: {each['text']}" for label, each in told)
        elif self.view == "curve":
            told = zip(self.about["texts"], kind.truth(right), strict=True)
            words = "; ".join(f"{each['text']} at {place}" for place, each in told)
        elif self.view == "order" and any(texts := kind.truth(right)["texts"]):
            words = "; ".join(f"{kind.cards[k]} ({texts[k]})" for k in kind.order(right))
        misses = kind.misconceptions if isinstance(kind, Choice) else {}
        return words, self.question.explains(photo, right), misses

    def pictures(self, side: int = 256) -> dict[str, bytes]:
        """The pictures that it shows, as PNG enlarged to about this side: "A", "B", ... to pick from, or "photo".

        What is negative in two colours is hatched; where colours tell pictures apart, letters name them.
        """
        if self.view == "spot":
            return {"photo": _png(_enlarged(self.arrays["photo"], side))}
        if self.view != "pick":
            return {}
        made = {}
        for letter, key in zip("ABCDEFGH", (f"p{k}" for k in range(self.about["count"])), strict=False):
            places = _enlarged(self.arrays[key], side)
            colours = self.arrays["colours"][places] if places.ndim == 2 else places
            if self.hatched:
                colours = _with_hatching(colours, places < _NEGATIVE)
            made[letter] = _png(lettered(colours) if self.letters else colours)
        return made


def title_of(lesson: Lesson) -> str:
    """What a lesson is called away from the app, where nobody is at home."""
    return lesson.title if lesson.slug else "Image classification"


def asked_of(slug: str, photo: Picture) -> dict[str, list[Asked]]:
    """The questions of each part of a lesson, numbered through from 1; right answers are kept with the photo."""
    parts: dict[str, list[Question]] = {}
    for question in questions_of(slug):
        parts.setdefault(question.part, []).append(question)
    numbers = count(1)
    return {
        part: [
            Asked(next(numbers), each, each.asks(photo), *each.kind.about(photo), _right(each, photo)) for each in some
        ]
        for part, some in parts.items()
    }


def _right(question: Question, photo: Picture) -> Any:
    return made_of(photo, f"right answer: {question.id}", lambda: question.right(photo))


def _enlarged(picture: np.ndarray, side: int) -> np.ndarray:
    times = max(1, round(side / max(picture.shape[:2])))
    return picture.repeat(times, 0).repeat(times, 1)


def _with_hatching(colours: np.ndarray, where: np.ndarray) -> np.ndarray:
    rows, columns = np.indices(where.shape)
    hatched = colours.copy()
    hatched[where & ((rows + columns) % 7 == 0)] = 0
    return hatched


def _png(picture: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture)).save(buffer, "PNG")
    return buffer.getvalue()
