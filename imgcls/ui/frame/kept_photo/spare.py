"""A second copy of chosen photos for the other server processes of this machine, should the one that has them end.

It lies in the folder that `python -m imgcls serve` makes for its processes, for nobody else to read, and goes with it.
"""

import hashlib
import os
import struct
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from imgcls.data.pictures import Picture
from imgcls.jobs import TOGETHER
from imgcls.store.files import remove_left_overs, replaced
from imgcls.ui.packet import pack, unpack

TOUCHED = 30.0  # seconds between two signs that a photo is still wanted


@dataclass
class Spares:
    """The copies of this process; without a folder that is shared there are none."""

    _touched: float = 0.0

    def keep(self, token: str, photo: Picture, sample: str | None) -> None:
        """Writes the choice of the tab with that token, unless it lies there."""
        if (path := _path(token)) is None or _is_of(path, photo):
            return
        about = {
            "name": photo.name, "format": photo.format, "original_size": list(photo.original_size),
            "turned": photo.turned, "digest": photo.digest, "incomplete": photo.incomplete, "sample": sample,
        }  # fmt: skip
        with suppress(OSError), replaced(path) as file:  # a full disk: then there is no copy
            file.write(pack(about, pixels=np.asarray(photo.image)))

    def find(self, token: str) -> tuple[Picture, str | None] | None:
        """The choice of that tab, whichever process wrote it."""
        if (path := _path(token)) is None:
            return None
        try:
            about, arrays = unpack(path.read_bytes())
            image = Image.fromarray(arrays["pixels"])
            sample, size = about.pop("sample"), tuple(about.pop("original_size"))
            return Picture(image=image, original_size=size, **about), sample
        except (OSError, ValueError, KeyError, TypeError, struct.error):
            return None

    def forget(self, token: str) -> None:
        """The tab has closed."""
        if path := _path(token):
            path.unlink(missing_ok=True)

    def tidy(self, wanted: Collection[str], keep: float) -> None:
        """Says that these are still wanted, and removes what nobody has said that of for `keep` seconds."""
        now = time.monotonic()
        if _folder() is None or now - self._touched < TOUCHED:
            return
        self._touched = now
        for token in list(wanted):
            with suppress(OSError):
                os.utime(_path(token))
        remove_left_overs(_folder(), keep)
        for path in _folder().glob("*.photo"):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > keep + 2 * TOUCHED:
                    path.unlink()


def _folder() -> Path | None:
    return Path(together) / "photos" if (together := os.environ.get(TOGETHER)) else None


def _path(token: str) -> Path | None:
    """By a digest of the token, which comes from a browser and may be anything."""
    folder = _folder()
    return folder and folder / f"{hashlib.sha256(token.encode(errors='replace')).hexdigest()}.photo"


def _is_of(path: Path, photo: Picture) -> bool:
    with suppress(OSError), path.open("rb") as file:
        return photo.digest.encode() in file.read(4096)
    return False
