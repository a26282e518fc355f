"""What a browser can ask about a class, and how it is answered: never with more than a sentence."""

import asyncio
import base64
import io
import json
import time
from http.cookies import SimpleCookie

import pytest
from PIL import Image
from starlette.applications import Starlette

from imgcls.classroom import Hall
from imgcls.ui import classroom


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
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:]).decode(errors="replace"), given


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


def voter(own_hall: Hall) -> tuple[str, str, str]:
    """A teacher's and a student's token, and the class's code."""
    teacher, begun = own_hall.classes.begin("softmax")
    return teacher, own_hall.classes.join(begun.code)[0], begun.code


def test_a_question_is_asked_voted_hinted_at_and_shown(own_hall: Hall) -> None:
    teacher, student, code = voter(own_hall)
    question = {"kind": "choice", "prompt": "Which?", "options": ["this", "that"], "right": 1}
    status, text, _ = asked("ask", question, teacher)
    assert status == 200
    poll = json.loads(text)["poll"]
    assert asked("vote", {"poll": poll, "value": 1}, student)[0] == 200
    assert json.loads(asked("hint", {}, teacher)[1]) == {"hint": "go on"}
    assert asked("hint", {}, student)[0] == 422, "the hint would tell a student what others have voted"
    assert asked("reveal", {}, teacher)[0] == 200
    assert own_hall.polls.current(code)[0].revealed
    assert asked("vote", {"poll": poll, "value": 0}, student)[:2] == (422, "The answers are shown already.")
    assert asked("again", {}, teacher)[0] == 200
    assert asked("close", {}, teacher)[0] == 200
    assert json.loads(asked("hint", {}, teacher)[1]) == {"hint": None}


@pytest.mark.parametrize("poll", [None, "1", -1, 2**70, [1], True])
def test_a_vote_on_what_is_no_question_gets_one_sentence(own_hall: Hall, poll: object) -> None:
    _, student, _ = voter(own_hall)
    assert asked("vote", {"poll": poll, "value": 1}, student)[:2] == (422, "This question is over.")


def test_the_photo_of_a_question_is_small_and_without_what_the_camera_wrote_into_it(own_hall: Hall) -> None:
    teacher, student, _ = voter(own_hall)
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "A secret camera"
    Image.new("RGB", (900, 600), "tan").save(file, "JPEG", exif=exif)
    question = {"kind": "point", "prompt": "Where?", "picture": base64.b64encode(file.getvalue()).decode()}
    poll = json.loads(asked("ask", question, teacher)[1])["poll"]
    jpeg = own_hall.polls.picture(student, poll)
    seen = Image.open(io.BytesIO(jpeg))
    assert seen.size == (480, 320)
    assert not seen.getexif()
    assert b"secret" not in jpeg
    status, _, headers = asked(f"picture/{poll}", cookie=student, method="GET")
    assert (status, headers["content-type"]) == (200, "image/jpeg")
    assert asked(f"picture/{poll}", method="GET")[0] == 404
    assert asked(f"picture/{10**30}", cookie=student, method="GET")[0] == 404


@pytest.mark.parametrize("picture", ["", "%%%", base64.b64encode(b"no picture").decode(), 7, None])
def test_what_is_no_picture_is_refused_with_one_sentence(own_hall: Hall, picture: object) -> None:
    teacher, _, _ = voter(own_hall)
    status, text, _ = asked("ask", {"kind": "point", "prompt": "Where?", "picture": picture}, teacher)
    assert (status, text) == (422, "This picture cannot be read.")


def test_the_pointer_is_a_place_within_an_element(own_hall: Hall) -> None:
    teacher, student, code = voter(own_hall)
    assert asked("point", {"at": ["st-key-lens", 0.25, 1]}, teacher)[0] == 200
    assert own_hall.classes.room(code).pointer == ("st-key-lens", 0.25, 1)
    for at in (["st-key-lens", 2, 0], ["a b", 0, 0], ["x", 0], "x", [1, 0, 0], ["x", True, 0]):
        assert asked("point", {"at": at}, teacher)[:2] == (422, "This is no place on the page.")
    assert asked("point", {"at": None}, student)[0] == 422
    assert asked("point", {"at": None}, teacher)[0] == 200
    assert own_hall.classes.room(code).pointer is None
