"""The HTML page itself: scripts of our own go into Streamlit's, in front of Streamlit's program.

document.js does what no Python can: speak when no connection comes about, keep a file that is chosen while there is
none, and let a browser translate the page. classroom/main.js is a class's part in the browser, and costs no run of any
page. Streamlit's files stay as they are.
"""

import hashlib
from functools import cache
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from imgcls.ui.views import served_name

# What goes into the page's head; %s is the address.
FILES = {
    "document.js": '<script src="%s"></script>',
}
VIEWS = {
    "classroom/main.js": '<script type="module" src="%s"></script>',
    "classroom/view.css": '<link rel="stylesheet" href="%s">',
}
_HEAD = b"<head>"
_ASKS_WHETHER_NEW = (b"if-none-match", b"if-modified-since", b"if-range", b"range")


@cache
def file(name: str) -> bytes:
    """The text of one of FILES."""
    return Path(__file__).with_name(name).read_bytes()


@cache
def _tags() -> bytes:
    """Relative, like Streamlit's own scripts: they are found below a path, too."""
    own = {f"./imgcls/{name}?v={hashlib.sha256(file(name)).hexdigest()[:12]}": tag for name, tag in FILES.items()}
    views = {f".{served_name(name)}": tag for name, tag in VIEWS.items()}
    return "".join(tag % name for name, tag in {**own, **views}.items()).encode()


class WithOurScripts:
    """ASGI middleware: every page that a browser opens gets our scripts as the first things in its head."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        accepted = b",".join(value for name, value in scope.get("headers", ()) if name == b"accept")
        if scope["type"] == "http" and scope["method"] == "GET" and b"text/html" in accepted:
            # Whole and as plain text: what the browser kept from before could be a page without our scripts.
            unwanted = (*_ASKS_WHETHER_NEW, b"accept-encoding")
            headers = [(name, value) for name, value in scope["headers"] if name not in unwanted]
            await self.app({**scope, "headers": headers}, receive, _Insertion(send))
        else:
            await self.app(scope, receive, send)


class _Insertion:
    """Passes an answer on; a page of HTML is gathered first and goes out with the scripts."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.start: Message | None = None
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_page(message):
            self.start = message
        elif self.start is None:
            await self.send(message)
        else:
            self.body += message.get("body", b"")
            if not message.get("more_body"):
                await self._finish(self.start)

    async def _finish(self, start: Message) -> None:
        body = self.body.replace(_HEAD, _HEAD + _tags(), 1)
        changed = (b"content-length", b"etag", b"last-modified")
        headers = [(name, value) for name, value in start["headers"] if name.lower() not in changed]
        await self.send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await self.send({"type": "http.response.body", "body": body})


def _is_page(start: Message) -> bool:
    kinds = [value for name, value in start["headers"] if name.lower() == b"content-type"]
    return start["status"] == 200 and bool(kinds) and kinds[0].startswith(b"text/html")
