"""Sets in IMGCLS_DATA are offered by name, nothing outside it can be reached, and large zips take little memory."""

import io
import os
import struct
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imgcls.data.archives import open_tree
from imgcls.data.datasets import prepare
from imgcls.data.layouts import labelled
from imgcls.data.picture_cache import Recipe, cache_pictures, open_cached
from imgcls.data.server_sets import name_on_server, server_folder, server_sets
from tests.data.test_datasets import picture, zipped


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IMGCLS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("IMGCLS_DATA", str(tmp_path / "sets"))
    (tmp_path / "sets" / "pets" / "cat").mkdir(parents=True)
    data = zipped({f"{label}/{number}.png": picture(number) for label in "ab" for number in range(3)}).getvalue()
    (tmp_path / "sets" / "Vögel & Co.ZIP").write_bytes(data)
    return tmp_path / "sets"


def test_zips_and_folders_are_offered_by_name(folder: Path) -> None:
    (folder / "notes.txt").write_text("x")
    (folder / ".hidden.zip").write_bytes(b"x")
    assert server_sets() == {"pets": folder / "pets", "Vögel & Co.ZIP": folder / "Vögel & Co.ZIP"}
    assert name_on_server(str(folder / "pets")) == "pets"
    assert name_on_server(str(folder)) == name_on_server("/etc") == ""
    assert labelled(open_tree(server_sets()["Vögel & Co.ZIP"])).title == "Vögel & Co"


def test_links_that_lead_outside_are_not_offered_and_those_inside_a_set_not_followed(folder: Path) -> None:
    outside = folder.parent / "private"
    (outside / "a").mkdir(parents=True)
    (outside / "a" / "1.png").write_bytes(picture())
    (outside / "x.zip").write_bytes(b"x")
    (folder / "link").symlink_to(outside)
    (folder / "link.zip").symlink_to(outside / "x.zip")
    (folder / "again").symlink_to(folder / "pets")
    (folder / "gone").symlink_to(folder / "nothing")
    assert set(server_sets()) == {"again", "pets", "Vögel & Co.ZIP"}
    for label in ("a", "b"):
        (folder / "pets" / label).mkdir()
        (folder / "pets" / label / "1.png").write_bytes(picture())
    (folder / "pets" / "c").symlink_to(outside / "a")
    assert labelled(open_tree(folder / "pets")).classes == ("a", "b")


@pytest.mark.parametrize("value", ["", "  ", "/does/not/exist", "\0", "~nobody-of-that-name/x"])
def test_without_a_folder_there_are_no_sets(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.environ", {"IMGCLS_DATA": value})
    assert server_folder() is None
    assert server_sets() == {}


def test_a_set_that_changes_is_another_one(folder: Path) -> None:
    (folder / "pets" / "dog").mkdir()
    recipe = Recipe(str(folder / "pets"), size=8)
    for grey in (10, 90):  # other pictures under the same names
        for label in ("cat", "dog"):
            for number in range(3):
                (folder / "pets" / label / f"{number}.png").unlink(missing_ok=True)
                (folder / "pets" / label / f"{number}.png").write_bytes(picture(grey))
            os.utime(folder / "pets" / label, (grey, grey))
        cache_pictures(recipe)
        found = open_cached(recipe)
        assert found.images.mean() == grey
        assert np.asarray(found.source.image(0)).mean() == grey
    os.utime(folder / "pets" / "cat", (1, 1))
    before = Recipe(str(folder / "pets")).digest
    assert Recipe(str(folder / "pets")).digest == before
    (folder / "pets" / "cat" / "new.png").write_bytes(picture(7))
    assert Recipe(str(folder / "pets")).digest != before
    assert Recipe(str(folder / "pets"), reading="names").digest != Recipe(str(folder / "pets")).digest


def test_a_large_zip_is_read_in_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """1,500 pictures, 100 MB: what is held beside the small pictures is a fraction of the zip."""
    monkeypatch.setenv("IMGCLS_CACHE", str(tmp_path / "cache"))
    file = large_zip(tmp_path / "large.zip", 1500, 72_000)
    assert file.stat().st_size > 100 * 2**20
    tracemalloc.start()
    source = labelled(open_tree(file))
    dataset = prepare(source, size=16)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(dataset.labels) == 1499
    assert dataset.images.base is not None  # moved together where it was, not copied
    assert peak < dataset.images.base.nbytes + 20 * 2**20


def large_zip(file: Path, count: int, size: int) -> Path:
    """A zip of `count` JPEG files of `size` bytes, one of them broken, in ten classes of two parts."""
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (96, 128, 3), np.uint8)).save(buffer, "JPEG")
    data = buffer.getvalue()
    comment = b"\xff\xfe" + struct.pack(">H", 60_000) + bytes(59_998)
    while len(data) + len(comment) < size:
        data = data[:2] + comment + data[2:]
    rest = size - len(data)
    data = data[:2] + b"\xff\xfe" + struct.pack(">H", rest - 2) + bytes(rest - 4) + data[2:]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for number in range(count):
            part = "valid" if number // 10 % 5 == 4 else "train"
            archive.writestr(f"set/{part}/class {number % 10}/{number:06d}.jpg", data if number else b"broken")
    return file
