"""The server's own housekeeping: descriptors up to the limit, memory back in quiet moments and in no others."""

import asyncio
import gc
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit import runtime
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.session_manager import SessionInfo
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from imgcls.ui import upkeep

ROOT = Path(__file__).resolve().parents[2]


class Left:
    """What a session leaves behind: it refers to itself, so that only a collection ends it."""

    def __init__(self, ended: list[str], name: str = "left") -> None:
        self.me, self.ended, self.id, self.name = self, ended, name, name

    def __del__(self) -> None:
        self.ended.append(self.name)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(upkeep, "QUIET", 0.1)
    gc.collect()
    gc.disable()
    yield
    gc.enable()


async def kept_tidy(seconds: float, busy: bool = False) -> None:
    task = asyncio.create_task(upkeep.keep_tidy())
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.process_time()
        while busy and time.process_time() - start < 0.02:  # somebody's page is drawn
            pass
        await asyncio.sleep(0.01)
    assert not task.done(), task.exception()
    task.cancel()


def test_a_quiet_moment_ends_what_was_left() -> None:
    ended: list[str] = []
    Left(ended)
    assert not ended
    asyncio.run(kept_tidy(1.0))
    assert ended == ["left"]


def test_nothing_is_collected_while_somebody_works() -> None:
    ended: list[str] = []
    Left(ended)
    asyncio.run(kept_tidy(1.0, busy=True))
    assert not ended


def test_a_collection_is_not_repeated_while_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    collected: list[float] = []
    monkeypatch.setattr(upkeep.gc, "collect", lambda: collected.append(time.monotonic()))
    asyncio.run(kept_tidy(1.0))
    assert len(collected) == 1


def test_sessions_whose_time_is_over_are_dropped_without_another_one_breaking_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Streamlit keeps a session for a tab that may come back, and then until the next one breaks off."""
    ended: list[str] = []
    storage = MemorySessionStorage(ttl_seconds=0.3)
    manager = WebsocketSessionManager(storage, None, None, None, None)
    monkeypatch.setattr(runtime, "exists", lambda: True)
    running = SimpleNamespace(_session_mgr=manager, is_active_session=lambda session: False)
    monkeypatch.setattr(runtime, "get_instance", lambda: running)
    storage.save(SessionInfo(client=None, session=Left(ended), script_run_count=1))
    assert upkeep.departed_sessions() == 1
    asyncio.run(kept_tidy(1.5))
    assert ended == ["left"]


def test_the_manager_stands_where_it_is_looked_for() -> None:
    assert "_session_mgr" in runtime.Runtime.__init__.__code__.co_names


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_low_limit_of_descriptors_is_raised() -> None:
    code = (
        "import resource; hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1];"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard));"
        "from imgcls.ui.upkeep import raise_descriptors; print(raise_descriptors(), hard)"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    limit, hard = map(int, said.split())
    assert limit > 256 or hard == 256
