"""Pictures as files, made for the tests, and the ways to damage them."""

import io
import struct
import zlib
from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image
from pillow_heif import from_pillow

from imgcls.data.colour_profiles import header, matrix_profile, written

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


def gamma_curve(gamma: float) -> bytes:
    """The curve of a colour profile, as one number."""
    return b"curv" + struct.pack(">LLH", 0, 1, round(gamma * 256)) + bytes(2)


def sampled_curve(gamma: float, count: int = 1024) -> bytes:
    """The curve of a colour profile, as a table."""
    points = (np.linspace(0, 1, count) ** gamma * 65535).round().astype(">u2").tobytes()
    return b"curv" + struct.pack(">LL", 0, count) + points


_XY = {
    "Display P3": (0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    "Adobe RGB": (0.6400, 0.3300, 0.2100, 0.7100, 0.1500, 0.0600),
    "sRGB": (0.6400, 0.3300, 0.3000, 0.6000, 0.1500, 0.0600),
}
_SRGB_CURVE = b"para" + struct.pack(
    ">LHH5l", 0, 3, 0, *(round(number * 65536) for number in (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))
)


def colour_profile(name: str) -> bytes:
    """Display P3, sRGB, Adobe RGB, ProPhoto, Grey 1.8, Grey 2.2 or CMYK, written here."""
    if name in ("Display P3", "sRGB"):
        return matrix_profile(_XY[name], _SRGB_CURVE)
    if name == "Adobe RGB":
        return matrix_profile(_XY[name], gamma_curve(2.19921875))
    white = b"XYZ " + struct.pack(">L3l", 0, 63190, 65536, 54061)
    if name == "ProPhoto":  # its white is the profiles' own
        columns = {"r": (0.7977, 0.2880, 0.0), "g": (0.1352, 0.7119, 0.0), "b": (0.0313, 0.0001, 0.8249)}
        tags = {
            f"{letter}XYZ".encode(): b"XYZ " + struct.pack(">L3l", 0, *(round(value * 65536) for value in column))
            for letter, column in columns.items()
        }
        return written(header(b"RGB "), tags | {f"{c}TRC".encode(): sampled_curve(1.8) for c in "rgb"})
    if name.startswith("Grey"):
        return written(header(b"GRAY"), {b"kTRC": gamma_curve(float(name.split()[1])), b"wtpt": white})
    grid = np.stack(np.meshgrid(*[np.linspace(0, 1, 5)] * 4, indexing="ij"), -1)  # cyan, magenta, yellow, black
    red, green, blue = np.moveaxis((1 - grid[..., :3]) * (1 - grid[..., 3:]), -1, 0)
    lab = np.stack([0.3 * red + 0.6 * green + 0.1 * blue, 0.5 + 0.2 * (red - green), 0.5 + 0.2 * (green - blue)], -1)
    identity = b"".join(np.arange(256, dtype=np.uint8).tobytes() for _ in range(4))
    matrix = struct.pack(">9l", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    table = (
        b"mft1" + bytes(4) + bytes([4, 3, 5, 0]) + matrix + identity + (lab * 255).round().astype(np.uint8).tobytes()
    )
    return written(header(b"CMYK", b"prtr", b"Lab "), {b"A2B0": table + identity[:768], b"wtpt": white})


def with_profile_pieces(data: bytes, profile: bytes, count: int, order: Callable[[list], list] = list) -> bytes:
    """A JPEG with its profile in `count` pieces, put in that order."""
    size = -(-len(profile) // count)
    pieces = [(i + 1, profile[i * size : (i + 1) * size]) for i in range(count)]
    segments = b""
    for number, piece in order(pieces):
        content = b"ICC_PROFILE\0" + bytes([number, count]) + piece
        segments += b"\xff\xe2" + struct.pack(">H", len(content) + 2) + content
    return data[:2] + segments + data[2:]
