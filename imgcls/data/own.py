"""Pictures that people bring: kept as one checked zip in the cache folder, where worker processes find it."""

import hashlib
import io
import os
import re
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from imgcls.data.archives import open_tree, open_zip
from imgcls.data.datasets import TASKS, DatasetError, Skipped, Source, task_labels
from imgcls.data.layouts import Renamed, labelled
from imgcls.data.names import clean_name
from imgcls.data.picture_files import kind_of
from imgcls.store.download import DownloadError, cache_folder
from imgcls.store.files import prune, replaced

KEPT_FILES, KEPT_BYTES = 400, 8 * 2**30
_ENDINGS = {
    "JPEG": "jpg",
    "PNG": "png",
    "WebP": "webp",
    "GIF": "gif",
    "BMP": "bmp",
    "TIFF": "tif",
    "AVIF": "avif",
    "HEIC": "heic",
}


@dataclass(frozen=True)
class OwnSet:
    """What people brought, as their page shows it.

    `identity` names it in an address: it follows from the content, so that only who has the pictures or was given the
    link knows it. `troubles` says for each task why it does not fit, "" where it does. `layout`, `reading`, `readings`
    and `originals` are those of its Source, `skipped` what it had to leave out before a picture was opened.
    """

    identity: str
    file: Path
    title: str
    classes: tuple[str, ...]
    pictures: int
    troubles: Mapping[str, str]
    layout: str = ""
    reading: str = ""
    readings: tuple[tuple[str, str], ...] = ()
    originals: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()


def identity_of(file: Path) -> str:
    """The name in addresses of a zip that was kept."""
    return file.stem[-16:]


def find_own(identity: str) -> Path | None:
    """The zip of that identity; None if there is none. Nothing but an identity is ever looked up."""
    if not re.fullmatch("[0-9a-f]{16}", identity):
        return None
    with suppress(DownloadError, OSError):
        for file in (cache_folder() / "own").glob(f"*-{identity}.zip"):
            os.utime(file)  # used lately: kept longest
            return file
    return None


def describe_own(file: Path, reading: str = "", renamed: Renamed = ()) -> OwnSet:
    """What is in a zip that was kept, or in any other zip or folder, read and renamed as people chose.

    Raises:
        DatasetError: it is gone or damaged, or all its classes were given one name.
    """
    tree = open_tree(file)
    try:
        source = labelled(tree, reading, renamed)
    except DatasetError:
        if not reading:
            raise
        source = labelled(tree, "", renamed)  # an address of another set
    troubles = {}
    for task in TASKS:
        try:
            task_labels(source, task)
            troubles[task] = ""
        except DatasetError as error:
            troubles[task] = str(error)
    return OwnSet(
        identity_of(file), file, source.title, source.classes, len(source), troubles, source.layout,
        source.reading, source.readings, source.originals, source.skipped,
    )  # fmt: skip


def keep_zip(data: bytes, name: str = "Your pictures", file: Path | None = None) -> tuple[Path, Source]:
    """Checks an uploaded zip and keeps it, as `file` if one is given; its path is a data set's name from then on.

    Raises:
        DatasetError: it is refused, damaged, or in no layout that is known; nothing is kept then.
    """
    title = clean_name(re.sub(r"\.zip$", "", name, flags=re.IGNORECASE)) or "Your pictures"
    source = labelled(open_zip(io.BytesIO(data), title))
    try:
        own = cache_folder() / "own" / f"{_file_name(title)}-{hashlib.sha256(data).hexdigest()[:16]}.zip"
        with replaced(file or own) as part:
            part.write(data)
    except (DownloadError, OSError) as error:
        raise DatasetError("The server has no room to keep these pictures.") from error
    if file is None:
        prune(own.parent, "*.zip", KEPT_FILES, KEPT_BYTES)
    return file or own, source


def keep_pictures(
    classes: Mapping[str, Sequence[bytes]], name: str = "Your pictures", file: Path | None = None
) -> tuple[Path, Source]:
    """Makes such a zip of pictures that were given class by class (class name -> the bytes of picture files).

    Raises:
        DatasetError: fewer than two classes have pictures, or two of them are called alike.
    """
    filled = {_one_line(label): pictures for label, pictures in classes.items() if pictures}
    if len(filled) < len([label for label, pictures in classes.items() if pictures]):
        raise DatasetError("Two classes have the same name: rename one.")
    if len(filled) < 2:
        raise DatasetError("It takes two classes with pictures at least: there is nothing to tell apart.")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for label, pictures in filled.items():
            for number, data in enumerate(pictures, start=1):
                # A fixed date: the same pictures make the same zip.
                entry = zipfile.ZipInfo(f"{label}/{number:05d}.{_ending(data)}", date_time=(2000, 1, 1, 0, 0, 0))
                archive.writestr(entry, data)
    return keep_zip(buffer.getvalue(), name, file)


def _ending(data: bytes) -> str:
    try:
        return _ENDINGS[kind_of(data)]
    except ValueError:  # no picture: it will be listed among the broken ones
        return "jpg"


def _one_line(label: str) -> str:
    text = clean_name(re.sub(r"[/\\:]", " ", label)).strip(" .")
    if not text:
        raise DatasetError("A class has no name: give it one.")
    return text


def _file_name(title: str) -> str:
    """A title as the name of a file on any system, 200 bytes at most; `imgcls.data.archives` reads it back."""
    text = re.sub(r'[%<>:"/\\|?*]|^\.', lambda sign: f"%{ord(sign[0]):02X}", title)
    return text.encode()[:200].decode(errors="ignore").rstrip(" .") or "own"
