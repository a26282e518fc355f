"""A hall of students who all drag at once: `python -m tests.benchmarks.bench_hall` prints a table.

Words behind it choose what is dragged, by its name: `... bench_hall TinyVGG pooling`; --most leaves only the full hall,
and --processes N serves with N processes behind HAProxy, the students in turn with each.

A browser drags once, and its question to the server is written down; then 1, 10, 30 and 100 clients ask it again and
again with other numbers, each with one question on its way and PAUSE between two, as somebody's hand moves. The time is
that from asking to the whole answer. The clients run in a process of their own on the same machine; what the students'
own machines need to draw it is not in the figures.
"""

import argparse
import http.client
import multiprocessing
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import torch
from playwright.sync_api import Page

from imgcls.models.registry import load
from tests.benchmarks.harness import HEAD, milliseconds, open_page, row, running_app

PAUSE = 0.1  # seconds from an answer to the next question: some ten moves a second
SECONDS = 5.0
HALLS = (1, 10, 30, 100)


@dataclass(frozen=True)
class Question:
    """One request as the browser sent it."""

    url: str
    body: str
    cookie: str = ""

    def again(self, turn: int, hand: int) -> str:
        """The body of another hand, with another first number: a server that keeps its last answer must not gain."""
        body = re.sub(r'"hand":"\w*"', f'"hand":"{hand}"', self.body)
        return re.sub(r"\d+(\.\d+)?", lambda found: f"{turn % 60 / 100 + 0.2:.2f}" if found[1] else f"{turn % 60}",
                      body, count=1)  # fmt: skip


def asked(page: Page, address: str, ready: str, handle: str) -> Question:
    """What a page asks while a pointer drags on `handle`."""
    found: list[Question] = []
    page.on("request", lambda r: found.append(Question(r.url, r.post_data)) if "/imgcls/live/" in r.url else None)
    page.goto(address)
    page.wait_for_selector(ready)
    page.wait_for_timeout(2500)
    found.clear()
    target = page.locator(handle).first
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    x, y = box["x"] + min(box["width"] / 2, 70), box["y"] + min(box["height"] / 2, 120)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 12, y, steps=4)
    page.wait_for_timeout(1000)
    cookie = "; ".join(f"{each['name']}={each['value']}" for each in page.context.cookies())
    return replace(found[-1], cookie=cookie)


def client(question: Question, end: float, times: list[float]) -> None:
    """One student until `end`."""
    address = urlsplit(question.url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip", "Cookie": question.cookie}
    turn = hand = threading.get_ident()
    while time.perf_counter() < end:
        start = time.perf_counter()
        turn += 7
        connection.request("POST", address.path, question.again(turn, hand), headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"the server answered {answer.status}")
        times.append(1000 * (time.perf_counter() - start))
        time.sleep(PAUSE)


def hall(
    questions: Sequence[Question], students: int, seconds: float, results: "multiprocessing.Queue[list[float]]"
) -> None:
    """All students of a hall, in this process; their times in milliseconds go to `results`."""
    times: list[float] = []
    end = time.perf_counter() + seconds
    asked = [questions[number % len(questions)] for number in range(students)]
    threads = [threading.Thread(target=client, args=(question, end, times)) for question in asked]
    for thread in threads:
        thread.start()
        time.sleep(PAUSE / students)  # hands do not move in step
    for thread in threads:
        thread.join()
    results.put(times)


def measured(questions: Sequence[Question], students: int) -> list[float]:
    """Milliseconds of all answers."""
    return _in_a_process(hall, questions, students, SECONDS)


def _in_a_process(work: Callable[..., None], *arguments: object) -> list[float]:
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    process = context.Process(target=work, args=(*arguments, results))
    process.start()
    found = results.get()
    process.join()
    return found


def bare_passes(seconds: float, results: "multiprocessing.Queue[list[float]]") -> None:
    """Milliseconds of EfficientNet-Lite0's forward passes on all cores at once, with nothing around them."""
    torch.set_num_threads(1)
    network, times = load(), []
    inputs = torch.zeros(1, 3, network.preprocess.crop, network.preprocess.crop)
    end = time.perf_counter() + seconds

    def passes() -> None:
        with torch.inference_mode():
            while time.perf_counter() < end:
                times.extend(milliseconds(lambda: network.module(inputs)))

    threads = [threading.Thread(target=passes) for _ in range(os.cpu_count() or 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put(times)


@contextmanager
def served(processes: int) -> Iterator[str]:
    """The app, with one process as a teacher starts it, or with several."""
    if processes == 1:
        with running_app() as url:
            yield url
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--processes", str(processes), "--port", str(port), "--address", "127.0.0.1"]
    process = subprocess.Popen([sys.executable, "-m", "imgcls", "serve", *options], stdout=subprocess.DEVNULL)
    try:
        time.sleep(20)  # until all are healthy and warm
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    cases = {
        "convolution: weight": ("convolution", ".lens[data-drawn]", ".weight"),
        "pooling: slice": ("pooling?pool_part=A+volume", ".pair[data-drawn]", "input[type=range]"),
        "network: patch, TinyVGG": ("network?net_part=What+if", ".network[data-drawn]", ".network canvas"),
        "network: patch, EfficientNet-Lite0": (
            "network?net_part=What+if&net_model=efficientnet-lite0", ".network[data-drawn]", ".network canvas",
        ),
        "classify: patch, EfficientNet-Lite0": ("classify", ".grey-patch[data-drawn]", ".grey-patch canvas"),
    }  # fmt: skip
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--most", action="store_true")
    parser.add_argument("--processes", type=int, default=1)
    args = parser.parse_args()
    cases = {name: case for name, case in cases.items() if not args.words or any(word in name for word in args.words)}
    print(HEAD)
    if any("EfficientNet" in name for name in cases):
        times = _in_a_process(bare_passes, SECONDS)
        print(row(f"bare passes of EfficientNet-Lite0, all cores: {len(times) / SECONDS:.0f} a second", times))
    with served(args.processes) as url, open_page() as page:
        for name, (path, ready, handle) in cases.items():
            questions = {}
            while len(questions) < args.processes:
                question = asked(page, f"{url}/{path}", ready, handle)
                questions[question.cookie] = question
                if len(questions) < args.processes:
                    page = page.context.browser.new_context(viewport=page.viewport_size).new_page()
            base = None
            for students in HALLS[-1:] if args.most else HALLS:
                times = measured(list(questions.values()), students)
                base = base or sorted(times)[len(times) // 2]
                print(
                    row(f"{name}, {students} at once: {len(times) / SECONDS:.0f} a second", times, base=base),
                    flush=True,
                )
            page.goto("about:blank")


if __name__ == "__main__":
    main()
