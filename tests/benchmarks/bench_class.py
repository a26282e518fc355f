"""A class of a hundred: `python -m tests.benchmarks.bench_class` prints how soon the last of them is told.

All clients run in this process, on the machine that serves. A student joins and listens as classroom.js does; the
teacher leads the class from page to page, and each figure is the time until the last student has been told.
"""

import asyncio
import json
import os
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit

from tests.benchmarks.bench_hall import Question, measured
from tests.benchmarks.bench_hall import asked as dragged
from tests.benchmarks.harness import HEAD, open_page, row, running_app

STUDENTS = 100
MOVES = 30
VOTES = 5
IDLE = 20.0  # seconds
OTHERS = 10
"""Students in no class, who drag meanwhile."""


async def sent(url: str, method: str, path: str, cookie: str = "", body: object = None) -> tuple:
    """An HTTP request; returns the reader, the writer and the headers of the answer."""
    host = urlsplit(url)
    reader, writer = await asyncio.open_connection(host.hostname, host.port)
    data = b"" if body is None else json.dumps(body).encode()
    head = f"{method} /imgcls/class/{path} HTTP/1.1\r\nHost: {host.netloc}\r\nCookie: {cookie}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    writer.write(head.encode() + data)
    await writer.drain()
    headers = (await reader.readuntil(b"\r\n\r\n")).decode()
    return reader, writer, headers


async def asked(url: str, action: str, question: object, cookie: str = "") -> tuple[dict, str]:
    """What the server answers, and the cookie that it gives, if any."""
    reader, writer, headers = await sent(url, "POST", action, cookie, question)
    lines = dict(line.split(": ", 1) for line in headers.split("\r\n")[1:] if line)
    names = {name.lower(): value for name, value in lines.items()}
    body = await reader.readexactly(int(names["content-length"]))
    writer.close()
    return json.loads(body), names.get("set-cookie", "").split(";")[0]


async def news(url: str, cookie: str) -> AsyncIterator[dict]:
    """What a browser that listens is told."""
    reader, writer, _ = await sent(url, "GET", "events", cookie)
    try:
        while line := await reader.readline():
            if line.startswith(b"data: "):
                yield json.loads(line[6:])
    finally:
        writer.close()


async def measure(url: str, process: int) -> None:
    answer, teacher = await asked(url, "begin", {"place": "softmax"})
    start = time.perf_counter()
    joined = await asyncio.gather(*(asked(url, "join", {"code": answer["code"]}) for _ in range(STUDENTS)))
    print(row(f"{STUDENTS} join at once: the last is in", [1000 * (time.perf_counter() - start)]))
    told: dict[str, list[float]] = {}

    async def student(cookie: str) -> None:
        async for heard in news(url, cookie):
            told.setdefault(heard["place"], []).append(time.perf_counter())

    async with AsyncExitStack() as stack:
        tasks = [asyncio.create_task(student(cookie)) for _, cookie in joined]
        stack.callback(lambda: [task.cancel() for task in tasks])
        while len(told.get("softmax", ())) < STUDENTS:
            await asyncio.sleep(0.05)
        await asyncio.sleep(2)
        lasts, firsts = [], []
        for move in range(MOVES):
            place = f"pooling?move={move}"
            start = time.perf_counter()
            await asked(url, "lead", {"place": place}, teacher)
            while len(told.get(place, ())) < STUDENTS:
                await asyncio.sleep(0.002)
            firsts.append(1000 * (min(told[place]) - start))
            lasts.append(1000 * (max(told[place]) - start))
            await asyncio.sleep(0.1)
        print(row("the teacher moves: the first student is told", firsts))
        print(row(f"the teacher moves: the last of {STUDENTS} is told", lasts))
        await vote(url, teacher, [cookie for _, cookie in joined])
        before = seconds(process)
        await asyncio.sleep(IDLE)
        print(f"| idle class of {STUDENTS}: share of a core | {(seconds(process) - before) / IDLE:.1%} | | |")
    await asked(url, "end", {}, teacher)


async def vote(url: str, teacher: str, students: list[str]) -> None:
    """Every student votes, all within a second; then others drag, first while nobody votes and then while all do."""
    times, lost = await voted(url, teacher, students)
    print(row(f"{len(students)} votes within a second: acknowledged", times))
    print(f"| votes lost or counted twice, of {VOTES * len(students)} | {lost} | | |", flush=True)
    drag = await asyncio.to_thread(question_of_a_drag, url)
    alone = await asyncio.to_thread(measured, [drag], OTHERS)
    voting = asyncio.create_task(voted(url, teacher, students, 100 * VOTES))
    during = await asyncio.to_thread(measured, [drag], OTHERS)
    voting.cancel()
    print(row(f"{OTHERS} others drag a weight", alone))
    print(row(f"{OTHERS} others drag while the class votes", during))
    print(f"| the same, p95 to p95 | {late(during) / late(alone):.2f} times | | |", flush=True)
    await asked(url, "close", {}, teacher)


def late(times: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(times, n=20)[-1]


def question_of_a_drag(url: str) -> Question:
    with open_page() as page:
        return dragged(page, f"{url}/convolution", ".lens[data-drawn]", ".weight")


async def voted(url: str, teacher: str, students: list[str], turns: int = VOTES) -> tuple[list[float], int]:
    """Every student votes once a turn; the times from vote to acknowledgement in ms, and how many were not counted."""
    question = {"kind": "choice", "prompt": "Which?", "options": ["this", "that"], "right": 1}
    lost, times = 0, []
    for _ in range(turns):
        poll = (await asked(url, "ask", question, teacher))[0]["poll"]
        await asyncio.sleep(0.5)

        async def once(cookie: str, wait: float, poll: int = poll) -> float:
            await asyncio.sleep(wait)
            start = time.perf_counter()
            await asked(url, "vote", {"poll": poll, "value": 1}, cookie)
            return 1000 * (time.perf_counter() - start)

        times += await asyncio.gather(*(once(cookie, k / len(students)) for k, cookie in enumerate(students)))
        heard = news(url, teacher)
        counted = (await anext(heard))["poll"]["votes"]
        await heard.aclose()
        lost += len(students) - counted
    return times, lost


def seconds(process: int) -> float:
    """CPU seconds that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def server(url: str) -> int:
    """The process that was started for this address."""
    port = f"--server.port={urlsplit(url).port}"
    for process in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError):
            if port in Path(f"/proc/{process}/cmdline").read_text().split("\0"):
                return int(process)
    raise RuntimeError("nobody listens")


def main() -> None:
    print(HEAD)
    with running_app() as url:
        time.sleep(8)  # what the app prepares behind its first page is done then
        asyncio.run(measure(url, server(url)))


if __name__ == "__main__":
    main()
