"""A running app and a real browser. Without a browser these tests skip; under CI a missing one is a failure."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.serving import ARGUMENTS, browser_path, running_app

expect.set_options(timeout=20_000)  # a shared machine may be slow; a wrong page stays wrong


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On a shared machine a real browser now and then misses a moment: what is truly broken fails three times."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.flaky(reruns=2))


# "package": Playwright keeps an event loop running, which other tests must not find when these are over.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = browser_path()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs a browser: install Debian's package chromium.")
        pytest.skip("no browser on this machine: install Chromium to run the browser tests")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, args=ARGUMENTS)


@pytest.fixture(scope="package")
def server_url(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app, started as the README says, on a free port."""
    with running_app(tmp_path_factory.mktemp("server") / "log.txt") as url:
        yield url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh session at projector size; an uncaught JavaScript error fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.set_default_timeout(20_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors, f"uncaught JavaScript errors: {errors}"
