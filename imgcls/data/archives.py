"""Files in a zip or folder that anybody may have made: listed and read, never unpacked; hostile zips are refused."""

import hashlib
import os
import re
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from imgcls.data.datasets import DatasetError
from imgcls.data.picture_files import MAX_BYTES, PictureError

MOST_FILES = 80_000
MOST_BYTES = 4 * 2**30  # unpacked, all together
MOST_RATIO = 100  # unpacked to packed: pictures are packed already
FREE_BYTES = 50 * 2**20  # up to here the ratio does not matter
PICTURES = frozenset(["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff", "avif", "heic", "heif"])
# What people and their computers put beside pictures; never opened, except labels.csv.
COMPANIONS = frozenset(
    ["csv", "tsv", "txt", "md", "json", "xml", "yaml", "yml", "mat", "html", "pdf", "ini", "db", "log"]
)
_DIRECTORY_BYTES_PER_FILE = 400
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}


@dataclass(frozen=True, eq=False)
class FileTree:
    """Pictures and companions below one root.

    Attributes:
        title: the name of the zip or folder.
        paths: of all pictures, relative, with "/".
        others: of the companions.
        read: the bytes of a path; raises PictureError where they cannot be had.
        fingerprint: changes when the content does.
        links: how many links were passed over (folders only; a zip with links is refused).
    """

    title: str
    paths: tuple[str, ...]
    others: tuple[str, ...]
    read: Callable[[str], bytes]
    fingerprint: str
    links: int = 0


def open_tree(path: str | Path) -> FileTree:
    """The files of a zip archive or a folder.

    Raises:
        DatasetError: it does not exist, is neither, or is refused, in one plain sentence.
    """
    path = Path(path)
    try:
        if path.is_dir():
            return _open_folder(path)
        if path.is_file():
            return open_zip(path.open("rb"), re.sub(r"-[0-9a-f]{16}$", "", path.stem))
    except OSError as error:
        raise DatasetError(f"{path.name} cannot be read ({error.strerror}).") from error
    raise DatasetError(f"There is no zip or folder {str(path)!r}.")


def open_zip(file: BinaryIO, title: str) -> FileTree:
    """The files of an opened zip archive, after every entry has been checked.

    Raises:
        DatasetError: it is no zip, damaged, or refused.
    """
    _check_directory(file)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, struct.error) as error:
        raise DatasetError("This zip archive is damaged or incomplete: pack it again.") from error
    entries = [info for info in archive.infolist() if not info.is_dir()]
    for info in archive.infolist():
        _check_entry(info)
    _check_sizes(entries, _length(file))
    by_path = {info.filename.replace("\\", "/"): info for info in entries}
    if len(by_path) < len(entries):
        raise DatasetError("This zip archive holds two files of the same name: pack it again.")

    def read(path: str) -> bytes:
        try:
            with archive.open(by_path[path]) as member:
                return member.read(MAX_BYTES + 1)
        except Exception as error:  # damaged archives make zipfile raise nearly anything
            raise PictureError("This file is damaged inside its zip archive; pack it again.") from error

    paths, others = _sorted_out(by_path)
    listing = "\n".join(f"{info.filename} {info.CRC} {info.file_size}" for info in entries)
    return FileTree(title, paths, others, read, hashlib.sha256(listing.encode("utf-8", "replace")).hexdigest())


def _length(file: BinaryIO) -> int:
    return file.seek(0, os.SEEK_END)


def _check_directory(file: BinaryIO) -> None:
    """Looks at the end record before Python reads the whole list of files, which may claim to have millions.

    https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.14 and 4.3.16.
    """
    length = _length(file)
    file.seek(max(0, length - 65_557))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise DatasetError("This is no zip archive: pack the pictures as a zip.")
    count, size = struct.unpack_from("<HI", tail, at + 10)
    if (count == 0xFFFF or size == 0xFFFFFFFF) and (long := tail.rfind(b"PK\x06\x06", 0, at)) >= 0:
        if len(tail) < long + 56:
            raise DatasetError("This zip archive is damaged or incomplete: pack it again.")
        count, size = struct.unpack_from("<QQ", tail, long + 32)
    if count > MOST_FILES or size > MOST_FILES * _DIRECTORY_BYTES_PER_FILE:
        raise DatasetError(f"This zip archive holds more than {MOST_FILES:,} files: take fewer pictures.")
    file.seek(0)


def _check_entry(info: zipfile.ZipInfo) -> None:
    name = info.filename
    parts = re.split(r"[/\\]", name)
    if name.startswith(("/", "\\")) or ".." in parts or "\0" in info.orig_filename or re.match(r"[A-Za-z]:", name):
        raise DatasetError(f"This zip archive wants to write outside its folder ({_shown(name)}): it is refused.")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise DatasetError(f"This zip archive holds a link ({_shown(name)}) instead of a file: it is refused.")
    if info.flag_bits & 0x1:
        raise DatasetError("This zip archive is protected by a password: pack it again without one.")
    if info.compress_type not in _METHODS:
        raise DatasetError("This zip archive is packed in an unusual way: pack it again as an ordinary zip.")


def _check_sizes(entries: list[zipfile.ZipInfo], length: int) -> None:
    unpacked = sum(info.file_size for info in entries)
    packed = sum(info.compress_size for info in entries)
    if len(entries) > MOST_FILES:
        raise DatasetError(f"This zip archive holds more than {MOST_FILES:,} files: take fewer pictures.")
    if unpacked > MOST_BYTES:
        raise DatasetError(f"This zip archive unpacks to more than {MOST_BYTES // 2**30} GB: it is refused.")
    # Entries that share their bytes (packed > length) are the other way to make much of little.
    if packed > length or (unpacked > FREE_BYTES and unpacked > MOST_RATIO * max(1, packed)):
        raise DatasetError("This zip archive unpacks to many times its size, as no pictures do: it is refused.")


def _open_folder(root: Path) -> FileTree:
    """Links are not followed; hidden files and folders are passed over."""
    sizes: dict[str, str] = {}
    links = 0
    for entry in _walk(root):
        if entry.is_symlink():
            links += 1
        elif entry.is_file(follow_symlinks=False):
            if len(sizes) >= MOST_FILES:
                raise DatasetError(f"This folder holds more than {MOST_FILES:,} files: take fewer pictures.")
            facts = entry.stat(follow_symlinks=False)
            sizes[Path(entry.path).relative_to(root).as_posix()] = f"{facts.st_size} {facts.st_mtime_ns}"
    paths, others = _sorted_out(sizes)
    listing = "\n".join(f"{path} {facts}" for path, facts in sorted(sizes.items()))
    fingerprint = hashlib.sha256(listing.encode("utf-8", "replace")).hexdigest()

    def read(path: str) -> bytes:
        try:
            with (root / path).open("rb") as file:
                return file.read(MAX_BYTES + 1)
        except OSError as error:
            raise PictureError("This file cannot be read; check that you may open it.") from error

    return FileTree(root.resolve().name, paths, others, read, fingerprint, links)


def _walk(folder: Path) -> Iterator[os.DirEntry]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(Path(entry.path))
            else:
                yield entry


def _sorted_out(paths: dict) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Pictures and companions, without hidden files.

    Raises:
        DatasetError: there is no picture, or a file that has no place among pictures.
    """
    visible = [path for path in paths if not any(_hidden(part) for part in path.split("/"))]
    pictures = tuple(sorted(path for path in visible if _suffix(path) in PICTURES))
    others = tuple(sorted(path for path in visible if _suffix(path) not in PICTURES))
    for path in others:
        if _suffix(path) not in COMPANIONS and "." in path.rsplit("/", 1)[-1]:
            raise DatasetError(f"Among the pictures there is something else ({_shown(path)}): take it out first.")
    if not pictures:
        raise DatasetError("There is no picture in it (JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC).")
    return pictures, others


def _hidden(part: str) -> bool:
    return part.startswith(".") or part in ("__MACOSX", "Thumbs.db", "desktop.ini")


def _suffix(path: str) -> str:
    return path.rsplit("/", 1)[-1].rpartition(".")[2].lower()


def _shown(name: str) -> str:
    text = "".join(c if c.isprintable() else "?" for c in name)
    return text if len(text) <= 60 else f"{text[:40]}…{text[-18:]}"
