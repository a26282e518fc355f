"""Pictures of one size on disk, so that a data set of files is decoded once and not by every process anew."""

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path

import numpy as np

from imgcls.store.download import DownloadError, cache_folder
from imgcls.store.files import prune, replaced

KEPT_FILES, KEPT_BYTES = 20, 3 * 2**30


def prepared_file(fingerprint: str, chosen: np.ndarray, size: int) -> Path | None:
    """Where these pictures of a source are kept; None: nowhere."""
    if not fingerprint:
        return None
    digest = hashlib.sha256(f"1 {fingerprint} {size} ".encode() + chosen.astype(np.int64).tobytes())
    with suppress(DownloadError):
        return cache_folder() / "prepared" / f"{digest.hexdigest()[:24]}.npz"
    return None


def read_prepared(file: Path, count: int, size: int) -> tuple[np.ndarray, dict[int, str]] | None:
    """Pictures (count, size, size, 3) and the reasons why some could not be read; None if they are not there."""
    with suppress(Exception):  # a damaged archive makes NumPy raise nearly anything
        with np.load(file, allow_pickle=False) as arrays:
            images = arrays["images"]
            skipped = json.loads(arrays["skipped"].tobytes())
        if images.shape == (count, size, size, 3) and images.dtype == np.uint8:
            os.utime(file)
            return images, {int(place): str(reason) for place, reason in skipped.items()}
    return None


def write_prepared(file: Path, images: np.ndarray, skipped: dict[int, str]) -> None:
    """Keeps them, wholly or not at all; the least used files go when there are too many."""
    with suppress(OSError):
        with replaced(file) as part:
            np.savez(part, images=images, skipped=np.frombuffer(json.dumps(skipped).encode(), np.uint8))
        prune(file.parent, "*.npz", KEPT_FILES, KEPT_BYTES)
