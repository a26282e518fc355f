"""The direct way from a drag to its answer: only for who was offered it, and without surprises for odd questions."""

import asyncio
import gzip
import json
import socket

import pytest
from starlette.requests import Request
from starlette.responses import Response
from streamlit.testing.v1 import AppTest

from imgcls.ui import live
from imgcls.ui.server import send_at_once


def script() -> None:
    import streamlit as st

    from imgcls.ui.live import offer

    st.session_state["path"] = offer("doubled", lambda question: bytes([2 * question["number"]]))


def ask(path: str, body: bytes, length: int | None = None) -> Response:
    """What the route answers to a request with this body."""
    token, name = path.rsplit("/", 2)[-2:]
    scope = {
        "type": "http", "method": "POST", "path": path, "path_params": {"token": token, "name": name},
        "headers": [(b"content-length", str(len(body) if length is None else length).encode())],
    }  # fmt: skip

    async def receive() -> dict:
        return {"type": "http.request", "body": body, "more_body": False}

    return asyncio.run(live._respond(Request(scope, receive)))


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


def test_what_was_offered_ends_with_the_session(path: str) -> None:
    live._forget(path.rsplit("/", 2)[-2])
    assert ask(path, b'{"number": 1}').status_code == 404


def test_connections_do_not_hold_small_parts_back() -> None:
    # Made as Streamlit makes it: without IPPROTO_TCP, which is what asyncio looks at.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        send_at_once()
        with socket.create_connection(listening.getsockname()), listening.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
