"""A long day: `python -m tests.benchmarks.bench_soak` prints the server's memory, descriptors and threads.

Sessions come and go: each opens the first page, uploads a photo of 12 megapixels, drags on two lessons, trains now and
then, and leaves. `--minutes 30 --sessions 100` is the day that is meant; the default is a short one. At the end nobody
is there, and the live answers of all who were must be gone. Linux only: /proc tells.
"""

import argparse
import asyncio
import gzip
import http.client
import io
import itertools
import json
import random
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import websockets
from PIL import Image
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from imgcls.ui.live import KEEP
from imgcls.ui.packet import unpack
from imgcls.ui.upkeep import QUIET
from tests.benchmarks.bench_leaving import server
from tests.benchmarks.harness import running_app

DRAGGED = ("convolution", "network")
MOVES = 30
"""Questions on each page, ten a second."""
SETTLED = 5.0
"""Minutes after which memory should not grow any more."""
_LIVE = re.compile(rb"imgcls/live/([\w-]+)/([\w-]+)")


@dataclass
class Day:
    """What all sessions together have done."""

    url: str
    photo: bytes
    train_every: int
    end: float
    opened: int = 0
    uploads: int = 0
    trainings: int = 0
    answers: int = 0
    refused: int = 0
    bytes: int = 0
    tokens: set[str] = field(default_factory=set)
    turns: "itertools.count[int]" = field(default_factory=itertools.count)


class Visit:
    """One tab, from its opening until it closes."""

    def __init__(self, day: Day, socket: websockets.ClientConnection) -> None:
        self.day, self.socket = day, socket
        self.session = self.uploader = self.train = ""
        self.ways: dict[str, str] = {}

    async def run(self, page: str, *states: WidgetState) -> None:
        """A run of a page with what a hand has done, until the server says that it is complete."""
        ask = BackMsg()
        ask.rerun_script.page_name = page
        ask.rerun_script.widget_states.widgets.extend(states)
        await self.socket.send(ask.SerializeToString())
        while True:
            said = await self.hear()
            if said.WhichOneof("type") == "script_finished":
                return

    async def hear(self) -> ForwardMsg:
        """The next message; what this benchmark needs of it is noted."""
        raw = await self.socket.recv()
        self.day.bytes += len(raw)
        said = ForwardMsg.FromString(raw)
        for token, name in _LIVE.findall(raw):
            self.ways[name.decode()] = token.decode()
            self.day.tokens.add(token.decode())
        if said.WhichOneof("type") == "new_session":
            self.session = said.new_session.initialize.session_id or self.session
        element = said.delta.new_element
        if element.HasField("file_uploader"):
            self.uploader = element.file_uploader.id
        if element.HasField("button") and element.button.label == "Train":
            self.train = element.button.id
        return said

    async def upload(self) -> None:
        """The photo, as a browser sends it."""
        ask = BackMsg()
        ask.file_urls_request.request_id = "photo"
        ask.file_urls_request.file_names.append("photo.jpg")
        ask.file_urls_request.session_id = self.session
        await self.socket.send(ask.SerializeToString())
        while (said := await self.hear()).WhichOneof("type") != "file_urls_response":
            pass
        urls = said.file_urls_response.file_urls[0]
        await asyncio.to_thread(put, self.day, urls)
        state = WidgetState(id=self.uploader)
        info = state.file_uploader_state_value.uploaded_file_info.add()
        info.name, info.size, info.file_id = "photo.jpg", len(self.day.photo), urls.file_id
        info.file_urls.CopyFrom(urls)
        await self.run("", state)
        self.day.uploads += 1

    async def drag(self, page: str, moves: int = MOVES, pause: float = 0.1) -> None:
        """A hand on what the page offers."""
        await self.run(page)
        names = [name for name in self.ways if name == "network" or page != "network"]
        frame = ""
        for move in range(moves):
            name = names[move % len(names)]
            change = {"patch": f"{0.2 + move % 45 / 60:.3f},0.5,0.3"}
            question = {"want": "overview", "draft": move > 0, "change": change, "frame": frame, "shift": [0, 0]}
            question |= {"numbers": {}, "hand": self.session}
            status, body = await asyncio.to_thread(post, self.day.url, self.ways[name], name, question)
            if page == "network" and not move:  # as the canvas does: it has a whole overview, and asks for what moves
                frame = unpack(gzip.decompress(body))[0]["frame"]
            self.day.bytes += len(body)
            self.day.answers += status == 200
            self.day.refused += status not in (200, 409, 422)
            await asyncio.sleep(pause)


def put(day: Day, urls: FileURLs) -> None:
    """The file in a form, behind the token that keeps foreign pages out."""
    address = urlsplit(day.url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=120)
    connection.request("GET", "/_stcore/health")
    answer = connection.getresponse()
    answer.read()
    token = re.search(r"_streamlit_xsrf=([^;]+)", answer.headers.get("Set-Cookie", "") or "")
    head = b'--part\r\nContent-Disposition: form-data; name="file"; filename="photo.jpg"\r\n'
    head += b"Content-Type: image/jpeg\r\n\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=part"}
    if token:
        headers |= {"Cookie": f"_streamlit_xsrf={token[1]}", "X-Xsrftoken": token[1]}
    connection.request("PUT", urls.upload_url, head + day.photo + b"\r\n--part--\r\n", headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status >= 300:
        raise RuntimeError(f"the upload was answered {answer.status}")


def post(url: str, token: str, name: str, question: object) -> tuple[int, bytes]:
    """The status that a question gets, and its answer as it travels."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=120)
    connection.request("POST", f"/imgcls/live/{token}/{name}", json.dumps(question))
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


async def visits(day: Day, wait: float) -> None:
    """A place in the hall: one tab after the other until the day ends."""
    await asyncio.sleep(wait)
    while time.monotonic() < day.end:
        address = f"ws://{urlsplit(day.url).netloc}/_stcore/stream"
        async with websockets.connect(address, subprotocols=["streamlit"], max_size=None, origin=day.url) as socket:
            visit, turn = Visit(day, socket), next(day.turns)
            await visit.run("")
            day.opened += 1
            await visit.upload()
            for page in DRAGGED:
                await visit.drag(page)
            if turn % day.train_every == 0:
                await visit.run("train")
                await visit.run("train", WidgetState(id=visit.train, trigger_value=True))
                day.trainings += 1
                await asyncio.sleep(10)
        await asyncio.sleep(random.uniform(0, 2))


def photo_of_12_megapixels() -> bytes:
    """Soft shapes and some grain: some 3 MB, as a phone's."""
    rng = np.random.default_rng(0)
    small = Image.fromarray(rng.integers(0, 256, (30, 40, 3), dtype=np.uint8)).resize(
        (4000, 3000), Image.Resampling.BICUBIC
    )
    noisy = np.clip(np.asarray(small, np.int16) + rng.integers(-12, 13, (3000, 4000, 1), dtype=np.int16), 0, 255)
    file = io.BytesIO()
    Image.fromarray(noisy.astype(np.uint8)).save(file, "JPEG", quality=85)
    return file.getvalue()


def facts(folder: Path) -> tuple[int, int, int]:
    """Resident MB, descriptors and threads of the server."""
    status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
    return int(status["VmRSS"].split()[0]) // 1024, len(list((folder / "fd").iterdir())), int(status["Threads"])


def cpu_seconds(folder: Path) -> float:
    """What the server has used of the processor, without its workers."""
    numbers = (folder / "stat").read_text().rsplit(")", 1)[1].split()
    return (int(numbers[11]) + int(numbers[12])) / 100


async def tell(day: Day, folder: Path, seconds: float) -> list[tuple[float, int]]:
    """Prints a line every so often until the day ends; returns minutes and megabytes."""
    start, told = time.monotonic(), []
    while time.monotonic() < day.end:
        await asyncio.sleep(min(seconds, max(0.0, day.end - time.monotonic())))
        told.append(((time.monotonic() - start) / 60, facts(folder)[0]))
        row(f"{told[-1][0]:.1f} min", day, folder)
    return told


def row(when: str, day: Day, folder: Path) -> None:
    numbers = [
        *facts(folder),
        f"{cpu_seconds(folder):.0f}",
        day.opened,
        day.uploads,
        day.trainings,
        day.answers,
        day.refused,
    ]
    print(f"| {when} | {' | '.join(map(str, numbers))} |", flush=True)


async def whole_day(day: Day, folder: Path, sessions: int, seconds: float) -> list[tuple[float, int]]:
    telling = asyncio.create_task(tell(day, folder, seconds))
    await asyncio.gather(*(visits(day, 0.2 * number) for number in range(sessions)))
    return await telling


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--sessions", type=int, default=10)
    parser.add_argument("--train-every", type=int, default=5, help="one of so many sessions trains")
    args = parser.parse_args()
    print("| when | resident MB | descriptors | threads | CPU s | opened | uploads | trainings | answers | refused |")
    print("|---" * 10 + "|")
    with running_app() as url:
        folder = server()
        day = Day(url, photo_of_12_megapixels(), args.train_every, time.monotonic() + 60 * args.minutes)
        row("start", day, folder)
        told = asyncio.run(whole_day(day, folder, args.sessions, 15 if args.minutes < 10 else 60))
        row("all left", day, folder)
        time.sleep(KEEP + 4 * QUIET)
        row(f"{(KEEP + 4 * QUIET) / 60:.0f} min later", day, folder)
        answered = sum(post(url, token, "network", {})[0] != 404 for token in day.tokens)
        print(f"\n{answered} of {len(day.tokens)} sessions that have left are still answered.")
        if early := [size for minute, size in told if minute >= SETTLED]:
            print(f"Memory from minute {SETTLED:g} on: {100 * (told[-1][1] / early[0] - 1):+.1f} %.")


if __name__ == "__main__":
    main()
