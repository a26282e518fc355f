"""A class comes and goes: `python -m tests.benchmarks.bench_leaving` prints the server's memory and descriptors.

One session, 100 more that see three pages each, all of them gone, and the minutes after. Linux only: /proc tells. With
a number as its argument it stops so many minutes after the last has left (default: 7).
"""

import asyncio
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.benchmarks.harness import running_app

PAGES = ("", "convolution", "classify")
STUDENTS = 100


def server() -> Path:
    """The /proc folder of the server, the only child of this process."""
    children = [text for task in Path("/proc/self/task").iterdir() for text in (task / "children").read_text().split()]
    return Path("/proc", children[0])


def tell(when: str, folder: Path) -> None:
    resident = next(line for line in (folder / "status").read_text().splitlines() if line.startswith("VmRSS"))
    print(f"| {when} | {int(resident.split()[1]) // 1024} | {len(list((folder / 'fd').iterdir()))} |", flush=True)


async def visit(url: str, wait: float, leave: asyncio.Event) -> None:
    """A session that sees all PAGES and stays until it is told to leave."""
    await asyncio.sleep(wait)
    address = f"ws://{urlsplit(url).netloc}/_stcore/stream"
    async with websockets.connect(address, subprotocols=["streamlit"], max_size=None, origin=url) as socket:
        for page in PAGES:
            ask = BackMsg()
            ask.rerun_script.page_name = page
            await socket.send(ask.SerializeToString())
            said = ForwardMsg()
            while said.WhichOneof("type") != "script_finished":
                said = ForwardMsg.FromString(await socket.recv())
        await leave.wait()


async def lesson(url: str, folder: Path) -> None:
    leave = asyncio.Event()
    first = asyncio.create_task(visit(url, 0, leave))
    await asyncio.sleep(15)
    tell("1 session", folder)
    students = [asyncio.create_task(visit(url, 0.1 * number, leave)) for number in range(STUDENTS)]
    await asyncio.sleep(60)
    tell(f"{STUDENTS + 1} open", folder)
    leave.set()
    await asyncio.gather(first, *students)


def main() -> None:
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 7
    print("| when | resident MB | descriptors |\n|---|---|---|")
    with running_app() as url:
        folder = server()
        asyncio.run(lesson(url, folder))
        start = time.monotonic()
        for after in (0.1, 2, 4, 6, 7, 10):
            if after <= minutes:
                time.sleep(max(0.0, start + 60 * after - time.monotonic()))
                tell(f"{after:g} min after all left", folder)


if __name__ == "__main__":
    main()
