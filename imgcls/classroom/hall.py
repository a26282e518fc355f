"""Tells those who listen of every change of their class, within a moment, whichever process has written it."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from imgcls.classroom.concepts import Concepts, Survey
from imgcls.classroom.neuron import Neurons
from imgcls.classroom.polls import Poll, Polls, Votes, told
from imgcls.classroom.races import Races
from imgcls.classroom.store import Classes, Member, Room
from imgcls.classroom.wall import State, Wall

LOOK = 0.1
"""Seconds between two looks at whether anybody has written, in whichever process."""
COUNTS = 0.5
"""Seconds at most between two times that a student is told of counts alone: a hundred who vote are a hundred counts."""
ALIVE = 10.0
"""Seconds between two signs of life, in both directions."""

News = dict[str, Any]


@dataclass(eq=False)
class _Listener:
    """One browser: who it is, and the newest that it has not been told yet."""

    token: str
    me: Member
    newest: asyncio.Queue[News] = field(default_factory=lambda: asyncio.Queue(1))
    last: News = field(default_factory=dict)
    due: float = 0.0

    def tell(self, news: News) -> None:
        if self.newest.full():
            self.newest.get_nowait()
        self.newest.put_nowait(news)
        # By lot, so that not a whole class is told at once while somebody else drags.
        self.last, self.due = news, time.monotonic() + COUNTS * random.uniform(0.5, 1)

    def can_wait(self, news: News) -> bool:
        """Nothing but how many are here or have voted is new to a student who has just been told something."""
        if self.me.teacher or time.monotonic() >= self.due:
            return False
        return news != self.last and _without_counts(news) == _without_counts(self.last)


class Hall:
    """The listeners of this process. All of it runs on one event loop; what waits for the disk does so in a thread."""

    def __init__(self, classes: Classes) -> None:
        self.classes, self.polls = classes, Polls(classes)
        self.wall, self.races, self.neurons = Wall(classes), Races(classes), Neurons(classes)
        self.concepts = Concepts(classes)
        self._listeners: set[_Listener] = set()
        self._telling: set[str] = set()
        self._later: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._watching: asyncio.Task[None] | None = None

    @property
    def listeners(self) -> int:
        """How many listen in this process."""
        return len(self._listeners)

    async def listen(self, token: str) -> AsyncIterator[News]:
        """What the browser of this person is to know: at once, and at every change; an empty one is a sign of life.

        It ends after {"ended": True}: the class is over, or the person has left it.
        """
        me = await asyncio.to_thread(self.classes.member, token)
        if me is None:
            yield {"ended": True}
            return
        listener = _Listener(token, me)
        self._listeners.add(listener)
        self._watch()
        try:
            await asyncio.to_thread(self.classes.seen, [token])
            self.wake(me.code)
            news: News = {}
            while "ended" not in news:
                try:
                    news = await asyncio.wait_for(listener.newest.get(), ALIVE)
                except TimeoutError:
                    news = {}
                yield news
        finally:
            self._listeners.discard(listener)
            self.wake(me.code)

    def wake(self, code: str | None = None) -> None:
        """Something has changed in this class; without a code perhaps in any."""
        codes = {listener.me.code for listener in self._listeners} if code is None else {code}
        for each in codes - self._telling:
            self._telling.add(each)
            self._begin(self._tell(each))

    def dismiss(self, token: str) -> None:
        """This person has left: their browsers need not listen any more."""
        for listener in self._listeners:
            if listener.token == token:
                listener.tell({"ended": True})

    async def _tell(self, code: str) -> None:
        """Read the class once, for all who listen."""
        await asyncio.sleep(0)
        self._telling.discard(code)
        room, here, asked, wall, marks, survey = await asyncio.to_thread(
            lambda: (
                self.classes.room(code), self.classes.here(code), self.polls.current(code), self.wall.state(code),
                self.neurons.marks(code), self.concepts.survey(code),
            )
        )  # fmt: skip
        later = False
        for listener in self._listeners:
            if listener.me.code == code:
                news = _news(listener, room, here, asked, wall)
                if marks:  # a student is not told of every move of all hands
                    news["neuron"] = marks if listener.me.teacher else marks[1]
                if survey:
                    news["ten"] = _ten(survey, listener.me.teacher)
                if listener.can_wait(news):
                    later = True
                elif news != listener.last:
                    listener.tell(news)
        if later and code not in self._later:
            self._later.add(code)
            self._begin(self._tell_later(code))

    async def _tell_later(self, code: str) -> None:
        await asyncio.sleep(COUNTS)
        self._later.discard(code)
        self.wake(code)

    def _watch(self) -> None:
        if self._watching is None or self._watching.done():
            self._watching = self._begin(self._look())

    async def _look(self) -> None:
        """Until nobody listens: look for what other processes have written, and write down who is here."""
        seen, looks = self.classes.database.changes(), 0
        while self._listeners:
            await asyncio.sleep(LOOK)
            looks += 1
            if looks * LOOK >= ALIVE:
                looks = 0
                await asyncio.to_thread(self.classes.seen, [listener.token for listener in self._listeners])
            if (version := self.classes.database.changes()) != seen:
                seen = version
                self.wake()

    def _begin(self, work: Any) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)  # the loop itself keeps none alive
        task.add_done_callback(self._tasks.discard)
        return task


def _news(
    listener: _Listener, room: Room | None, here: list[Member], asked: tuple[Poll, Votes] | None, wall: State
) -> News:
    if room is None:
        return {"ended": True}
    me = listener.me
    alone = [{"name": each.name, "place": each.place} for each in here if each.alone]
    news: News = {
        "you": me.name,
        "teacher": me.teacher,
        "code": room.code,
        "place": room.place,
        "paused": room.paused,
        "pointer": room.pointer,
        "version": room.version,
        "count": len(here),
        "race": room.race,
        "wall": {"open": room.wall, "count": wall.count, "mark": wall.mark},
    }
    if me.teacher:
        news["wall"]["waiting"] = wall.waiting
    if asked:
        news["poll"] = told(*asked, listener.token)
    return news | {"following": len(here) - len(alone), "alone": alone} if me.teacher else news


def _without_counts(news: News) -> News:
    poll = news.get("poll")
    return news | {"count": 0, "poll": poll and poll | {"votes": 0}}


def _ten(survey: Survey, teacher: bool) -> News:
    news: News = {"part": survey.part, "shown": survey.shown}
    return news | {"done": survey.done, "loaded": survey.loaded} if teacher else news
