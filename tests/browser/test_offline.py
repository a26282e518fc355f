"""Nothing is fetched from anywhere but the server: the fixture `page` sees to it in every test of the browser."""

from playwright.sync_api import Browser

from tests.browser.hands import asked_elsewhere, opened


def test_what_is_asked_of_another_machine_is_noticed(browser: Browser, server_url: str) -> None:
    """By the listener of all those tests, which between them open every part of every lesson."""
    context = browser.new_context()
    page = context.new_page()
    elsewhere = asked_elsewhere(page)
    opened(page, server_url)
    assert elsewhere == []
    there = "http://imgcls.invalid/a.png"
    page.route(there, lambda route: route.abort())
    with page.expect_request(there):
        page.evaluate("(there) => fetch(there).catch(() => null)", there)
    with page.expect_websocket():
        page.evaluate("() => { new WebSocket('ws://imgcls.invalid/b') }")
    assert elsewhere == [there, "ws://imgcls.invalid/b"]
    context.close()
