"""A download is there wholly or not at all, and every failure is one plain sentence. The server is this machine."""

import errno
import hashlib
import io
import os
import re
import shutil
import socket
import ssl
import threading
import time
import urllib.error
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from imgcls.store import download
from imgcls.store.download import DownloadCancelled, DownloadError, cache_folder, fetch

CONTENT = bytes(range(256)) * 4096  # 1 MiB
CHECKSUM = hashlib.sha256(CONTENT).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server: Server = self.server
        server.requests.append(self.path)
        name = self.path.strip("/")
        if name.isdecimal():
            return self.send_error(int(name))
        if name.startswith("to/"):
            self.send_response(302)
            self.send_header("Location", name.removeprefix("to/"))
            return self.end_headers()
        self.send_response(200)
        self.send_header("Content-Type", "text/html" if name == "page" else "application/octet-stream")
        if name != "unannounced":
            self.send_header("Content-Length", str(len(CONTENT) * (10**9 if name == "huge" else 1)))
        self.end_headers()
        if name == "short":
            return self.wfile.write(CONTENT[:1000])
        if name in ("stall", "slow"):
            self.wfile.write(CONTENT[:1000])
            self.wfile.flush()
            server.go_on.wait(20)
        self.wfile.write(CONTENT[1000:] if name == "slow" else CONTENT)
        return None

    def log_message(self, *_) -> None:
        pass


class Server(ThreadingHTTPServer):
    """Serves CONTENT in the ways the paths name; `requests` are the paths asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[str] = []
        self.go_on = threading.Event()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{path}"

    def handle_error(self, *_) -> None:  # the client went away, as the tests want
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.go_on.set()
        running.shutdown()
        thread.join()


def refused(*arguments, **settings) -> str:
    """The sentence of the DownloadError that `fetch` raises."""
    with pytest.raises(DownloadError) as caught:
        fetch(*arguments, **settings)
    message = str(caught.value)
    assert re.fullmatch(r"The [^\n]{20,230}[a-z]\.", message) and ". " not in message, message
    assert not re.search(r"Traceback|Error|Exception|urlopen|Errno", message), message
    return message


def test_a_file_arrives_whole_with_progress(server: Server, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    target = tmp_path / "new" / "folder" / "file.bin"
    result = fetch(server.url("file"), target, sha256=CHECKSUM, progress=lambda *now: seen.append(now))
    assert result == target and target.read_bytes() == CONTENT
    assert [path.name for path in target.parent.iterdir()] == ["file.bin"]
    assert seen[0] == (0, len(CONTENT)) and seen[-1] == (len(CONTENT), len(CONTENT))
    assert seen == sorted(seen)


def test_a_file_of_unannounced_length_arrives_too(server: Server, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    fetch(server.url("unannounced"), tmp_path / "file", progress=lambda *now: seen.append(now))
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert seen[0] == (0, None) and seen[-1] == (len(CONTENT), len(CONTENT))


@pytest.mark.parametrize("sha256", [CHECKSUM[:8], CHECKSUM.upper(), None])
def test_a_checksum_may_be_short_or_in_capitals_or_missing(server: Server, tmp_path: Path, sha256: str | None) -> None:
    assert fetch(server.url("file"), tmp_path / "file", sha256=sha256).read_bytes() == CONTENT


def test_a_file_that_is_there_is_not_asked_for_again(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    assert fetch(server.url("file"), tmp_path / "file", sha256=CHECKSUM).read_bytes() == b"mine"
    assert server.requests == []


@pytest.mark.parametrize("path, words", [
    ("404", "The weights of Tiny could not be downloaded because the server no longer has it"),
    ("403", r"access was refused \(status 403\)"),
    ("500", r"busy or out of order \(status 500\).*try again in a few minutes"),
    ("418", r"unexpected answer \(status 418\)"),
    ("short", "broke off after 1.0 kB of 1.0 MB"),
    ("page", "a web page came instead"),
    ("huge", "it needs 1,048,576,000.0 MB and the disk is nearly full"),
    ("to/http://example.org/file", "its address is not a secure one"),
    ("to/file:///etc/passwd", r"unexpected answer \(status 302\)"),
])  # fmt: skip
def test_every_failure_of_the_server_is_one_sentence(server: Server, tmp_path: Path, path: str, words: str) -> None:
    message = refused(server.url(path), tmp_path / "file", what="weights of Tiny", timeout=5)
    assert re.search(words, message), message
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_checksum_leaves_nothing(server: Server, tmp_path: Path) -> None:
    wrong = ("0" if CHECKSUM[0] != "0" else "1") + CHECKSUM[1:]
    assert "checksum differs" in refused(server.url("file"), tmp_path / "file", sha256=wrong)
    assert list(tmp_path.iterdir()) == []


def test_a_redirect_is_followed(server: Server, tmp_path: Path) -> None:
    assert fetch(server.url("to/" + server.url("file")), tmp_path / "file").read_bytes() == CONTENT


def test_a_silent_server_is_given_up(server: Server, tmp_path: Path) -> None:
    assert "silent for 0.2 seconds" in refused(server.url("stall"), tmp_path / "file", timeout=0.2)
    assert list(tmp_path.iterdir()) == []


def test_a_closed_port_is_no_server(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    message = refused(f"http://127.0.0.1:{port}/file", tmp_path / "file")
    assert message == (
        "The file could not be downloaded because no server answers at its address; "
        "check the network and try again later."
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error, words", [
    (urllib.error.URLError(socket.gaierror(-2, "Name or service not known")), "this computer is offline; connect it"),
    (urllib.error.URLError(OSError(errno.ENETUNREACH, "Network is unreachable")), "this computer is offline"),
    (urllib.error.URLError(ssl.SSLCertVerificationError(1, "self-signed")), "could not prove who it is"),
    (urllib.error.URLError(TimeoutError("timed out")), "silent for 3 seconds"),
    (urllib.error.URLError("unknown url type"), "the connection broke off"),
    (ConnectionResetError(errno.ECONNRESET, "reset"), "the connection broke off"),
    (download.http.client.BadStatusLine("?"), "the connection broke off"),
])  # fmt: skip
def test_every_failure_of_the_network_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(download.urllib.request, "build_opener", lambda *_: SimpleNamespace(open=fail))
    assert words in refused("https://example.org/file", tmp_path / "file", timeout=3)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", [
    "http://example.org/a", "ftp://example.org/a", "file:///etc/passwd", "/etc/passwd", "", "https://", "http://[bad",
    "http://127.0.0.1.example.org/a", "http://localhost@example.org/a",
])  # fmt: skip
def test_only_secure_addresses_are_asked(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download.urllib.request, "build_opener", lambda *_: pytest.fail("asked"))
    assert "not a secure one" in refused(url, tmp_path / "file")


def test_cancelling_stops_in_the_middle_and_leaves_nothing(server: Server, tmp_path: Path) -> None:
    seen: list[int] = []

    def so_far(now: int, total: int | None) -> None:
        seen.append(now)
        server.go_on.set()

    with pytest.raises(DownloadCancelled, match="The download of the photo was cancelled"):
        fetch(server.url("slow"), tmp_path / "file", progress=so_far, cancelled=lambda: bool(seen), what="photo")
    assert list(tmp_path.iterdir()) == []


def test_cancelling_before_the_start_asks_nothing(server: Server, tmp_path: Path) -> None:
    with pytest.raises(DownloadCancelled):
        fetch(server.url("file"), tmp_path / "file", cancelled=lambda: True)
    assert server.requests == []


def test_a_full_disk_is_one_sentence(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.FileIO):
        def write(self, _) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "open", lambda self, mode: Full(self, mode))
    assert "the disk is full; free some space" in refused(server.url("file"), tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_up_without_a_warning_stops_the_download(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=download._SPARE + 300_000))
    assert "the disk is nearly full" in refused(server.url("unannounced"), tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_one_sentence(server: Server, tmp_path: Path) -> None:
    (tmp_path / "occupied").write_text("a file where the folder should be")
    message = refused(server.url("file"), tmp_path / "occupied" / "file")
    assert "its folder cannot be written to" in message and "IMGCLS_CACHE" in message
    (tmp_path / "folder").mkdir()
    assert "its folder cannot be written to" in refused(server.url("file"), tmp_path / "folder")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "occupied"]


def test_an_error_of_the_caller_passes_through_and_leaves_nothing(server: Server, tmp_path: Path) -> None:
    def fail(now: int, total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(server.url("file"), tmp_path / "file", progress=fail)
    assert list(tmp_path.iterdir()) == []


def test_threads_that_want_the_same_file_download_it_once(server: Server, tmp_path: Path) -> None:
    target = tmp_path / "file"
    with ThreadPoolExecutor(8) as pool:
        results = [pool.submit(fetch, server.url("slow"), target, sha256=CHECKSUM) for _ in range(8)]
        while not server.requests:
            time.sleep(0.01)
        server.go_on.set()
        assert {result.result() for result in results} == {target}
    assert target.read_bytes() == CONTENT and server.requests == ["/slow"]


def test_a_thread_that_waits_for_another_can_be_cancelled(server: Server, tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(fetch, server.url("slow"), tmp_path / "file")
        while not server.requests:
            time.sleep(0.01)
        with pytest.raises(DownloadCancelled):
            fetch(server.url("slow"), tmp_path / "file", cancelled=lambda: True)
        server.go_on.set()
        assert first.result().read_bytes() == CONTENT


def test_two_downloads_at_once_as_of_two_processes_leave_one_whole_file(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class NoLock(dict):  # another process knows nothing of our locks
        def setdefault(self, *_) -> threading.Lock:
            return threading.Lock()

    monkeypatch.setattr(download, "locks", NoLock())
    with ThreadPoolExecutor(4) as pool:
        results = [pool.submit(fetch, server.url("slow"), tmp_path / "file", sha256=CHECKSUM) for _ in range(4)]
        while len(server.requests) < 4:
            time.sleep(0.01)
        server.go_on.set()
        assert all(result.result().read_bytes() == CONTENT for result in results)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_cache_folder_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("IMGCLS_CACHE", "~/own")
    assert cache_folder() == tmp_path / "home" / "own"
    monkeypatch.delenv("IMGCLS_CACHE")
    assert cache_folder() == tmp_path / "xdg" / "imgcls"
    for no_place in ("", "relative/folder"):
        monkeypatch.setenv("XDG_CACHE_HOME", no_place)
        assert cache_folder() == tmp_path / "home" / ".cache" / "imgcls"
    assert all((tmp_path / path).is_dir() for path in ("home/own", "xdg/imgcls", "home/.cache/imgcls"))


def test_a_cache_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("IMGCLS_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(DownloadError, match=r"^The folder for downloads cannot be made; set IMGCLS_CACHE .*\.$"):
        cache_folder()
