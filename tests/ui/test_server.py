"""What the server says and asks at its start, and what it sends with every page."""

import gzip
import re
import tomllib
import urllib.request
from pathlib import Path

import pytest

from imgcls.ui import photo
from imgcls.ui.dataset import own_pictures
from tests.serving import ROOT, running_app

# Python runs a file of this name at its start, in the server, too.
WATCH = """
import pathlib, socket
ask, file = socket.getaddrinfo, pathlib.Path({file!r})
file.write_text("watched\\n")
def asked(host, *rest, **named):
    with file.open("a") as names:
        print(host, file=names)
    return ask(host, *rest, **named)
socket.getaddrinfo = asked
"""


def test_the_server_prints_its_addresses_and_asks_no_other_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = tmp_path / "asked.txt"
    (tmp_path / "sitecustomize.py").write_text(WATCH.format(file=str(asked)))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with running_app(tmp_path / "log.txt") as url:
        said = (tmp_path / "log.txt").read_text()
        check_pages(url)
    port = url.rsplit(":", 1)[1]
    assert f"http://localhost:{port}/" in said
    assert "In the hall:" in said
    names = asked.read_text().split()
    assert names[0] == "watched"
    assert set(names[1:]) <= {"127.0.0.1", "localhost", "0.0.0.0", "::", "None"}


def check_pages(url: str) -> None:
    """Every page, also a mistyped one, has our script; nothing that a browser kept before comes back without it."""
    for path in ("", "softmax", "softmaks"):
        headers = {
            "Accept": "text/html,*/*;q=0.8",
            "Accept-Encoding": "gzip",
            "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT",
        }
        with urllib.request.urlopen(urllib.request.Request(f"{url}/{path}", headers=headers), timeout=10) as answer:
            body = answer.read()
            assert answer.status == 200
            assert int(answer.headers["Content-Length"]) == len(body)
            assert answer.headers["ETag"] is None
        source = (
            re.search(rb'<head><script src="[.]/(imgcls/document[.]js[?]v=[0-9a-f]+)"></script>', body)
            .group(1)
            .decode()
        )
    with urllib.request.urlopen(f"{url}/{source}", timeout=10) as answer:
        assert answer.headers["Content-Type"].startswith("text/javascript")
        assert "immutable" in answer.headers["Cache-Control"]
        assert b"removeChild" in answer.read()
    request = urllib.request.Request(f"{url}/imgcls/plotly.min.js", headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert b"plotly" in gzip.decompress(answer.read())[:300]


def test_the_server_and_the_proxy_of_the_readme_let_in_what_the_uploaders_promise() -> None:
    options = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())
    assert options["server"]["maxUploadSize"] >= own_pictures.MOST_ZIP
    assert own_pictures.MOST_ZIP > own_pictures.MOST_PICTURE >= photo.MOST_PICTURE
    passed = re.search(r"client_max_body_size (\d+)m;", (ROOT / "README.md").read_text()).group(1)
    assert int(passed) > own_pictures.MOST_ZIP
