"""Files that other processes read while they are written, and folders that must not grow without end."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replaced(file: Path) -> Iterator[BinaryIO]:
    """A file to write into; takes the place of `file` in one go when all is written, or disappears."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".part", delete=False) as part:
        try:
            yield part
            part.close()
            os.replace(part.name, file)
        except BaseException:
            part.close()
            Path(part.name).unlink(missing_ok=True)
            raise


def prune(folder: Path, pattern: str, most_files: int, most_bytes: int | None = None) -> None:
    """Removes the least recently used files (by the time of their last change) above these limits."""
    with suppress(OSError):
        facts = [(path.stat(), path) for path in folder.glob(pattern)]
        total = 0
        for place, (stat, path) in enumerate(sorted(facts, key=lambda fact: -fact[0].st_mtime)):
            total += stat.st_size
            if place >= most_files or (most_bytes is not None and place and total > most_bytes):
                path.unlink(missing_ok=True)
