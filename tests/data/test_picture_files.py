"""What a file is told to be, what it may claim, and what is left of it for the decoder."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from imgcls.data.picture_files import (
    MAX_BYTES,
    MAX_PIXELS,
    PictureError,
    check_size,
    exif_orientation,
    kind_of,
    needed_for_pixels,
    read_file,
)
from tests.data.picture_makers import FORMATS, encoded, exif_with, png_chunk, samples_of, scene, tiff_claiming, tiff_of


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_is_told_by_its_first_bytes(kind: str) -> None:
    assert {kind_of(data) for data in samples_of(kind)} == {kind}


@pytest.mark.parametrize("brand, following, kind", [
    (b"avif", b"", "AVIF"), (b"heic", b"mif1", "HEIC"), (b"mif1", b"miafavif", "AVIF"), (b"mif1", b"miafheic", "HEIC"),
    (b"msf1", b"avis", "AVIF"), (b"hevc", b"", "HEIC"),
])  # fmt: skip
def test_avif_and_heic_are_told_apart_by_their_brands(brand: bytes, following: bytes, kind: str) -> None:
    assert kind_of(struct.pack(">L", 16 + len(following)) + b"ftyp" + brand + bytes(4) + following + b"meta") == kind


@pytest.mark.parametrize("data, name", [
    (b"%PDF-1.7\n", "a PDF document"),
    (b'<?xml version="1.0"?>\n<!-- drawn -->\n<SVG width="9">', "an SVG drawing"),
    (b"\n<!DOCTYPE html><html>", "a web page"),
    ("Grüße, a list of dogs\n".encode(), "text"),
    (b"BMW is not a picture, though it starts like one", "text"),
    ("ÿ".encode("utf-16"), "text"),
    (b"PK\x03\x04\x14\0", "a zip archive"),
    (b"\0\0\0\x20ftypisom\0\0\x02\0", "a video"),
    (b"\0\0\0\x20ftypM4A \0\0\x02\0", "a sound recording"),
    (b"RIFF\0\0\0\0AVI LIST", "a video"),
    (b"RIFF\0\0\0\0WAVEfmt ", "a sound recording"),
    (b"\x1aE\xdf\xa3\x01", "a video"),
    (b"\0\0\x01\0\x01\0", "an icon"),
    (b"\x07\x01\x02\x03" * 9, "of another kind"),
    (b"\xff\xd8", "of another kind"),
])  # fmt: skip
def test_a_file_that_is_no_picture_is_called_what_it_seems_to_be(data: bytes, name: str) -> None:
    with pytest.raises(PictureError, match=f"^This file is {name}.*, not a picture this app can open; choose a JPEG"):
        kind_of(data)


def test_reading_takes_bytes_paths_and_open_files_from_their_start(tmp_path: Path) -> None:
    path = tmp_path / "some.bin"
    path.write_bytes(b"content")
    opened = io.BytesIO(b"content")
    opened.read(3)
    for source in (b"content", bytearray(b"content"), memoryview(b"content"), path, str(path), opened):
        assert read_file(source) == b"content"
    with path.open("rb") as file:
        assert read_file(file) == b"content"


def test_what_cannot_be_read_is_said_in_one_sentence(tmp_path: Path) -> None:
    closed = io.BytesIO(b"content")
    closed.close()
    cases = [
        (tmp_path, "folder"), (tmp_path / "none.jpg", "no such file"), ("nul\0byte.jpg", "cannot be read"),
        ("/dev/null", "not an ordinary file"), (closed, "cannot be read"), (io.StringIO("content"), "opened as text"),
        (None, "cannot be read"), (b"", "empty"), (io.BytesIO(), "empty"),
    ]  # fmt: skip
    for source, words in cases:
        with pytest.raises(PictureError, match=words):
            read_file(source)


def test_a_file_over_the_limit_is_refused_without_reading_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES)
        assert len(read_file(path)) == MAX_BYTES
        file.truncate(1 << 40)  # takes no space on the disk, and cannot be read whole
    with pytest.raises(PictureError, match="larger than 25 MB"):
        read_file(path)


def test_size_is_limited_in_pixels_and_in_shape() -> None:
    check_size(1, 1)
    check_size(100, 1)
    check_size(MAX_PIXELS // 5000, 5000)
    for size, words in [((0, 5), "no pixels"), ((MAX_PIXELS // 5000 + 1, 5000), "50 million"), ((1, 40_000), "strip")]:
        with pytest.raises(PictureError, match=words):
            check_size(*size)


@pytest.mark.parametrize("order", ["<", ">"])
def test_orientation_is_read_in_both_byte_orders(order: str) -> None:
    for orientation in range(1, 9):
        assert exif_orientation(b"Exif\0\0" + exif_with(orientation, order)) == orientation


def test_an_exif_block_that_makes_no_sense_turns_nothing() -> None:
    whole = exif_with(6)
    for exif in (
        b"",
        b"Exif\0\0",
        b"MM\0*",
        whole[:15],
        exif_with(0),
        exif_with(9),
        b"XX" + whole[2:],
        b"MM\0*\xff" * 9,
    ):
        assert exif_orientation(exif) == 1


def test_a_jpeg_keeps_its_pixels_and_loses_camera_data_and_appended_pictures() -> None:
    several = encoded(
        scene(), "MPO", save_all=True, append_images=[scene()], exif=b"Exif\0\0" + exif_with(8), comment=b"secret"
    )
    slim, orientation = needed_for_pixels("JPEG", several)
    assert orientation == 8
    assert b"secret" not in slim and b"Exif" not in slim and b"MPF" not in slim
    assert slim.count(b"\xff\xd8\xff") == 1 and slim.endswith(b"\xff\xd9")
    assert Image.open(io.BytesIO(slim)).tobytes() == Image.open(io.BytesIO(several)).tobytes()


def test_a_jpeg_keeps_the_marks_that_say_what_its_colours_mean() -> None:
    assert b"Adobe" in needed_for_pixels("JPEG", encoded(scene().convert("CMYK"), "JPEG"))[0]
    assert b"JFIF" in needed_for_pixels("JPEG", encoded(scene(), "JPEG"))[0]


def test_a_jpeg_of_endless_passes_is_refused() -> None:
    data = encoded(scene(), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    with pytest.raises(ValueError, match="too many scans"):
        needed_for_pixels("JPEG", data[:-2] + data[last:-2] * 100 + data[-2:])


def test_a_png_keeps_only_the_chunks_its_pixels_need() -> None:
    data = encoded(scene().convert("P"), "PNG", transparency=3, exif=exif_with(5))
    bomb = png_chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(10_000_000))) + png_chunk(b"acTL", bytes(8))
    slim, orientation = needed_for_pixels("PNG", data[:33] + bomb + data[33:])
    assert orientation == 5
    assert slim == needed_for_pixels("PNG", data)[0]
    assert [name for name in (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND") if name not in slim] == []


def test_a_gif_keeps_its_first_frame_and_the_transparent_colour() -> None:
    picture = scene().convert("P")
    data = encoded(picture, "GIF", transparency=7, disposal=2, comment=b"x" * 5000, optimize=False)
    slim, _ = needed_for_pixels("GIF", data)
    assert len(slim) < len(data) - 5000
    opened = Image.open(io.BytesIO(slim))
    assert opened.tobytes() == picture.tobytes() and opened.info["transparency"] == 7
    assert "comment" not in opened.info


def test_a_tiff_keeps_only_its_first_page_and_the_tags_its_pixels_need() -> None:
    pages = encoded(scene(), "TIFF", save_all=True, append_images=[scene()], description="secret", exif=exif_with(3))
    slim, orientation = needed_for_pixels("TIFF", pages)
    opened = Image.open(io.BytesIO(slim))
    assert orientation == 3 and opened.n_frames == 1 and 270 not in opened.tag_v2
    assert opened.tobytes() == scene().tobytes()


def test_tiff_tags_that_claim_more_than_a_picture_can_have_are_dropped_or_refused() -> None:
    data = tiff_claiming(9, 9, (347, 7, 300_001, 8), (700, 7, 9, 8)) + bytes(400_000)
    slim, _ = needed_for_pixels("TIFF", data)
    assert {347, 700} <= set(Image.open(io.BytesIO(data)).tag_v2)
    assert {347, 700}.isdisjoint(Image.open(io.BytesIO(slim)).tag_v2)
    with pytest.raises(PictureError, match=r"60,000.×.60,000"):
        needed_for_pixels("TIFF", tiff_claiming(9, 9, (322, 4, 1, 60_000), (323, 4, 1, 60_000)))
    with pytest.raises(struct.error):
        needed_for_pixels("TIFF", tiff_of([(256, 4, 1, 9)])[:15])


def test_an_avif_keeps_its_pixels_and_its_turn_but_not_its_exif_block() -> None:
    exif = Image.Exif()
    exif[274], exif[270] = 6, "secret"
    data = encoded(scene(), "AVIF", exif=exif)
    slim, _ = needed_for_pixels("AVIF", data)
    before, after = Image.open(io.BytesIO(data)), Image.open(io.BytesIO(slim))
    assert len(slim) == len(data) and before.tobytes() == after.tobytes()
    assert before.getexif()[274] == after.getexif()[274] == 6
    assert before.getexif()[270] == "secret" and 270 not in after.getexif()
