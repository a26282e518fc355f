"""The bell rings: `python -m tests.benchmarks.bench_opening` prints how long a hall waits for its pages.

1, 10, 30 and 100 sessions open the same page, one every INTERVAL, as a browser does: over the WebSocket, until the
server says that the page is complete. The clients run in this process, on the machine that serves; loading Streamlit's
own files (once a browser) and drawing are not in the figures.
"""

import asyncio
import time
from urllib.parse import urlsplit

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.benchmarks.harness import HEAD, row, running_app

INTERVAL = 0.02  # seconds
HALLS = (1, 10, 30, 100)
PAGES = {"home": "", "convolution": "convolution", "network": "network"}


async def opened(url: str, page: str, wait: float) -> float:
    """Milliseconds until a new session has its page."""
    await asyncio.sleep(wait)
    ask = BackMsg()
    ask.rerun_script.page_name = page
    start = time.perf_counter()
    address = f"ws://{urlsplit(url).netloc}/_stcore/stream"
    async with websockets.connect(address, subprotocols=["streamlit"], max_size=None, origin=url) as socket:
        await socket.send(ask.SerializeToString())
        said = ForwardMsg()
        while said.WhichOneof("type") != "script_finished":
            said = ForwardMsg.FromString(await socket.recv())
    return 1000 * (time.perf_counter() - start)


async def hall(url: str, page: str, students: int) -> list[float]:
    """All sessions of a hall; they stay open no longer than it takes."""
    return await asyncio.gather(*(opened(url, page, number * INTERVAL) for number in range(students)))


def main() -> None:
    print(HEAD)
    for asks_first in (True, False):
        with running_app(asks_first=asks_first) as url:
            for name, page in PAGES.items():
                asyncio.run(hall(url, page, 1))
                time.sleep(6 if not page else 1)  # what the app prepares behind its first page is done then
                how = "asks first" if asks_first else "shows all"
                for students in HALLS:
                    what = f"{name}, {how}: {students} open it"
                    print(row(what, asyncio.run(hall(url, page, students))), flush=True)


if __name__ == "__main__":
    main()
