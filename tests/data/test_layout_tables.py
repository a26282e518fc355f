"""How sets are understood whose classes stand in a table, or are named by one."""

import json

import pytest

from imgcls.data.datasets import DatasetError
from tests.data.trees import counts, read, some

FILES = some("train", 6, "0")

LABELS = ["pug", "beagle", "pug", "beagle", "pug", "pug"]


def lines(delimiter: str = ",", header: str = "id,breed", end: str = "\n", ending: str = "") -> str:
    rows = [header] if header else []
    rows += [f"0{number}{ending},{label}" for number, label in enumerate(LABELS)]
    return end.join(row.replace(",", delimiter) for row in rows) + end


def table(name: str, text: str | bytes, files: list[str] = FILES) -> dict[str, str]:
    source = read(files, **{name: text})
    assert source.reading == "table", source.layout
    return {path: source.classes[label] for path, label in zip(source.names, source.labels, strict=True)}


EXPECTED = dict(zip(FILES, LABELS, strict=True))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", ", "])
@pytest.mark.parametrize("header", ["id,breed", "", "Dateiname,Rasse", "image_name,label"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
def test_delimiters_headers_and_line_ends_of_any_program(delimiter: str, header: str, end: str) -> None:
    assert table("labels__csv", lines(delimiter, header, end)) == EXPECTED


@pytest.mark.parametrize(
    "name", ["labels__csv", "train__csv", "metadata__csv", "trainLabels__csv", "x__tsv", "data__txt"]
)
@pytest.mark.parametrize("ending", ["", ".jpg", ".JPG", ".png"])
def test_any_name_of_a_table_and_files_with_and_without_ending(name: str, ending: str) -> None:
    assert table(name, lines(ending=ending)) == EXPECTED


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252", "cp850"])
def test_encodings_of_excel(encoding: str) -> None:
    text = lines(";", "Name;Rasse").replace("beagle", "Schäferhund").replace("pug", "Épagneul")
    found = table("hunde__csv", text.encode(encoding))
    assert set(found.values()) == {"Schäferhund", "Épagneul"}


def test_the_index_of_pandas_is_not_taken_for_anything() -> None:
    rows = [f"{number},0{number}.jpg,{label}" for number, label in enumerate(LABELS)]
    for first in ("", "Unnamed: 0", "index"):
        assert table("train__csv", "\n".join([f"{first},filename,label", *rows])) == EXPECTED


def test_quotes_paths_and_more_columns() -> None:
    rows = [
        f'"{number}","/data/train/0{number}.jpg","{label}","{number * 7.31}",640' for number, label in enumerate(LABELS)
    ]
    assert table("x__csv", "\n".join(['"n","path","class name","score","width"', *rows])) == EXPECTED
    windows = [f"train\\0{number}.jpg;{label}" for number, label in enumerate(LABELS)]
    assert table("x__csv", "\n".join(windows)) == EXPECTED
    numbers = [f"{number},{label}" for number, label in enumerate(LABELS)]  # 1 for 01, as Excel makes of it
    assert table("x__csv", "\n".join(["id,breed", *numbers])) == EXPECTED


def test_what_hugging_face_writes() -> None:
    rows = [
        {"file_name": f"0{number}.jpg", "label": label, "note": "x" * number} for number, label in enumerate(LABELS)
    ]
    assert table("train/metadata.jsonl", "\n".join(map(json.dumps, rows))) == EXPECTED
    assert table("metadata__json", json.dumps(rows)) == EXPECTED
    rows = [f"0{number}.jpg,{label}" for number, label in enumerate(LABELS)]
    assert table("train/metadata.csv", "\n".join(["file_name,labels", *rows])) == EXPECTED


def test_a_table_in_each_part_and_a_column_for_each_class() -> None:
    files = some("train", 4) + some("valid", 4)
    text = "filename, cat, dog\n0.jpg, 1, 0\n1.jpg, 0, 1\n2.jpg, 1, 0\n3.jpg, 0, 0\n"
    source = read(files, **{"train/_classes.csv": text, "valid/_classes.csv": text})
    assert counts(source) == {"cat": (2, 2), "dog": (1, 1)}


def test_a_column_can_name_the_part() -> None:
    rows = [
        f"0{number}.jpg,{label},{part}"
        for number, (label, part) in enumerate(zip(LABELS, ["train"] * 3 + ["test"] * 3, strict=True))
    ]
    source = read(some("images", 6, "0"), x__csv="\n".join(["file,label,split", *rows]))
    assert counts(source) == {"beagle": (1, 1), "pug": (2, 2)}


def test_folders_of_classes_come_before_a_table_of_other_things() -> None:
    files = some("cat", 4, "c") + some("dog", 4, "d")
    text = "\n".join(["file,width,photographer"] + [f"{path},640,{'ann' if '1' in path else 'bob'}" for path in files])
    assert read(files, info__csv=text).classes == ("cat", "dog")
    text = "\n".join(["file,label"] + [f"{path},{int('dog' in path)}" for path in files])
    assert read(files, labels__csv=text).classes == ("cat", "dog")


def test_a_table_comes_before_folders_that_say_nothing() -> None:
    files = some("HAM_images_part_1", 4, "a") + some("HAM_images_part_2", 4, "b")
    text = "\n".join(
        ["lesion_id,image_id,dx,age"]
        + [f"H{n},{path[-6:-4]},{'nv' if n % 2 else 'mel'},{n}" for n, path in enumerate(files)]
    )
    source = read(files, HAM_metadata__csv=text)
    assert source.classes == ("mel", "nv")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("id;breed\n7;pug\n", r"line 2 \(“7;pug”\)"),
        ("id,breed\n", r"one line only \(“id,breed”\)"),
        (b"\x00\x01\x02\x03\xff", "cannot be read as a table"),
        ("", "is empty"),
        ("file,text\n00.jpg,one thing\n01.jpg,another\n02.jpg,third\n", r"line 2 reads “00\.jpg, one thing”"),
        ("file,label\n00.jpg," + "x" * 200_000, r"line 2 is no line of a table \(“00\.jpg,x+…x+”"),
        ('{"file": ', "do not belong|cannot be read|one line"),
    ],
)
def test_a_table_that_does_not_fit_is_told_with_its_line(text: str | bytes, sentence: str) -> None:
    with pytest.raises(DatasetError, match=sentence) as caught:
        read(FILES, labels__csv=text)
    assert "“labels.csv”" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_workbook_gets_a_sentence() -> None:
    with pytest.raises(DatasetError, match=r"“labels\.xlsx” cannot be read: save this table as CSV"):
        read([*FILES, "labels.xlsx"])


def test_lines_that_name_no_picture_and_pictures_with_two_labels_are_counted() -> None:
    source = read(FILES, x__csv=lines() + "99,pug\n00,beagle\n")
    left = {each.what: each.count for each in source.skipped}
    assert left == {"lines of a table without a picture": 1, "pictures with several labels": 1}
    assert len(source) == 5


def test_a_table_gives_the_classes_of_one_part() -> None:
    paths = [path for label in ("n01443537", "n01629819") for path in some(f"t/train/{label}/images", name=f"{label}_")]
    said = "".join(f"val_{n}.JPEG\t{('n01443537', 'n01629819')[n % 2]}\t0\t32\t44\t62\n" for n in range(4))
    boxes = {f"boxes_{n}__txt": "a 1\n" for n in range(20)}
    words = "n00001740\tentity\nn01443537\tgoldfish, Carassius auratus\nn01629819\tEuropean fire salamander\n"
    source = read(
        [*paths, *(f"t/val/images/val_{n}.JPEG" for n in range(4))],
        val_annotations__txt=said,
        words__txt=words,
        **boxes,
    )
    assert counts(source) == {"European fire salamander": (3, 2), "goldfish": (3, 2)}
    assert "a table gives the class of the other pictures" in source.layout
    assert source.layout.endswith("The names of the classes come from “words.txt”.")


@pytest.mark.parametrize(
    "said",
    [
        '{"1": "fire lily", "02": "rose"}',
        '{"fire lily": 1, "rose": 2}',
        '{"1": ["n01", "fire_lily"], "2": ["n02", "rose"]}',
    ],
)
def test_a_file_names_numbered_classes(said: str) -> None:
    paths = [path for part in ("train", "valid") for label in "12" for path in some(f"{part}/{label}")]
    assert counts(read(paths, cat_to_name__json=said)) == {"fire lily": (3, 3), "rose": (3, 3)}
    table = "image_id,label\n" + "".join(f"{n}.jpg,{1 + n % 2}\n" for n in range(6))
    assert read(some("images", 6), train__csv=table, label_map__json=said).classes == ("fire lily", "rose")


@pytest.mark.parametrize("said", ['{"1": "rose"}', '{"1": "rose", "2": "rose"}', "[1, 2]", "{", '{"1": {}}', "\0"])
def test_numbered_classes_keep_their_numbers_where_nothing_names_them_all(said: str) -> None:
    paths = [path for label in "12" for path in some(label)]
    assert read(paths, names__json=said).classes == ("1", "2")


def test_a_column_called_by_the_word_alone_comes_before_one_with_more_words() -> None:
    kinds = ("histo", "follow_up")
    table = "image_id,dx_type,dx\n" + "".join(f"{n},{kinds[n % 2]},{('nv', 'mel', 'bkl')[n % 3]}\n" for n in range(12))
    assert read(some("part_1", 12), meta__csv=table).classes == ("bkl", "mel", "nv")


def test_a_table_may_name_pictures_by_their_web_addresses() -> None:
    table = "url,label\n" + "".join(f"https://example.org/a%20b/{n}.jpg?raw=1#x,{'ab'[n % 2]}\n" for n in range(6))
    assert counts(read(some("images", 6), t__csv=table)) == {"a": (3, 0), "b": (3, 0)}


def test_one_table_says_its_column_and_two_say_theirs() -> None:
    paths = [f"{part}/{n}.jpg" for part in ("train", "val") for n in range(4)]
    tables = {
        f"{part}/metadata__csv": "file_name,label\n" + "".join(f"{n}.jpg,{'ab'[n % 2]}\n" for n in range(4))
        for part in ("train", "val")
    }
    assert "say the class of each picture, in their column “label”" in read(paths, **tables).layout
    assert (
        "says the class of each picture, in its column “label”" in read(paths[:4], **dict([*tables.items()][:1])).layout
    )


@pytest.mark.parametrize("name", ["trainLabels", "labels", "y_train"])
def test_a_table_speaks_of_the_pictures_of_its_own_part_where_all_parts_number_theirs_alike(name: str) -> None:
    paths = [f"{part}/{n}.png" for part in ("train", "test") for n in range(1, 7)]
    table = "id,label\n" + "".join(f"{n},{('frog', 'truck')[n % 2]}\n" for n in range(1, 7))
    source = read(paths, **{f"{name}__csv": table})
    assert counts(source) == {"frog": (3, 0), "truck": (3, 0)}
    assert all(path.startswith("train/") for path in source.names)
    told = read(paths, test__csv=table)
    assert all(path.startswith("test/") for path in told.names)


def test_names_that_repeat_the_part_give_no_classes() -> None:
    table = "Image,Id\n" + "".join(f"a{n}.jpg,w_{n % 2}\n" for n in range(8))
    source = read(some("train", 8, "a") + some("test", 4, "b"), train__csv=table)
    assert counts(source) == {"w 0": (4, 0), "w 1": (4, 0)}


def test_where_the_likeliest_reading_leaves_one_class_the_next_is_taken() -> None:
    table = "file,split,label\n" + "".join(f"{n}.jpg,{('train', 'val')[n % 2]},{'ab'[n % 2]}\n" for n in range(6))
    paths = [f"{('cat', 'dog')[n // 3]}/{n}.jpg" for n in range(6)]
    assert read(paths, t__csv=table).classes == ("cat", "dog")
    with pytest.raises(DatasetError, match="The training part has one class only"):
        read(paths, "table", t__csv=table)


def test_a_column_without_a_name_is_counted() -> None:
    table = ",file\n" + "".join(f"{'ab'[n % 2]},{n}.jpg\n" for n in range(6))
    assert "in its column 1" in read(some("images", 6), t__csv=table).layout


def test_a_bare_name_means_the_picture_beside_its_table() -> None:
    paths = [f"{folder}{n}.jpg" for folder in ("", "train/") for n in range(4)]
    table = "file,label\n" + "".join(f"{n}.jpg,{'ab'[n % 2]}\n" for n in range(4))
    source = read(paths, **{"train/labels__csv": table})
    assert all(name.startswith("train/") for name in source.names)


def test_a_table_finds_its_pictures_among_many_of_the_same_name() -> None:
    paths = [f"train/kind {label}/{n}.jpg" for label in range(300) for n in range(20)]
    table = "path,label\n" + "".join(f"{path},{n % 2}\n" for n, path in enumerate(paths))  # once a minute
    source = read(paths, "table", labels__csv=table)
    assert len(source.labels) == len(paths)
    assert all(
        int(source.classes[label]) == paths.index(name) % 2
        for label, name in zip(source.labels[:50], source.names[:50], strict=True)
    )
