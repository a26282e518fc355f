"""Files that other processes read while they are written, folders that must not grow without end, and locks."""

import errno
import io
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

if os.name == "nt":
    import msvcrt
else:
    import fcntl

_LEFT_OVER = 86_400  # seconds after which what a killed process was writing is removed
_PATIENCE = 0.2  # seconds: `is_locked` holds a lock for a moment, too
_HELD = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}


@contextmanager
def replaced(file: Path) -> Iterator[BinaryIO]:
    """A file to write into; takes the place of `file` in one go when all is written, or disappears.

    Raises:
        OSError: the disk takes no more, whatever the writer (zipfile, torch) has made of it.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=file.parent, suffix=".part")
    raw = _Remembering(number, "w")
    part = io.BufferedWriter(raw)
    try:
        yield part
        part.close()
        os.replace(name, file)
    except BaseException as error:
        with suppress(OSError, ValueError):  # what is still buffered cannot be written either
            part.close()
        raw.close()
        Path(name).unlink(missing_ok=True)
        if raw.trouble not in (None, error) and isinstance(error, Exception):
            raise raw.trouble from error
        raise


class _Remembering(io.FileIO):
    """A file that keeps its first failure: some writers replace it by an error of their own on their way out."""

    trouble: OSError | None = None

    def write(self, data: bytes) -> int | None:
        try:
            return super().write(data)
        except OSError as error:
            self.trouble = self.trouble or error
            raise


def why(error: OSError) -> str:
    """In a few words and without a path, for the middle of a sentence."""
    if error.errno in (None, errno.ENOSPC, errno.EDQUOT, errno.EFBIG):  # None: NumPy could write a part only
        return "its disk is full"
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return "its folder for runs cannot be written to"
    return f"its disk says: {error.strerror or type(error).__name__}"


def prune(folder: Path, pattern: str, most_files: int, most_bytes: int | None = None) -> None:
    """Removes the least recently used files (by the time of their last change) above these limits."""
    remove_left_overs(folder)
    with suppress(OSError):
        facts = []
        for path in folder.glob(pattern):
            with suppress(FileNotFoundError):  # another server has removed it
                facts.append((path.stat(), path))
        total = 0
        for place, (stat, path) in enumerate(sorted(facts, key=lambda fact: -fact[0].st_mtime)):
            total += stat.st_size
            if place >= most_files or (most_bytes is not None and place and total > most_bytes):
                path.unlink(missing_ok=True)


def remove_left_overs(folder: Path, age: float = _LEFT_OVER) -> None:
    """Removes what processes that were killed had half written there, at least `age` seconds ago."""
    with suppress(OSError):
        for path in folder.glob("*.part"):
            with suppress(OSError):
                if abs(time.time() - path.stat().st_mtime) >= age:
                    path.unlink()


class Lock:
    """A file that one process at a time holds; the system lets go of it when that process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._number: int | None = None

    def take(self) -> bool:
        """Whether it is held from now on. True, too, where files cannot be locked: nobody else can hold it either.

        Raises:
            OSError: the file cannot be made.
        """
        end = time.monotonic() + _PATIENCE
        while self._number is None:
            number = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                _lock(number)
            except OSError as error:
                if error.errno in _HELD:
                    os.close(number)
                    if time.monotonic() >= end:
                        return False
                    time.sleep(_PATIENCE / 10)
                    continue
            if _is(number, self.path):
                self._number = number
            else:  # its last holder has removed it meanwhile
                os.close(number)
        return True

    def release(self, remove: bool = False) -> None:
        """Lets go; `remove`: the file goes, too."""
        if self._number is not None:
            if remove:
                with suppress(OSError):  # Windows removes no open file: then it stays, free
                    self.path.unlink()
            os.close(self._number)
            self._number = None


def is_locked(path: Path) -> bool:
    """Whether a process (also this one) holds that lock."""
    try:
        number = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        _lock(number)
    except OSError as error:
        return error.errno in _HELD
    finally:
        os.close(number)
    return False


def _lock(number: int) -> None:
    if os.name == "nt":
        os.lseek(number, 0, os.SEEK_SET)
        msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is(number: int, path: Path) -> bool:
    with suppress(OSError):
        return os.path.samestat(os.fstat(number), path.stat())
    return False
