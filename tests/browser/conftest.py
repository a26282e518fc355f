"""A running app and a real browser. Without a browser these tests skip; under CI a missing one is a failure."""

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.hands import PROJECTOR
from tests.browser.reruns import RERUNS
from tests.browser.seats import PATIENCE, Seat
from tests.serving import ARGUMENTS, browser_path, running_app

# Every tab in one process: a new one for each test takes a fifth more of the processor to open a page.
TOGETHER = ["--process-per-site", "--disable-site-isolation-trials", "--renderer-process-limit=1"]
PASSED = pytest.StashKey[bool]()
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What RERUNS names may fail twice, under CI everything once; each is named in the summary then.

    CI's machine is shared: what stands still for seconds there is not known to the test.
    """
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            named = item.nodeid.partition("browser/")[2] in RERUNS
            if reruns := 2 if named else 1 if os.environ.get("CI") else 0:
                item.add_marker(pytest.mark.flaky(reruns=reruns))


# "package": Playwright keeps an event loop running, which other tests must not find when these are over.
@pytest.fixture(scope="package")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all tests of a process. Its own context has a profile on disk, where the programs that every page
    of the app needs stay compiled: another context compiles a megabyte anew for each test."""
    path = browser_path()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs a browser: install Debian's package chromium.")
        pytest.skip("no browser on this machine: install Chromium to run the browser tests")
    with sync_playwright() as playwright:
        profile = tmp_path_factory.mktemp("profile")
        own = playwright.chromium.launch_persistent_context(
            profile, executable_path=path, args=[*ARGUMENTS, *TOGETHER], viewport=PROJECTOR
        )
        yield own.browser
        own.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Notes whether the test itself has passed, for what is done with its tab."""
    report = yield
    if report.when == "call":
        item.stash[PASSED] = report.passed
    return report


@pytest.fixture(scope="package")
def context_of(browser: Browser) -> Callable[..., BrowserContext]:
    """The process's contexts of other settings, such as a phone's; each compiles the app's programs once."""
    made: dict[str, BrowserContext] = {}

    def found(**settings: object) -> BrowserContext:
        settings = {"viewport": PROJECTOR, **settings}
        if repr(settings) not in made:
            made[repr(settings)] = browser.new_context(**settings)
        return made[repr(settings)]

    return found


@pytest.fixture(scope="package")
def server_url(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app, started as the README says, on a free port."""
    with running_app(tmp_path_factory.mktemp("server") / "log.txt") as url:
        yield url


@pytest.fixture(scope="package")
def seats() -> dict[BrowserContext, Seat]:
    """Tabs that wait for their next test."""
    return {}


@pytest.fixture(scope="package")
def desks() -> dict[tuple[int, int], list[Seat]]:
    """The same for people with a browser of their own, by its size: each has a context alone, with its cookies."""
    return {}


@pytest.fixture
def person(
    browser: Browser, desks: dict[tuple[int, int], list[Seat]], request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Somebody with a browser of their own; an uncaught JavaScript error fails the test."""
    taken: list[tuple[tuple[int, int], Seat]] = []

    def come(width: int = 1280, height: int = 720) -> Page:
        free = desks.setdefault((width, height), [])
        context = {"viewport": {"width": width, "height": height}, "has_touch": width < 500}
        seat = free.pop() if free else Seat(browser.new_context(**context))
        taken.append(((width, height), seat))
        return seat.page

    yield come
    errors = [error for _, seat in taken for error in seat.errors]
    for size, seat in taken:
        if seat.left(in_order=_in_order(request) and not errors):
            desks[size].append(seat)
        else:
            seat.context.close()
    assert not errors, f"uncaught JavaScript errors: {errors}"


@pytest.fixture
def page(
    browser: Browser,
    context_of: Callable[..., BrowserContext],
    seats: dict[BrowserContext, Seat],
    request: pytest.FixtureRequest,
) -> Iterator[Page]:
    """A fresh session at projector size, or as the marker `context` says; nothing stays of it.

    An uncaught JavaScript error fails the test, and so does a request that goes to another machine: the app works in a
    hall without the internet.
    """
    marker = request.node.get_closest_marker("context")
    context = context_of(**marker.kwargs) if marker else browser.contexts[0]
    seat = seats.pop(context, None) or Seat(context)
    yield seat.page
    errors, elsewhere = list(seat.errors), list(seat.elsewhere)
    if seat.left(in_order=_in_order(request) and not errors):
        seats[context] = seat
    assert not errors, f"uncaught JavaScript errors: {errors}"
    assert not elsewhere, f"asked on other machines: {elsewhere}"


def _in_order(request: pytest.FixtureRequest) -> bool:
    return request.node.stash.get(PASSED, False)
