"""Tabs that one test after the other uses: opening a page in one costs half of what it costs in a new one."""

import os
from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Page

from tests.browser.hands import asked_elsewhere

# A shared machine may be slow, and a wrong page stays wrong; on one with much else to do it may be more.
PATIENCE = 1000 * float(os.environ.get("TEST_PATIENCE", "30"))
# What these attach to a tab, or set, would be there for the next test.
LASTING = (
    "on", "once", "route", "route_from_har", "route_web_socket", "add_init_script", "expose_function",
    "expose_binding", "emulate_media", "set_viewport_size", "set_default_timeout", "set_extra_http_headers",
)  # fmt: skip


class Seat:
    """A tab in which the app's programs stay compiled, and nothing else of a test stays."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.elsewhere = asked_elsewhere(self.page)
        self._as_it_was = True
        for name in LASTING:
            setattr(self.page, name, self._noting(getattr(self.page, name)))

    def _noting(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*arguments: object, **settings: object) -> Any:
            self._as_it_was = False
            return method(*arguments, **settings)

        return noted

    def left(self, *, in_order: bool) -> bool:
        """Clears away what a test leaves in the context; whether the tab can be used by another one.

        It cannot when it is not `in_order`, as after a test that failed, nor when something was attached to it.
        """
        page, stays = self.page, in_order and self._as_it_was and not self.page.is_closed()
        url = page.url
        for tab in self.context.pages:
            if tab is not page and tab.url != "about:blank":  # the browser lives as long as an empty one is there
                tab.close()
        if stays and url.startswith("http"):
            page.evaluate("sessionStorage.clear()")
            page.mouse.move(0, 0)
        if not page.is_closed():
            page.goto("about:blank")
            if url.startswith("http"):
                what = {"origin": "/".join(url.split("/")[:3]), "storageTypes": "local_storage,indexeddb"}
                session = self.context.new_cdp_session(page)
                session.send("Storage.clearDataForOrigin", what)
                session.detach()
        self.context.clear_cookies()
        self.errors.clear()
        self.elsewhere.clear()
        if not (stays or page.is_closed()):
            page.close()
        return stays
