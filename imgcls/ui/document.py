"""The HTML page itself: a script of our own (document.js) goes into Streamlit's, in front of Streamlit's program.

It does what no Python can: speak when no connection comes about, keep a file that is chosen while there is none, and
let a browser translate the page. Streamlit's files stay as they are.
"""

import hashlib
from functools import cache
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SCRIPT_PATH = "imgcls/document.js"
_HEAD = b"<head>"
_ASKS_WHETHER_NEW = (b"if-none-match", b"if-modified-since", b"if-range", b"range")


@cache
def script() -> bytes:
    """The text of document.js."""
    return Path(__file__).with_name("document.js").read_bytes()


@cache
def _tag() -> bytes:
    """Relative, like Streamlit's own scripts: it is found below a path, too."""
    return f'<script src="./{SCRIPT_PATH}?v={hashlib.sha256(script()).hexdigest()[:12]}"></script>'.encode()


class WithOurScript:
    """ASGI middleware: every page that a browser opens gets our script as the first thing in its head."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        accepted = b",".join(value for name, value in scope.get("headers", ()) if name == b"accept")
        if scope["type"] == "http" and scope["method"] == "GET" and b"text/html" in accepted:
            # Whole and as plain text: what the browser kept from before could be a page without our script.
            unwanted = (*_ASKS_WHETHER_NEW, b"accept-encoding")
            headers = [(name, value) for name, value in scope["headers"] if name not in unwanted]
            await self.app({**scope, "headers": headers}, receive, _Insertion(send))
        else:
            await self.app(scope, receive, send)


class _Insertion:
    """Passes an answer on; a page of HTML is gathered first and goes out with the script."""

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
        body = self.body.replace(_HEAD, _HEAD + _tag(), 1)
        changed = (b"content-length", b"etag", b"last-modified")
        headers = [(name, value) for name, value in start["headers"] if name.lower() not in changed]
        await self.send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await self.send({"type": "http.response.body", "body": body})


def _is_page(start: Message) -> bool:
    kinds = [value for name, value in start["headers"] if name.lower() == b"content-type"]
    return start["status"] == 200 and bool(kinds) and kinds[0].startswith(b"text/html")
