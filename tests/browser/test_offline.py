"""Nothing is fetched from anywhere but the server: the app works in a hall without the internet."""

import pytest
from playwright.sync_api import Page

from imgcls.lessons import built_lessons
from tests.browser.hands import opened


@pytest.mark.parametrize("slug", [lesson.slug for lesson in built_lessons()])
def test_a_lesson_asks_its_own_server_alone(page: Page, server_url: str, slug: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url.replace("ws:", "http:")))
    opened(page, f"{server_url}/{slug}")
    page.wait_for_load_state("networkidle")
    elsewhere = [url for url in asked if not url.startswith((server_url, "data:", "blob:"))]
    assert len(asked) > 5
    assert elsewhere == []
    icons = page.locator("link[rel*=icon]").evaluate_all("(links) => links.map((link) => link.href)")
    assert icons and all(icon.startswith((server_url, "data:")) for icon in icons)
