"""A class over HTTP: what main.js asks, and the stream that tells it what changes. No page runs for any of it.

Who asks is known by a cookie that no script can read; a wrong code is answered slowly after some tries.
"""

import asyncio
import base64
import io
import json
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import segno
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from imgcls.classroom import ClassError, Classes, Hall
from imgcls.classroom.polls import hint, one_line, share_right
from imgcls.classroom.store import LIFE, Member
from imgcls.classroom.wall import LONGEST_BREED
from imgcls.data.pictures import PictureError, open_picture
from imgcls.store.download import cache_folder
from imgcls.ui import predict_first
from imgcls.ui.address import hall_address
from imgcls.ui.classroom import neuron, race, ten, wall
from imgcls.ui.classroom.host import Seats
from imgcls.ui.dataset import class_photos
from imgcls.ui.live import nosniff
from imgcls.ui.training import race as train_race

COOKIE = "imgcls_class"
TRIES = 10
"""Wrong codes a minute and address, after which the next ones are answered slowly."""
SLOW = 3.0  # seconds
_LARGEST = 4096  # bytes of a question; of one with a picture:
_LARGEST_WITH_PICTURE = 400_000
_SIDE = 480  # pixels of the longer side of a picture that a class sees
_NO_PHOTO = "There is no such photo."
_wrong: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=TRIES))


def _file() -> Path:
    return cache_folder() / "class.sqlite3"


@cache
def hall() -> Hall:
    """The classes of this server's cache folder, and who listens here."""
    return Hall(Classes(_file()))


@cache
def seats() -> Seats:
    """Which sessions of this process are in a class."""
    return Seats(hall, COOKIE)


def take_part() -> None:
    """Let classes hear of the lessons' questions, runs and pictures: called once, when the server begins."""
    predict_first.host = seats().host()
    train_race.host = seats().race_host()
    class_photos.host = seats().photo_host()


def end_old() -> None:
    """Nothing stays of a class whose time is over, also when nobody asks for it."""
    if _file().exists():
        hall().classes.end_old()


def _begin(token: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    token, me = hall().classes.begin(str(asked.get("place", "")))
    return {"token": token, "you": me.name, "code": me.code, "hall": hall_address()}


def _join(token: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    new, me = hall().classes.join(str(asked.get("code", "")))
    if token:
        hall().classes.leave(token)  # one is in one class
    return {"token": new, "you": me.name, "code": me.code, "place": me.place}


def _take(token: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    new, me = hall().classes.take_over(str(asked.get("key", "")))
    return {"token": new, "you": me.name, "code": me.code, "hall": hall_address()}


def _lead(token: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    hall().classes.lead(token, str(asked.get("place", "")))
    return {}


def _stand(token: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    hall().classes.stand(token, str(asked.get("place", "")), bool(asked.get("alone")))
    return {}


def _pause(token: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    hall().classes.pause(token, bool(asked.get("paused")))
    return {}


def _hand(token: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    return {"key": hall().classes.hand_over(token)}


def _point(token: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    hall().classes.point(token, asked.get("at"))
    return {}


def _ask(token: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    picture = _small_jpeg(asked["picture"]) if "picture" in asked else None
    return {"poll": hall().polls.ask(token, asked, picture)}


def _number(asked: Mapping[str, Any], name: str, otherwise: str) -> int:
    """The number of something that the database knows.

    Raises:
        ClassError: it can be none.
    """
    number = asked.get(name)
    if type(number) is not int or not 0 <= number < 2**53:
        raise ClassError(otherwise)
    return number


def _vote(token: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    hall().polls.vote(token, _number(asked, "poll", "This question is over."), asked.get("value"))
    return {}


def _reveal(token: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    hall().polls.reveal(token)
    return {}


def _again(token: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    hall().polls.again(token)
    return {}


def _close(token: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    hall().polls.close(token)
    return {}


def _hint(token: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What helps the class most: no more than this one word of the votes, before they are shown."""
    me = hall().classes.member(token)
    if me is None or not me.teacher:
        raise ClassError("Only the teacher can do that.")
    found = hall().polls.current(me.code)
    return {"hint": found and hint(share_right(found[0], found[1].now))}


def _small_jpeg(text: object) -> bytes:
    """A picture that came as base64, drawn anew and small: nothing of its metadata is left."""
    try:
        data = base64.b64decode(str(text), validate=True)
        image = open_picture(data, "photo", longest_side=_SIDE).image
    except (ValueError, PictureError) as trouble:
        raise ClassError("This picture cannot be read.") from trouble
    file = io.BytesIO()
    image.save(file, "JPEG", quality=85)
    return file.getvalue()


def _wall(token: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    hall().wall.open(token, bool(asked.get("open")))
    return {}


def _show(token: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    hall().wall.check(token)  # before any work is done for it
    said = one_line(asked.get("said", ""), LONGEST_BREED)
    jpeg = _small_jpeg(asked.get("picture"))
    return {"photo": hall().wall.show(token, jpeg, said, wall.answers_to(jpeg, said))}


def _let_in(token: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    hall().wall.let_in(token, _number(asked, "photo", _NO_PHOTO))
    return {}


def _take_back(token: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    hall().wall.take_back(token, _number(asked, "photo", _NO_PHOTO))
    return {}


def _race(token: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    hall().races.begin(token, asked.get("seconds"))
    return {}


def _end_race(token: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    hall().races.end(token)
    return {}


def _neuron(token: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    neuron.act(hall().neurons, token, asked, _small_jpeg)
    return {}


def _weights(token: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    hall().neurons.move(token, asked.get("weights"), asked.get("turn"))
    return {}


def _ten(token: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    ten.act(hall().concepts, token, asked)
    return {}


def _sit(token: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    seats().sit(token, str(asked.get("session", ""))[:64])
    return {}


def _leave(token: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    hall().classes.leave(token)
    return {"token": ""}


def _end(token: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    hall().classes.end(token)
    return {"token": ""}


ACTIONS: dict[str, Callable[[str, Mapping[str, Any]], dict[str, Any]]] = {
    "begin": _begin,
    "join": _join,
    "take": _take,
    "lead": _lead,
    "stand": _stand,
    "pause": _pause,
    "hand": _hand,
    "point": _point,
    "ask": _ask,
    "vote": _vote,
    "reveal": _reveal,
    "again": _again,
    "close": _close,
    "hint": _hint,
    "wall": _wall,
    "show": _show,
    "let-in": _let_in,
    "take-back": _take_back,
    "race": _race,
    "end-race": _end_race,
    "neuron": _neuron,
    "weights": _weights,
    "ten": _ten,
    "sit": _sit,
    "leave": _leave,
    "end": _end,
}
"""What can be asked: from a token and a question to the answer, in which a new "token" becomes the cookie."""
_MANY = (_weights, _vote, _stand)
"""What a whole class does at once: nobody is told of each, the hall looks ten times a second."""


@nosniff
async def _act(request: Request) -> Response:
    """200 with a JSON object, 422 with a sentence for what cannot be done."""
    act = ACTIONS.get(request.path_params["action"])
    # Only our own script sends JSON: a form on another site cannot.
    if act is None or not request.headers.get("content-type", "").startswith("application/json"):
        return Response("There is nothing here.", status_code=404, media_type="text/plain")
    body = await request.body()
    largest = _LARGEST_WITH_PICTURE if act in (_ask, _show, _neuron) else _LARGEST
    token = request.cookies.get(COOKIE, "")
    try:
        asked = json.loads(body) if len(body) <= largest else None
        if not isinstance(asked, dict):
            raise ClassError("This question makes no sense.")
        before = None if act in _MANY else await asyncio.to_thread(hall().classes.member, token)
        answer = await asyncio.to_thread(act, token, asked)
    except ClassError as trouble:
        if act in (_join, _take):
            await _slow_down(request)
        return Response(str(trouble), status_code=422, media_type="text/plain")
    except (ValueError, RecursionError):
        return Response("This question makes no sense.", status_code=422, media_type="text/plain")
    if before is not None:
        if act in (_leave, _join):
            hall().dismiss(token)
        hall().wake(before.code)
    given = answer.pop("token", None)
    response = Response(json.dumps(answer), media_type="application/json", headers={"Cache-Control": "no-store"})
    if given is not None:
        life = round(LIFE) if given else 0
        response.set_cookie(COOKIE, given, max_age=life, path="/", httponly=True, samesite="lax")
    return response


async def _slow_down(request: Request) -> None:
    """After some wrong codes within a minute each further one takes its time."""
    times = _wrong[request.client.host if request.client else ""]
    now = time.monotonic()
    often = len(times) == TRIES and now - times[0] < 60
    times.append(now)
    if often:
        await asyncio.sleep(SLOW)


async def _events(request: Request) -> Response:
    """Server-sent events: one for every change, a comment as a sign of life."""

    async def stream() -> AsyncIterator[str]:
        async for news in hall().listen(request.cookies.get(COOKIE, "")):
            yield f"data: {json.dumps(news)}\n\n" if news else ": here\n\n"

    # "no-transform" and "identity": whoever packs the stream would hold it back; "X-Accel-Buffering" is for nginx.
    headers = {"Cache-Control": "no-store, no-transform", "Content-Encoding": "identity", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream(), media_type="text/event-stream", headers=headers)


@nosniff
async def _code(request: Request) -> Response:
    """The QR code of an address, as SVG: black on white, whatever the page's colours, or no phone reads it."""
    text = request.query_params.get("text", "")
    if not text.startswith(("http://", "https://")) or len(text) > 500:
        return Response("This is no address.", status_code=422, media_type="text/plain")
    picture = io.BytesIO()
    segno.make(text, error="m", micro=False).save(picture, kind="svg", scale=8, border=3, light="#fff", dark="#000")
    return Response(picture.getvalue(), media_type="image/svg+xml")


@nosniff
async def _picture(request: Request) -> Response:
    """The photo of a question, or one that is shown on the wall, for those who may see it."""
    token, number, of = request.cookies.get(COOKIE, ""), request.path_params["number"], request.path_params["of"]
    look = {"picture": hall().polls.picture, "wall": hall().wall.jpeg}.get(of)
    jpeg = await asyncio.to_thread(look, token, number) if look and number < 2**53 else None
    if jpeg is None:
        return Response("There is no such picture.", status_code=404, media_type="text/plain")
    # What can be taken back is in nobody's cache.
    keep = "private, max-age=3600" if of == "picture" else "no-store"
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": keep})


def _read(look: Callable[[Member, str], object]) -> Callable[[Request], Awaitable[Response]]:
    """A route that tells a member of a class what `look` finds for them, given their token."""

    def found(token: str) -> bytes | None:
        me = hall().classes.member(token)
        return None if me is None else json.dumps(look(me, token)).encode()

    @nosniff
    async def answer(request: Request) -> Response:
        body = await asyncio.to_thread(found, request.cookies.get(COOKIE, ""))
        if body is None:
            return Response("This class has ended.", status_code=404, media_type="text/plain")
        return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})

    return answer


ROUTES = (
    Route("/imgcls/class/events", _events),
    Route("/imgcls/class/code.svg", _code),
    Route("/imgcls/class/wall.json", _read(lambda me, token: wall.listing(hall().wall, me, token))),
    Route("/imgcls/class/race.json", _read(lambda me, token: race.listing(hall().races, me, token))),
    Route("/imgcls/class/neuron.json", _read(lambda me, token: neuron.listing(hall().neurons, me, token))),
    Route("/imgcls/class/ten.json", _read(lambda me, token: ten.listing(hall().concepts, me, token))),
    Route("/imgcls/class/breeds.json", _read(lambda me, token: wall.breeds())),
    Route("/imgcls/class/{of}/{number:int}", _picture),
    Route("/imgcls/class/{action}", _act, methods=["POST"]),
)
