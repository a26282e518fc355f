"""Answers to a drag, given straight to the component that asks: no script reruns while the finger moves.

A rerun of even the smallest fragment makes the browser go over the whole page. A component whose computation is offered
here asks for it with one small request a move, draws the answer, and tells Streamlit only when the finger is lifted.
"""

import asyncio
import gzip
import secrets
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from imgcls.ui.address import as_number
from imgcls.ui.components import caught, sent
from imgcls.ui.packet import pack

Answer = Callable[[Mapping[str, Any]], bytes]

_LARGEST = 16_384  # bytes of a question: 147 weights are some 3 KB
_answers: dict[str, dict[str, Answer]] = {}


def offer(name: str, answer: Answer) -> str:
    """Let this session's components ask `answer`; returns the name to ask at, the same for the same `name`.

    Like every address of our own it begins at the folder where the app is served: `served` in shared.js knows it.

    `answer` gets the JSON object that was sent and returns a packet; it runs outside the script, so that it must
    neither call `st.*` nor change anything. It raises ValueError, TypeError or KeyError for a question without sense.
    """
    if "live_token" not in st.session_state:
        st.session_state["live_token"] = secrets.token_urlsafe(16)
    token = st.session_state["live_token"]
    _held(token)
    _answers.setdefault(token, {})[name] = answer
    return f"imgcls/live/{token}/{name}"


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


def follow(name: str, draw: Callable[[float], None], low: float, high: float) -> str:
    """Let `draw(number)` follow the drag of a number from `low` to `high`: returns the name to ask at.

    `draw` calls live components that are on the page already, and nothing else of Streamlit: they get their new data
    without a rerun.
    """

    def answer(question: Mapping[str, Any]) -> bytes:
        number = as_number(question.get("number"), low, high)
        if number is None:
            raise ValueError(f"a number from {low:g} to {high:g} is asked for")
        with caught() as elements:
            draw(number)
        return beside(elements)

    return offer(name, answer)


def beside(elements: Mapping[str, Any]) -> bytes:
    """One packet with the new data of components that were `caught`: what `bring` in shared.js takes apart."""
    packets = {key: np.frombuffer(data, np.uint8) for key, data in elements.items() if isinstance(data, bytes)}
    return pack({"beside": {key: data for key, data in elements.items() if key not in packets}}, **packets)


def _forget(token: str) -> None:
    _answers.pop(token, None)


@st.cache_resource(scope="session", on_release=_forget, show_spinner=False)
def _held(token: str) -> str:
    return token  # released, and with it what the answers hold, when the session ends


async def _respond(request: Request) -> Response:
    answer = _answers.get(request.path_params["token"], {}).get(request.path_params["name"])
    if answer is None:
        return Response("There is no such session.", status_code=404, media_type="text/plain")
    if int(request.headers.get("content-length") or _LARGEST + 1) > _LARGEST:
        return Response("The question is too long.", status_code=413, media_type="text/plain")
    try:
        question = await request.json()
        if not isinstance(question, dict):
            raise TypeError("a question is a JSON object")
        body = await asyncio.to_thread(lambda: gzip.compress(answer(question), compresslevel=1))
    except (ValueError, TypeError, KeyError) as trouble:
        return Response(str(trouble), status_code=422, media_type="text/plain")
    # Compressed here, in under a millisecond: Streamlit's own middleware would take its time at the highest level.
    headers = {"Content-Encoding": "gzip", "Cache-Control": "no-store"}
    return Response(body, media_type="application/octet-stream", headers=headers)


ROUTE = Route("/imgcls/live/{token}/{name}", _respond, methods=["POST"])
