"""The places for jobs on one machine, where several server processes share them.

No more jobs run at once than one server would run, and whoever has waited longest goes first, in whichever process. A
place is a locked file, which the system frees when its process ends, however it ends.
"""

import json
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from imgcls.store.files import Lock, is_locked, replaced

FRESH = 2.0  # seconds that what a process has told holds


class Places(Protocol):
    """What the runner asks before it gives a job a place. Names are such as "long-0" and "quick-0"."""

    def take(self, name: str) -> bool:
        """Whether the place is this process's from now on."""

    def release(self, name: str) -> None:
        """Others may have it."""

    def taken(self, name: str) -> bool:
        """Whether another process has the place."""

    def tell(self, waiting: Sequence[tuple[bool, float]]) -> None:
        """Who could start here at once if there were a place: quick or not, and waiting since when."""

    def waiting(self, quick: bool) -> list[float]:
        """Since when those in other processes wait who could start at once."""


class OwnPlaces:
    """One server: all places are its own."""

    def take(self, name: str) -> bool:
        """Always."""
        return True

    def release(self, name: str) -> None:
        """Nobody else wants it."""

    def taken(self, name: str) -> bool:
        """By nobody."""
        return False

    def tell(self, waiting: Sequence[tuple[bool, float]]) -> None:
        """Nobody listens."""

    def waiting(self, quick: bool) -> list[float]:
        """There is nobody else."""
        return []


class SharedPlaces:
    """The places of all processes that were given the same `folder`, which is of this machine and lives in one boot."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._token = secrets.token_hex(8)
        self._alive = Lock(folder / f"{self._token}.alive")
        self._alive.take()
        self._held: dict[str, Lock] = {}
        self._told: list[tuple[bool, float]] = []

    def take(self, name: str) -> bool:
        """See Places."""
        if name in self._held or self.taken(name):
            return name in self._held
        lock = Lock(self._path(name))
        if lock.take():
            self._held[name] = lock
        return name in self._held

    def release(self, name: str) -> None:
        """See Places."""
        if lock := self._held.pop(name, None):
            lock.release()

    def taken(self, name: str) -> bool:
        """See Places."""
        return name not in self._held and is_locked(self._path(name))

    def tell(self, waiting: Sequence[tuple[bool, float]]) -> None:
        """See Places. Clocks that never jump are those of the machine: the processes' moments can be compared."""
        told = sorted(waiting)
        if not told and not self._told:
            return
        with suppress(OSError), replaced(self._folder / f"{self._token}.json") as file:
            file.write(json.dumps({"at": time.monotonic(), "waiting": told}).encode())
        self._told = told

    def waiting(self, quick: bool) -> list[float]:
        """See Places."""
        found: list[float] = []
        for path in self._folder.glob("*.json"):
            with suppress(OSError, ValueError, KeyError, TypeError):
                if path.stem == self._token:
                    continue
                told = json.loads(path.read_text())
                if time.monotonic() - told["at"] > FRESH:
                    continue
                if is_locked(path.with_suffix(".alive")):
                    found += [float(since) for kind, since in told["waiting"] if kind == quick]
        return found

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.place"
