"""What one student costs: `python -m tests.benchmarks.bench_lesson` prints bytes and processor seconds of a lesson.

The script of twenty minutes, without its pauses: the first page, an own photo of 12 megapixels, eight lessons, and 300
moves of a hand on two of them, half a minute of dragging in all. STUDENTS follow it one after the other. The browser's
programs, which it loads once, come on top. Linux only: /proc tells.
"""

import asyncio
import time
from urllib.parse import urlsplit

import websockets

from tests.benchmarks.bench_leaving import server
from tests.benchmarks.bench_soak import Day, Visit, cpu_seconds, facts, photo_of_12_megapixels
from tests.benchmarks.harness import running_app

STUDENTS = 10
MINUTES = 20
PAGES = ("tensors", "dataset", "dense", "convolution", "pooling", "softmax", "classify", "network")
DRAGGED = {"convolution": 150, "network": 150}


async def lesson(day: Day, stay: asyncio.Event, done: asyncio.Semaphore) -> None:
    """One student, whose tab stays open until all have been counted."""
    address = f"ws://{urlsplit(day.url).netloc}/_stcore/stream"
    async with websockets.connect(address, subprotocols=["streamlit"], max_size=None, origin=day.url) as socket:
        visit = Visit(day, socket)
        await visit.run("")
        await visit.upload()
        for page in PAGES:
            await (visit.drag(page, DRAGGED[page], 0.0) if page in DRAGGED else visit.run(page))
        done.release()
        await stay.wait()


async def lessons(day: Day, students: int) -> asyncio.Event:
    """All students, one after the other; they leave at the event."""
    stay, done = asyncio.Event(), asyncio.Semaphore(0)
    for _ in range(students):
        asyncio.create_task(lesson(day, stay, done))  # noqa: RUF006 - awaited by `done`
        await done.acquire()
    return stay


async def measured(day: Day, students: int, report: str) -> None:
    before, bytes_before, memory = cpu_seconds(server()), day.bytes, facts(server())[0]
    stay = await lessons(day, students)
    used, got = cpu_seconds(server()) - before, day.bytes - bytes_before
    print(
        f"| {report} | {used / students:.2f} | {used / students / MINUTES:.3f} | {got / students / 1e6:.2f} "
        f"| {got / students / MINUTES / 1e3:.0f} | {(facts(server())[0] - memory) / students:.0f} |",
        flush=True,
    )
    stay.set()
    await asyncio.sleep(1)


def main() -> None:
    print("| | CPU s a lesson | CPU s a minute | MB a lesson | KB a minute | MB of memory a session |")
    print("|---|---|---|---|---|---|")
    with running_app() as url:
        day = Day(url, photo_of_12_megapixels(), 1, time.monotonic())
        time.sleep(8)
        asyncio.run(measured(day, 1, "the first student"))
        asyncio.run(measured(day, STUDENTS, f"each of {STUDENTS} more"))


if __name__ == "__main__":
    main()
