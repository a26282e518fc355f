"""Predict, then reveal: a part of a lesson is a question first, and its picture is the answer.

`shell.parts` calls this. A part with questions that this device has not met is covered: its `show` does not run, and
nothing of the answer is computed or sent. The card asks. What a student predicts goes through `predicted`; then the
browser goes to the address of the reveal, and there the part's own live picture shows what happens.

All of that is in the page's address: `?ask=<id>` asks, `told=1` reveals, neither is the free page. So Back, links and a
class that follows need nothing of their own. A class hears of predictions, and holds a reveal back, by setting `host`.
"""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from imgcls.data.pictures import Picture
from imgcls.lessons import Lesson
from imgcls.ui.address import arrived, as_number, in_address, to_address, went_back
from imgcls.ui.components import sent, unheard
from imgcls.ui.frame.cookies import keep_cookies, kept_words
from imgcls.ui.frame.predict import predict
from imgcls.ui.memo import remember
from imgcls.ui.photo import current_photo
from imgcls.ui.questions import Choice, Question, questions_of

ASK, TOLD = "ask", "told"
SWITCH = "IMGCLS_PREDICT_FIRST"
_MET, _OFF = "imgcls_met", "imgcls_shown_first"  # cookies, and session keys
_PREDICTIONS = "predictions"
_NOT_THE_PAGES = {ASK, TOLD, "class", "teach", "present"}


@dataclass
class Host:
    """Who else takes part, such as a class.

    `predicted` hears of each prediction, in the student's session. `may_reveal` says whether its answer may show now:
    the session runs again when the address changes, or by `st.rerun`. `others` is what all the rest have predicted, to
    lie over the answer.
    """

    predicted: Callable[[Question, Any], None] = lambda question, value: None
    may_reveal: Callable[[Question], bool] = lambda question: True
    others: Callable[[Question], Sequence[Any]] = lambda question: ()


host = Host()


@dataclass(frozen=True)
class Asked:
    """What a part is at: a question of it, asked or told; no question is the free page."""

    part: str
    question: Question | None = None
    told: bool = False

    @property
    def shown(self) -> bool:
        """Whether the part's picture is on the page: nothing of it is computed before."""
        return self.question is None or (self.told and host.may_reveal(self.question))


def enabled() -> bool:
    """Whether this server asks at all; a link that names a question asks it even so."""
    return os.environ.get(SWITCH, "1") != "0"


def met() -> set[str]:
    """The questions for which this device has made a prediction."""
    return st.session_state.setdefault(_MET, set(kept_words(_MET)))


def predictions() -> dict[str, Any]:
    """What has been predicted in this tab, by the question's id; after a reload the browser tells it anew."""
    return st.session_state.setdefault(_PREDICTIONS, {})


def predicted(question: Question, value: Any) -> None:
    """A prediction has been made: the one way that all of them go."""
    predictions()[question.id] = value
    met().add(question.id)
    host.predicted(question, value)


def right_of(question: Question, photo: Picture) -> Any:
    """The right answer for this photo, computed once in a session."""
    return remember("predict_right", (question.id, photo.digest), lambda: question.right(photo))


class Asking:
    """The questions of one page: which of them is asked now, and how to come to the others.

    `key` is the name of the choice of parts in the address, `default` the part that needs no name there.
    """

    def __init__(self, key: str, questions: Sequence[Question], default: str) -> None:
        self.key, self.questions, self.default = key, questions, default
        self.store, self.skipped = f"{key}:asked", st.session_state.setdefault(f"{key}:skipped", set())
        text, told = in_address(ASK, self.store), in_address(TOLD, self.store)
        named = next((each for each in questions if each.id == text), None)
        # An address that names what to see, or that somebody has seen before, is not covered.
        linked = arrived() and bool(set(st.query_params) - _NOT_THE_PAGES - {key})
        self.uncovered = not named and (linked or went_back())
        if self.uncovered:
            st.session_state.pop(self.store, None)
        elif named and self.store not in st.session_state:
            st.session_state[self.store] = Asked(named.part, named, told == "1")
            if key not in st.query_params and named.part != default and not went_back():
                st.session_state[key] = named.part  # a link that names the question alone

    @property
    def offered(self) -> bool:
        """Whether there is anything to choose from."""
        return bool(self.questions) and enabled()

    def now(self, part: str) -> Asked:
        """What the part that is chosen is at."""
        asked: Asked | None = st.session_state.get(self.store)
        if asked is None and self.uncovered:
            asked = Asked(part)
            self.skipped.add(part)
        if asked is None or asked.part != part:
            unmet = (each for each in self.of(part) if each.id not in met())
            ask = enabled() and _first() and part not in self.skipped
            asked = Asked(part, next(unmet, None) if ask else None)
            to_address(ASK, None)
            to_address(TOLD, None)
        st.session_state[self.store] = asked
        return asked

    def of(self, part: str) -> list[Question]:
        """The questions of a part."""
        return [each for each in self.questions if each.part == part]

    def address(self, part: str, numbers: Mapping[str, str], **more: str) -> str:
        """The query of this page at a part and these numbers."""
        return "?" + urlencode(({} if part == self.default else {self.key: part}) | dict(numbers) | more)

    def entry(self, asked: Asked) -> None:
        """The small box that names the part's questions, and the switch of this device."""
        questions = self.of(asked.part)
        if not questions or not self.offered:
            return
        done = sum(each.id in met() for each in questions)
        label = f"Predict first · {done}/{len(questions)}"
        state = f"{asked.question.id if asked.question else ''}:{asked.told}"  # another key closes it
        with st.popover(label, icon=":material/psychology_alt:", key=f"{self.key}:questions:{asked.part}:{state}"):
            for number, each in enumerate(questions, 1):
                mark = "✓" if each.id in met() else "○"
                text = f"{mark} Question {number}" + (", the one you are at" if each == asked.question else "")
                st.button(text, key=f"{each.id}:open", on_click=self._open, args=(each,), type="tertiary")
            st.toggle(
                "Ask me before a picture is shown", _first(), key=f"{self.key}:first", on_change=self._switch,
                help="Kept on this device only, like the questions that you have met.",
            )  # fmt: skip

    def _open(self, question: Question) -> None:
        st.session_state[self.store] = Asked(question.part, question)
        to_address(ASK, question.id)
        to_address(TOLD, None)

    def _switch(self) -> None:
        st.session_state[_OFF] = not st.session_state[f"{self.key}:first"]
        self.skipped.clear()
        if not _first():
            self.skipped |= {each.part for each in self.questions}
        if not (st.session_state.get(self.store) or Asked("")).told:
            st.session_state.pop(self.store, None)
            to_address(ASK, None)

    def remember(self) -> None:
        """Let the device keep what has been met."""
        if self.offered and (met() or _OFF in st.session_state):
            keep_cookies({_MET: sorted(met()), _OFF: [] if _first() else ["yes"]}, key="predict_cookies")


@st.fragment
def card(asking: Asking, asked: Asked) -> None:
    """The question: asked, or with prediction and truth."""
    question, photo = asked.question, current_photo()
    key, kind = "asked_first", question.kind  # one element for all questions: the next takes the place of the last
    new = unheard(key, f"{key}:heard")
    value = kind.read(new.get("prediction")) if new.get("of", question.id) == question.id else None
    kept = bool(new.get("kept"))  # predicted before a reload of the page: it has been counted
    if value is not None and kept:
        predictions().setdefault(question.id, value)
    elif value is not None:
        predicted(question, value)
    mine, given = predictions().get(question.id), asking.of(question.part)
    place = given.index(question)
    everything = list(asking.questions)
    following = next(iter(everything[everything.index(question) + 1 :]), None)
    way = {"ask": question.id}
    told = asked.shown
    right = right_of(question, photo) if told else None
    changes = question.changes(right)
    fields: dict[str, Any] = {
        "ack": sent(key).get("seq"),
        "head": f"Predict first · question {place + 1} of {len(given)}",
        "mine": mine,
        "waits": mine is not None and not told and not host.may_reveal(question),
        "free": asking.address(question.part, question.at),
        "next": following and asking.address(following.part, {}, ask=following.id),
        "next_part": following.part if following and following.part != question.part else "",
        # Where what changes has still to move, and where it has arrived.
        "moving": asking.address(question.part, {**question.at, **_kept(question, changes)}, **way, told="1"),
        "still": asking.address(question.part, {**question.at, **changes}, **way, told="1"),
        "reveal": bool(new) and not kept and mine is not None and not told and host.may_reveal(question),
    }
    if told:
        fields |= {
            "truth": kind.truth(right),
            "others": list(host.others(question)),
            "near": mine is not None and kind.is_right(mine, right),
            "said": "" if mine is None else kind.words(mine),
            "is": kind.words(right),
            "why": question.explains(photo, right),
            "miss": kind.misconceptions.get(mine, "") if isinstance(kind, Choice) and mine is not None else "",
            "glide": {name: [question.at.get(name), text] for name, text in _glides(question, changes).items()},
            "plays": question.plays,
        }
    with st.container(key="predict_card"):
        predict(question, photo, **fields).show(key)


def menu_title(lesson: Lesson) -> str:
    """The lesson's name in the menu; once some of its questions have been met, how many of how many."""
    known = met() if enabled() else set()
    questions = questions_of(lesson.slug) if known else ()
    done = sum(each.id in known for each in questions)
    return f"{lesson.title} · {done}/{len(questions)}" if done else lesson.title


def _glides(question: Question, changes: Mapping[str, str]) -> dict[str, str]:
    """The numbers that change between question and answer: a slider moves there before all eyes, as do those of rows
    ("1_0_-2", "8,0") that the question starts from, and a picture plays its steps."""
    return {
        name: text
        for name, text in changes.items()
        if (before := question.at.get(name)) != text and (_is_number(text) or _many(before) == _many(text) > 1)
    }


def _kept(question: Question, changes: Mapping[str, str]) -> dict[str, str]:
    """What is chosen rather than moved, where something moves besides: that is so from the start."""
    glides = _glides(question, changes)
    return {name: text for name, text in changes.items() if name not in glides} if glides else {}


def _is_number(text: str) -> bool:
    return as_number(text, -1e9, 1e9) is not None


def _many(text: str | None) -> int:
    """How many numbers the sliders of several rows are told by a text; 0 for another text."""
    parts = re.split("[_,]", text or "")
    return len(parts) if all(map(_is_number, parts)) else 0


def _first() -> bool:
    """Whether this device wants to be asked first."""
    if _OFF not in st.session_state and kept_words(_OFF):
        st.session_state[_OFF] = True
    return not st.session_state.get(_OFF, False)
