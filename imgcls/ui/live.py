"""Answers to a drag, given straight to the component that asks: no script reruns while the finger moves.

A rerun of even the smallest fragment makes the browser go over the whole page. A component whose computation is offered
here asks for it with one small request a move, draws the answer, and tells Streamlit only when the finger is lifted.
"""

import asyncio
import functools
import json
import logging
import math
import secrets
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import streamlit as st
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from imgcls.jobs.attendance import Attendance
from imgcls.ui.components import sent
from imgcls.ui.session import presence
from imgcls.ui.together import CORES, Shared, ask, compressed

Answer = Callable[[Mapping[str, Any]], bytes]

LARGEST = 16_384  # bytes of a question: 147 weights are some 3 KB
PATIENCE = 10.0  # seconds in which a question must have arrived: a component sends it in one piece
LISTEN = 1.0  # seconds after which it is asked whether somebody still waits for an answer that has not begun
KEEP = 120.0  # seconds that the answers of a tab are kept after its connection broke
_answers: dict[str, dict[str, Answer]] = {}
_tabs = Attendance(KEEP)
_newest: dict[tuple[str, str, str], "Future[bytes]"] = {}  # what each hand waits for
pool = ThreadPoolExecutor(CORES + 4, thread_name_prefix="answer")
_logged: set[tuple[str, type[Exception]]] = set()  # as many as there are components, times kinds of trouble
log = logging.getLogger("imgcls")


def offer(name: str, answer: Answer) -> str:
    """Let this session's components ask `answer`; returns the name to ask at, the same for the same `name`.

    Like every address of our own it begins at the folder where the app is served: `served` in js/served.js knows it.

    `answer` gets the JSON object that was sent and returns a packet; it runs outside the script, so that it must
    neither call `st.*` nor change anything. It raises ValueError, TypeError or KeyError for a question without sense;
    the numbers in the question are finite, but nothing else about it is certain. One that is `Shared` is computed with
    those of others.
    """
    token = session_token()
    _tabs.attend(token, presence())
    _answers.setdefault(token, {})[name] = answer
    return f"imgcls/live/{token}/{name}"


def session_token() -> str:
    """A name for this session that nobody guesses: its own browser is told it, and asks by it."""
    return st.session_state.setdefault("live_token", secrets.token_urlsafe(16))


def slow_answer(name: str, *, key: str, answer: Answer) -> tuple[int | None, bytes | None]:
    """What the component `key` asked under `name` over Streamlit, while the way to `offer` was broken.

    Returns the question's number, None before the first, and its answer: None for one without sense, and when it went
    out before.
    """
    question = sent(key, name)
    number, done = question.get("seq"), f"{key}:{name}:answered"
    if number is None or st.session_state.get(done) == number:
        return number, None
    st.session_state[done] = number
    try:
        return number, answer(question)
    except (ValueError, TypeError, KeyError):
        return number, None


def drop_departed(now: float) -> None:
    """Lets go of the answers, and of what they hold, of sessions whose tab has been away for KEEP seconds.

    `now` as `Attendance.look` has it.
    """
    for token in _tabs.look(now):
        _answers.pop(token, None)


class _TooLong(Exception):  # noqa: N818
    """More was sent than any component asks."""


async def _sent(request: Request) -> bytes:
    """The question as it came.

    Raises:
        _TooLong: it has more than LARGEST bytes, whatever it announced.
        TimeoutError: it did not arrive within PATIENCE.
        ClientDisconnect: nobody waits for the answer.
    """
    announced = request.headers.get("content-length", "")
    body = bytearray()
    async with asyncio.timeout(PATIENCE):
        async for part in request.stream():
            body += part
            if len(body) > LARGEST or (announced.isdecimal() and int(announced[:9]) > LARGEST):
                raise _TooLong
    return bytes(body)


def _read(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`.

    Raises:
        ValueError: it is none, nests too deeply, or holds a number that is infinite or too large to be told exactly.
    """
    try:
        question = json.loads(body, parse_constant=_number, parse_float=_number, parse_int=_whole)
    except RecursionError as error:
        raise ValueError("The question nests too deeply.") from error
    if not isinstance(question, dict):
        raise ValueError("A question is a JSON object.")
    return question


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("A number in the question is not finite.")
    return number


def _whole(text: str) -> int:
    if abs(_number(text)) >= 2**53:  # what JavaScript has no whole numbers beyond
        raise ValueError("A whole number in the question is too large.")
    return int(text)


def nosniff(respond: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """The same answers, with word that no browser may take them for another kind of file than they say."""

    @functools.wraps(respond)
    async def answered(request: Request) -> Response:
        response = await respond(request)
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return answered


class _Dropped(Exception):  # noqa: N818
    """Nobody waits for the answer any more: its hand has asked again, or has gone."""


async def _answered(request: Request, answer: Answer, question: dict[str, Any]) -> bytes:
    """The compressed answer.

    Raises:
        _Dropped: it had not begun when its hand asked something newer, or when the connection ended.
    """
    path, hand = request.path_params, str(question.pop("hand", ""))
    if isinstance(answer, Shared) and answer.shares(question):
        promise = ask(answer, question)
    else:
        promise = pool.submit(lambda: compressed(answer(question)))
    key = (path["token"], path["name"], hand)
    if hand:
        if before := _newest.get(key):
            before.cancel()
        _newest[key] = promise
    try:
        coming = asyncio.wrap_future(promise)
        while not (await asyncio.wait({coming}, timeout=LISTEN))[0]:
            if await request.is_disconnected():
                promise.cancel()
    finally:
        if hand and _newest.get(key) is promise:
            del _newest[key]
    if coming.cancelled():
        raise _Dropped
    return coming.result()


@nosniff
async def _respond(request: Request) -> Response:
    """200 with the packet, 422 for a question without sense, 409 for one that a newer one has overtaken; 404, 408 and
    413 for what is not even read."""
    name = request.path_params["name"]
    answer = _answers.get(request.path_params["token"], {}).get(name)
    if answer is None:
        return _refusal(404, "There is no such session.")
    try:
        sent = await _sent(request)
    except _TooLong:
        return _refusal(413, "The question is too long.")
    except TimeoutError:
        return _refusal(408, "The question did not arrive.")
    except ClientDisconnect:
        return _refusal(400, "Nobody waits for the answer.")
    try:
        body = await _answered(request, answer, _read(sent))
    except _Dropped:
        return _refusal(409, "A newer question has been asked.")
    except Exception as trouble:  # whatever was asked: a stranger's question must not look like our fault
        _log_once(name, trouble)
        return _refusal(422, str(trouble) if isinstance(trouble, ValueError) else "This question has no answer.")
    headers = {"Content-Encoding": "gzip", "Cache-Control": "no-store"}
    return Response(body, media_type="application/octet-stream", headers=headers)


def _refusal(status: int, sentence: str) -> Response:
    # Where the question was not read to its end, what is still to come must not be taken for the next one.
    headers = {} if status in (404, 409, 422) else {"Connection": "close"}
    return Response(sentence, status_code=status, media_type="text/plain", headers=headers)


def _log_once(name: str, trouble: Exception) -> None:
    """Tells of each kind of trouble that no answer announces, but not as often as somebody asks for it."""
    kind = (name, type(trouble))
    if isinstance(trouble, (ValueError, TypeError, KeyError)) or kind in _logged:
        return
    _logged.add(kind)
    log.warning("a question at %s could not be answered", name, exc_info=trouble)


ROUTE = Route("/imgcls/live/{token}/{name}", _respond, methods=["POST"])
