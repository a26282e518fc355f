"""Names from any system keep their letters; what zips and folders hold besides pictures is counted by kind."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from imgcls.data.archives import open_tree, open_zip
from imgcls.data.layouts import labelled
from imgcls.data.names import clean_name, decoded
from imgcls.data.own import keep_zip
from imgcls.data.sources import open_source
from tests.data.test_datasets import picture, zipped


def packed(names: list[bytes], flag: int = 0, extra: dict[bytes, bytes] | None = None) -> io.BytesIO:
    """A zip whose names are these bytes, said to be UTF-8 or not."""
    local, central, at = b"", b"", 0
    for name in names:
        data, more = picture(), (extra or {}).get(name, b"")
        facts = struct.pack("<HHHHIIIHH", flag, 0, 0, 33, zlib.crc32(data), len(data), len(data), len(name), len(more))
        entry = b"PK\x03\x04" + struct.pack("<H", 20) + facts + name + more + data
        central += (
            b"PK\x01\x02" + struct.pack("<HH", 20, 20) + facts + struct.pack("<HHHII", 0, 0, 0, 0, at) + name + more
        )
        local, at = local + entry, at + len(entry)
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, len(names), len(names), len(central), at, 0)
    return io.BytesIO(local + central + end)


def classes_of(names: list[bytes], flag: int = 0, extra: dict[bytes, bytes] | None = None) -> tuple[str, ...]:
    source = labelled(open_zip(packed(names, flag, extra), "zip"))
    for number in range(len(source)):
        assert source.image(number).size == (20, 16)
    return source.classes


@pytest.mark.parametrize("flag", [0, 0x800])
def test_a_mac_writes_composed_utf_8_with_and_without_saying_so(flag: int) -> None:
    names = ["Scha\u0308ferhund/1.jpg".encode(), "犬/1.jpg".encode(), b"cat/1.jpg"]
    assert classes_of(names, flag) == ("cat", "Schäferhund", "犬")


@pytest.mark.parametrize(
    ("page", "classes"),
    [
        ("cp437", ("Schäferhund", "Frühstück", "perro")),
        ("cp850", ("Schäferhund", "São Bernardo", "niño")),
        ("cp1252", ("Schäferhund", "Épagneul", "chien")),
        ("cp852", ("łabędź", "żaba", "pies")),
        ("cp866", ("собака", "кошка")),
        ("cp1251", ("собака", "лошадь")),
        ("cp932", ("いぬ", "ネコ", "柴犬", "表")),
        ("gbk", ("狗", "猫", "蝴蝶")),
        ("big5", ("狗", "貓", "蝴蝶")),
        ("cp949", ("강아지", "고양이")),
        ("cp1253", ("σκύλος", "γάτα")),
        ("cp857", ("balık", "köpek", "kuş")),
        ("cp1256", ("كلب", "قطة", "حصان")),
        ("cp720", ("كلب", "قطة", "حصان")),
        ("cp874", ("แมว", "สุนัข", "นก")),
    ],
)
def test_names_in_the_code_page_of_a_country_keep_their_letters(page: str, classes: tuple[str, ...]) -> None:
    names = [f"{label}/{number}.jpg".encode(page) for label in classes for number in range(2)]
    assert set(classes_of(names)) == set(classes)


def test_info_zips_unicode_path_counts_more_than_the_name_itself() -> None:
    raw, other = b"S???/1.jpg", b"cat\x84/1.jpg"
    text = "Säü/1.jpg".encode()
    field = struct.pack("<HHBI", 0x7075, 5 + len(text), 1, zlib.crc32(other)) + text
    assert classes_of([raw.replace(b"?", b"x"), other], extra={other: field}) == ("Sxxx", "Säü")
    stale = struct.pack("<HHBI", 0x7075, 5 + len(text), 1, 7) + text
    assert "Säü" not in classes_of([b"dog/1.jpg", other], extra={other: stale})


def test_a_name_hidden_in_the_unicode_path_may_not_lead_outside() -> None:
    raw, text = b"cat\x84/1.jpg", b"../../1.jpg"
    field = struct.pack("<HHBI", 0x7075, 5 + len(text), 1, zlib.crc32(raw)) + text
    with pytest.raises(ValueError, match="outside its folder"):
        open_zip(packed([raw, b"dog/1.jpg"], extra={raw: field}), "zip")


def test_two_files_whose_names_differ_only_in_how_letters_are_coded_are_both_kept() -> None:
    names = ["é/1.jpg".encode(), "e\u0301/1.jpg".encode(), b"cat/1.jpg"]
    tree = open_zip(packed(names), "zip")
    assert tree.paths == ("cat/1.jpg", "é/1 (2).jpg", "é/1.jpg")


def test_what_people_read_keeps_its_letters_and_loses_what_turns_or_hides() -> None:
    assert clean_name(" C# $x$ ") == "C# $x$"
    assert clean_name("1. Große Straße\t犬") == "1. Große Straße 犬"
    assert clean_name("a\u202eb\x00c\x1b[31m\u200b\ufeff") == "abc[31m"
    assert clean_name("می\u200cخواهم") == "می\u200cخواهم"
    assert clean_name("\x07\u202e") == ""
    assert len(clean_name("x" * 500)) == 60
    assert clean_name("a" * 70 + "1") != clean_name("a" * 70 + "2")
    assert decoded([b"plain"]) == {b"plain": "plain"}


@pytest.mark.parametrize(
    "title", ["1. Hunde & Katzen", "C# $x$", "Schäferhunde: 犬?", "é" * 60, "100% <b>", ".hidden", "a-b"]
)
def test_titles_keep_their_letters(title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMGCLS_CACHE", str(tmp_path / "cache"))
    data = zipped({f"{label}/{number}.png": picture(number) for label in "ab" for number in range(3)}).getvalue()
    file, source = keep_zip(data, f"{title}.ZIP")
    assert source.title == title
    assert open_source(str(file)).title == title
    assert file.parent == tmp_path / "cache" / "own"


# What lies beside pictures


def test_a_picture_is_known_by_its_first_bytes_where_its_ending_is_none() -> None:
    jpeg = picture(kind="JPEG")
    names = ["a/x.jfif", "a/y.JPG_large", "a/z", "a/w.txt", "b/x.JPG.jpeg", "b/y.jpe", "b/z.PNG", "b/w.dat"]
    source = labelled(open_zip(zipped(dict.fromkeys(names, jpeg)), "zip"))
    assert sorted(source.names) == sorted(names)
    assert all(source.image(number).size == (20, 16) for number in range(len(source)))


def test_other_files_are_passed_over_and_counted_by_kind_with_one_example(tmp_path: Path) -> None:
    beside = {
        "cat/IMG_1.MOV": b"\0\0\0\x14ftypqt  ",
        "cat/IMG_2.mov": b"\0\0\0\x14ftypqt  ",
        "dog/notes.txt": b"a dog",
        "setup.exe": b"MZ",
        "more.zip": b"PK\x03\x04",
        "dog/drawing.psd": b"8BPS",
        "cat/.DS_Store": b"x",
        "__MACOSX/cat/._1.jpg": b"x",
        "dog/Thumbs.db": b"x",
        "annotations.csv": b"nothing,of,use\n1,2,3\n",
        "dog/strange": b"?",
    }
    files = {f"{label}/{number}.jpg": picture() for label in ("cat", "dog") for number in range(3)} | beside
    for name, data in files.items():
        (tmp_path / "set" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "set" / name).write_bytes(data)
    for tree in (open_zip(zipped(files), "zip"), open_tree(tmp_path / "set")):
        source = labelled(tree)
        assert source.classes == ("cat", "dog")
        left = {each.what: (each.count, each.name) for each in source.skipped}
        system = left.pop("system files such as .DS_Store")
        assert system[0] == 3
        assert left == {
            "archives": (1, "more.zip"),
            "other files": (1, "dog/strange"),
            "pictures of a kind that is not read": (1, "dog/drawing.psd"),
            "programs": (1, "setup.exe"),
            "tables": (1, "annotations.csv"),
            "text files": (1, "dog/notes.txt"),
            "videos": (2, "cat/IMG_1.MOV"),
        }


def test_endings_without_a_picture_are_not_opened_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    file = zipped({f"labels/{number}.txt": b"0 0.5 0.5" for number in range(2000)} | {"a/1.jpg": picture()})
    opened: list[str] = []
    real = zipfile.ZipFile.open
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda self, info: opened.append(info.filename) or real(self, info))
    assert len(open_zip(file, "zip").others) == 2000
    assert 0 < len(opened) < 400


def test_very_deep_folders_do_no_harm(tmp_path: Path) -> None:
    deep = "/".join("d" * 3000)
    source = labelled(open_zip(zipped({f"a/{deep}/1.jpg": b"x", "b/1.jpg": b"x"}), "zip"))
    assert source.classes == ("a", "b")
    folder = tmp_path / "set" / "a"
    folder.joinpath(*"d" * 900).mkdir(parents=True)
    folder.joinpath(*"d" * 900, "1.jpg").write_bytes(b"x")
    (tmp_path / "set" / "b").mkdir()
    (tmp_path / "set" / "b" / "1.jpg").write_bytes(b"x")
    assert labelled(open_tree(tmp_path / "set")).classes == ("a", "b")


def test_a_hundred_thousand_entries_are_listed() -> None:
    buffer = io.BytesIO()
    central, count = [], 100_000
    local = b"PK\x03\x04" + struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 33, 0, 1, 1, 5, 0) + b"a.jpg" + b"x"
    for number in range(count):
        name = f"{'cat' if number % 2 else 'dog'}/{number:06d}.jpg".encode()
        facts = struct.pack("<HHHHIIIHH", 0, 0, 0, 33, 0, 1, 1, len(name), 0)
        central.append(b"PK\x01\x02" + struct.pack("<HH", 20, 20) + facts + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name)
    directory = b"".join(central)
    buffer.write(local * (count // 8))  # long enough for what the entries say that they hold
    at = buffer.tell()
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(directory), at)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, at + len(directory), 1)
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    buffer.write(directory + record + locator + end)
    source = labelled(open_zip(buffer, "zip"))
    assert len(source) == count
    assert source.classes == ("cat", "dog")
