"""The addresses of notebooks and sheets: each is made when it is opened, beside the pages and not in their way."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from imgcls.lessons import Lesson, built_lessons
from imgcls.ui.live import nosniff
from imgcls.ui.take_home.bag import COURSE, bag_of

# A hall that goes home waits for one another, not its pages.
pool = ThreadPoolExecutor(2, thread_name_prefix="take home")


def lessons_named(name: str) -> list[Lesson]:
    """The lessons behind a name of `bag.links`: all of them, one, or none."""
    return [each for each in built_lessons() if name in (COURSE, each.slug or "home")]


def _notebook(lessons: list[Lesson], token: str) -> bytes:
    from imgcls.ui.take_home.notebook import notebook  # with nbformat, which takes most of a second

    return notebook(lessons, bag_of(token))


def _sheet(lessons: list[Lesson], token: str) -> bytes:
    from imgcls.ui.take_home.sheet import sheet

    return sheet(lessons, bag_of(token))


async def _made(request: Request, make: Callable[[list[Lesson], str], bytes], kind: str) -> Response:
    name = request.path_params["name"]
    lessons = lessons_named(name)
    if not lessons:
        return Response("There is no such lesson.", status_code=404, media_type="text/plain")
    token = request.query_params.get("of", "")
    body = await asyncio.get_running_loop().run_in_executor(pool, make, lessons, token)
    return Response(body, media_type=kind, headers={"Cache-Control": "no-store"})


@nosniff
async def _serve_notebook(request: Request) -> Response:
    response = await _made(request, _notebook, "application/x-ipynb+json")
    if response.status_code == 200:
        file = f"imgcls-{request.path_params['name']}.ipynb"
        response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    return response


@nosniff
async def _serve_sheet(request: Request) -> Response:
    return await _made(request, _sheet, "text/html")


ROUTES = (Route("/imgcls/notebook/{name}.ipynb", _serve_notebook), Route("/imgcls/sheet/{name}", _serve_sheet))
