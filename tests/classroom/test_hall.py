"""Who listens is told of every change, also of one that another process has written."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from imgcls.classroom import Classes, Hall


async def until(stream: AsyncIterator[dict], **wanted: object) -> dict:
    """The first news that says this."""
    async with asyncio.timeout(5):
        async for news in stream:
            if wanted.items() <= news.items():
                return news
    raise AssertionError(wanted)


def test_all_are_told_where_the_teacher_goes_and_the_teacher_who_follows(tmp_path: Path) -> None:
    async def run() -> None:
        classes = Classes(tmp_path / "class.sqlite3")
        hall = Hall(classes)
        teacher, begun = classes.begin("softmax")
        tokens = [classes.join(begun.code)[0] for _ in range(5)]
        leader = hall.listen(teacher)
        await until(leader, place="softmax", teacher=True)
        students = [hall.listen(token) for token in tokens]
        for student in students:
            assert "alone" not in await until(student, place="softmax", teacher=False)
        assert hall.listeners == 6
        classes.lead(teacher, "pooling")
        hall.wake(begun.code)
        for student in students:
            await until(student, place="pooling", count=5)
        classes.stand(tokens[0], "train", True)
        hall.wake(begun.code)
        news = await until(leader, count=5, following=4)
        assert news["alone"] == [{"name": classes.member(tokens[0]).name, "place": "train"}]
        classes.leave(tokens[1])
        hall.dismiss(tokens[1])
        await until(students[1], ended=True)
        classes.end(teacher)
        hall.wake(begun.code)
        for student in students[2:]:
            await until(student, ended=True)

    asyncio.run(run())


def test_what_another_process_writes_is_told_too(tmp_path: Path) -> None:
    async def run() -> None:
        here, elsewhere = Classes(tmp_path / "class.sqlite3"), Classes(tmp_path / "class.sqlite3")
        teacher, begun = elsewhere.begin("softmax")
        token, _ = elsewhere.join(begun.code)
        student = Hall(here).listen(token)
        await until(student, place="softmax")
        await asyncio.to_thread(elsewhere.lead, teacher, "dense")
        await until(student, place="dense")

    asyncio.run(run())


def test_nobody_unknown_is_told_anything(tmp_path: Path) -> None:
    async def run() -> None:
        hall = Hall(Classes(tmp_path / "class.sqlite3"))
        assert [news async for news in hall.listen("nobody")] == [{"ended": True}]
        assert hall.listeners == 0

    asyncio.run(run())


def test_a_hundred_votes_are_not_a_hundred_messages_to_a_student(tmp_path: Path) -> None:
    async def run() -> None:
        classes = Classes(tmp_path / "class.sqlite3")
        hall = Hall(classes)
        teacher, begun = classes.begin("softmax")
        tokens = [classes.join(begun.code)[0] for _ in range(20)]
        poll = hall.polls.ask(teacher, {"kind": "choice", "prompt": "Which?", "options": ["this", "that"]})
        heard = {token: [] for token in (teacher, tokens[0])}

        async def listens(token: str) -> None:
            async for news in hall.listen(token):
                heard[token].append(news)

        listening = [asyncio.create_task(listens(token)) for token in heard]
        async with asyncio.timeout(5):
            while not all(heard.values()):
                await asyncio.sleep(0.01)
        for token in tokens:
            hall.polls.vote(token, poll, 0)
            hall.wake(begun.code)
            await asyncio.sleep(0.02)
        async with asyncio.timeout(5):
            while any(news[-1]["poll"]["votes"] < 20 for news in heard.values()):
                await asyncio.sleep(0.01)
        counts = {token: len({each["poll"]["votes"] for each in news}) for token, news in heard.items()}
        assert heard[tokens[0]][-1]["poll"]["mine"] == 0
        assert counts[tokens[0]] < counts[teacher] / 2
        for task in listening:
            task.cancel()

    asyncio.run(run())


def test_what_is_no_count_does_not_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imgcls.classroom.hall.COUNTS", 60.0)

    async def run() -> None:
        classes = Classes(tmp_path / "class.sqlite3")
        hall = Hall(classes)
        teacher, begun = classes.begin("softmax")
        student = hall.listen(classes.join(begun.code)[0])
        await until(student, count=1)
        for _ in range(3):
            classes.seen([classes.join(begun.code)[0]])
            hall.wake(begun.code)
            await asyncio.sleep(0.02)
        classes.lead(teacher, "pooling")
        hall.wake(begun.code)
        await until(student, place="pooling", count=4)

    asyncio.run(run())
