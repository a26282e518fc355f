"""What a browser can ask about a class, and how it is answered: never with more than a sentence."""

import asyncio
import json
import time
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from starlette.applications import Starlette

from imgcls.classroom import Classes, Hall
from imgcls.ui import classroom


@pytest.fixture
def own_hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hall:
    """Classes of this test alone."""
    hall = Hall(Classes(tmp_path / "class.sqlite3"))
    monkeypatch.setattr(classroom, "hall", lambda: hall)
    return hall


def asked(
    path: str, body: object = None, cookie: str = "", kind: str = "application/json", method: str = "POST"
) -> tuple[int, str, dict[str, str]]:
    """Status, text and headers of the answer to one request."""
    path, _, query = path.partition("?")
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = [(b"content-type", kind.encode()), (b"cookie", f"{classroom.COOKIE}={cookie}".encode())]
    scope = {
        "type": "http", "http_version": "1.1", "method": method, "path": f"/imgcls/class/{path}", "headers": headers,
        "query_string": query.encode(), "client": ("10.0.0.7", 5000), "scheme": "http", "server": ("test", 80),
    }  # fmt: skip
    sent: list[dict] = []

    async def receive() -> dict:
        return {"type": "http.request", "body": data}

    async def send(message: dict) -> None:
        sent.append(message)

    asyncio.run(Starlette(routes=list(classroom.ROUTES))(scope, receive, send))
    given = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:]).decode(), given


def test_the_teachers_right_is_a_cookie_that_no_script_can_read(own_hall: Hall) -> None:
    status, text, headers = asked("begin", {"place": "softmax"})
    cookie = SimpleCookie(headers["set-cookie"])[classroom.COOKIE]
    assert status == 200
    assert cookie["httponly"]
    assert cookie["samesite"] == "lax"
    assert cookie.value not in text
    answer = json.loads(text)
    assert own_hall.classes.member(cookie.value).code == answer["code"]
    assert answer["hall"].startswith("http://")
    assert asked("lead", {"place": "pooling"}, cookie.value)[0] == 200
    assert own_hall.classes.room(answer["code"]).place == "pooling"
    assert "Max-Age=0" in asked("end", {}, cookie.value)[2]["set-cookie"]


@pytest.mark.parametrize(
    ("path", "body", "kind", "status"),
    [
        ("begin", {"place": "https://evil.example"}, "application/json", 422),
        ("begin", [], "application/json", 422),
        ("begin", b"{", "application/json", 422),
        ("begin", b"[" * 3000, "application/json", 422),
        ("begin", {"place": "x" * 5000}, "application/json", 422),
        ("begin", {}, "application/x-www-form-urlencoded", 404),
        ("destroy", {}, "application/json", 404),
        ("lead", {"place": "softmax"}, "application/json", 422),
        ("join", {"code": 7}, "application/json", 422),
        ("take", {"key": "none"}, "application/json", 422),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(
    own_hall: Hall, path: str, body: object, kind: str, status: int
) -> None:
    got, text, headers = asked(path, body, kind=kind)
    assert got == status
    assert text.endswith(".")
    assert "set-cookie" not in headers


def test_wrong_codes_are_answered_slowly_after_ten_a_minute(own_hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classroom, "SLOW", 0.3)
    times = []
    for _ in range(classroom.TRIES + 1):
        start = time.monotonic()
        assert asked("join", {"code": "NONE"})[0] == 422
        times.append(time.monotonic() - start)
    assert times[-1] >= 0.3, "a wait that was asked for, not a measured speed"


def test_whoever_joins_another_class_leaves_the_first(own_hall: Hall) -> None:
    codes = [own_hall.classes.begin()[1].code for _ in range(2)]
    first = SimpleCookie(asked("join", {"code": codes[0]})[2]["set-cookie"])[classroom.COOKIE].value
    assert asked("join", {"code": codes[1]}, first)[0] == 200
    assert [len(own_hall.classes.here(code)) for code in codes] == [0, 1]


def test_the_qr_code_is_black_on_white_and_of_addresses_alone() -> None:
    status, text, headers = asked("code.svg?text=http%3A%2F%2F192.168.1.20%3A8501%2F%3Fclass%3DCHKR", method="GET")
    assert status == 200
    assert headers["content-type"] == "image/svg+xml"
    assert "#000" in text
    assert "#fff" in text
    assert asked("code.svg?text=javascript:alert(1)", method="GET")[0] == 422
