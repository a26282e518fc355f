"""What the server says and asks at its start."""

from pathlib import Path

import pytest

from tests.serving import running_app

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
    port = url.rsplit(":", 1)[1]
    assert f"http://localhost:{port}/" in said
    assert "In the hall:" in said
    names = asked.read_text().split()
    assert names[0] == "watched"
    assert set(names[1:]) <= {"127.0.0.1", "localhost", "0.0.0.0", "::", "None"}
