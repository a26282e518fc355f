"""The colours of a picture as its file means them: its profile is found, checked, stripped, and applied.

A profile is a program's input like the picture itself. It is taken out of the file here, never by a decoder; of its
tags only those are kept that say what the numbers mean, each within limits, in a profile written anew.
"""

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image, ImageCms

from imgcls.data.picture_files import tiff_profile

MAX_PROFILE = 4 * 1024 * 1024  # bytes; those of printing presses have one or two million
_MAX_TAGS = 100
_MAX_CURVE = 4096  # points


def profile_of(kind: str, data: bytes) -> bytes | None:
    """The profile in a file of that kind as it stands there, or one for the primaries that it names; None without."""
    try:
        profile = _FINDERS[kind](data) if kind in _FINDERS else None
    except (struct.error, IndexError, ValueError, zlib.error):
        return None
    return profile if profile and len(profile) <= MAX_PROFILE else None


def in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """`image` with its colours in sRGB; as it is where the profile is none, unreadable, sRGB's own, or for others."""
    if profile is None:
        return image
    space = profile[16:20]
    if space == b"RGB " and image.mode in ("P", "PA"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if space == b"GRAY" and image.mode == "1":
        return image
    fits = {b"RGB ": ("RGB", "RGBA", "RGBX"), b"GRAY": ("L", "LA"), b"CMYK": ("CMYK",)}.get(space, ())
    if image.mode not in fits:
        return image
    alpha = image.getchannel("A") if image.mode in ("RGBA", "LA") else None
    if "transparency" in image.info:  # one colour is: it is found before colours change
        with_alpha = image.convert("RGBA")
        alpha, image = with_alpha.getchannel("A"), image.copy()
    bare = image.convert("L" if space == b"GRAY" else "CMYK" if space == b"CMYK" else "RGB")
    transform = _transform(profile)
    if transform is None:
        return image
    try:
        shown = transform.apply(bare)
    except (OSError, ValueError, ImageCms.PyCMSError):
        return image
    if alpha is not None:
        shown.putalpha(alpha)
    return shown


@lru_cache(maxsize=32)
def _transform(profile: bytes) -> Any:
    """Pillow's transform to sRGB; None for a profile that cannot be used, or that changes nothing."""
    slim = stripped(profile)
    if slim is None:
        return None
    mode = {b"RGB ": "RGB", b"GRAY": "L", b"CMYK": "CMYK"}[slim[16:20]]
    try:
        transform = ImageCms.ImageCmsTransform(
            ImageCms.ImageCmsProfile(io.BytesIO(slim)), _srgb(), mode, "RGB",
            ImageCms.Intent.PERCEPTUAL, flags=ImageCms.Flags.NOCACHE,  # many threads use it at once
        )  # fmt: skip
        if mode == "RGB" and _changes_nothing(transform):
            return None
    except (OSError, ValueError, TypeError, ImageCms.PyCMSError):
        return None
    return transform


def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _changes_nothing(transform: Any) -> bool:
    steps = np.linspace(0, 255, 9).round().astype(np.uint8)
    colours = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(27, 27, 3)
    shown = np.asarray(transform.apply(Image.fromarray(colours))).astype(int)
    return int(np.abs(shown - colours).max()) <= 2


# ---- A profile within limits ---------------------------------------------------------------------------------------

_KINDS = {b"scnr", b"mntr", b"prtr", b"spac"}
_CHANNELS = {b"RGB ": 3, b"GRAY": 1, b"CMYK": 4}
_CURVES = {b"rTRC", b"gTRC", b"bTRC", b"kTRC"}
_COLOURS = {b"rXYZ", b"gXYZ", b"bXYZ", b"wtpt"}
_TABLES = {b"A2B0", b"A2B1"}
_PARAMETERS = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}  # of a curve given as a formula


def stripped(profile: bytes) -> bytes | None:
    """The profile with only the tags that turn its numbers into colours; None where it is not one we can trust."""
    try:
        return _stripped(profile)
    except (struct.error, IndexError, ValueError):
        return None


def _stripped(profile: bytes) -> bytes | None:
    (size,) = struct.unpack_from(">L", profile)
    space, connection = profile[16:20], profile[20:24]
    if profile[36:40] != b"acsp" or not 132 <= size <= len(profile) or profile[8] > 4:
        return None
    if profile[12:16] not in _KINDS or space not in _CHANNELS or connection not in (b"XYZ ", b"Lab "):
        return None
    (count,) = struct.unpack_from(">L", profile, 128)
    if count > _MAX_TAGS:
        return None
    kept: dict[bytes, bytes] = {}
    for at in range(132, 132 + 12 * count, 12):
        name, begin, length = struct.unpack_from(">4sLL", profile, at)
        if begin + length > size or begin < 132 + 12 * count:
            return None
        value = profile[begin : begin + length]
        if (name in _CURVES and not _is_curve(value)) or (name in _COLOURS and value[:4] != b"XYZ "):
            return None
        if name in _TABLES and not _is_table(value, _CHANNELS[space]):
            return None
        if name == b"chad" and (value[:4] != b"sf32" or length != 44):
            return None
        if name in _CURVES | _COLOURS | _TABLES | {b"chad"}:
            kept[name] = value
    needed = {b"RGB ": {b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC"}, b"GRAY": {b"kTRC"}}.get(space)
    if b"A2B0" not in kept and (needed is None or not needed <= set(kept)):
        return None
    return written(profile[:128], kept)


def written(header: bytes, tags: dict[bytes, bytes]) -> bytes:
    """A profile of these tags; its size is set in the header (128 bytes)."""
    entries, values, at = b"", b"", 132 + 12 * len(tags)
    for name, value in tags.items():
        entries += struct.pack(">4sLL", name, at + len(values), len(value))
        values += value + bytes(-len(value) % 4)
    return struct.pack(">L", at + len(values)) + header[4:128] + struct.pack(">L", len(tags)) + entries + values


def _is_curve(value: bytes) -> bool:
    if value[:4] == b"curv":
        (count,) = struct.unpack_from(">L", value, 8)
        return count <= _MAX_CURVE and 12 + 2 * count <= len(value)
    if value[:4] == b"para":
        (formula,) = struct.unpack_from(">H", value, 8)
        return formula in _PARAMETERS and 12 + 4 * _PARAMETERS[formula] <= len(value)
    return False


def _is_table(value: bytes, channels: int) -> bool:
    """A colour table of the older kinds, whose parts follow from its header, or of the newer, with places for each."""
    kind, inputs, outputs, grid = value[:4], value[8], value[9], value[10]
    if inputs != channels or outputs != 3:
        return False
    if kind == b"mft1":
        return grid > 1 and 48 + 256 * inputs + grid**inputs * outputs + 256 * outputs <= len(value)
    if kind == b"mft2":
        before, after = struct.unpack_from(">HH", value, 48)
        numbers = before * inputs + grid**inputs * outputs + after * outputs
        return grid > 1 and 2 <= before <= 4096 and 2 <= after <= 4096 and 52 + 2 * numbers <= len(value)
    if kind != b"mAB ":
        return False
    b, matrix, m, table, a = struct.unpack_from(">5L", value, 12)
    places = [(b, outputs), (m, outputs), (a, inputs)]
    if matrix and matrix + 48 > len(value):
        return False
    if table:
        grids, precision = value[table : table + inputs], value[table + 16]
        numbers = outputs
        for each in grids:
            numbers *= each
        if min(grids) < 2 or precision not in (1, 2) or table + 20 + numbers * precision > len(value):
            return False
    return b > 0 and all(_are_curves(value, begin, count) for begin, count in places if begin)


def _are_curves(value: bytes, begin: int, count: int) -> bool:
    for _ in range(count):
        curve = value[begin:]
        if not _is_curve(curve):
            return False
        if curve[:4] == b"curv":
            length = 12 + 2 * struct.unpack_from(">L", curve, 8)[0]
        else:
            length = 12 + 4 * _PARAMETERS[struct.unpack_from(">H", curve, 8)[0]]
        begin += length + -length % 4
    return True


# ---- Where it is in a file -----------------------------------------------------------------------------------------


def _of_jpeg(data: bytes) -> bytes | None:
    """Of pieces of at most 64 KB that may come in any order; None where one is missing."""
    pieces: dict[int, bytes] = {}
    total, at = 0, 2
    while data[at : at + 1] == b"\xff" and data[at + 1] not in (0xDA, 0xD9):
        if data[at + 1] in (0xFF, 0x01) or 0xD0 <= data[at + 1] <= 0xD8:
            at += 1 if data[at + 1] == 0xFF else 2
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] == 0xE2 and data.startswith(b"ICC_PROFILE\0", at + 4):
            number, total = data[at + 16], data[at + 17]
            pieces[number] = data[at + 18 : end]
        at = end
    if not total or set(pieces) != set(range(1, total + 1)):
        return None
    return b"".join(pieces[number] for number in range(1, total + 1))


def _of_png(data: bytes) -> bytes | None:
    at = 8
    while at < len(data):
        (length,) = struct.unpack_from(">L", data, at)
        name = data[at + 4 : at + 8]
        if name == b"IDAT":
            return None
        if name == b"iCCP":
            content = data[at + 8 : at + 8 + length]
            start = content.index(b"\0") + 2
            return zlib.decompressobj().decompress(content[start:], MAX_PROFILE + 1)
        at += 12 + length
    return None


def _of_webp(data: bytes) -> bytes | None:
    at = 12
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        if data[at : at + 4] == b"ICCP":
            return data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
    return None


def _of_heif(data: bytes) -> bytes | None:
    """From the properties of the file's items: a profile, else the primaries by their number."""
    named = None
    for _, content in _boxes(data, 0, len(data), (b"meta", b"iprp", b"ipco", b"colr")):
        if content[:4] in (b"prof", b"rICC"):
            return content[4:]
        if content[:4] == b"nclx" and named is None:
            named = struct.unpack_from(">HH", content, 4)
    return of_primaries(*named) if named else None


def _boxes(data: bytes, at: int, end: int, path: tuple[bytes, ...]) -> Iterator[tuple[bytes, bytes]]:
    """The contents of all boxes at the end of `path`, each box inside of the one before."""
    for _ in range(1000):
        if at + 8 > end:
            return
        size, name = struct.unpack_from(">L4s", data, at)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, at + 8)
            head = 16
        stop = end if size == 0 else min(end, at + size)
        if size and size < head:
            return
        if name == path[0]:
            if len(path) == 1:
                yield name, data[at + head : min(stop, at + head + MAX_PROFILE + 8)]
            else:
                yield from _boxes(data, at + head + (4 if name == b"meta" else 0), stop, path[1:])
        at = stop


# CIE xy of red, green and blue under D65, by the numbers of ITU-T H.273.
_PRIMARIES = {
    9: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046),  # BT.2020
    12: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060),  # Display P3
}
_SRGB_CURVE, _CAMERA_CURVES = 13, {1, 6, 14, 15}


def of_primaries(primaries: int, transfer: int) -> bytes | None:
    """A profile for a picture that names its primaries; None for sRGB's own, and for those of high dynamic range."""
    if primaries not in _PRIMARIES or transfer not in {_SRGB_CURVE} | _CAMERA_CURVES:
        return None
    fields = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    if transfer != _SRGB_CURVE:
        fields = (1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081)
    return matrix_profile(_PRIMARIES[primaries], b"para" + struct.pack(">LHH", 0, 3, 0) + _fixed(*fields))


def matrix_profile(xy: tuple[float, ...], curve: bytes) -> bytes:
    """An RGB profile from the xy of its primaries under D65 and one curve for all three (a `curv` or `para` value)."""
    white = np.array([0.3127 / 0.3290, 1, (1 - 0.3127 - 0.3290) / 0.3290])
    x, y = np.array(xy).reshape(3, 2).T
    corners = np.stack([x / y, np.ones(3), (1 - x - y) / y])  # a column a primary
    to_xyz = corners * np.linalg.solve(corners, white)
    bradford = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
    d50 = np.array([0.9642, 1, 0.8249])
    adapted = np.linalg.inv(bradford) @ np.diag(bradford @ d50 / (bradford @ white)) @ bradford @ to_xyz
    tags = {f"{letter}XYZ".encode(): b"XYZ \0\0\0\0" + _fixed(*adapted[:, i]) for i, letter in enumerate("rgb")}
    tags |= {f"{letter}TRC".encode(): curve for letter in "rgb"} | {b"wtpt": b"XYZ \0\0\0\0" + _fixed(*d50)}
    return written(header(b"RGB "), tags)


def header(space: bytes, kind: bytes = b"mntr", connection: bytes = b"XYZ ") -> bytes:
    """The first 128 bytes of a profile of version 4."""
    start = struct.pack(">L4sL4s4s4s", 0, b"\0" * 4, 0x04200000, kind, space, connection)
    return start + struct.pack(">6H", 2020, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + _fixed(0.9642, 1, 0.8249) + bytes(48)


def _fixed(*numbers: float) -> bytes:
    return struct.pack(f">{len(numbers)}l", *(round(number * 65536) for number in numbers))


_FINDERS: dict[str, Callable[[bytes], bytes | None]] = {
    "JPEG": _of_jpeg,
    "PNG": _of_png,
    "WebP": _of_webp,
    "HEIC": _of_heif,
    "AVIF": _of_heif,
    "TIFF": tiff_profile,
}
