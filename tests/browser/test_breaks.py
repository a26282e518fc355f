"""Connections that break, pauses that others need, pages that are left: no training is lost, nobody waits in vain."""

import re
import time

from playwright.sync_api import Browser, Page, WebSocketRoute, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from imgcls.jobs.runner import WAITED_GRACE
from imgcls.jobs.workers import gpu_count, long_workers
from tests.browser.hands import lead, opened

# Small batches, at a rate that suits them: with larger ones the run may be over before it is stopped.
LONG = "train_count=600&train_preset=ConvNetJS+CIFAR-10&train_epochs=500&train_batch=4&train_lr=0.0001"

START = 180_000  # ms until a run's first steps: its worker imports torch first, with three others on a busy machine


class Line:
    """The websocket of a page, which can be cut for a while."""

    def __init__(self, page: Page) -> None:
        self._ends: list[WebSocketRoute] = []
        self._down = False
        page.route_web_socket(re.compile("_stcore/stream"), self._opened)

    def _opened(self, socket: WebSocketRoute) -> None:
        if self._down:
            socket.close()
        else:
            self._ends = [socket, socket.connect_to_server()]

    def cut(self) -> None:
        self._down = True
        for end in self._ends:
            end.close()

    def mend(self) -> None:
        self._down = False

    def say(self, message: ForwardMsg) -> None:
        """The page is told this, as if by the server."""
        self._ends[0].send(message.SerializeToString())


def new_page(browser: Browser, url: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    page.set_default_timeout(30_000)
    page.goto(url)
    page.get_by_role("button", name="Train", exact=True).click()
    return page


def leave(page: Page) -> None:
    """Stops the page's run, if it has one that is not over, so that its worker is free; then closes the page."""
    stop = page.get_by_role("button", name="Stop", exact=True)
    if stop.is_visible():
        stop.click()
        expect(stop).to_have_count(0)
    page.context.close()


def step(page: Page) -> int:
    return int(re.search(r"step ([\d,]+)", page.locator(".timeline output").inner_text())[1].replace(",", ""))


def test_a_broken_connection_ends_no_training_and_a_pause_makes_room(
    page: Page, browser: Browser, server_url: str
) -> None:
    url = f"{server_url}/train?{LONG}"
    runs = re.compile(r"left · epoch")
    waits = re.compile("Waiting for a free worker. Your place in the queue: 1")
    line, app = Line(page), page.get_by_test_id("stApp")
    page.goto(url)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text(runs)).to_be_visible(timeout=START)
    others = [new_page(browser, url) for _ in range(long_workers(gpu_count()))]
    try:
        *running, last = others
        for other in running:
            expect(other.get_by_text(runs)).to_be_visible(timeout=START)
        expect(last.get_by_text(waits)).to_be_visible()

        line.cut()
        cut = time.monotonic()
        expect(app).not_to_have_attribute("data-test-connection-state", "CONNECTED")
        line.mend()
        expect(app).to_have_attribute("data-test-connection-state", "CONNECTED")
        before = step(page)

        pauses = running[0]  # gives its place to the last one, and takes it again
        pauses.get_by_role("button", name="Pause").click()
        expect(pauses.get_by_text("paused; another run has its place")).to_be_visible()
        expect(last.get_by_text(runs)).to_be_visible(timeout=START)
        stood = step(pauses)
        pauses.get_by_role("button", name="Resume").click()
        expect(pauses.get_by_text(waits)).to_be_visible()
        # Nothing may happen until the grace is over.
        page.wait_for_timeout(max(0.0, cut + WAITED_GRACE + 2 - time.monotonic()) * 1000)
        expect(pauses.get_by_text(waits)).to_be_visible()  # all the time somebody needed a place

        expect(page.get_by_text(runs)).to_be_visible()
        assert step(page) > before
        page.get_by_role("button", name="Pause").click()
        expect(page.get_by_text("paused; another run has its place")).to_be_visible()
        expect(pauses.get_by_text(runs)).to_be_visible(timeout=START)
        assert step(pauses) >= stood
        page.get_by_role("button", name="Stop").click()
        expect(page.get_by_text("stopped by you")).to_be_visible()
        expect(page.get_by_role("button", name="Resume")).to_be_visible()
    finally:
        for other in others:
            leave(other)


def test_a_race_does_not_wait_for_ones_own_that_was_left(page: Page, server_url: str) -> None:
    racing = page.get_by_test_id("stProgress").get_by_text(re.compile(r"epoch \d+ of \d+"))
    page.goto(f"{server_url}/dense?dense_part=Shuffle+the+pixels")
    page.get_by_role("button", name="Race").click()
    expect(racing).to_be_visible(timeout=START)
    lead(page, "/dropout?drop_part=Against+overfitting")
    expect(page.get_by_role("heading", name="Why switch nodes off")).to_be_visible()
    page.get_by_role("button", name="Race").click()
    expect(racing).to_be_visible(timeout=START)
    page.get_by_role("button", name="Stop", exact=True).click()
    lead(page, "/dense?dense_part=Shuffle+the+pixels")
    expect(page.get_by_role("heading", name="Why not connect")).to_be_visible()
    expect(page.get_by_text("Stopped.")).to_be_visible()  # it made room before its end


def test_a_page_that_streamlit_takes_away_comes_back(browser: Browser, server_url: str) -> None:
    page = browser.new_context().new_page()
    line = Line(page)
    opened(page, f"{server_url}/softmax?softmax_view=Temperature")
    astray = ForwardMsg(hash="astray")
    astray.metadata.delta_path.extend([0, 90, 0])
    astray.delta.new_element.markdown.body = "for a place that is not there"
    with page.expect_navigation():
        line.say(astray)
    expect(page.get_by_role("radio", name="Temperature")).to_be_checked()
    page.context.close()
