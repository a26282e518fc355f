"""The direct way from a drag to its answer: only for who was offered it, and without surprises for odd questions."""

import asyncio
import gzip
import json
import logging
import random
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from imgcls.data.samples import DEFAULT_SAMPLE
from imgcls.lessons import Lesson, built_lessons
from imgcls.ui import live
from imgcls.ui.address import as_number
from imgcls.ui.components.plot import PLOTLY_PATH
from imgcls.ui.pooling.pool_grid import numbers_within
from imgcls.ui.server import routes, send_at_once
from imgcls.ui.softmax.simplex import point_of
from tests.test_pages import parts


def script() -> None:
    import streamlit as st

    from imgcls.ui.live import offer

    st.session_state["path"] = offer("doubled", lambda question: bytes([2 * question["number"]]))


def ask(path: str, body: bytes | Iterable[bytes | None], length: object = None) -> Response:
    """What the route answers to a request with this body, in one piece or several; after None nothing more comes."""
    return asyncio.run(asked(path, body, length))


async def asked(
    path: str, body: bytes | Iterable[bytes | None], length: object = None, hangs_up: bool = False
) -> Response:
    token, name = path.rsplit("/", 2)[-2:]
    announced = len(body) if length is None and isinstance(body, bytes) else length
    scope = {
        "type": "http", "method": "POST", "path": path, "path_params": {"token": token, "name": name},
        "headers": [] if announced is None else [(b"content-length", str(announced).encode("latin-1"))],
    }  # fmt: skip
    parts = iter([body] if isinstance(body, bytes) else body)
    sent = 0

    async def receive() -> dict:
        nonlocal sent
        sent += 1
        if sent > 1 and hangs_up:
            return {"type": "http.disconnect"}
        part = next(parts, b"")
        if part is None:
            await asyncio.sleep(3600)
        return {"type": "http.request", "body": part, "more_body": not isinstance(body, bytes) and part != b""}

    return await live._respond(Request(scope, receive))


@pytest.fixture
def path() -> str:
    app = AppTest.from_function(script).run()
    assert not app.exception
    return app.session_state["path"]


def test_the_offered_answer_comes_back_compressed(path: str) -> None:
    response = ask(path, json.dumps({"number": 21}).encode())
    assert response.status_code == 200
    assert gzip.decompress(response.body) == bytes([42])
    assert response.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"number": "x"}', b'{"number": 400}', b"\xff", b'"number"'])
def test_a_question_without_sense_is_refused(path: str, body: bytes) -> None:
    assert ask(path, body).status_code == 422


def test_a_long_question_is_not_read(path: str) -> None:
    assert ask(path, b"{}", length=10**6).status_code == 413


def test_what_is_sent_is_counted_whatever_was_announced(path: str) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while True:
            sent += 4096
            yield b" " * 4096

    response = ask(path, endless(), length=2)
    assert response.status_code == 413
    assert response.headers["connection"] == "close"
    assert sent <= live.LARGEST + 4096
    assert ask(path, [b'{"number"', b": 21}"]).status_code == 200  # in parts, and nothing announced


@pytest.mark.parametrize("length", ["²", "-1", "9" * 5000, "x"])
def test_an_announcement_without_sense_is_no_failure(path: str, length: str) -> None:
    assert ask(path, b'{"number": 21}', length=length).status_code in (200, 413)


def test_a_question_that_does_not_arrive_is_dropped(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PATIENCE", 0.05)
    response = ask(path, [b'{"num', None], length=14)
    assert (response.status_code, response.headers["connection"]) == (408, "close")


def test_who_has_hung_up_gets_no_answer(path: str) -> None:
    async def gone() -> Response:
        token, name = path.rsplit("/", 2)[-2:]
        scope = {"type": "http", "method": "POST", "headers": [], "path_params": {"token": token, "name": name}}

        async def receive() -> dict:
            return {"type": "http.disconnect"}

        return await live._respond(Request(scope, receive))

    assert asyncio.run(gone()).status_code == 400


def slow() -> None:
    import streamlit as st

    from imgcls.ui.live import offer
    from tests.ui.test_live import answer_slowly

    st.session_state["path"] = offer("slow", answer_slowly)


BEGUN: list[int] = []
GO = threading.Event()


def answer_slowly(question: dict) -> bytes:
    BEGUN.append(question["number"])
    assert GO.wait(20)
    return bytes([question["number"]])


@pytest.fixture
def busy_path(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Of an answer that waits for GO, on a server of one thread; questions wait for each other."""
    BEGUN.clear()
    GO.clear()
    with ThreadPoolExecutor(1) as pool:
        monkeypatch.setattr(live, "pool", pool)
        yield AppTest.from_function(slow).run().session_state["path"]
        GO.set()


def numbered(number: int, hand: str) -> bytes:
    return json.dumps({"number": number, "hand": hand}).encode()


def test_a_newer_question_of_the_same_hand_takes_the_place_of_one_that_has_not_begun(busy_path: str) -> None:
    async def three() -> list[Response]:
        first = asyncio.create_task(asked(busy_path, numbered(1, "mine")))
        while not BEGUN:
            await asyncio.sleep(0.01)
        others = [(2, "mine"), (3, "theirs"), (4, "mine"), (5, "")]
        waiting = [asyncio.create_task(asked(busy_path, numbered(*each))) for each in others]
        await asyncio.sleep(0.1)
        GO.set()
        return await asyncio.gather(first, *waiting)

    assert [each.status_code for each in asyncio.run(three())] == [200, 409, 200, 200, 200]
    assert BEGUN == [1, 3, 4, 5]
    assert not live._newest


def test_what_nobody_waits_for_is_not_computed(busy_path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LISTEN", 0.05)

    async def two() -> list[Response]:
        first = asyncio.create_task(asked(busy_path, numbered(1, "mine")))
        while not BEGUN:
            await asyncio.sleep(0.01)
        gone = await asked(busy_path, numbered(2, "theirs"), hangs_up=True)
        GO.set()
        return [await first, gone]

    assert [each.status_code for each in asyncio.run(two())] == [200, 409]
    assert BEGUN == [1]


def broken() -> None:
    import streamlit as st

    from imgcls.ui.live import offer

    def answer(question: dict) -> bytes:
        raise {"runtime": RuntimeError, "memory": MemoryError, "index": IndexError}[question["kind"]]("/home/teacher")

    st.session_state["path"] = offer("broken", answer)


def test_what_no_answer_announces_is_logged_once_and_told_in_a_sentence(caplog: pytest.LogCaptureFixture) -> None:
    path = AppTest.from_function(broken).run().session_state["path"]
    with caplog.at_level(logging.WARNING, logger="imgcls"):
        responses = [ask(path, json.dumps({"kind": kind}).encode()) for kind in ("runtime", "memory", "index") * 2]
    assert {(response.status_code, response.body) for response in responses} == {(422, b"This question has no answer.")}
    logged = [record.exc_info[0] for record in caplog.records if record.name == "imgcls" and record.exc_info]
    assert logged == [RuntimeError, MemoryError, IndexError]


# What a component asks, all components in one: an answer takes what it knows, and each is then spoilt.
PLAIN: dict[str, Any] = {
    "number": 1, "numbers": [0.5, 1, 2], "settings": {}, "active": 1, "picked": 1, "x": 0.5, "y": 0.5,
    "weights": [0.1] * 9, "divisor": 1, "bias": 0, "corner": [1, 2], "version": "example", "values": [1.0] * 16,
    "upstream": [1.0] * 4, "probabilities": [0.2, 0.3, 0.5], "rows": [1, 9], "columns": [1, 9], "step": 1,
    "channel": "all", "turn": 1, "selected": 1, "want": "overview", "change": {}, "order": "strength", "class": 1,
    "gradient": True, "draft": False, "pages": {"1": 0}, "layer": 1, "map": "1-0", "first": 0, "size": 8, "stride": 1,
    "padding": 0, "dilation": 1, "side": 16, "hand": "left", "frame": "", "shift": [0, 0], "colours": "map",
}  # fmt: skip
HOSTILE: list[Any] = [
    None, True, "", "x", "\ud800", "9" * 40, "1e999", "nan", "0-99999", "99999-0", "map", "class", [], {}, [[]],
    [None], [{}], ["x"] * 9, [1e308] * 9, [0] * 300, [[1, 2], [3]], {"x": {}}, {"0": "x"}, {"1": 10**12}, 0, -1, 1.5,
    -1e308, 1e308, 5e-324, 2**52, -(2**52), 1000, [1, 2, 3], [-1, -1], [0, 0], [2**40, 2**40], {"off": "1-0"},
    {"off": []}, {"patch": "9_9"},
]  # fmt: skip
RAW = [
    b"[" * 8000, b'{"a":' * 3000, b'{"number": Infinity}', b'{"number": -Infinity, "x": NaN}', b'{"number": 1e999}',
    b'{"number": 1' + b"0" * 400 + b"}", b'{"numbers": [' + b"9" * 5000 + b"]}", b'{"x": "\xff"}', b"\x00", b"null",
    b"{", b'{"a": 1, "a": {}}', b"\xef\xbb\xbf{}", json.dumps({"weights": [0] * 5000}).encode(),
    json.dumps({"n": "x" * 16_000}).encode(),
]  # fmt: skip


def hostile(rng: random.Random) -> bytes:
    """A question with some parts replaced, taken away, or put where others were."""
    question = dict(PLAIN, want=rng.choice(["overview", "map", "class"]))
    for name in rng.sample(sorted(question), rng.choice((1, 1, 2, 5, 20))):
        question[name] = rng.choice(HOSTILE)
    for name in rng.sample(sorted(question), rng.choice((0, 0, 1, 10))):
        del question[name]
    return json.dumps(question).encode()


@pytest.mark.parametrize("lesson", built_lessons(), ids=lambda lesson: lesson.slug or "home")
def test_a_hostile_question_gets_an_answer_or_a_sentence(lesson: Lesson, record_property: Callable) -> None:
    """Every answer that a page offers, in all its parts, to questions of all kinds: 200 or 422, nothing else."""
    rng, seen = random.Random(lesson.slug), set()

    async def fire(path: str) -> None:
        for body in [*RAW, *(hostile(rng) for _ in range(40))]:
            response = await asked(path, body)
            assert response.status_code in (200, 422), (path, body)
            sentence = response.body.decode() if response.status_code == 422 else ""
            assert "Traceback" not in sentence and "/work" not in sentence

    for _part, app in parts(lesson):
        state = app.session_state
        token = state["live_token"] if "live_token" in state else ""  # noqa: SIM401 it has no get
        for name in live._answers.get(token, {}).keys() - seen:
            seen.add(name)
            asyncio.run(fire(f"imgcls/live/{token}/{name}"))
    record_property("routes", sorted(seen))
    assert seen or lesson.slug in ("", "dataset"), "this page has nothing to drag"


def test_whole_numbers_beyond_all_limits_are_no_numbers() -> None:
    assert as_number(10**400, 0, 1) is None
    assert as_number("1_0", 0, 20) is None
    assert numbers_within([10**400], 1) is None
    assert point_of({"probabilities": [10**400, 1, 1]}) is None


def test_no_browser_takes_our_files_for_other_kinds(path: str) -> None:
    app = Starlette(routes=routes())
    client = TestClient(app)
    for address in (f"/{PLOTLY_PATH}", f"/imgcls/samples/{DEFAULT_SAMPLE}.jpg", "/imgcls/samples/none.jpg"):
        assert client.get(address).headers["x-content-type-options"] == "nosniff", address
    for body in (b'{"number": 21}', b"[]"):
        assert client.post(path, content=body).headers["x-content-type-options"] == "nosniff"


def test_who_does_not_know_the_token_gets_nothing(path: str) -> None:
    token = path.rsplit("/", 2)[-2]
    assert len(token) > 20
    assert ask(path.replace(token, "guess"), b'{"number": 1}').status_code == 404
    assert ask(path + "x", b'{"number": 1}').status_code == 404


def test_the_path_stays_and_another_session_has_another(path: str) -> None:
    app = AppTest.from_function(script).run()
    first = app.session_state["path"]
    assert app.run().session_state["path"] == first
    assert first != path


def test_connections_do_not_hold_small_parts_back() -> None:
    # Made as Streamlit makes it: without IPPROTO_TCP, which is what asyncio looks at.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        send_at_once()
        with socket.create_connection(listening.getsockname()), listening.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_answers_outlive_a_connection_that_breaks_and_go_when_the_tab_stays_away(monkeypatch):
    there = {"here": True}
    monkeypatch.setattr(live, "presence", lambda: lambda: there["here"])
    path = AppTest.from_function(script).run().session_state["path"]
    start, more = time.monotonic(), live.KEEP + 1
    for later, here, status in ((0, True, 200), (1, False, 200), (more, True, 200), (2 * more, False, 200)):
        there["here"] = here
        live.drop_departed(start + later)
        assert ask(path, b'{"number": 4}').status_code == status
    live.drop_departed(start + 3 * more)
    assert ask(path, b'{"number": 4}').status_code == 404
