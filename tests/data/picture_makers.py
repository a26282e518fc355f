"""Pictures as files, made for the tests, and the ways to damage them."""

import io
import struct
import zlib
from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image
from pillow_heif import from_pillow

FORMATS = ("JPEG", "PNG", "WebP", "GIF", "BMP", "TIFF", "AVIF", "HEIC")


def scene(width: int = 48, height: int = 32) -> Image.Image:
    """A smooth picture, different in every corner, so that any turn or mixed-up channel shows."""
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    pixels = np.stack([255 * x, 255 * y, 255 * (1 - x) * (1 - y)], axis=-1)
    return Image.fromarray(pixels.round().astype(np.uint8))


def encoded(image: Image.Image, kind: str, **settings) -> bytes:
    """`image` as a file of one of FORMATS."""
    buffer = io.BytesIO()
    if kind == "HEIC":
        from_pillow(image).save(buffer, **{"quality": 95, "chroma": 444, **settings})
    else:
        if kind == "JPEG" and "exif" in settings:  # the only writer that wants the mark from us
            settings["exif"] = b"Exif\0\0" + settings["exif"]
        if kind in ("JPEG", "WebP", "AVIF"):
            settings = {"quality": 95, **settings}
        image.save(buffer, {"WebP": "WEBP"}.get(kind, kind), **settings)
    return buffer.getvalue()


def exif_with(orientation: int, order: str = ">") -> bytes:
    """A smallest EXIF block, with only an orientation."""
    mark = b"MM\0*" if order == ">" else b"II*\0"
    return mark + struct.pack(order + "LHHHLHHL", 8, 1, 274, 3, 1, orientation, 0, 0)


def samples_of(kind: str) -> Iterator[bytes]:
    """Small files of one format in its different codings: compressions, modes, transparency, several frames."""
    picture = scene(24, 16)
    frames = {"save_all": True, "append_images": [picture.transpose(Image.Transpose.ROTATE_180)]}
    settings = {"exif": exif_with(6)} if kind in ("JPEG", "PNG", "WebP", "TIFF", "AVIF") else {}
    yield encoded(picture, kind, **settings)
    if kind == "JPEG":
        yield encoded(picture, kind, progressive=True)
        yield encoded(picture.convert("CMYK"), kind)
        yield encoded(picture, "MPO", **frames)
    elif kind == "PNG":
        yield encoded(picture.convert("P"), kind, transparency=3)
        yield encoded(picture.convert("L").convert("I;16"), kind)
        yield encoded(picture, kind, **frames)
    elif kind in ("WebP", "GIF"):
        yield encoded(picture.convert("RGBA"), kind)
        yield encoded(picture, kind, **frames)
    elif kind == "BMP":
        yield encoded(picture.convert("P"), kind)
        yield encoded(picture.convert("1"), kind)
    elif kind == "TIFF":
        yield encoded(picture, kind, big_tiff=True)
        yield encoded(picture, kind, compression="jpeg")
        yield encoded(picture, kind, compression="tiff_lzw", **frames)
        yield encoded(picture.convert("1"), kind, compression="group4")
        yield encoded(picture.convert("F"), kind)
    else:
        yield encoded(picture.convert("RGBA"), kind)


def png_chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">L", len(content)) + name + content + struct.pack(">L", zlib.crc32(name + content))


def png_claiming(width: int, height: int) -> bytes:
    """A PNG file whose header announces this size; what follows is a few bytes of pixels."""
    header = png_chunk(b"IHDR", struct.pack(">LLBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + png_chunk(b"IDAT", zlib.compress(b"\0" * 99)) + png_chunk(b"IEND", b"")


def tiff_of(tags: list[tuple[int, int, int, int]], rest: bytes = b"") -> bytes:
    """A little-endian TIFF file with these tags (number, kind, count, value) and then `rest`."""
    entries = b"".join(struct.pack("<HHLL", *tag) for tag in tags)
    return b"II*\0" + struct.pack("<LH", 8, len(tags)) + entries + struct.pack("<L", 0) + rest


def tiff_claiming(width: int, height: int, *more: tuple[int, int, int, int]) -> bytes:
    """An uncompressed RGB TIFF file that announces this size."""
    tags = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 2)]
    return tiff_of([*tags, (273, 4, 1, 200), (277, 3, 1, 3), (279, 4, 1, 99), *more], bytes(500))


def _flip_bits(data: bytearray, rng: np.random.Generator) -> bytearray:
    for at in rng.integers(0, len(data), rng.integers(1, 9)):
        data[at] ^= 1 << rng.integers(0, 8)
    return data


def _flip_bits_in_header(data: bytearray, rng: np.random.Generator) -> bytearray:
    for at in rng.integers(0, min(len(data), 200), rng.integers(1, 5)):
        data[at] ^= 1 << rng.integers(0, 8)
    return data


def _overwrite_with_extremes(data: bytearray, rng: np.random.Generator) -> bytearray:
    at, length = rng.integers(0, len(data)), rng.integers(1, 9)
    data[at : at + length] = bytes([rng.choice([0, 1, 0x7F, 0x80, 0xFF])]) * length
    return data


def _truncate(data: bytearray, rng: np.random.Generator) -> bytearray:
    return data[: rng.integers(0, len(data))]


def _insert(data: bytearray, rng: np.random.Generator) -> bytearray:
    at = rng.integers(0, len(data))
    return data[:at] + rng.bytes(rng.integers(1, 40)) + data[at:]


def _delete(data: bytearray, rng: np.random.Generator) -> bytearray:
    at = rng.integers(0, len(data))
    return data[:at] + data[at + rng.integers(1, 40) :]


def _repeat_a_piece(data: bytearray, rng: np.random.Generator) -> bytearray:
    start, end = sorted(rng.integers(0, len(data), 2))
    at = rng.integers(0, len(data))
    return data[:at] + data[start:end] * rng.integers(1, 4) + data[at:]


def _header_of_another(data: bytearray, rng: np.random.Generator, others: list[bytes]) -> bytearray:
    at = rng.integers(0, min(len(data), 64))
    return bytearray(others[rng.integers(0, len(others))][: rng.integers(4, 64)]) + data[at:]


_WAYS: tuple[Callable[..., bytearray], ...] = (
    *(_flip_bits, _flip_bits_in_header, _overwrite_with_extremes, _truncate, _insert, _delete, _repeat_a_piece),
)


def damaged_versions(data: bytes, others: list[bytes], count: int, seed: int) -> Iterator[bytes]:
    """`count` damaged copies of a file: flipped, cut, spliced, repeated; the same ones for the same seed."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        version = bytearray(data)
        for _ in range(rng.integers(1, 3)):
            way = rng.integers(0, len(_WAYS) + 1)
            if not version:
                break
            version = _WAYS[way](version, rng) if way < len(_WAYS) else _header_of_another(version, rng, others)
        yield bytes(version)
