"""Whatever comes in, a picture comes out upright, RGB, small and bare, or a PictureError says why not in a sentence."""

import io
import re
import struct
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile, PngImagePlugin, features

from imgcls.data.pictures import Picture, PictureError, open_picture, picture_from_image
from tests.data.picture_makers import (
    FORMATS,
    damaged_versions,
    encoded,
    exif_with,
    png_claiming,
    samples_of,
    scene,
    tiff_claiming,
)

pytestmark = pytest.mark.filterwarnings("error")


def pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image).astype(float)


def difference(image: Image.Image, other: Image.Image) -> float:
    """Mean absolute difference of the pixels, of 255."""
    assert image.size == other.size
    return np.abs(pixels(image) - pixels(other)).mean()


# ---- What comes out ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_comes_out_as_it_went_in(kind: str) -> None:
    picture = open_picture(encoded(scene(), kind), "scene.txt")
    assert (picture.format, picture.name, picture.turned) == (kind, "scene.txt", False)
    assert picture.original_size == picture.image.size == (48, 32)
    assert difference(picture.image, scene()) < (9 if kind == "GIF" else 2)


@pytest.mark.parametrize("kind", FORMATS)
def test_every_coding_of_every_format_opens(kind: str) -> None:
    for data in samples_of(kind):
        picture = open_picture(data)
        upright = scene(24, 16).transpose(Image.Transpose.ROTATE_270) if picture.turned else scene(24, 16)
        as_grey = picture.image.convert("L"), upright.convert("L")  # some codings have no colours, or dots for greys
        assert np.corrcoef(pixels(as_grey[0]).ravel(), pixels(as_grey[1]).ravel())[0, 1] > 0.3
        assert picture.image.size == upright.size


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP", "TIFF", "AVIF", "HEIC"])
def test_every_orientation_comes_out_upright(kind: str, orientation: int) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    stored = scene().transpose(undo[orientation]) if orientation > 1 else scene()
    picture = open_picture(encoded(stored, kind, exif=exif_with(orientation)))
    assert picture.original_size == (48, 32)
    assert picture.turned == (orientation != 1)
    assert difference(picture.image, scene()) < 2


@pytest.mark.parametrize("kind", FORMATS)
def test_no_metadata_remains(kind: str) -> None:
    settings = {"exif": exif_with(1)} if kind in ("JPEG", "PNG", "WebP", "TIFF", "AVIF", "HEIC") else {}
    image = open_picture(encoded(scene(), kind, **settings)).image
    assert type(image) is Image.Image and image.mode == "RGB"
    assert image.info == {} and not image.getexif() and image.format is None


def test_text_in_a_png_does_not_remain() -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("Location", "at home")
    assert open_picture(encoded(scene(), "PNG", pnginfo=text)).image.info == {}


@pytest.mark.parametrize("mode, tolerance", [
    ("RGB", 0), ("RGBX", 0), ("RGBA", 0), ("RGBa", 0), ("CMYK", 1), ("YCbCr", 2), ("HSV", 3), ("LAB", 3), ("P", 20),
])  # fmt: skip
def test_every_colour_mode_becomes_rgb(mode: str, tolerance: float) -> None:
    image = scene().convert("RGBA").convert(mode) if mode == "RGBa" else scene().convert(mode)
    result = picture_from_image(image, "scene").image
    assert result.mode == "RGB" and difference(result, scene()) <= tolerance


@pytest.mark.parametrize("mode", ["L", "LA", "La"])
def test_every_grey_mode_becomes_rgb(mode: str) -> None:
    grey = scene().convert("L")
    image = grey.convert("LA").convert("La") if mode == "La" else grey.convert(mode)
    assert difference(picture_from_image(image, "grey").image, grey.convert("RGB")) == 0


def test_one_bit_a_pixel_becomes_black_and_white() -> None:
    image = Image.frombytes("1", (8, 1), b"\xa5")
    assert pixels(picture_from_image(image, "bits").image)[0, :, 0].tolist() == [255, 0, 255, 0, 0, 255, 0, 255]
    assert pixels(open_picture(encoded(image, "PNG")).image)[0, :, 1].tolist() == [255, 0, 255, 0, 0, 255, 0, 255]


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize("mode", ["I;16", "I;16B"])
def test_sixteen_bits_are_scaled_not_clipped(mode: str, kind: str) -> None:
    values = np.array([[0, 128, 129, 257, 32768, 65535]])
    image = Image.frombytes(mode, (6, 1), values.astype(">u2" if mode == "I;16B" else "<u2").tobytes())
    expected = [0, 0, 1, 1, 128, 255]  # value / 257, rounded
    assert pixels(picture_from_image(image, "grey").image)[0, :, 0].tolist() == expected
    if (kind, mode) != ("PNG", "I;16B"):  # Pillow writes no such PNG
        assert pixels(open_picture(encoded(image, kind)).image)[0, :, 2].tolist() == expected


@pytest.mark.parametrize("mode, values, expected", [
    ("I", [0, 100, 255], [0, 100, 255]),
    ("I", [0, 25700, 65535], [0, 100, 255]),
    ("I", [-1000, 0, 1000], [0, 128, 255]),
    ("I", [0, 1 << 30, (1 << 31) - 1], [0, 128, 255]),
    ("I", [7, 7, 7], [7, 7, 7]),
    ("F", [0.0, 0.5, 0.8], [0, 128, 204]),
    ("F", [0.0, 100.4, 255.0], [0, 100, 255]),
    ("F", [0.0, 25700.0, 65535.0], [0, 100, 255]),
    ("F", [-1.0, 0.0, 1.0], [0, 128, 255]),
    ("F", [float("nan"), 1.0, float("inf")], [0, 255, 255]),
    ("F", [float("nan")] * 3, [0, 0, 0]),
    ("F", [-3e38, 0.0, 3e38], [0, 128, 255]),
    ("F", [-1e-45, 0.0, 1e-45], [0, 128, 255]),
])  # fmt: skip
def test_wide_values_are_scaled_by_the_range_they_span(mode: str, values: list[float], expected: list[int]) -> None:
    data = np.array(values, np.int32 if mode == "I" else np.float32).tobytes()
    image = Image.frombytes(mode, (3, 1), data)
    assert pixels(picture_from_image(image, "wide").image)[0, :, 0].tolist() == expected
    assert pixels(open_picture(encoded(image, "TIFF")).image)[0, :, 0].tolist() == expected


def test_a_cmyk_jpeg_keeps_its_colours() -> None:
    data = encoded(scene().convert("CMYK"), "JPEG")
    assert b"Adobe" in data  # such files store their inks inverted
    assert difference(open_picture(data).image, scene()) < 3


def test_what_is_transparent_shows_white() -> None:
    red = Image.new("RGBA", (4, 1), (255, 0, 0))
    red.putalpha(Image.frombytes("L", (4, 1), bytes([0, 64, 128, 255])))
    expected = [[255, 255, 255], [255, 191, 191], [255, 127, 127], [255, 0, 0]]
    assert pixels(picture_from_image(red, "red").image)[0].tolist() == expected
    assert pixels(open_picture(encoded(red, "PNG")).image)[0].tolist() == expected
    assert pixels(open_picture(encoded(red, "WebP", lossless=True)).image)[0].tolist() == expected
    grey = Image.merge("LA", [Image.new("L", (4, 1), 0), red.getchannel("A")])
    assert pixels(open_picture(encoded(grey, "PNG")).image)[0, :, 0].tolist() == [255, 191, 127, 0]


@pytest.mark.parametrize("kind, settings", [
    ("PNG", {"transparency": 1}), ("PNG", {"transparency": b"\xff\x00\x80"}), ("GIF", {"transparency": 1}),
])  # fmt: skip
def test_a_transparent_palette_colour_shows_white(kind: str, settings: dict) -> None:
    image = Image.frombytes("P", (3, 1), bytes([0, 1, 2]))
    image.putpalette([10, 20, 30, 40, 50, 60, 0, 0, 0])
    half = 127 if isinstance(settings["transparency"], bytes) else 0
    expected = [[10, 20, 30], [255, 255, 255], [half] * 3]
    assert pixels(open_picture(encoded(image, kind, optimize=False, **settings)).image)[0].tolist() == expected


def test_a_palette_with_its_own_alpha_shows_white() -> None:
    image = Image.frombytes("P", (2, 1), bytes([0, 1]))
    image.putpalette([9, 9, 9, 255, 9, 9, 9, 0], "RGBA")
    assert pixels(picture_from_image(image, "palette").image)[0, :, 0].tolist() == [9, 255]
    both = Image.frombytes("PA", (2, 1), bytes([0, 255, 0, 0]))
    both.putpalette([9, 9, 9])
    assert pixels(picture_from_image(both, "palette").image)[0, :, 0].tolist() == [9, 255]


@pytest.mark.parametrize("mode, transparent", [("L", 7), ("RGB", (7, 7, 7)), ("I;16", 7)])
def test_one_transparent_colour_in_a_png_shows_white(mode: str, transparent: int | tuple) -> None:
    image = Image.new(mode, (2, 1), transparent)
    image.putpixel((1, 0), (0, 0, 0) if mode == "RGB" else 0)
    assert pixels(open_picture(encoded(image, "PNG", transparency=transparent)).image)[0, :, 0].tolist() == [255, 0]


# ---- Size ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size, expected", [
    ((1, 1), (1, 1)), ((64, 64), (64, 64)), ((640, 480), (64, 48)), ((480, 640), (48, 64)), ((65, 1), (64, 1)),
    ((6400, 64), (64, 1)),
])  # fmt: skip
def test_a_large_picture_is_made_as_large_as_wanted(size: tuple[int, int], expected: tuple[int, int]) -> None:
    for kind in ("JPEG", "PNG"):
        picture = open_picture(encoded(scene(*size), kind), longest_side=64)
        assert (picture.image.size, picture.original_size) == (expected, size)


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("longest_side", [500, 250])
def test_decoding_a_large_jpeg_at_a_fraction_of_its_size_changes_hardly_anything(mode: str, longest_side: int) -> None:
    rng = np.random.default_rng(0)
    blurred = Image.fromarray(rng.integers(0, 256, (75, 100, 3), np.uint8)).resize(
        (1600, 1200), Image.Resampling.BICUBIC
    )
    data = encoded(blurred.convert(mode), "JPEG", exif=exif_with(6))
    whole = Image.open(io.BytesIO(data)).convert("RGB")
    whole.thumbnail((longest_side, longest_side), Image.Resampling.LANCZOS, reducing_gap=None)
    picture = open_picture(data, longest_side=longest_side)
    assert picture.original_size == (1200, 1600)
    assert difference(picture.image, whole.transpose(Image.Transpose.ROTATE_270)) < 1


def test_a_wide_grey_picture_is_scaled_before_it_is_made_smaller() -> None:
    ramp = np.tile(np.linspace(0, 65535, 512).round().astype("<u2"), (64, 1))
    image = open_picture(encoded(Image.fromarray(ramp), "PNG"), longest_side=64).image
    assert np.abs(pixels(image)[:, :, 0] - np.linspace(0, 255, 64)).max() < 3


def bmp_claiming(width: int, height: int) -> bytes:
    header = struct.pack("<LllHHLLllLL", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<LHHL", 0, 0, 0, 54) + header + bytes(99)


def gif_claiming(width: int, height: int) -> bytes:
    control = b"!\xf9\x04\x08\0\0\0\0"  # "then fill it with the background": memory for the whole frame
    return b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0, 0, 0) + control + b"," + struct.pack(
        "<HHHHB", 0, 0, width, height, 0
    ) + b"\x08\x00;"  # fmt: skip


def webp_claiming(width: int, height: int) -> bytes:
    data = encoded(scene(), "WebP")
    return data[:26] + struct.pack("<HH", width, height) + data[30:]


@pytest.mark.parametrize("claim", [
    png_claiming, bmp_claiming, tiff_claiming, gif_claiming, webp_claiming,
])  # fmt: skip
def test_a_claimed_size_over_the_limit_is_refused_before_decoding(claim, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_decoder(*_):
        raise AssertionError("a decoder was asked for")

    largest = 16_000 if claim is webp_claiming else 60_000
    # Pillow itself would refuse the first size, warn at the second and decode the third
    files = [(size, claim(*size)) for size in [(largest, largest), (10_000, 9_500), (7_100, 7_100)]]
    monkeypatch.setattr(ImageFile.ImageFile, "load", no_decoder)
    for (width, height), data in files:
        with pytest.raises(PictureError, match=rf"{height:,}.×.{width:,} pixels, more than the 50 million"):
            open_picture(data)


def test_no_pixels_and_strips_are_refused() -> None:
    with pytest.raises(PictureError):
        open_picture(png_claiming(0, 5))
    with pytest.raises(PictureError, match="no pixels"):
        picture_from_image(Image.new("RGB", (0, 0)), "nothing")
    for size in ((1, 40_000), (40_000, 1)):
        with pytest.raises(PictureError, match="strip"):
            open_picture(encoded(Image.new("L", size), "PNG"))


# ---- Identity, names, sources --------------------------------------------------------------------------------------


def test_pictures_are_equal_when_their_pixels_are() -> None:
    first, same = open_picture(encoded(scene(), "PNG"), "a"), open_picture(encoded(scene(), "BMP"), "b")
    other = picture_from_image(scene().transpose(Image.Transpose.ROTATE_180), "a")
    flat, tall = (picture_from_image(Image.new("RGB", size), "a") for size in ((4, 2), (2, 4)))
    assert first == same and hash(first) == hash(same) and re.fullmatch("[0-9a-f]{64}", first.digest)
    assert first != other and flat != tall and first != "a"
    assert len({first, same, other, flat, tall}) == 4


def test_the_name_is_the_files_own_unless_another_is_given(tmp_path: Path) -> None:
    path = tmp_path / "my dog.png"
    path.write_bytes(encoded(scene(), "PNG"))
    opened = io.BytesIO(path.read_bytes())
    opened.name = "C:\\photos\\dog\n\x1b.png"
    assert open_picture(path).name == open_picture(str(path)).name == "my dog.png"
    assert open_picture(opened).name == "dog.png"
    assert open_picture(path, "Rex").name == "Rex"
    assert open_picture(path.read_bytes()).name == ""
    assert len(open_picture(path, "x" * 500 + ".png").name) == 80


def test_an_image_in_memory_stays_as_it_is() -> None:
    image = scene(300, 200).convert("P")
    image.info["transparency"] = 0
    before = image.tobytes()
    picture = picture_from_image(image, "scene", longest_side=30)
    assert picture.image.size == (30, 20) and picture.format == ""
    assert (image.size, image.mode, image.tobytes(), image.info) == ((300, 200), "P", before, {"transparency": 0})


def test_opening_changes_no_setting_of_pillow() -> None:
    before = (Image.MAX_IMAGE_PIXELS, sorted(Image.OPEN), list(warnings.filters))
    with pytest.raises(PictureError):
        open_picture(png_claiming(60_000, 60_000))
    open_picture(encoded(scene(), "HEIC"))
    assert (Image.MAX_IMAGE_PIXELS, sorted(Image.OPEN), list(warnings.filters)) == before


def test_many_threads_open_the_same_files_alike() -> None:
    files = [encoded(scene(200, 100), kind) for kind in FORMATS] * 4
    with ThreadPoolExecutor(8) as pool:
        digests = [picture.digest for picture in pool.map(open_picture, files)]
    assert digests[: len(FORMATS)] * 4 == digests


# ---- What must not come out ----------------------------------------------------------------------------------------


def is_one_sentence(message: str) -> bool:
    names = re.search(r"Traceback|\w(Error|Exception|Warning)\b|\w+\(|__", message)
    return bool(re.fullmatch(r"[A-Z][^\n]{10,230}[a-z]\.", message)) and not names and ". " not in message


def opened_or_refused(data: bytes) -> Picture | None:
    """The picture, or None if it was refused in one sentence; any other exception fails the test."""
    try:
        picture = open_picture(data, longest_side=16)
    except PictureError as error:
        assert is_one_sentence(str(error)), str(error)
        return None
    assert picture.image.mode == "RGB" and picture.image.info == {} and max(picture.image.size) <= 16
    return picture


@pytest.mark.parametrize("kind", FORMATS)
def test_no_damage_brings_anything_but_a_picture_or_a_sentence(kind: str) -> None:
    others = [data for other in FORMATS for data in samples_of(other)]
    results = [
        opened_or_refused(version)
        for seed, data in enumerate(samples_of(kind))
        for version in damaged_versions(data, others, 200, seed)
    ]
    assert None in results and any(results)  # the damage was neither always fatal nor always without effect


def test_a_signalling_nan_among_fractions_is_taken_for_the_least() -> None:
    data = np.array([0x7F800001, 0x40000000, 0x40800000], "<u4").tobytes()  # signalling NaN, 2.0, 4.0
    image = Image.frombytes("F", (3, 1), data)
    assert pixels(picture_from_image(image, "wide").image)[0, :, 0].tolist() == [0, 2, 4]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_cut_in_the_middle_is_refused(kind: str) -> None:
    data = encoded(scene(), kind)
    for length in (1, 12, 40, len(data) // 2, len(data) * 3 // 4):
        assert opened_or_refused(data[:length]) is None


@pytest.mark.parametrize("data", [
    b"GIF89a\x01\0\x01\0\0\0\0;", b"GIF89a", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x04\0\0\0WEBP",
    b"II*\0\x08\0\0\0", b"II*\0\xff\xff\xff\xff", b"II+\0\x08\0\0\0" + b"\xff" * 8, b"\0\0\0\x0cftypavif",
    b"\0\0\0\x0cftypheic", b"\xff" * 100, bytes(100), b"II*\0\x08\0\0\0\xff\xff" + b"\0" * 800,
])  # fmt: skip
def test_stumps_and_nonsense_are_refused(data: bytes) -> None:
    assert opened_or_refused(data) is None


def test_a_gif_of_a_million_comments_opens_at_once() -> None:
    data = encoded(scene(), "GIF")
    start = 13 + 3 * 256
    comments = b"!\xfe" + b"\x01x" * 1_000_000 + b"\0"  # joined one by one they would take minutes
    assert opened_or_refused(data[:start] + comments + data[start:]) == opened_or_refused(data)


def test_every_reader_is_there() -> None:
    assert all(features.check(name) for name in ("jpg", "zlib", "webp", "avif", "libtiff", "littlecms2"))
