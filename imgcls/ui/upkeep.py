"""What the server does for itself: room for many connections, and memory given back when a class has left.

A session that ends leaves cycles behind: its pictures, the pages it saw, three file descriptors of its event loop. They
go when Python's collector comes by, and that is seldom in a server that nobody uses. A collection stops everything for
some 0.2 s, so it waits for a moment in which the processor has nothing to do: no page is drawn, no hand drags.
"""

import asyncio
import ctypes
import gc
import sqlite3
import sys
import time
from contextlib import suppress

from streamlit import runtime

from imgcls.store.download import DownloadError
from imgcls.ui import classroom, live
from imgcls.ui.frame.kept_photo import forget_departed

try:
    import resource
except ImportError:  # Windows, which has no such limit
    resource = None

DESCRIPTORS = (65_536, 10_240)  # macOS starts with 256 and allows no more than the second
QUIET = 5.0  # seconds
BUSY = 0.05  # share of one core; a page that looks at its training every 0.3 s takes more


def raise_descriptors() -> int | None:
    """Let this process open as many files and connections as the system allows; returns how many, None if unknown."""
    if resource is None:
        return None
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    for wanted in DESCRIPTORS:
        limit = wanted if hard == unlimited else min(wanted, hard)
        if soft == unlimited or limit <= soft:
            break
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
            break
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


async def keep_tidy() -> None:
    """Collects in the first quiet moment after something has happened, for as long as the server runs."""
    loop, used, kept, dirty = asyncio.get_running_loop(), time.process_time(), 0, True
    while True:
        await asyncio.sleep(QUIET)
        live.drop_departed(time.monotonic())
        await loop.run_in_executor(None, forget_departed, time.monotonic())
        with suppress(sqlite3.Error, DownloadError):  # a folder that cannot be written to has no classes
            await loop.run_in_executor(None, classroom.end_old)
        now = time.process_time()
        quiet, used = now - used < BUSY * QUIET, now
        waiting = departed_sessions()
        dirty, kept = dirty or not quiet or waiting < kept, waiting
        if quiet and dirty:
            gc.collect()  # here, not in a thread: what it ends belongs to this loop
            await loop.run_in_executor(None, _trim)
            used, dirty = time.process_time(), False


def departed_sessions() -> int:
    """How many sessions Streamlit keeps for a tab that may come back; those whose time is over are dropped by asking.

    Left to itself Streamlit drops them when the next session breaks off, which may be the next day.
    """
    if not runtime.exists():
        return 0
    storage = getattr(getattr(runtime.get_instance(), "_session_mgr", None), "_session_storage", None)
    return len(getattr(storage, "_cache", ()))


def _trim() -> None:
    """Hand the memory that was freed back to the system: glibc keeps it."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library does without
            ctypes.CDLL(None).malloc_trim(0)
