"""Several server processes behind a balancer, as one address: `python -m imgcls serve --processes 4`.

Everything of a tab lives in one process: the balancer sends each browser to the one that its cookie names. What the
processes share are the cache folder (runs, downloads, classes) and a folder of this machine: the places for trainings,
and copies of the photos in use, so that a process that is killed takes nobody's photo with it.
"""

import argparse
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from imgcls.jobs import TOGETHER

ROOT = Path(__file__).resolve().parents[1]
COOKIE = "imgcls_process"
MEMORY = Path("/dev/shm")
"""A folder that lies in the memory, where there is one: photos are written to no disk."""
MOST = 64
AGAIN = 1.0  # seconds before a process that has ended is started again
MISSING = "HAProxy, which sends each browser to its process, is not on this machine: install it (apt install haproxy)."


HAPROXY = """\
defaults
    mode http
    timeout connect 5s
    timeout client 1h                                   # it is quiet while nobody touches anything
    timeout server 1h
    timeout http-request 60s
    option redispatch                                   # away from a process that has ended

frontend hall
    bind {bind}
    default_backend processes

backend processes
    balance leastconn
    cookie {cookie} insert indirect nocache httponly attr "SameSite=Lax"
    option httpchk GET /_stcore/health
{servers}
"""
SERVER = "    server {name} {address} cookie {name} check inter 1s fall 2 rise 1 on-marked-down shutdown-sessions"


def haproxy_configuration(bind: str, addresses: Sequence[str]) -> str:
    """All that HAProxy must be told to serve at `bind` ("*:8501") what the servers at these addresses serve."""
    servers = [SERVER.format(name=f"process{number}", address=each) for number, each in enumerate(addresses, 1)]
    return HAPROXY.format(bind=bind, cookie=COOKIE, servers="\n".join(servers))


def add_serve(commands: argparse._SubParsersAction) -> None:
    """`serve --processes N [--port PORT] [--address ADDRESS]`."""
    what = "serve the app with several processes behind HAProxy"
    parser = commands.add_parser("serve", help=what, description=f"{what[0].upper()}{what[1:]}.")
    cores = os.cpu_count() or 1
    parser.add_argument(
        "--processes", type=_count, default=cores, metavar="N", help=f"how many (default: one a core, {cores})"
    )
    parser.add_argument("--port", type=int, default=8501, help="where browsers find the app (default: 8501)")
    parser.add_argument("--address", default="*", help="of which network (default: of all, *)")
    parser.set_defaults(run=serve)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to {MOST}")
    return int(text)


def serve(args: argparse.Namespace) -> int:
    """Serves until it is told to stop (Ctrl+C, SIGTERM); a process that ends meanwhile is started again.

    Returns:
        0; 2 if there is no balancer, or it cannot have the port.
    """
    haproxy = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin:/usr/local/sbin")
    if haproxy is None:
        print(MISSING, file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="imgcls-", dir=MEMORY if MEMORY.is_dir() else None))  # for this user alone
    ports = _free_ports(args.processes)
    secret = os.environ.get("STREAMLIT_SERVER_COOKIE_SECRET") or secrets.token_hex(32)
    environment = {**os.environ, TOGETHER: str(folder), "STREAMLIT_SERVER_COOKIE_SECRET": secret}
    file = folder / "haproxy.cfg"
    file.write_text(haproxy_configuration(f"{args.address}:{args.port}", [f"127.0.0.1:{port}" for port in ports]))
    servers: list[subprocess.Popen[bytes]] = []
    balancer = None
    try:
        servers = [_started(port, args.port, environment, first=port == ports[0]) for port in ports]
        balancer = subprocess.Popen([haproxy, "-db", "-q", "-f", str(file)])
        while balancer.poll() is None:
            time.sleep(AGAIN)
            for number, server in enumerate(servers):
                if server.poll() is not None:
                    print(f"Process {number + 1} of {len(servers)} has ended and is started again.", file=sys.stderr)
                    servers[number] = _started(ports[number], args.port, environment)
        print(f"HAProxy has ended: is port {args.port} in use?", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0
    finally:
        _end([*servers, *([balancer] if balancer else [])])
        shutil.rmtree(folder, ignore_errors=True)


def _started(port: int, shown: int, environment: dict[str, str], first: bool = False) -> "subprocess.Popen[bytes]":
    """One server process, which knows at which port browsers find the app; the `first` one prints the addresses."""
    options = {
        "server.port": port, "server.address": "127.0.0.1", "server.headless": "true", "browser.serverPort": shown,
    }  # fmt: skip
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "app.py",
        *(f"--{name}={each}" for name, each in options.items()),
    ]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=None if first else subprocess.DEVNULL)


def _free_ports(count: int) -> list[int]:
    """Ports of this machine that nothing listens at."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _end(processes: Sequence["subprocess.Popen[bytes]"], patience: float = 10.0) -> None:
    for process in processes:
        with suppress(OSError):
            process.terminate()
    end = time.monotonic() + patience
    for process in processes:
        try:
            process.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
