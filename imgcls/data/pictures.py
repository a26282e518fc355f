"""Opening a picture that anybody may have sent: upright, RGB, not too large, no metadata; or one sentence why not."""

import hashlib
import io
import os
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image
from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile
from pillow_heif import HeifImageFile

from imgcls.data.colour_profiles import in_srgb, profile_of
from imgcls.data.jpeg_files import Jpeg, completed, read_jpeg
from imgcls.data.picture_files import PictureError, check_size, exif_orientation, kind_of, needed_for_pixels, read_file
from imgcls.numbers import sides

__all__ = ["Picture", "PictureError", "open_picture", "picture_from_image"]

# By class, not through Image.open: that warns of large pictures before we can refuse them, and what is registered
# there changes for the whole process.
_READERS: dict[str, Callable[[BinaryIO], ImageFile]] = {
    "JPEG": JpegImageFile,
    "PNG": PngImageFile,
    "WebP": WebPImageFile,
    "GIF": GifImageFile,
    "BMP": BmpImageFile,
    "TIFF": TiffImageFile,
    "AVIF": AvifImageFile,
    "HEIC": HeifImageFile,
}
_DECODING = threading.BoundedSemaphore(4)  # at once: the largest picture takes 0.7 GB while it is decoded
MAX_PASSES = 200_000_000  # coefficients of a JPEG that its decoder keeps until the last pass; 2 bytes each
MAX_DRAFT = 70_000_000  # pixels of a JPEG once it is decoded as small as can be: the largest there is has 67 million
_TURNS = {  # what the EXIF orientation asks for
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture ready for every lesson. Two pictures are equal when their pixels are.

    image: mode RGB, upright, without metadata, its longer side at most the `longest_side` asked for.
    name: what to call it. format: "JPEG", "PNG", "WebP"...; empty for an image that never was a file.
    original_size: (width, height) in pixels before the picture was made smaller, after it was turned.
    turned: whether the file asked for the picture to be turned or mirrored, as phones do.
    digest: SHA-256 of size and pixels, 64 hexadecimal digits.
    incomplete: whether the end of the file was missing; what is not there shows grey.
    """

    image: Image.Image
    name: str
    format: str
    original_size: tuple[int, int]
    turned: bool
    digest: str
    incomplete: bool = False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Picture) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)


def open_picture(
    source: bytes | str | Path | BinaryIO, name: str | None = None, *, longest_side: int = 1024
) -> Picture:
    """Open a JPEG, PNG, WebP, GIF (first frame), BMP, TIFF (first page), AVIF or HEIC picture.

    source: the file's bytes, its path, or a file opened for reading bytes (read from its start).
    name: what to call it; by default the file's own name.
    longest_side: a larger picture is made smaller until its longer side has this many pixels.

    Colours are converted to sRGB where the file says that they are others'. A JPEG may have any size, and may lack a
    little at its end.

    Raises PictureError, whose message is one plain sentence, for anything else: a file that is missing, empty, of
    another kind, damaged, or larger than picture_files.MAX_BYTES or MAX_PIXELS (its size is checked before decoding).
    """
    data = read_file(source)
    kind = kind_of(data)
    if name is None:
        name = str(source) if isinstance(source, (str, os.PathLike)) else str(getattr(source, "name", ""))
    incomplete = False
    try:
        profile = profile_of(kind, data)
        if kind == "JPEG":
            jpeg = read_jpeg(data)
            _check_jpeg(jpeg)
            slim, orientation = jpeg.slim, exif_orientation(jpeg.exif)
        else:
            slim, orientation = needed_for_pixels(kind, data)
        with _DECODING:
            if kind == "JPEG" and not jpeg.ended:
                slim, incomplete = _with_end(jpeg, longest_side), True
            with _READERS[kind](io.BytesIO(slim)) as file:
                size = file.size
                if kind == "JPEG":  # decoded at 1/2, 1/4 or 1/8 of its size, as long as enough is left to make smaller
                    if size != (jpeg.width, jpeg.height):
                        raise ValueError("two headers that contradict each other")
                    file.draft(None, _draft(size, longest_side))
                    check_size(*file.size, MAX_DRAFT)
                else:
                    check_size(*size)
                file.load()
                if kind == "HEIC":  # its decoder turns the picture, and may correct the size that was announced
                    check_size(*file.size)
                    size, turned = file.size, file.info.get("original_orientation") is not None
                else:
                    orientation = max(orientation, exif_orientation(file.info.get("exif", b"")))
                    turned = orientation != 1
                rgb = _upright(_to_rgb(file, profile), _fit(size, longest_side), orientation)
        return _picture(rgb, name, kind, size[::-1] if orientation >= 5 else size, turned, incomplete)
    except PictureError:
        raise
    except Exception as error:  # damaged files make decoders raise nearly every exception there is
        raise PictureError(
            f"This {kind} picture is damaged, incomplete or of an unusual kind; "
            "save it again as a JPEG or PNG, or choose another picture."
        ) from error


def _check_jpeg(jpeg: Jpeg) -> None:
    """Raise PictureError for one that claims what its bytes cannot hold, or what no memory should."""
    if jpeg.width == jpeg.height == 0:  # not even its size is left
        raise PictureError(_CUT)
    check_size(jpeg.width, jpeg.height, 1 << 32)
    if jpeg.too_short:
        raise PictureError(_CUT)
    if jpeg.in_passes and jpeg.coefficients > MAX_PASSES:
        raise PictureError(
            f"This progressive JPEG of {sides(jpeg.height, jpeg.width)} pixels takes too much memory to "
            "open; "
            "save it as an ordinary JPEG, or smaller, and try again."
        )


_CUT = "This JPEG picture is damaged: most of its file is missing; copy it again, or choose another picture."


def _with_end(jpeg: Jpeg, longest_side: int) -> bytes:
    """The file with an end in place of the one that it lacks; raises PictureError if most of it is missing."""
    slim = completed(jpeg, _draft((jpeg.width, jpeg.height), longest_side))
    if slim is None:
        raise PictureError(_CUT)
    return slim


def _draft(size: tuple[int, int], longest_side: int) -> tuple[int, int]:
    """The size at least to ask a JPEG's decoder for: enough is left to make smaller well."""
    return _fit(size, longest_side * 3 // 2)


def picture_from_image(image: Image.Image, name: str, *, longest_side: int = 1024) -> Picture:
    """The same conversion for an image that is in memory; `image` itself stays as it is.

    Raises PictureError if it has no pixels, too many of them, or values that are no colours.
    """
    check_size(*image.size)
    try:
        orientation = exif_orientation(image.info.get("exif", b""))
        rgb = _upright(_to_rgb(image), _fit(image.size, longest_side), orientation)
        size = image.size[::-1] if orientation >= 5 else image.size
        return _picture(rgb, name, image.format or "", size, orientation != 1)
    except Exception as error:
        raise PictureError("This picture cannot be shown in red, green and blue; choose another picture.") from error


def _picture(
    rgb: Image.Image, name: str, kind: str, original_size: tuple[int, int], turned: bool, incomplete: bool = False
) -> Picture:
    pixels = rgb.tobytes()
    digest = hashlib.sha256(b"%d x %d " % rgb.size + pixels).hexdigest()
    fresh = Image.frombytes("RGB", rgb.size, pixels)  # a new image carries no metadata
    return Picture(fresh, _one_line(name), kind, original_size, turned, digest, incomplete)


def _one_line(name: str) -> str:
    """The last part of a path, short enough to show and without characters that cannot be shown."""
    shown = "".join(c for c in re.split(r"[/\\]", name)[-1] if c.isprintable()).strip()
    return shown if len(shown) <= 80 else f"{shown[:60]}…{shown[-19:]}"


def _fit(size: tuple[int, int], longest_side: int) -> tuple[int, int]:
    """`size` scaled so that its longer side is at most `longest_side`."""
    scale = min(1.0, longest_side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _upright(rgb: Image.Image, size: tuple[int, int], orientation: int) -> Image.Image:
    """`rgb` made as large as `size`, then turned."""
    if rgb.size != size:
        rgb = rgb.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    return rgb.transpose(_TURNS[orientation]) if orientation in _TURNS else rgb


def _to_rgb(image: Image.Image, profile: bytes | None = None) -> Image.Image:
    """Any mode as RGB, in the colours that the profile means; what is transparent shows white."""
    image.load()
    if image.mode.startswith("I") or image.mode == "F":
        return in_srgb(_to_eight_bits(image), profile).convert("RGB")
    image = in_srgb(image, profile)
    if image.mode == "La":  # grey already multiplied by its alpha: Pillow converts it in two steps only
        image = image.convert("LA")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image)
        return white
    return image.convert("RGB")


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """Grey of 16 or 32 bits or of fractions, scaled to 0-255.

    Unsigned 16 bits span 0-65535. The others do not say what white is: it is taken as the least of 1 (fractions only),
    255 and 65535 that no value exceeds; if there is none, the values are stretched from their least to their greatest.
    """
    values = np.asarray(image)
    if values.dtype.kind == "u":
        grey = np.rint(np.arange(65536) / 257).astype(np.uint8)[values]
        transparent = image.info.get("transparency")
        if isinstance(transparent, int):
            grey[values == transparent] = 255
        return Image.fromarray(grey)

    low, high = np.inf, -np.inf
    for row in values:  # one row at a time: a copy of the whole would take several times the picture's memory
        finite = row[np.isfinite(row)].astype(np.float64)
        low, high = min(low, finite.min(initial=low)), max(high, finite.max(initial=high))
    for white in (1, 255, 65535) if values.dtype.kind == "f" else (255, 65535):
        if low >= 0 and high <= white:
            low, high = 0, white
            break
    grey = np.zeros(values.shape, np.uint8)
    if low < high:
        for row, target in zip(values, grey, strict=True):
            row = np.nan_to_num(row, nan=low, posinf=high, neginf=low).astype(np.float64)
            target[:] = np.rint((row - low) / (high - low) * 255)
    return Image.fromarray(grey)
