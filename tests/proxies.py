"""A small proxy in front of the app, for the browser tests: it takes a path off, and can be cut like a bad Wi-Fi."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit


class Proxy:
    """Passes HTTP and WebSockets on to `target`; what does not begin with `prefix` gets 404.

    `cut` ends all connections and lets no new ones in until `mend`; while `freeze` is set nothing passes, and nobody is
    told; `blocks` names words of a request's first line or
    headers that get 502 instead of an answer, such as "websocket" or "/imgcls/live/".
    """

    def __init__(self, target: str, prefix: str = "") -> None:
        parts = urlsplit(target)
        self.host, self.port, self.prefix = parts.hostname, parts.port, prefix
        self.blocks: set[str] = set()
        self.freeze = False
        self._cut = False
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}{prefix}"
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def cut(self) -> None:
        self._cut = True
        self._loop.call_soon_threadsafe(self._close_all)

    def mend(self) -> None:
        self._cut = False

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end_all(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._server = self._loop.run_until_complete(asyncio.start_server(self._serve, sock=self._socket))
        self._loop.run_forever()

    async def _end_all(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _close_all(self) -> None:
        for writer in self._open:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request a connection: after its answer the server closes."""
        if self._cut:
            writer.transport.abort()
            return
        self._open.add(writer)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            method, path, _ = head.split(" ", 2)
            if any(word in head for word in self.blocks):
                writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            elif not path.startswith(f"{self.prefix}/"):
                writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            else:
                head = head.replace(f"{method} {path}", f"{method} {path.removeprefix(self.prefix)}", 1)
                head = head.replace("Connection: keep-alive", "Connection: close")
                await self._pass_on(head.encode("latin-1"), reader, writer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _pass_on(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, onwards = await asyncio.open_connection(self.host, self.port)
        self._open.add(onwards)
        onwards.write(head)
        there = asyncio.create_task(self._pipe(reader, onwards))
        try:
            await self._pipe(back, writer)
        finally:
            there.cancel()
            self._open.discard(onwards)
            onwards.close()

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            while self.freeze:
                await asyncio.sleep(0.05)
            writer.write(data)
            await writer.drain()


@contextmanager
def proxied(target: str, prefix: str = "") -> Iterator[Proxy]:
    """A proxy of this process in front of `target`, below `prefix`."""
    proxy = Proxy(target, prefix)
    try:
        yield proxy
    finally:
        proxy.stop()
