"""`python -m imgcls serve`: two processes behind a real HAProxy, and one of them is killed."""

import io
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from imgcls.serve import COOKIE
from tests.browser.hands import drag
from tests.serving import ROOT
from tests.test_serve import HAPROXY

pytestmark = pytest.mark.skipif(not HAPROXY, reason="no HAProxy on this machine")
PATIENCE = 90  # seconds


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.2)


@dataclass
class Serving:
    """`serve` as it was started, and where."""

    process: "subprocess.Popen[bytes]"
    url: str

    def servers(self) -> list[int]:
        """The numbers of its server processes, the first started first."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(pid) for pid in children if b"streamlit" in Path(f"/proc/{pid}/cmdline").read_bytes()]


@pytest.fixture
def serving() -> Iterator[Serving]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "imgcls",
        "serve",
        "--processes",
        "2",
        "--port",
        str(port),
        "--address",
        "127.0.0.1",
    ]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        yield Serving(process, f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(30)


def healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:
            return answer.status == 200
    except urllib.error.HTTPError:  # no process has come up yet
        return False
    except OSError:
        return False


@dataclass
class Student:
    """A browser of its own, and what the quick way answered it."""

    page: Page
    statuses: list[int] = field(default_factory=list)

    @property
    def process(self) -> str:
        """Which one serves this browser."""
        return next(each["value"] for each in self.page.context.cookies() if each["name"] == COOKIE)

    def drags(self, share: float) -> None:
        """Moves a logit; the answer comes by the quick way."""
        value = self.page.locator(".sliders .value").nth(1)
        before, known = value.inner_text(), len(self.statuses)
        drag(self.page, self.page.locator(".sliders .range").nth(1), share)
        expect(value).not_to_have_text(before)
        self.page.mouse.up()
        assert set(self.statuses[known:]) == {200}


def student(browser: Browser, url: str) -> Student:
    made = Student(browser.new_context(viewport={"width": 1280, "height": 720}).new_page())
    made.page.on("response", lambda got: made.statuses.append(got.status) if "/imgcls/live/" in got.url else None)
    made.page.goto(f"{url}/softmax")
    expect(made.page.locator(".sliders .value").nth(1)).to_have_text("70.5%")
    return made


def test_a_killed_process_takes_only_its_own_sessions_and_a_reload_finds_the_photo(
    serving: Serving, browser: Browser
) -> None:
    until(lambda: healthy(serving.url))
    until(lambda: len(serving.servers()) == 2)
    students: dict[str, Student] = {}

    def one_in_each() -> bool:  # the balancer sends somebody to the second one once it knows that it is there
        one = student(browser, serving.url)
        if students.setdefault(one.process, one) is not one:
            one.page.context.close()
        return len(students) == 2

    until(one_in_each)
    assert sorted(students) == ["process1", "process2"]
    stays, goes = students["process1"], students["process2"]
    for each in (stays, goes):
        each.drags(0.7)
    pixels = np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    photo = io.BytesIO()
    Image.fromarray(pixels).save(photo, "PNG")
    sidebar = goes.page.get_by_test_id("stSidebar")
    file = {"name": "mine.png", "mimeType": "image/png", "buffer": photo.getvalue()}
    sidebar.locator("input[type=file]").set_input_files(file)
    expect(sidebar.locator(".imgcls-photo-name")).to_contain_text("mine.png")
    stays.page.evaluate("window.sameAsBefore = true")

    killed = serving.servers()[1]
    os.kill(killed, signal.SIGKILL)
    stays.drags(0.3)
    assert stays.page.evaluate("window.sameAsBefore")
    goes.page.reload()
    sidebar = goes.page.get_by_test_id("stSidebar")
    expect(sidebar.locator(".imgcls-photo-name")).to_contain_text("mine.png", timeout=1000 * PATIENCE)
    expect(goes.page.locator(".sliders .value").nth(1)).to_be_visible()
    goes.drags(0.4)

    until(lambda: len(serving.servers()) == 2 and killed not in serving.servers())  # it is started again
    serving.process.terminate()
    assert serving.process.wait(30) == 0
    for each in (stays, goes):
        each.page.context.close()
