"""The nginx configuration that README gives, tried with a real nginx: page, drag, and a photo of 12 MB."""

import io
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.browser.hands import drag
from tests.serving import ROOT

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
OPENSSL = shutil.which("openssl")
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


def from_readme(app: str, port: int, folder: Path) -> str:
    """README's configuration with this machine's ports and certificate in place of the example's."""
    own = re.search(r"^```nginx\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL).group(1)
    for old, new in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("http://127.0.0.1:8501", app),
        ("/etc/ssl/hall.example.org.", f"{folder}/certificate."),
    ):
        assert old in own
        own = own.replace(old, new)
    return FOLDER.format(folder=folder, own=own)


@pytest.fixture
def nginx(server_url: str, tmp_path: Path) -> Iterator[str]:
    """The app's address behind nginx."""
    if not NGINX or not OPENSSL:
        pytest.skip("no nginx, or no openssl, on this machine")
    subprocess.run(
        [OPENSSL, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-keyout", tmp_path / "certificate.key", "-out", tmp_path / "certificate.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (tmp_path / "nginx.conf").write_text(from_readme(server_url, port, tmp_path))
    command = [NGINX, "-p", str(tmp_path), "-e", str(tmp_path / "error.log"), "-c", str(tmp_path / "nginx.conf")]
    server = subprocess.Popen([*command, "-g", "daemon off;"], stderr=subprocess.PIPE, text=True)
    try:
        for _ in range(100):
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert server.poll() is None, server.stderr.read()
            time.sleep(0.05)
        yield f"https://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


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
