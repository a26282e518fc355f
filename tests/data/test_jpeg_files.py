"""JPEG files of any size, and without a little at their end."""

import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageFile

from imgcls.data.jpeg_files import read_jpeg
from imgcls.data.pictures import MAX_PASSES, PictureError, open_picture
from tests.data.picture_makers import encoded, scene


def photo(width: int = 640, height: int = 480) -> Image.Image:
    small = np.random.default_rng(0).integers(0, 256, (height // 8, width // 8, 3), np.uint8)
    return Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)


def differing_rows(data: bytes, whole: bytes) -> float:
    """The share of rows in which two files differ to the eye."""
    one, other = (np.asarray(open_picture(each).image).astype(int) for each in (data, whole))
    return float((np.abs(one - other).max((1, 2)) > 40).mean())


def claiming(data: bytes, width: int, height: int) -> bytes:
    """The file with another size in its header."""
    at = next(i for i in range(len(data)) if data[i : i + 2] in (b"\xff\xc0", b"\xff\xc2")) + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


@pytest.mark.parametrize("settings", [{}, {"subsampling": 0}, {"progressive": True}, {"restart_marker_rows": 2}])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_jpeg_that_lacks_a_little_opens_and_says_so(mode: str, settings: dict) -> None:
    data = encoded(photo().convert(mode), "JPEG", **settings)
    assert not open_picture(data).incomplete
    zeros = data[:-200] + bytes(200)  # a download that stopped, in a file of the full length
    for cut in (data[:-1], data[:-2], data[: -len(data) // 100], data[: -len(data) // 20], zeros):
        picture = open_picture(cut)
        assert picture.incomplete and picture.original_size == (640, 480)
        assert differing_rows(cut, data) < 0.1
    assert open_picture(data[:-2]) == open_picture(data)


@pytest.mark.parametrize("settings", [{}, {"progressive": True}])
def test_a_jpeg_that_lacks_most_is_refused_in_a_sentence(settings: dict) -> None:
    data = encoded(photo(), "JPEG", **settings)
    for share in (0.2, 0.35, 0.5):
        with pytest.raises(PictureError, match=r"most of its file is missing; copy it again"):
            open_picture(data[: int(share * len(data))])


def test_a_flat_end_is_not_taken_for_a_missing_one() -> None:
    sky = Image.new("RGB", (640, 480), "white")
    sky.paste(photo(640, 160))
    data = encoded(sky, "JPEG")
    assert differing_rows(data[:-2], data) == 0


def test_a_finished_jpeg_is_not_searched_for_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imgcls.data.pictures.completed", None)
    assert not open_picture(encoded(scene(), "JPEG")).incomplete


def test_a_jpeg_may_have_any_number_of_pixels() -> None:
    buffer = io.BytesIO()
    flat = Image.new("L", (12000, 9000), 128)
    flat.paste(255, (0, 0, 6000, 9000))
    flat.save(buffer, "JPEG", quality=80)
    picture = open_picture(buffer.getvalue())
    assert picture.original_size == (12000, 9000) and picture.image.size == (1024, 768)
    assert picture.image.getpixel((100, 300)) == (255,) * 3 and abs(picture.image.getpixel((900, 300))[0] - 128) <= 1


def test_a_jpeg_that_claims_more_than_it_holds_is_refused_before_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_decoder(*_):
        raise AssertionError("a decoder was asked for")

    data = encoded(scene(), "JPEG")
    monkeypatch.setattr(ImageFile.ImageFile, "load", no_decoder)
    for size in ((65_500, 65_500), (10_000, 9_500), (7_100, 7_100)):
        with pytest.raises(PictureError, match="most of its file is missing"):
            open_picture(claiming(data, *size))


def test_a_progressive_jpeg_that_would_fill_the_memory_is_refused() -> None:
    data = encoded(scene().convert("L"), "JPEG", progressive=True)
    side = int(MAX_PASSES**0.5) + 8
    with pytest.raises(PictureError, match="takes too much memory to open; save it as an ordinary JPEG"):
        open_picture(claiming(data[:-2] + b"\x55" * (side * side // 64 // 8) + data[-2:], side, side))
    assert read_jpeg(data).in_passes and not read_jpeg(encoded(scene(), "JPEG")).in_passes


@pytest.mark.parametrize("length", [4, 30, 100])
def test_a_jpeg_of_which_hardly_anything_is_left_is_called_damaged(length: int) -> None:
    with pytest.raises(PictureError, match="most of its file is missing"):
        open_picture(encoded(photo(), "JPEG")[:length])
