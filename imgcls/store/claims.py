"""Several servers on one folder of runs: each tells the others which runs it has in hand."""

import json
import secrets
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from imgcls.store.files import Lock, is_locked, replaced

_SERVERS = ".servers"  # a folder in that of the runs


@dataclass(frozen=True)
class Claimed:
    """Names of runs: those that wait, run or pause, and those that somebody looks at."""

    live: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()

    @property
    def all(self) -> frozenset[str]:
        """Both."""
        return self.live | self.open


class Claims:
    """A list of names in a file beside a lock, which the system lets go of when the server ends, however it ends."""

    def __init__(self) -> None:
        self._token = secrets.token_hex(8)
        self._guard = threading.Lock()
        self._lock: Lock | None = None
        self._told: Claimed | None = None

    def tell(self, root: Path, live: Iterable[str], opened: Iterable[str]) -> None:
        """Says what this server has in hand in the folder `root`; nothing where that cannot be written to."""
        now = Claimed(frozenset(live), frozenset(opened))
        with self._guard, suppress(OSError):
            path = root / _SERVERS / f"{self._token}.lock"
            if self._lock is None or self._lock.path != path:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._told, self._lock = None, Lock(path)
                self._lock.take()
            if now != self._told:
                with replaced(path.with_suffix(".json")) as file:
                    file.write(json.dumps({"live": sorted(now.live), "open": sorted(now.open)}).encode())
                self._told = now

    def others(self, root: Path) -> Claimed:
        """What all other servers have in hand; what is left of those that have ended is removed."""
        live: set[str] = set()
        opened: set[str] = set()
        with suppress(OSError):
            for path in (root / _SERVERS).glob("*.lock"):
                if path.stem == self._token:
                    continue
                if is_locked(path):
                    with suppress(OSError, ValueError, KeyError, TypeError):
                        told = json.loads(path.with_suffix(".json").read_text())
                        live.update(map(str, told["live"]))
                        opened.update(map(str, told["open"]))
                else:
                    _remove(path)
        return Claimed(frozenset(live), frozenset(opened))


def _remove(path: Path) -> None:
    lock = Lock(path)
    if lock.take():  # else it has come back to life
        path.with_suffix(".json").unlink(missing_ok=True)
        lock.release(remove=True)


claims = Claims()
