"""What a page that was left still asks for is not done: in Streamlit 1.67 it would empty the page that came after it.

A fragment that runs every half second asks with the name of its page. Between a click on a link and the first answer
of the next page it goes on asking; the server then runs a page that is no longer there, with no fragment in it, and
the browser clears away all that is not that page's.
"""

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg


class WithoutPagesLeft:
    """ASGI middleware: of what a browser sends over its socket, the requests of a page that it has left are dropped."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            return await self.app(scope, receive, send)
        current = Current()

        async def received() -> Message:
            while True:
                message = await receive()
                if not (body := message.get("bytes")) or current.is_of_it(body):
                    return message

        await self.app(scope, received, send)
        return None


class Current:
    """The page that a browser is at, by what it sends."""

    def __init__(self) -> None:
        self.page = ""  # unknown until the browser names it: the first page is asked for by its address

    def is_of_it(self, body: bytes) -> bool:
        """Whether this message is of the page that the browser is at; what is no rerun is of every page."""
        sent = BackMsg()
        try:
            sent.ParseFromString(body)
        except DecodeError:  # Streamlit will say what is wrong
            return True
        if sent.WhichOneof("type") != "rerun_script":
            return True
        asked = sent.rerun_script
        if not asked.fragment_id:
            self.page = asked.page_script_hash
            return True
        return not self.page or asked.page_script_hash == self.page
