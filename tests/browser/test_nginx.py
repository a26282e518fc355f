"""The nginx configurations that README gives, tried with a real nginx: page, drag, a photo of 12 MB, two processes."""

import io
import re
import shutil
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.browser.hands import drag
from tests.serving import ROOT

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
OPENSSL = shutil.which("openssl")
pytestmark = pytest.mark.skipif(not NGINX, reason="no nginx on this machine")
FOLDER = """
user root; # started by root, its workers could not write into the test's folder; for others this counts for nothing
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {own}
}}
"""


def from_readme(names: str, folder: Path, *changed: tuple[str, str]) -> str:
    """README's configuration that `names` this, with this machine's addresses in place of the example's."""
    blocks = re.findall(r"^```nginx\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    (own,) = (block for block in blocks if names in block)
    for old, new in changed:
        assert old in own
        own = own.replace(old, new)
    return FOLDER.format(folder=folder, own=own)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(configuration: str, folder: Path, port: int) -> Iterator[None]:
    """nginx, once it listens at `port`."""
    (folder / "nginx.conf").write_text(configuration)
    command = [NGINX, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    server = subprocess.Popen([*command, "-g", "daemon off;"], stderr=subprocess.PIPE, text=True)
    try:
        for _ in range(100):
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert server.poll() is None, server.stderr.read()
            time.sleep(0.05)
        yield
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture
def nginx(server_url: str, tmp_path: Path) -> Iterator[str]:
    """The app's address behind nginx."""
    if not OPENSSL:
        pytest.skip("no openssl on this machine")
    subprocess.run(
        [OPENSSL, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-keyout", tmp_path / "certificate.key", "-out", tmp_path / "certificate.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    port = free_port()
    configuration = from_readme(
        "ssl_certificate", tmp_path, ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("http://127.0.0.1:8501", server_url), ("/etc/ssl/hall.example.org.", f"{tmp_path}/certificate."),
    )  # fmt: skip
    with running(configuration, tmp_path, port):
        yield f"https://127.0.0.1:{port}"


class Process(ThreadingHTTPServer):
    """Stands for a process of the app: says its own port, and how many bytes it was sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Saying)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def end(self) -> None:
        self.shutdown()
        self.server_close()


class Saying(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        body = f"{self.server.server_port} {len(sent)}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


class Visitor:
    """A browser, as far as cookies go."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())

    def ask(self, size: int = 3) -> str:
        """Which process answers."""
        with self._opener.open(self.url, data=b"x" * size, timeout=20) as answer:
            process, count = answer.read().decode().split()
        assert int(count) == size
        return process


def test_behind_nginx_a_browser_stays_with_its_process_until_that_one_ends(tmp_path: Path) -> None:
    one, two = Process(), Process()
    port = free_port()
    configuration = from_readme(
        "upstream processes", tmp_path, ("listen 8501;", f"listen 127.0.0.1:{port};"),
        ("10.0.0.1:8501", f"127.0.0.1:{one.server_port}"), ("10.0.0.2:8501", f"127.0.0.1:{two.server_port}"),
    )  # fmt: skip
    try:
        with running(configuration, tmp_path, port):
            visitors = [Visitor(f"http://127.0.0.1:{port}/imgcls/live/a/b") for _ in range(8)]
            homes = [visitor.ask() for visitor in visitors]
            assert set(homes) == {str(one.server_port), str(two.server_port)}
            for _ in range(3):
                assert [visitor.ask() for visitor in visitors] == homes
            assert visitors[0].ask(2_000_000) == homes[0]  # nginx's own limit is 1 MB
            one.end()
            assert {visitor.ask() for visitor in visitors} == {str(two.server_port)}
            assert {visitor.ask() for visitor in visitors} == {str(two.server_port)}
    finally:
        two.end()


def test_the_nginx_configuration_of_the_readme_serves_page_drag_and_upload(nginx: str, browser: Browser) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (3000, 4000, 3), dtype=np.uint8)
    photo = io.BytesIO()
    Image.fromarray(pixels).save(photo, "JPEG", quality=96)
    assert len(photo.getvalue()) > 12_000_000
    context = browser.new_context(viewport={"width": 1280, "height": 720}, ignore_https_errors=True)
    page = context.new_page()
    live: list[int] = []
    page.on("response", lambda got: live.append(got.status) if "/imgcls/live/" in got.url else None)
    page.goto(f"{nginx}/softmax")
    expect(page.locator(".sliders .value").nth(1)).to_have_text("70.5%")
    drag(page, page.locator(".sliders .range").nth(1), 0.7)
    expect(page.locator(".sliders .value").nth(1)).not_to_have_text("70.5%")
    page.mouse.up()
    sidebar = page.get_by_test_id("stSidebar")
    file = {"name": "large.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()}
    sidebar.locator("input[type=file]").set_input_files(file)
    expect(sidebar.locator(".imgcls-photo-name")).to_contain_text("large.jpg")
    assert live
    assert set(live) == {200}
    context.close()
