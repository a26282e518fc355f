"""Files in a zip or folder that anybody may have made: listed and read, never unpacked; hostile zips are refused."""

import hashlib
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote

from imgcls.data import file_kinds
from imgcls.data.datasets import DatasetError, Skipped
from imgcls.data.names import clean_name, composed, decoded
from imgcls.data.picture_files import MAX_BYTES, PictureError
from imgcls.numbers import whole

MOST_FILES = 150_000
MOST_BYTES = 4 * 2**30  # unpacked, all together, of a zip that is not itself nearly as large
MOST_RATIO = 100  # unpacked to packed: pictures are packed already
FREE_BYTES = 50 * 2**20  # up to here the ratio does not matter
_DIRECTORY_BYTES_PER_FILE = 400
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
_OTHER_ARCHIVES = {b"Rar!": "RAR", b"7z\xbc\xaf": "7z", b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ": "xz"}


@dataclass(frozen=True, eq=False)
class FileTree:
    """Pictures and what lies beside them below one root.

    Attributes:
        title: the name of the zip or folder.
        paths: of all pictures, relative, with "/".
        others: of the other files that people see, tables of labels among them.
        read: the bytes of a path; raises PictureError where they cannot be had.
        fingerprint: changes when the content does.
        hidden: files that computers put there.
        skipped: folders that could not be opened, links and pipes (folders only; a zip with links is refused).
    """

    title: str
    paths: tuple[str, ...]
    others: tuple[str, ...]
    read: Callable[[str], bytes]
    fingerprint: str
    hidden: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()


def open_tree(path: str | Path) -> FileTree:
    """The files of a zip archive or a folder.

    Raises:
        DatasetError: it does not exist, is neither, or is refused, in one plain sentence.
    """
    shown = clean_name(str(path), 120)
    try:
        path = Path(path)
        if path.is_dir():
            return _open_folder(path)
        if path.is_file():
            return open_zip(path.open("rb"), _title_of(path))
    except OSError as error:
        raise DatasetError(f"{shown} cannot be read ({error.strerror}).") from error
    except ValueError as error:
        if isinstance(error, DatasetError):
            raise
        raise DatasetError(f"“{shown}” is no path of a zip or folder.") from error
    raise DatasetError(f"There is no zip or folder “{shown}”.")


def _title_of(path: Path) -> str:
    """A zip's name without its ending; one that was kept (see imgcls.data.own) has its identity at the end."""
    kept = re.fullmatch(r"(.*)-[0-9a-f]{16}", path.stem, re.DOTALL)
    return clean_name(unquote(kept[1]) if kept else path.stem) or "Your pictures"


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
    entries = archive.infolist()
    names = _names(entries)
    for info, name in zip(entries, names, strict=True):
        _check_entry(info, name)
    files = [(info, name) for info, name in zip(entries, names, strict=True) if not info.is_dir()]
    _check_sizes([info for info, _ in files], _length(file))
    if len({info.orig_filename.replace("\\", "/") for info, _ in files}) < len(files):
        raise DatasetError("This zip archive holds two files of the same name: pack it again.")
    by_path: dict[str, zipfile.ZipInfo] = {}
    for info, name in files:
        by_path[_not_yet_in(by_path, name)] = info

    def read(path: str, length: int = MAX_BYTES + 1) -> bytes:
        try:
            with archive.open(by_path[path]) as member:
                return member.read(length)
        except Exception as error:  # damaged archives make zipfile raise nearly anything
            raise PictureError("This file is damaged inside its zip archive; pack it again.") from error

    listing = "\n".join(f"{path} {info.CRC} {info.file_size}" for path, info in by_path.items())
    fingerprint = hashlib.sha256(listing.encode("utf-8", "replace")).hexdigest()
    return FileTree(title, *_sorted_out(by_path, read), read, fingerprint, _hidden(by_path))


def _names(entries: list[zipfile.ZipInfo]) -> list[str]:
    """The entries' names as people wrote them, with "/" and composed letters; see imgcls.data.names."""
    unsure = {}  # where in the list: the bytes
    names = []
    for place, info in enumerate(entries):
        text = info.orig_filename
        if not text.isascii() and not info.flag_bits & 0x800:
            unsure[place] = raw = text.encode("cp437")
            if known := _unicode_path(info.extra, raw):
                del unsure[place]
                text = known
        names.append(composed(text).replace("\\", "/"))
    texts = decoded(unsure.values())
    for place, raw in unsure.items():
        names[place] = texts[raw].replace("\\", "/")
    return names


def _unicode_path(extra: bytes, raw: bytes) -> str:
    """The name that Info-ZIP's extra field 0x7075 gives in UTF-8 if it belongs to this one, else ""."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        field = extra[at + 4 : at + 4 + length]
        if kind == 0x7075 and len(field) > 5 and struct.unpack_from("<BI", field) == (1, zlib.crc32(raw)):
            with suppress(UnicodeDecodeError):
                return field[5:].decode()
        at += 4 + length
    return ""


def _not_yet_in(taken: Mapping[str, object], path: str) -> str:
    """A Mac and another system may have packed two files whose names differ only in how their letters are coded."""
    stem, dot, suffix = path.rpartition(".") if "." in path.rsplit("/", 1)[-1] else (path, "", "")
    number, free = 2, path
    while free in taken:
        free = f"{stem} ({number}){dot}{suffix}"
        number += 1
    return free


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
        file.seek(0)
        raise DatasetError(_not_a_zip(file.read(8)))
    count, size = struct.unpack_from("<HI", tail, at + 10)
    if (count == 0xFFFF or size == 0xFFFFFFFF) and (long := tail.rfind(b"PK\x06\x06", 0, at)) >= 0:
        if len(tail) < long + 56:
            raise DatasetError("This zip archive is damaged or incomplete: pack it again.")
        count, size = struct.unpack_from("<QQ", tail, long + 32)
    if count > MOST_FILES or size > MOST_FILES * _DIRECTORY_BYTES_PER_FILE:
        raise DatasetError(f"This zip archive holds more than {whole(MOST_FILES)} files: take fewer pictures.")
    file.seek(0)


def _not_a_zip(start: bytes) -> str:
    if start.startswith(b"PK\3\4"):
        return "The end of this zip archive is missing: copy, download or pack it again."
    for mark, kind in _OTHER_ARCHIVES.items():
        if start.startswith(mark):
            return f"This is a {kind} archive, and only zips are read: unpack it, and pack the pictures as a zip."
    return "This is no zip archive: pack the pictures as a zip."


def _check_entry(info: zipfile.ZipInfo, name: str) -> None:
    """`name`: as it was decoded; what the entry itself says is checked, too."""
    for each in {name, info.filename, info.orig_filename}:
        parts = re.split(r"[/\\]", each)
        if each.startswith(("/", "\\")) or ".." in parts or "\0" in each or re.match(r"[A-Za-z]:", each):
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
        raise DatasetError(f"This zip archive holds more than {whole(MOST_FILES)} files: take fewer pictures.")
    if unpacked > max(MOST_BYTES, 2 * length):
        raise DatasetError(f"This zip archive unpacks to more than {MOST_BYTES // 2**30} GB: it is refused.")
    # Entries that share their bytes (packed > length) are the other way to make much of little.
    if packed > length or (unpacked > FREE_BYTES and unpacked > MOST_RATIO * max(1, packed)):
        raise DatasetError("This zip archive unpacks to many times its size, as no pictures do: it is refused.")


def _open_folder(root: Path) -> FileTree:
    """Links are not followed; hidden files and folders are passed over."""
    sizes: dict[str, str] = {}
    paths: dict[str, Path] = {}  # a name on the disk may be composed otherwise, or no text at all
    hidden: list[str] = []
    skipped: list[Skipped] = []
    links: list[str] = []
    special: list[str] = []
    for entry in _walk(root, hidden, skipped):
        if entry.is_symlink():
            links.append(_text_of(Path(entry.path).relative_to(root)))
        elif entry.is_file(follow_symlinks=False):
            if len(sizes) >= MOST_FILES:
                raise DatasetError(f"This folder holds more than {whole(MOST_FILES)} files: take fewer pictures.")
            facts = entry.stat(follow_symlinks=False)
            name = _not_yet_in(paths, _text_of(Path(entry.path).relative_to(root)))
            sizes[name] = f"{facts.st_size} {facts.st_mtime_ns}"
            paths[name] = Path(entry.path)
        else:
            special.append(_text_of(Path(entry.path).relative_to(root)))
    for found, what, why in (
        (links, "links", "Links are not followed."),
        (special, "pipes and other special files", "Only ordinary files are read."),
    ):
        skipped += [Skipped(found[0], why, what, len(found))] if found else []

    def read(path: str, length: int = MAX_BYTES + 1) -> bytes:
        try:
            with paths[path].open("rb") as file:
                return file.read(length)
        except OSError as error:
            raise PictureError("This file cannot be read; check that you may open it.") from error

    listing = "\n".join(f"{path} {facts}" for path, facts in sorted(sizes.items()))
    fingerprint = hashlib.sha256(listing.encode("utf-8", "replace")).hexdigest()
    title = clean_name(_text_of(Path(root.resolve().name))) or "Your pictures"
    pictures, others = _sorted_out(sizes, read)
    return FileTree(title, pictures, others, read, fingerprint, tuple(hidden), tuple(skipped))


def _text_of(path: Path) -> str:
    """A path with "/", its letters composed; bytes that are no UTF-8 are read in the likeliest code page."""
    text = path.as_posix()
    try:
        text.encode()
    except UnicodeEncodeError:
        raw = os.fsencode(text)
        return decoded([raw])[raw]
    return composed(text)


def _walk(top: Path, hidden: list[str], skipped: list[Skipped]) -> Iterator[os.DirEntry]:
    """All files that people see; hidden ones and folders that cannot be opened are put into the two lists."""
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError:
            if folder == top:
                raise
            name = clean_name(_text_of(folder.relative_to(top)), 120)
            skipped.append(Skipped(name, "This program may not open it.", "folders that cannot be opened"))
            continue
        for entry in entries:
            if file_kinds.is_hidden(entry.name):
                hidden.append(_text_of(Path(entry.path).relative_to(top)))
            elif entry.is_dir(follow_symlinks=False):
                waiting.append(Path(entry.path))
            else:
                yield entry


def _sorted_out(paths: Iterable[str], read: Callable[[str, int], bytes]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Pictures and other files, without hidden ones.

    Raises:
        DatasetError: there is no picture.
    """

    def first_bytes(path: str) -> bytes:
        try:
            return read(path, file_kinds.FIRST_BYTES)
        except PictureError:
            return b""

    visible = sorted(path for path in paths if not file_kinds.is_hidden(path))
    pictures, others = file_kinds.sorted_out(visible, first_bytes)
    if not pictures:
        archive = next((path for path in others if file_kinds.is_archive(path)), "")
        if archive:
            raise DatasetError(
                f"There is no picture in it, but an archive ({_shown(archive)}): unpack that, and pack the pictures."
            )
        seen = f", only {_shown(others[0])}{' and others' if len(others) > 1 else ''}" if others else ""
        raise DatasetError(f"There is no picture in it (JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC){seen}.")
    return tuple(pictures), tuple(others)


def _hidden(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(path for path in paths if file_kinds.is_hidden(path)))


def _shown(name: str) -> str:
    text = "".join(c if c.isprintable() else "?" for c in name)
    return text if len(text) <= 60 else f"{text[:40]}…{text[-18:]}"
