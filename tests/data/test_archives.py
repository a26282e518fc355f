"""Zips and folders that anybody may have made: good ones are read, hostile ones get one sentence."""

import io
import os
import stat
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from imgcls.data import archives
from imgcls.data.archives import open_tree, open_zip
from imgcls.data.datasets import DatasetError
from imgcls.data.picture_files import PictureError


def zipped(
    files: dict[str, bytes] | list[tuple[str | zipfile.ZipInfo, bytes]], method: int = zipfile.ZIP_STORED
) -> io.BytesIO:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items() if isinstance(files, dict) else files:
            archive.writestr(name, data)
    return buffer


def refused(file: io.BytesIO, sentence: str) -> None:
    with pytest.raises(DatasetError, match=sentence) as caught:
        open_zip(file, "zip")
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_pictures_and_companions_are_listed_and_hidden_files_passed_over() -> None:
    files = ["b/2.PNG", "a/1.jpg", "labels.csv", "README", "__MACOSX/a/._1.jpg", "a/.DS_Store", "a/Thumbs.db"]
    tree = open_zip(zipped(dict.fromkeys(files, b"x")), "zip")
    assert tree.paths == ("a/1.jpg", "b/2.PNG")
    assert tree.others == ("README", "labels.csv")
    assert tree.read("a/1.jpg") == b"x"


def test_windows_separators_are_folders() -> None:
    assert open_zip(zipped({"a\\1.jpg": b"x"}), "zip").paths == ("a/1.jpg",)


@pytest.mark.parametrize(
    "name", ["../a.jpg", "a/../../b.jpg", "/etc/a.jpg", "C:/a.jpg", "..\\a.jpg", "\\a.jpg", "a/.."]
)
def test_paths_that_lead_outside_are_refused(name: str) -> None:
    refused(zipped({name: b"x", "a/1.jpg": b"x"}), "outside its folder")


def test_links_are_refused() -> None:
    link = zipfile.ZipInfo("a/1.jpg")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    refused(zipped([(link, b"/etc/passwd")]), "holds a link")


def test_a_zip_that_unpacks_to_many_times_its_size_is_refused() -> None:
    refused(zipped({"a/1.jpg": bytes(60 * 2**20)}, zipfile.ZIP_DEFLATED), "many times its size")


def test_a_zip_that_claims_gigabytes_is_refused() -> None:
    file = zipped({f"a/{number}.jpg": b"x" for number in range(3)})
    data = bytearray(file.getvalue())
    place = -1
    while (place := data.find(b"PK\x01\x02", place + 1)) >= 0:
        struct.pack_into("<I", data, place + 24, 2 * 2**30 - 1)
    refused(io.BytesIO(data), "more than 4 GB")


def test_entries_that_share_their_bytes_are_refused() -> None:
    data = zipped({f"a/{number}.jpg": os.urandom(1000) for number in range(20)}).getvalue()
    start = data.find(b"PK\x01\x02")
    directory = bytearray(data[start:])
    place = -1
    while (place := directory.find(b"PK\x01\x02", place + 1)) >= 0:
        struct.pack_into("<I", directory, place + 42, 0)  # all of them begin at the first file
    end = directory.rfind(b"PK\x05\x06")
    first = len(zipped({"a/0.jpg": os.urandom(1000)}).getvalue().split(b"PK\x01\x02")[0])
    struct.pack_into("<I", directory, end + 16, first)
    refused(io.BytesIO(data[:first] + bytes(directory)), "many times its size")


@pytest.mark.parametrize("count", [100_000, 70_000])
def test_too_many_files_are_refused_before_they_are_listed(count: int, monkeypatch) -> None:
    monkeypatch.setattr(archives, "MOST_FILES", 65_000)
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("the list was read"))
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, 46 * count, 0)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, 0, 1)
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    refused(io.BytesIO(record + locator + end), "more than 65,000 files")


def test_a_list_that_lies_about_its_length_is_refused(monkeypatch) -> None:
    monkeypatch.setattr(archives, "MOST_FILES", 5)
    refused(zipped({f"a/{number}.jpg": b"x" for number in range(6)}), "more than 5 files")
    data = bytearray(zipped({f"a/{number}.jpg": b"x" for number in range(6)}).getvalue())
    struct.pack_into("<HH", data, data.rfind(b"PK\x05\x06") + 8, 1, 1)
    refused(io.BytesIO(data), "more than 5 files")


def test_what_is_no_picture_is_passed_over_and_without_pictures_there_is_a_sentence() -> None:
    tree = open_zip(zipped({"a/1.jpg": b"x", "a/setup.exe": b"MZ", "more.zip": b"PK\x03\x04"}), "zip")
    assert (tree.paths, tree.others) == (("a/1.jpg",), ("a/setup.exe", "more.zip"))
    refused(zipped({"notes.txt": b"x"}), "no picture in it.*only notes.txt")
    refused(zipped({}), "no picture in it")


def test_names_are_shown_without_control_characters() -> None:
    refused(zipped({"\x1b[31m\n" + "x" * 200 + ".exe": b"MZ"}), r"only \?\[31m\?x+…x+\.exe")


def test_passwords_unusual_packing_and_two_files_of_one_name_get_a_sentence() -> None:
    data = bytearray(zipped({"a/1.jpg": b"x"}).getvalue())
    struct.pack_into("<H", data, data.find(b"PK\x01\x02") + 8, 1)
    refused(io.BytesIO(data), "password")
    struct.pack_into("<HH", data, data.find(b"PK\x01\x02") + 8, 0, 99)
    refused(io.BytesIO(data), "unusual way")
    with pytest.warns(UserWarning, match="Duplicate"):
        double = zipped([("a/1.jpg", b"x"), ("a/1.jpg", b"y")])
    refused(double, "two files of the same name")


@pytest.mark.parametrize("data", [b"", b"PK", b"\xff\xd8\xff not a zip", b"PK\x05\x06" + bytes(10)])
def test_what_is_no_zip_gets_a_sentence(data: bytes) -> None:
    refused(io.BytesIO(data), "no zip archive")


def test_every_truncation_and_flipped_byte_is_read_or_refused_but_never_crashes() -> None:
    data = zipped({f"{label}/{number}.jpg": b"picture" * 20 for label in "ab" for number in range(2)}).getvalue()
    damaged = [data[:length] for length in range(0, len(data), 7)]
    damaged += [data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :] for place in range(0, len(data), 3)]
    for variant in damaged:
        try:
            tree = open_zip(io.BytesIO(variant), "zip")
        except DatasetError:
            continue
        for path in tree.paths:
            try:
                tree.read(path)
            except PictureError as error:
                assert str(error).endswith(".")


def test_a_file_that_is_larger_than_it_says_is_not_read_beyond() -> None:
    body = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = body.compress(bytes(5 * 2**20)) + body.flush()
    data = bytearray(zipped({"a/1.jpg": packed}).getvalue())
    for marker, method, size in ((b"PK\x03\x04", 8, 22), (b"PK\x01\x02", 10, 24)):
        place = data.find(marker)
        struct.pack_into("<H", data, place + method, zipfile.ZIP_DEFLATED)
        struct.pack_into("<I", data, place + size, 10)
    with pytest.raises(PictureError, match="damaged inside its zip"):
        open_zip(io.BytesIO(data), "zip").read("a/1.jpg")


def test_folders_are_read_without_following_links(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "3.jpg").write_bytes(b"x")
    root = tmp_path / "set"
    (root / "a" / ".hidden").mkdir(parents=True)
    (root / "a" / "1.jpg").write_bytes(b"one")
    (root / "a" / ".hidden" / "2.jpg").write_bytes(b"x")
    (root / "a" / "4.jpg").symlink_to(tmp_path / "secret" / "3.jpg")
    (root / "b").symlink_to(tmp_path / "secret")
    tree = open_tree(root)
    assert tree.paths == ("a/1.jpg",)
    assert tree.read("a/1.jpg") == b"one"
    (row,) = tree.skipped
    assert (row.what, row.count) == ("links", 2)
    assert row.name
    assert tree.title == "set"
    before = tree.fingerprint
    (root / "a" / "1.jpg").write_bytes(b"other")
    assert open_tree(root).fingerprint != before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes on this system")
def test_a_pipe_in_a_folder_is_counted_and_not_opened(tmp_path: Path) -> None:
    (tmp_path / "1.jpg").write_bytes(b"one")
    os.mkfifo(tmp_path / "2.jpg")
    tree = open_tree(tmp_path)
    assert tree.paths == ("1.jpg",)
    assert [(row.what, row.count, row.name) for row in tree.skipped] == [("pipes and other special files", 1, "2.jpg")]


def test_paths_that_are_nothing_get_a_sentence(tmp_path: Path, monkeypatch) -> None:
    with pytest.raises(DatasetError, match="no zip or folder"):
        open_tree(tmp_path / "missing")
    monkeypatch.setattr(archives, "MOST_FILES", 2)
    for number in range(3):
        (tmp_path / f"{number}.jpg").write_bytes(b"x")
    with pytest.raises(DatasetError, match="more than 2 files"):
        open_tree(tmp_path)
