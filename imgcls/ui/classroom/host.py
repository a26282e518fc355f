"""A class and the lessons: a question's votes, the moment when its answer shows, what all have predicted, and a race.

A page's session does not know who its browser is: who came into a class after the page was opened has a cookie that
Streamlit's connection has never seen. So the browser names its session to the class (`sit`), which `session_token` lets
nobody else do.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from imgcls.classroom import ClassError, Hall
from imgcls.classroom.polls import LESSON, Poll, Votes
from imgcls.ui.classroom.photo_set import photo_set
from imgcls.ui.dataset import class_photos
from imgcls.ui.live import session_token
from imgcls.ui.photo import current_photo
from imgcls.ui.predict_first import Host, right_of
from imgcls.ui.questions import Pick, Question, Spot
from imgcls.ui.training import race

MOST_SEATS = 10_000
WAITS = 15.0
"""Seconds for which a prediction waits for its session to be seated: the browser tells both at nearly the same time."""


@dataclass(frozen=True)
class _Early:
    """A prediction of a session that the class does not know yet."""

    since: float
    question: str
    value: dict[str, Any]


class Seats:
    """Which session of this process belongs to which person of a class."""

    def __init__(self, hall: Callable[[], Hall], cookie: str) -> None:
        self._hall, self._cookie = hall, cookie
        self._tokens: OrderedDict[str, str] = OrderedDict()
        self._early: OrderedDict[str, _Early] = OrderedDict()

    def sit(self, token: str, session: str) -> None:
        """The browser of this person shows this session; what it has just predicted counts."""
        _put(self._tokens, session, token)
        early = self._early.pop(session, None)
        if early and time.monotonic() - early.since < WAITS:
            self._vote(token, early.question, early.value)

    def host(self) -> Host:
        """What the lessons' questions tell and ask."""
        return Host(self._predicted, self._may_reveal, self._others)

    def race_host(self) -> race.Host:
        """What the train page asks and tells of its runs."""
        return race.Host(self._race_seconds, self._entered)

    def photo_host(self) -> class_photos.Host:
        """What the choice of pictures asks about those of a class."""
        return class_photos.Host(self._is_member, self._photo_set)

    def _is_member(self) -> bool:
        token = self._token()
        return bool(token and self._hall().classes.member(token))

    def _photo_set(self) -> Path:
        return photo_set(self._hall().wall, self._token() or "")

    def _race_seconds(self) -> int:
        token = self._token()
        return self._hall().races.seconds(token) if token else 0

    def _entered(self, run: str) -> None:
        with suppress(ClassError):  # the race has ended, or they have had enough runs: theirs learns all the same
            self._hall().races.enter(self._token() or "", run)

    def _predicted(self, question: Question, value: Any) -> None:
        photo = current_photo()
        right = question.kind.is_right(value, right_of(question, photo))
        vote = {"value": value, "right": bool(right), "photo": photo.digest}
        if token := self._token():
            self._vote(token, question.id, vote)
        else:
            _put(self._early, session_token(), _Early(time.monotonic(), question.id, vote))

    def _may_reveal(self, question: Question) -> bool:
        found = self._asked(self._token(), question.id)
        return found is None or found[0].revealed

    def _others(self, question: Question) -> Sequence[Any]:
        found = self._asked(self._token(), question.id)
        if found is None or not found[0].revealed:
            return ()
        votes = list(found[1].now.values())
        if isinstance(question.kind, Spot | Pick):  # these speak of a picture made of the photo
            votes = [each for each in votes if each["photo"] == current_photo().digest]
        return [each["value"] for each in votes]

    def _token(self) -> str | None:
        return self._tokens.get(session_token()) or st.context.cookies.get(self._cookie)

    def _asked(self, token: str | None, question: str) -> tuple[Poll, Votes] | None:
        """The question that this person's class is at, if it is this one of a lesson."""
        me = self._hall().classes.member(token) if token else None
        found = self._hall().polls.current(me.code) if me else None
        is_this = found and found[0].asked["kind"] == LESSON and found[0].asked["question"] == question
        return found if is_this else None

    def _vote(self, token: str, question: str, vote: dict[str, Any]) -> None:
        found = self._asked(token, question)
        if found is None:
            return
        try:
            self._hall().polls.vote(token, found[0].id, vote)
        except ClassError:
            return  # a teacher has no vote, and a revealed question takes none


def _put(kept: OrderedDict[str, Any], name: str, value: Any) -> None:
    kept[name] = value
    kept.move_to_end(name)
    while len(kept) > MOST_SEATS:
        kept.popitem(last=False)
