"""Picture files before they are decoded: what a file is, how large it claims to be, and the part that its pixels need.

Text, colour profiles, camera data and further frames are cut away before a decoder sees the file: most ways to
exhaust a reader hide there (a comment in a million pieces, tags that each claim the whole file as their value). What
colours mean is read apart, within limits of its own: see colour_profiles.
"""

import codecs
import os
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, NamedTuple

from imgcls.data.jpeg_files import read_jpeg
from imgcls.numbers import sides

MAX_BYTES = 25 * 1024 * 1024
MAX_PIXELS = 50_000_000
MAX_ASPECT = 100  # longer side / shorter side


class PictureError(ValueError):
    """A picture cannot be used; the message is one plain sentence: what was wrong and what to do."""


def read_file(source: bytes | str | Path | BinaryIO) -> bytes:
    """The whole file: given as it is, by its path, or opened for reading bytes (then from its start).

    Raises PictureError if it is missing, unreadable, empty or larger than MAX_BYTES.
    """
    try:
        if isinstance(source, (bytes, bytearray, memoryview)):
            data = bytes(source)
        elif isinstance(source, (str, os.PathLike)):
            path = Path(source)
            if path.is_dir():
                raise PictureError("This is a folder, not a picture; choose a file inside it.")
            if path.exists() and not path.is_file():  # reading a pipe or a device may never end
                raise PictureError("This is not an ordinary file; choose a picture file.")
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        else:
            if source.seekable():
                source.seek(0)
            data = source.read(MAX_BYTES + 1)
    except PictureError:
        raise
    except FileNotFoundError as error:
        raise PictureError("There is no such file; check its name and try again.") from error
    except Exception as error:
        raise PictureError("This file cannot be read; check that you may open it and try again.") from error
    if not isinstance(data, bytes):
        raise PictureError("This file was opened as text; open it for reading bytes and try again.")
    if not data:
        raise PictureError("This file is empty; choose another picture.")
    if len(data) > MAX_BYTES:
        limit = MAX_BYTES // 1024**2
        raise PictureError(f"This file is larger than {limit} MB; save the picture smaller and try again.")
    return data


def check_size(width: int, height: int, most: int = MAX_PIXELS) -> None:
    """Raise PictureError for a picture that is empty, larger than `most` pixels or a strip (MAX_ASPECT)."""
    if width < 1 or height < 1:
        raise PictureError("This picture has no pixels; choose another picture.")
    if width * height > most:
        raise PictureError(
            f"This picture has {sides(height, width)} pixels, more than the {most // 1_000_000} million "
            "this app opens; make it smaller and try again."
        )
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise PictureError(
            f"This picture is a strip of {sides(height, width)} pixels, too thin to show anything; "
            "crop it to a shape nearer to a square and try again."
        )


# ---- What is it? ---------------------------------------------------------------------------------------------------

_STARTS = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",  # BigTIFF, with 8-byte positions
    b"MM\0+": "TIFF",
}
_BMP_HEADERS = {12, 40, 52, 56, 64, 108, 124}  # bytes
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_EITHER_BRANDS = {b"mif1", b"msf1"}  # the brands that follow name the codec

_OTHER_STARTS = {
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a zip archive or an office document",
    b"PK\x05\x06": "an empty zip archive",
    b"\x1f\x8b": "a compressed archive",
    b"7z\xbc\xaf\x27\x1c": "a compressed archive",
    b"Rar!": "a compressed archive",
    b"\xd0\xcf\x11\xe0": "an office document",
    b"{\\rtf": "a text document",
    b"\x1aE\xdf\xa3": "a video",
    b"FLV\x01": "a video",
    b"\x00\x00\x01\xba": "a video",
    b"ID3": "a sound recording",
    b"fLaC": "a sound recording",
    b"OggS": "a sound recording or a video",
    b"8BPS": "a Photoshop document",
    b"\x00\x00\x01\x00": "an icon",
    b"\x00\x00\x00\x0cjP  ": "a JPEG 2000 picture",
    b"\x00\x00\x00\x0cJXL ": "a JPEG XL picture",
    b"\xff\x0a": "a JPEG XL picture",
    b"\x7fELF": "a program",
    b"MZ": "a program",
}


def kind_of(data: bytes) -> str:
    """JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC, by the first bytes: the file's name is never asked.

    Raises PictureError for all else; it says what the file seems to be where that is easy to tell.
    """
    for start, kind in _STARTS.items():
        if data.startswith(start):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    if data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in _BMP_HEADERS:
        return "BMP"
    if data[4:8] == b"ftyp":
        brand, following = data[8:12], data[16 : min(int.from_bytes(data[:4], "big"), 256)]
        if brand in _EITHER_BRANDS:
            following = {following[i : i + 4] for i in range(0, len(following), 4)}
            return "AVIF" if _AVIF_BRANDS & following else "HEIC"
        if brand in _AVIF_BRANDS | _HEIC_BRANDS:
            return "AVIF" if brand in _AVIF_BRANDS else "HEIC"
    raise PictureError(
        f"This file is {_name_of_other(data)}, not a picture this app can open; "
        "choose a JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC picture."
    )


def _name_of_other(data: bytes) -> str:
    for start, other in _OTHER_STARTS.items():
        if data.startswith(start):
            return other
    if data[4:8] == b"ftyp":
        return "a sound recording" if data[8:11] == b"M4A" else "a video"
    if data[:4] == b"RIFF":
        return {b"AVI ": "a video", b"WAVE": "a sound recording"}.get(data[8:12], "of another kind")
    head = data[:2048].lower()
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # incremental: the end may be half a letter
        text = not re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]", head)
    except UnicodeDecodeError:
        text = head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    if b"<svg" in head:
        return "an SVG drawing"
    if b"<!doctype html" in head or b"<html" in head:
        return "a web page"
    return "text" if text else "of another kind"


# ---- TIFF directories, also in every EXIF block --------------------------------------------------------------------

_ORIENTATION, _PROFILE = 274, 34675


class _Tag(NamedTuple):
    kind: int
    count: int
    value: bytes  # or, when it does not fit, where it is
    entry: bytes


class _Directory(NamedTuple):
    order: str  # "<" or ">", as in struct
    position: str  # struct's code of a position in the file, "L" or "Q"
    number: str  # struct's code of the number of tags, "H" or "Q"
    first: int  # where the first tag is
    tags: dict[int, _Tag]

    def whole_number(self, tag: int) -> int:
        """The value of a tag that holds one whole number; 1 if there is no such tag."""
        kind, _, value, _ = self.tags.get(tag, (None, 0, b"", b""))
        code = {3: "H", 4: "L", 16: "Q"}.get(kind)
        return struct.unpack_from(self.order + code, value)[0] if code else 1


def _directory(data: bytes) -> _Directory:
    """The first directory of a TIFF file. Raises struct.error if it is cut short."""
    order, big = (">" if data[:1] == b"M" else "<"), b"+" in data[2:4]
    position, number, width = ("Q", "Q", 20) if big else ("L", "H", 12)
    (start,) = struct.unpack_from(order + position, data, 8 if big else 4)
    (count,) = struct.unpack_from(order + number, data, start)
    first = start + struct.calcsize(order + number)
    tags = {}
    for at in range(first, first + width * min(count, 65535), width):
        tag, kind, values = struct.unpack_from(f"{order}HH{position}", data, at)
        entry = data[at : at + width]
        tags[tag] = _Tag(kind, values, entry[width // 2 + 2 :], entry)
    return _Directory(order, position, number, first, tags)


def exif_orientation(exif: bytes) -> int:
    """How a picture must be turned: 1 (not at all) to 8, as its EXIF block says; 1 if that says nothing readable."""
    exif = exif.removeprefix(b"Exif\0\0")
    if _STARTS.get(exif[:4]) != "TIFF":
        return 1
    try:
        turn = _directory(exif).whole_number(_ORIENTATION)
    except (struct.error, OverflowError):
        return 1
    return turn if 1 <= turn <= 8 else 1


# ---- Only what the pixels need -------------------------------------------------------------------------------------


def needed_for_pixels(kind: str, data: bytes) -> tuple[bytes, int]:
    """The file without anything its pixels do not need, and how to turn it (1 to 8, 1 if only the decoder can tell).

    Raises PictureError if the file claims too large a size, another exception if it is damaged.
    """
    return _NEEDED[kind](data) if kind in _NEEDED else (data, 1)


def _needed_of_jpeg(data: bytes) -> tuple[bytes, int]:
    found = read_jpeg(data)
    return found.slim, exif_orientation(found.exif)


def _needed_of_png(data: bytes) -> tuple[bytes, int]:
    kept, exif, at = [data[:8]], b"", 8
    while at < len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        name = data[at + 4 : at + 8]
        if name in (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"):
            kept.append(data[at:end])
        elif name == b"eXIf":
            exif = data[at + 8 : end - 4]
        at = end
    return b"".join(kept), exif_orientation(exif)


def _needed_of_gif(data: bytes) -> tuple[bytes, int]:
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at = 13 + (3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0)
    kept, control = data[:at], b""
    while data[at] == 0x21:  # an extension: a comment, a program's own data, or how to draw the next frame
        if data[at + 1 : at + 3] == b"\xf9\x04":  # which colour is transparent
            control = data[at : at + 7] + b"\0"
        at += 2
        while data[at]:
            at += 1 + data[at]
        at += 1
    if data[at] != 0x2C:
        raise ValueError("no frame")
    left, top, frame_width, frame_height = struct.unpack_from("<HHHH", data, at + 1)
    check_size(max(width, left + frame_width), max(height, top + frame_height))  # Pillow enlarges the picture to both
    return kept + control + data[at:], 1


_TIFF_TAGS = {  # size, coding, where the pixels are, and what they mean
    *(256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284, 292, 293, 317, 320, 322, 323, 324, 325, 332, 338, 339),
    *(347, 512, 513, 514, 515, 519, 520, 521, 529, 530, 531, 532),
}
_MAX_TIFF_VALUES = 300_000  # of one tag: the longest real ones list where the strips are, at most one a row and channel


def _needed_of_tiff(data: bytes) -> tuple[bytes, int]:
    directory = _directory(data)
    for width, height in ((256, 257), (322, 323)):  # of the picture, and of the tiles it may be cut in
        check_size(directory.whole_number(width), directory.whole_number(height))
    kept = [tag.entry for name, tag in directory.tags.items() if name in _TIFF_TAGS and tag.count <= _MAX_TIFF_VALUES]
    order, position, number, first, _ = directory
    slim = bytearray(data)
    struct.pack_into(order + number, slim, first - struct.calcsize(order + number), len(kept))
    entries = b"".join(kept) + struct.pack(order + position, 0)  # 0: no further page
    slim[first : first + len(entries)] = entries
    turn = directory.whole_number(_ORIENTATION)
    return bytes(slim), turn if 1 <= turn <= 8 else 1


def tiff_profile(data: bytes) -> bytes | None:
    """The colour profile in a TIFF file's first directory, None without. Raises struct.error if that is cut short."""
    directory = _directory(data)
    tag = directory.tags.get(_PROFILE)
    if tag is None or tag.count <= 8:
        return None
    (start,) = struct.unpack_from(directory.order + directory.position, tag.value)
    return data[start : start + tag.count]


def _needed_of_avif(data: bytes) -> tuple[bytes, int]:
    # An item that is not called Exif is not read as one. How to turn the picture is stored elsewhere: Pillow tells.
    return re.sub(rb"(infe.{8,10}?)Exif", rb"\1none", data, flags=re.DOTALL), 1


_NEEDED: dict[str, Callable[[bytes], tuple[bytes, int]]] = {
    "JPEG": _needed_of_jpeg,
    "PNG": _needed_of_png,
    "GIF": _needed_of_gif,
    "TIFF": _needed_of_tiff,
    "AVIF": _needed_of_avif,
}
