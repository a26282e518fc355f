"""Starting the app and a browser, for the browser tests and the benchmarks alike."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def browser_path() -> str | None:
    """Where a Chromium or Chrome is on this machine."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@contextmanager
def running_app(
    log: Path, script: str = "app.py", seconds: float = 90, options: Sequence[str] = (), asks_first: bool = False
) -> Iterator[str]:
    """The app as `streamlit run` starts it, on a free port of this machine; yields its address once it is healthy.

    `options` are further ones of `streamlit run`, such as "--server.baseUrlPath=lab"; the address knows of that one.
    Lessons are covered by their questions only if it `asks_first`.

    Raises RuntimeError, with what the server printed, when it ends early or is not healthy in time.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.headless=true", f"--server.port={port}"]
    base = "".join("/" + option.partition("=")[2] for option in options if option.startswith("--server.baseUrlPath="))
    with log.open("w") as output:
        server = subprocess.Popen(
            [*command, *options], cwd=ROOT, stdout=output, stderr=subprocess.STDOUT,
            env={**os.environ, "IMGCLS_PREDICT_FIRST": str(int(asks_first))},
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}{base}"
    try:
        end = time.monotonic() + seconds
        while not _healthy(url):
            if server.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the app did not become healthy:\n{log.read_text()}")
            time.sleep(0.02)
        yield url
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:  # a page that is still open can hold an answer back
            server.kill()
            server.wait()


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1) as answer:
            return answer.status == 200
    except OSError:
        return False
