"""Where sets of the photos of a class lie: in a folder of the class, which goes with it.

What is made of such a set is kept in that folder, or nowhere.
"""

import shutil
from collections.abc import Container
from contextlib import suppress
from pathlib import Path

from imgcls.store.download import DownloadError, cache_folder

NAME = "class-photos"


def is_of_class(file: str | Path) -> bool:
    """Whether a set is one of the photos of a class."""
    with suppress(DownloadError):
        return Path(file).parent.parent == cache_folder() / NAME
    return False


def forget(folder: Path, code: str) -> None:
    """Removes the sets of a class from the folder of all classes' sets."""
    shutil.rmtree(folder / code, ignore_errors=True)


def forget_others(folder: Path, codes: Container[str]) -> None:
    """Removes the sets of all classes but these."""
    with suppress(OSError):  # none has ever been made
        for each in list(folder.iterdir()):
            if each.name not in codes:
                shutil.rmtree(each, ignore_errors=True)
