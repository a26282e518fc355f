"""What the web process does besides running pages: warm-up, static routes, shutdown.

torch is imported by the warm-up, not here: the browser loads the frame meanwhile.
"""

import asyncio
import gc
import gzip
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import plotly
import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from imgcls import jobs
from imgcls.data.samples import DEFAULT_SAMPLE, SAMPLES, load_sample
from imgcls.ui import classroom, live, views
from imgcls.ui.address import base_path, full_address, hall_address
from imgcls.ui.components.plot import PLOTLY_PATH
from imgcls.ui.document import FILES, WithOurScripts, file
from imgcls.ui.frame.gallery import thumbnail
from imgcls.ui.page_left import WithoutPagesLeft
from imgcls.ui.take_home import serve as take_home
from imgcls.ui.unsent import keep_unsent
from imgcls.ui.upkeep import keep_tidy, raise_descriptors
from imgcls.ui.views import FOREVER

FIRST_PAGE = 4.0  # seconds that the first page has the cores to itself
log = logging.getLogger("imgcls")


def _warm_up() -> None:
    """Let the default network see the drawing that every session begins with: the first student does not wait."""
    import torch

    from imgcls.models.registry import load
    from imgcls.ui.hall import classify_photo

    # One thread a forward pass: with a hall of students the cores are shared, and splitting 20 ms gains nothing.
    torch.set_num_threads(1)
    classify_photo(load(), load_sample(DEFAULT_SAMPLE))


def _settle() -> None:
    """What can wait until the first page stands: thumbnails, and the workers, which import torch themselves."""
    for slug in SAMPLES:
        thumbnail(load_sample(slug))
    # What is loaded now lives as long as the process: the collector need not walk it again.
    gc.collect()
    gc.freeze()
    jobs.start()


async def _prepare() -> None:
    await asyncio.to_thread(_warm_up)
    await asyncio.sleep(FIRST_PAGE)
    await asyncio.to_thread(_settle)


def send_at_once() -> None:
    """Switch Nagle's algorithm off for all connections to come: they inherit it from the socket that listens.

    asyncio does so only for sockets made with IPPROTO_TCP, and Streamlit makes its own without. Every answer in two
    parts, such as header and body, would then wait 40 ms for the browser's delayed acknowledgement of the first.
    """
    for sock in gc.get_objects():
        if type(sock) is not socket.socket or sock.fileno() < 0 or sock.family not in (socket.AF_INET, socket.AF_INET6):
            continue
        if sock.type == socket.SOCK_STREAM and sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """Warm up beside the first page load, not in front of it; end the workers at the end."""
    raise_descriptors()
    send_at_once()
    keep_unsent()
    jobs.prepare("imgcls.training.trainer")
    classroom.take_part()
    print(addresses(), flush=True)
    warming = asyncio.create_task(_prepare(), name="warm-up")
    tidying = asyncio.create_task(keep_tidy(), name="tidying up")
    for task in (warming, tidying):
        task.add_done_callback(_log_failure)
    yield
    warming.cancel()
    tidying.cancel()
    jobs.shutdown()


def addresses() -> str:
    """What to open on this machine, and in the hall."""
    return f"\n  On this machine: {full_address('localhost')}\n  In the hall:     {hall_address()}\n"


def _log_failure(task: asyncio.Task) -> None:
    if not task.cancelled() and task.exception():
        log.error("the server's %s failed", task.get_name(), exc_info=task.exception())


def explain(error: Exception) -> bool:
    """In place of a traceback on the page: the log gets the details, the student one sentence."""
    log.error("a page failed", exc_info=error)
    st.error(
        "Something on this page went wrong and was written to the server's log; your photo is kept, "
        "so change the last setting back or reload the page.",
        icon=":material/build:",
    )
    return True


@cache
def _compressed_plotly() -> bytes:
    """plotly.min.js of the installed package, gzipped once instead of for every student."""
    source = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    return gzip.compress(source.read_bytes(), compresslevel=6)


@live.nosniff
async def _plotly(_request: Request) -> Response:
    body = await asyncio.to_thread(_compressed_plotly)
    headers = {"Content-Encoding": "gzip", "Cache-Control": FOREVER}
    return Response(body, media_type="text/javascript", headers=headers)


@live.nosniff
async def _sample_thumbnail(request: Request) -> Response:
    slug = request.path_params["slug"]
    if slug not in SAMPLES:
        return Response("There is no such sample.", status_code=404, media_type="text/plain")
    body = await asyncio.to_thread(lambda: thumbnail(load_sample(slug)))
    return Response(body, media_type="image/jpeg", headers={"Cache-Control": "public, max-age=3600"})


@live.nosniff
async def _file(request: Request) -> Response:
    name = request.url.path.rpartition("/")[2]
    kind = "text/css" if name.endswith(".css") else "text/javascript"
    return Response(file(name), media_type=kind, headers={"Cache-Control": FOREVER})


def routes() -> list[Route]:
    """The addresses served besides Streamlit's own: at the root and, as Streamlit's, below `server.baseUrlPath`."""
    own = [
        Route(f"/{PLOTLY_PATH}", _plotly),
        *(Route(f"/imgcls/{name}", _file) for name in FILES),
        Route("/imgcls/samples/{slug}.jpg", _sample_thumbnail),
        live.ROUTE,
        views.ROUTE,
        *classroom.ROUTES,
        *take_home.ROUTES,
    ]
    base = base_path()
    return [*own, *(Route(base + route.path, route.endpoint, methods=route.methods) for route in own if base)]


def middleware() -> list[Middleware]:
    """What stands between the browser and all answers."""
    return [Middleware(WithOurScripts), Middleware(WithoutPagesLeft)]
