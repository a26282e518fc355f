"""The programs and style sheets of our live components, served as files: a browser loads each once, no rerun sends one.

Every component gives Streamlit the same few lines (`bootstrap`), which load its view. The files lie under a digest of
all of them, so that browsers may keep them for ever.
"""

import gzip
import hashlib
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from imgcls import palette

_HERE = Path(__file__).resolve().parent
_KINDS = {".js": "text/javascript", ".css": "text/css"}
_PALETTE = "palette.css"
_SHARED = (_PALETTE, "js/shared.css")
FOREVER = "public, max-age=31536000, immutable"


@cache
def _files() -> dict[str, bytes]:
    """The text of every view file, by its name from this folder on."""
    paths = [path for path in sorted(_HERE.rglob("*")) if path.suffix in _KINDS and path.parent != _HERE]
    files = {path.relative_to(_HERE).as_posix(): path.read_bytes() for path in paths}
    return {**files, _PALETTE: palette.css_variables().encode()}


@cache
def _compressed(name: str) -> bytes:
    return gzip.compress(_files()[name], compresslevel=6)


@cache
def _digest() -> str:
    content = hashlib.sha256()
    for name, text in _files().items():
        content.update(name.encode() + b"\0" + text + b"\0")
    return content.hexdigest()[:12]


def served_name(name: str) -> str:
    """Where the view file `name` is served, from the app's own folder on."""
    return f"/imgcls/views/{_digest()}-1/{name}"


def bootstrap(folder: str, styles: Sequence[str] = ()) -> str:
    """What Streamlit gets as the program of the component in `folder`: it loads view.js from there, and its styles.

    `styles` are names from this folder on, in their order; the palette and js/shared.css stand in front, the
    component's own view.css at the end. A file that is lost on its way is asked for again, under another address:
    browsers remember that the first one failed.
    """
    own = f"{folder}/view.css"
    sheets = [*_SHARED, *styles, *([own] if own in _files() else [])]
    return f"""
const home = new URL("../../", document.querySelector('script[src*="static/js/"]').src)
const load = (turn) => import(new URL("imgcls/views/{_digest()}-" + turn + "/js/component.js", home))
  .then(({{ component }}) => component("{folder}/view.js", {json.dumps(sheets)}))
  .catch((trouble) => {{
    if (turn > 3) throw trouble
    return new Promise((go) => setTimeout(go, 700)).then(() => load(turn + 1))
  }})
export default await load(1)
"""


async def _respond(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _files():
        return Response("There is no such file.", status_code=404, media_type="text/plain")
    current = request.path_params["digest"].partition("-")[0] == _digest()
    headers = {
        "Content-Encoding": "gzip",
        "Cache-Control": FOREVER if current else "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(_compressed(name), media_type=_KINDS[Path(name).suffix], headers=headers)


ROUTE = Route("/imgcls/views/{digest}/{name:path}", _respond)
