"""Fetching one file from the internet into a folder of this machine: wholly or not at all."""

import contextlib
import errno
import hashlib
import http.client
import ipaddress
import os
import shutil
import socket
import ssl
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from imgcls.numbers import fixed

Progress = Callable[[int, int | None], None]
Cancelled = Callable[[], bool]

_PIECE = 256 * 1024  # bytes
_SPARE = 100_000_000  # bytes of the disk that stay free
_TELL_EVERY = 0.1  # seconds
_OFFLINE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN}
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class DownloadError(RuntimeError):
    """A file could not be fetched; the message is one plain sentence: why, and what to do."""


class DownloadCancelled(DownloadError):  # noqa: N818 - nothing went wrong
    """The download was given up because the caller asked for it."""


def cache_folder() -> Path:
    """Where downloads are kept, made if need be: $IMGCLS_CACHE, else $XDG_CACHE_HOME/imgcls, else ~/.cache/imgcls.

    Raises DownloadError if there can be no such folder.
    """
    try:
        if own := os.environ.get("IMGCLS_CACHE"):
            folder = Path(own).expanduser()
        else:
            base = Path(os.environ.get("XDG_CACHE_HOME", ""))  # must be absolute, says the XDG specification
            folder = (base if base.is_absolute() else Path.home() / ".cache") / "imgcls"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError) as error:
        raise DownloadError(
            "The folder for downloads cannot be made; set IMGCLS_CACHE to a folder that can be written to."
        ) from error
    return folder


def fetch(
    url: str,
    target: Path,
    *,
    sha256: str | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    timeout: float = 10,
    what: str = "file",
) -> Path:
    """Download `url` to `target` unless that is there already, and return `target`.

    The file appears under its name only when it is complete and its checksum is right. Threads that want the same
    file wait for the first; processes may each download it, and either copy is whole.

    sha256: the file's checksum in hexadecimal, or how that starts.
    progress: called with the bytes so far and in all (None if the server does not say), ten times a second.
    cancelled: asked before the start and after every piece (so during a stall only once `timeout` is over).
    timeout: seconds of silence after which the server is given up.
    what: what the file is, for the sentences: "weights of ResNet-18".

    Raises DownloadCancelled when `cancelled` says so, DownloadError for all that can go wrong; a web page (HTML) that
    comes instead, from a network that wants a login, counts as wrong.
    """
    target = Path(target)
    if target.is_file():
        return target
    _require_safe(url, what)
    with _alone_with(target, cancelled, what):
        if target.is_file():
            return target
        partial = target.with_name(f".{target.name}.{uuid.uuid4().hex}.part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with partial.open("xb") as file:
                digest = _download(url, file, progress, cancelled, timeout, what)
            if sha256 and not digest.startswith(sha256.lower()):
                raise _error(what, "what arrived is not the file expected (its checksum differs)", "try again later")
            os.replace(partial, target)
        except OSError as error:  # of the disk: those of the network have become DownloadErrors
            if error.errno in _FULL:
                raise _error(what, "the disk is full", "free some space and try again") from error
            raise _error(
                what, "its folder cannot be written to", "change its permissions or set IMGCLS_CACHE to another folder"
            ) from error
        finally:
            with contextlib.suppress(OSError):
                partial.unlink()
    return target


def _download(
    url: str, file: BinaryIO, progress: Progress | None, cancelled: Cancelled | None, timeout: float, what: str
) -> str:
    """Write what is at `url` to `file`; the SHA-256 of it in hexadecimal."""
    _stop_if(cancelled, what)
    request = urllib.request.Request(url, headers={"User-Agent": "imgcls (a classroom app; Python urllib)"})
    with _network(what, timeout):
        response = urllib.request.build_opener(_SafeRedirects(what)).open(request, timeout=timeout)
    with response:
        length = response.headers.get("Content-Length", "")
        total = int(length) if length.isdecimal() else None
        if response.headers.get_content_type() == "text/html":
            raise _error(
                what, "a web page came instead", "open any page in a browser to see whether this network wants a login"
            )
        room = shutil.disk_usage(Path(file.name).parent).free - _SPARE
        checksum, so_far, told = hashlib.sha256(), 0, -_TELL_EVERY
        while True:
            if max(so_far, total or 0) > room:
                raise _error(what, f"it needs {_size(total or so_far)} and the disk is nearly full", "free some space")
            if progress and (so_far == total or time.monotonic() - told >= _TELL_EVERY):
                progress(so_far, total)
                told = time.monotonic()
            _stop_if(cancelled, what)
            with _network(what, timeout):
                piece = response.read1(_PIECE)  # what has arrived, up to _PIECE: a slow connection stays cancellable
            if not piece:
                break
            file.write(piece)
            checksum.update(piece)
            so_far += len(piece)
    if total is not None and so_far != total:
        raise _error(
            what, f"the connection broke off after {_size(so_far)} of {_size(total)}", "check the network and try again"
        )
    if progress and total is None:
        progress(so_far, so_far)
    return checksum.hexdigest()


# ---- Only one at a time, only from safe addresses -------------------------------------------------------------------

locks: dict[Path, threading.Lock] = {}
_locks_guard = threading.Lock()


@contextlib.contextmanager
def _alone_with(target: Path, cancelled: Cancelled | None, what: str) -> Iterator[None]:
    """Hold back every other thread that wants the same file; one that is cancelled need not wait."""
    with _locks_guard:
        lock = locks.setdefault(target.absolute(), threading.Lock())
    while not lock.acquire(timeout=0.1):
        _stop_if(cancelled, what)
    try:
        yield
    finally:
        lock.release()


def _stop_if(cancelled: Cancelled | None, what: str) -> None:
    if cancelled and cancelled():
        raise DownloadCancelled(f"The download of the {what} was cancelled; start it again whenever you like.")


def _require_safe(url: str, what: str) -> None:
    """HTTPS only, so that nobody on the way can change the file; HTTP to this machine itself."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        with contextlib.suppress(ValueError):  # a name, not a number
            host = "localhost" if ipaddress.ip_address(host).is_loopback else host
        safe = bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host == "localhost"))
    except ValueError:
        safe = False
    if not safe:
        raise _error(what, "its address is not a secure one", "use an address that starts with https")


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    def __init__(self, what: str) -> None:
        self.what = what

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        try:
            _require_safe(newurl, self.what)
        except DownloadError:
            fp.close()
            raise
        return super().redirect_request(req, fp, code, msg, headers, newurl)


# ---- What went wrong, in one sentence -------------------------------------------------------------------------------


def _error(what: str, reason: str, advice: str) -> DownloadError:
    return DownloadError(f"The {what} could not be downloaded because {reason}; {advice}.")


@contextlib.contextmanager
def _network(what: str, timeout: float) -> Iterator[None]:
    """Turn whatever the network does into a DownloadError."""
    try:
        yield
    except urllib.error.HTTPError as error:
        error.close()
        raise _error(what, *_refusal(error.code)) from error
    except (OSError, http.client.HTTPException, ValueError) as error:  # URLError is an OSError
        reason = getattr(error, "reason", error)
        raise _error(what, *_failure(reason if isinstance(reason, Exception) else error, timeout)) from error


def _refusal(code: int) -> tuple[str, str]:
    """Why, and what to do, when a server answers with this HTTP status."""
    if code in (404, 410):
        return "the server no longer has it", "ask whoever looks after this app for a newer address"
    if code in (401, 403, 407, 451):
        return f"access was refused (status {code})", "try from another network or ask whoever looks after this app"
    if code in (408, 429) or code >= 500:
        return f"the server is busy or out of order (status {code})", "try again in a few minutes"
    return f"the server gave an unexpected answer (status {code})", "try again later"


def _failure(error: Exception, timeout: float) -> tuple[str, str]:
    """Why, and what to do, when there is no answer, or only part of one."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "the server could not prove who it is", "check this computer's clock and network and try again"
    if isinstance(error, TimeoutError):
        return f"the server was silent for {timeout:g} seconds", "check the network and try again"
    if isinstance(error, ConnectionRefusedError):
        return "no server answers at its address", "check the network and try again later"
    if isinstance(error, socket.gaierror) or (isinstance(error, OSError) and error.errno in _OFFLINE):
        return "this computer is offline", "connect it to the internet and try again"
    return "the connection broke off", "check the network and try again"


def _size(count: int) -> str:
    return f"{fixed(count / 1e6, 1)} MB" if count >= 1e5 else f"{fixed(count / 1e3, 1)} kB"
