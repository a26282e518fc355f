"""How sets are understood: parts, classes in folders, in file names and in tables, and what is left out of each."""

import json

import numpy as np
import pytest

from imgcls.data.archives import FileTree
from imgcls.data.datasets import DatasetError, Source
from imgcls.data.file_kinds import PICTURES, ending
from imgcls.data.layouts import labelled


def tree(paths: list[str], **tables: str | bytes) -> FileTree:
    """A set of empty pictures; tables by their names, with "__" for a dot."""
    texts = {name.replace("__", "."): text for name, text in tables.items()}
    contents = {name: text.encode() if isinstance(text, str) else text for name, text in texts.items()}
    others = [path for path in paths if ending(path) not in PICTURES]
    pictures = tuple(sorted(set(paths) - set(others)))
    return FileTree("a set", pictures, (*others, *contents), lambda path: contents[path], "x")


def some(folder: str, count: int = 3, name: str = "") -> list[str]:
    return [f"{folder}/{name}{number}.jpg" for number in range(count)]


def read(paths: list[str], reading: str = "", **tables: str | bytes) -> Source:
    return labelled(tree(paths, **tables), reading)


def counts(source: Source) -> dict[str, tuple[int, int]]:
    """Class -> pictures given to training (or to neither part), and to validation."""
    held = source.splits == "validation"
    return {
        name: (int(((source.labels == at) & ~held).sum()), int(((source.labels == at) & held).sum()))
        for at, name in enumerate(source.classes)
    }


PARTS = [
    ("training_set", "test_set"),
    ("train", "valid"),
    ("Train", "VAL"),
    ("TRAINING", "Testing"),
    ("trainset", "testset"),
    ("TrainSet", "TestSet"),
    ("train-data", "validation-data"),
    ("train data", "dev data"),
    ("traindata", "valdata"),
    ("train_images", "val_images"),
    ("trainImages", "testImages"),
    ("images.train", "images.val"),
    ("01_train", "02_validation"),
    ("seg_train", "seg_test"),
    ("dogs_train", "dogs_eval"),
    ("asl_alphabet_train", "asl_alphabet_test"),
    ("ILSVRC2012_img_train", "ILSVRC2012_img_val"),
    ("train2017", "val2017"),
    ("train (1)", "test (1)"),
    ("X_train", "X_test"),
    ("TRAIN", "tEsT"),
    ("My Train Set", "My Holdout Set"),
]


@pytest.mark.parametrize(("first", "second"), PARTS)
@pytest.mark.parametrize("around", ["", "archive/", "a/b/"])
def test_parts_are_recognised_whatever_they_are_called(first: str, second: str, around: str) -> None:
    paths = [
        path
        for label in ("cat", "dog")
        for path in some(f"{around}{first}/{label}", 4) + some(f"{around}{second}/{label}", 2)
    ]
    source = read(paths)
    assert counts(source) == {"cat": (4, 2), "dog": (4, 2)}
    assert source.reading == "parts"
    assert first in source.layout
    classes = read(paths, "folders").classes
    assert len(classes) == 2 and "cat" not in classes  # the other way is offered


@pytest.mark.parametrize(
    ("first", "second"),
    [("training_set/training_set", "test_set/test_set"), ("train/train", "test/images"), ("train/Training", "valid")],
)
def test_folders_that_only_repeat_their_part_are_passed_through(first: str, second: str) -> None:
    paths = some(f"{first}/cats") + some(f"{first}/dogs") + some(f"{second}/cats", 1) + some(f"{second}/dogs", 1)
    assert counts(read(paths)) == {"cats": (3, 1), "dogs": (3, 1)}


def test_the_other_way_to_read_doubled_parts_gives_their_names_as_classes() -> None:
    paths = [
        f"{part}/{part}/{label}/{n}.jpg" for part in ("training_set", "test_set") for label in "ab" for n in range(3)
    ]
    assert counts(read(paths, "folders")) == {"test set": (6, 0), "training set": (6, 0)}


@pytest.mark.parametrize("single", ["train", "train/train", "set/Training", "test", "archive/train/train"])
def test_one_part_alone_holds_the_classes(single: str) -> None:
    source = read(some(f"{single}/cat") + some(f"{single}/dog"))
    assert counts(source) == {"cat": (3, 0), "dog": (3, 0)}
    assert set(source.splits) <= {"", "train"}


def test_parts_inside_the_classes_are_parts() -> None:
    paths = [path for label in ("cat", "dog") for path in some(f"{label}/train", 4) + some(f"{label}/Test", 2)]
    assert counts(read(paths)) == {"cat": (4, 2), "dog": (4, 2)}


@pytest.mark.parametrize(
    "beside", ["predict", "seg_pred/seg_pred", "single_prediction", "unlabeled", "submission", "pred"]
)
def test_what_lies_beside_the_parts_is_counted_and_makes_no_class(beside: str) -> None:
    paths = [path for part in ("train", "valid") for label in ("cat", "dog") for path in some(f"{part}/{label}")]
    source = read(paths + some(beside, 5))
    assert counts(source) == {"cat": (3, 3), "dog": (3, 3)}
    assert [(left.count, left.name) for left in source.skipped] == [(5, f"{beside}/0.jpg")]


def test_unlabelled_pictures_of_a_test_part_are_counted() -> None:
    train = some("train/cat") + some("train/dog")
    for unlabelled in (some("test", 7), some("test/test", 7), some("test1", 7), some("test/unknown", 7)):
        source = read(train + unlabelled)
        assert counts(source) == {"cat": (3, 0), "dog": (3, 0)}
        assert sum(left.count for left in source.skipped) == 7


@pytest.mark.parametrize(
    "classes",
    [
        ("train", "bus", "car"),
        ("test tube", "beaker", "flask"),
        ("train", "tram"),
        ("Freight train", "Passenger train"),
        ("bullet train", "test tube"),
        ("train station", "test track", "road"),
        ("valley", "trainer"),
        ("image", "text"),
        ("A", "B"),
        ("1", "2"),
        ("development board", "breadboard"),
    ],
)
def test_a_class_that_is_called_like_a_part_is_a_class(classes: tuple[str, ...]) -> None:
    source = read([path for label in classes for path in some(label)])
    assert set(source.classes) == set(classes)
    assert all(left == (3, 0) for left in counts(source).values())
    split = [path for part in ("train", "val") for label in classes for path in some(f"{part}/{label}")]
    assert set(read(split).classes) == set(classes)


def test_folders_that_only_number_the_set_are_no_classes() -> None:
    paths = [path for around in ("fold1", "fold2") for label in ("cat", "dog") for path in some(f"{around}/{label}")]
    assert counts(read(paths)) == {"cat": (6, 0), "dog": (6, 0)}


def test_a_test_folder_beside_classes_is_left_out_and_can_be_made_a_class() -> None:
    paths = some("cat") + some("dog") + some("test")
    assert read(paths).classes == ("cat", "dog")
    assert read(paths, "every").classes == ("cat", "dog", "test")


def test_a_second_copy_of_the_set_is_left_out() -> None:
    flowers = ("daisy", "rose", "tulip")
    paths = [path for label in flowers for path in some(f"flowers/{label}") + some(f"flowers/flowers/{label}")]
    source = read(paths)
    assert set(source.classes) == set(flowers)
    assert sum(left.count for left in source.skipped) == 9
    chest = [
        path
        for around in ("", "xray/")
        for part in ("train", "test", "val")
        for label in ("NORMAL", "PNEUMONIA")
        for path in some(f"xray/{around}{part}/{label}")
    ]
    assert counts(read(chest)) == {"NORMAL": (3, 3), "PNEUMONIA": (3, 3)}


def test_classes_beside_a_part_with_the_same_classes() -> None:
    paths = some("cat", 5) + some("dog", 5) + some("test/cat", 2) + some("test/dog", 2)
    assert counts(read(paths)) == {"cat": (5, 2), "dog": (5, 2)}


def test_a_class_that_is_never_learned_from_spoils_nothing() -> None:
    paths = some("train/cat") + some("train/dog") + some("val/cat") + some("val/dog") + some("val/cow", 2)
    source = read(paths)
    assert counts(source) == {"cat": (3, 3), "dog": (3, 3)}
    assert [(left.what, left.count) for left in source.skipped] == [
        ("pictures of a class that is not in the training part", 2)
    ]


def test_flat_parts_without_labels_get_a_sentence_and_are_no_classes() -> None:
    with pytest.raises(DatasetError, match=r"“test” and “train” are parts of a set, but nothing tells the classes"):
        read(some("train") + some("test"))


# Names of files


@pytest.mark.parametrize(
    ("pattern", "classes"),
    [
        ("train/{}.{}.jpg", ("cat", "dog")),
        ("{}_{}.jpg", ("Abyssinian", "american_pit_bull_terrier", "Bengal")),
        ("images/{}_{}.jpg", ("n02085620", "n02085782")),
        ("{}-00{}.jpeg", ("beagle", "pug")),
        ("pics/{} ({}).png", ("cat", "dog")),
        ("{}{}.jpg", ("cat", "dog")),
        ("{}{}.JPG.jpeg", ("cat", "dog")),
        ("x/y/{} - {} - Kopie.jpg", ("Hund", "Katze")),
        ("{}_{}_flipped.jpg", ("cat", "dog")),
        ("train_{}_{}.jpg", ("cat", "dog")),
    ],
)
def test_classes_stand_in_the_names_of_files(pattern: str, classes: tuple[str, ...]) -> None:
    source = read([pattern.format(label, number) for label in classes for number in range(1, 5)])
    assert source.reading == "names"
    assert source.classes == tuple(sorted((name.replace("_", " ") for name in classes), key=str.casefold))


def test_names_and_parts_go_together() -> None:
    names = [f"{part}_{label}_{n}.jpg" for part in ("train", "test") for label in ("cat", "dog") for n in range(3)]
    assert counts(read(names)) == {"cat": (3, 3), "dog": (3, 3)}
    assert counts(read([*names[:7], "test_dog_9.jpg"])) == {"cat": (3, 1), "dog": (3, 1)}
    assert read([f"00{n}_{label}.jpg" for label in ("cat", "dog") for n in range(3)]).classes == ("cat", "dog")
    paths = [f"train/{label}.{number}.jpg" for label in ("cat", "dog") for number in range(4)]
    paths += [f"val/{label}.{number}.jpg" for label in ("cat", "dog") for number in range(4, 6)]
    assert counts(read(paths)) == {"cat": (4, 2), "dog": (4, 2)}
    source = read([f"train/{label}.{number}.jpg" for label in ("cat", "dog") for number in range(4)] + some("test1", 9))
    assert counts(source) == {"cat": (4, 0), "dog": (4, 0)}
    assert [(left.what, left.count) for left in source.skipped] == [("pictures whose names tell no class", 9)]


@pytest.mark.parametrize(
    "names",
    [
        ["IMG_0001", "IMG_0002", "DSC_0001", "DSC_0002"],
        ["PXL_20230101_123456789", "PXL_20230101_123456790", "PXL_20230102_000000000", "PXL_20230102_000000001"],
        ["WhatsApp Image 2023-05-01 at 10.11.12", "WhatsApp Image 2023-05-01 at 10.11.13", "image1", "image2"],
        ["photo_1", "photo_2", "Screenshot_1", "Screenshot_2"],
        ["20230101_1", "20230101_2", "20230102_1", "20230102_2"],
        ["train_1", "train_2", "test_1", "test_2"],
        ["00a3f1", "00b4e2", "01c9d7", "7fa221"],
        ["holiday", "garden", "sea", "dog"],
    ],
)
def test_names_of_cameras_are_no_classes(names: list[str]) -> None:
    with pytest.raises(DatasetError, match="folder of its own"):
        read([f"{name}.jpg" for name in names])


def test_folders_come_before_names_and_names_before_folders_that_say_nothing() -> None:
    assert read(["cats/a.1.jpg", "cats/b.2.jpg", "dogs/a.3.jpg", "dogs/b.4.jpg"]).classes == ("cats", "dogs")
    paths = [f"images_{part}/{label}_{number}.jpg" for part in (1, 2) for label in ("cat", "dog") for number in (1, 2)]
    assert read(paths).classes == ("cat", "dog")


# Tables

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


# Choosing, renaming


def test_other_readings_are_offered_and_an_unknown_one_gets_a_sentence() -> None:
    paths = [
        f"{part}/{label}/{number}.jpg" for part in ("train", "valid") for label in ("cat", "dog") for number in range(3)
    ]
    source = read(paths)
    assert [key for key, _ in source.readings] == ["parts", "folders", "innermost"][: len(source.readings)]
    assert read(paths, "folders").classes == ("train", "valid")
    assert read(paths, "folders").fingerprint == source.fingerprint or read(paths, "folders").names != source.names
    with pytest.raises(DatasetError, match="possible are: parts, folders"):
        read(paths, "moon")


def test_another_choice_of_pictures_has_another_fingerprint() -> None:
    paths = some("train/cat") + some("train/dog") + some("valid/cat") + some("valid/dog") + some("predict")
    assert read(paths).fingerprint != read([path for path in paths if "0" not in path]).fingerprint
    nested = some("dog/beagle") + some("dog/pug") + some("cat")
    assert read(nested).classes == ("cat", "dog")
    assert read(nested, "innermost").classes == ("beagle", "cat", "pug")


def test_classes_are_renamed_and_two_of_one_name_become_one() -> None:
    paths = some("Sch3ferhund") + some("cat") + some("kitten", 2)
    source = labelled(tree(paths), "", (("Sch3ferhund", "Schäferhund"), ("kitten", "cat"), ("gone", "x")))
    assert counts(source) == {"cat": (5, 0), "Schäferhund": (3, 0)}
    assert source.originals == ("cat", "kitten", "Sch3ferhund")
    with pytest.raises(DatasetError, match="All classes are called “cat” now"):
        labelled(tree(some("a") + some("b")), "", (("a", "cat"), ("b", "cat")))
    dogs = labelled(tree(some("x1") + some("x2")), "", (("x1", "dog"), ("x2", " \u202ecat\n")))
    assert dogs.classes == ("dog", "cat")
    assert dogs.dogs == {0}


def test_too_many_classes_get_a_sentence() -> None:
    with pytest.raises(DatasetError, match="There are 1,001 classes"):
        read([f"a{chr(97 + number % 26)}{number}x/{n}.jpg" for number in range(1001) for n in range(2)])


NUMBERED = (("Abyssinian", 1), ("beagle", 2), ("pug", 3))
PETS = [
    (f"{folder}/{name}", kind)
    for folder, kind in (("images", "jpg"), ("annotations/trimaps", "png"))
    for name, _ in NUMBERED
]


def test_masks_beside_their_pictures_are_no_pictures_to_learn_from() -> None:
    pets = [f"{folder}_{n}.{kind}" for folder, kind in PETS for n in range(1, 4)]
    species = "#Image CLASS-ID SPECIES\n" + "".join(
        f"{name}_{n} {at} {1 + (at > 1)}\n" for name, at in NUMBERED for n in (1, 2, 3)
    )
    source = read(pets, list__txt=species)
    assert counts(source) == {"Abyssinian": (3, 0), "beagle": (3, 0), "pug": (3, 0)}
    assert [(row.what, row.count) for row in source.skipped if "mask" in row.what] == [("masks of other pictures", 9)]
    lungs = [
        f"set/{label}/{kind}/{label}-{n}.png"
        for label in ("COVID", "Normal")
        for kind in ("images", "masks")
        for n in range(3)
    ]
    assert counts(read(lungs)) == {"COVID": (3, 0), "Normal": (3, 0)}
    scans = [
        f"{label}/{label} ({n}){end}.png" for label in ("benign", "normal") for end in ("", "_mask") for n in range(3)
    ]
    assert counts(read(scans)) == {"benign": (3, 0), "normal": (3, 0)}


@pytest.mark.parametrize("folders", [("mask", "no_mask"), ("with_mask", "without_mask"), ("masks", "faces")])
def test_a_class_may_be_called_mask(folders: tuple[str, str]) -> None:
    assert len(read([path for folder in folders for path in some(f"data/{folder}", 4)]).labels) == 8


def test_the_test_part_may_lie_beside_the_folder_of_the_other_parts() -> None:
    around = "Diseases (Augmented)/Diseases (Augmented)"
    paths = [path for part in ("train", "valid") for label in "ab" for path in some(f"{around}/{part}/{label}")]
    source = read([*paths, *some("test/test", 2), "read me.jpg"])
    assert counts(source) == {"a": (3, 3), "b": (3, 3)}
    assert [(row.what, row.count) for row in source.skipped] == [("pictures beside the set", 3)]


def test_a_part_may_have_the_name_of_the_set_alone() -> None:
    paths = [
        path
        for part in ("rps", "rps-test-set")
        for label in ("paper", "rock")
        for path in some(f"{part}/{part}/{label}")
    ]
    assert counts(read([*paths, *some("rps-validation", 2)])) == {"paper": (3, 3), "rock": (3, 3)}
    paths = [path for part in ("images", "test") for label in ("paper", "rock") for path in some(f"{part}/{label}")]
    assert counts(read(paths)) == {"paper": (3, 3), "rock": (3, 3)}


def test_a_part_that_is_there_twice_in_other_letters_counts_once() -> None:
    paths = [path for part in ("Train", "train") for label in "01" for path in some(f"{part}/{label}", name=label)]
    table = "ClassId,Path\n" + "".join(f"{n % 2},Test/{n:05}.png\n" for n in range(4))
    source = read([*paths, *(f"Test/{n:05}.png" for n in range(4))], Test__csv=table)
    assert counts(source) == {"0": (3, 2), "1": (3, 2)}
    assert [(row.what, row.count) for row in source.skipped] == [("pictures in a second copy of the set", 6)]


def test_versions_of_a_set_are_no_classes() -> None:
    kinds = ("color", "grayscale", "segmented")
    paths = [path for kind in kinds for label in ("apple", "corn") for path in some(f"set/{kind}/{label}")]
    source = read(paths)
    assert source.classes == ("apple", "corn")
    assert read(paths, "folders").classes == kinds
    assert read([path for kind in ("red", "gray") for path in some(kind)]).classes == ("gray", "red")


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


def test_numbers_in_front_of_the_names_of_all_classes_are_no_part_of_them() -> None:
    paths = [path for label in ("001.Black_footed_Albatross", "002.Laysan_Albatross") for path in some(label)]
    assert read(paths).classes == ("Black footed Albatross", "Laysan Albatross")
    assert read([path for label in ("1.5 ml", "2.5 ml") for path in some(label)]).classes == ("1.5 ml", "2.5 ml")
    assert read([path for label in ("1. Hund", "Katze") for path in some(label)]).classes == ("1. Hund", "Katze")


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


def test_names_of_any_length_are_read_at_once() -> None:
    hostile = [f"x/{sign * 20_000}{n}.jpg" for sign in ("1-", "-", "a_", "mask_", "1") for n in range(2)]
    hostile += [f"x/1{sign * 20_000}{n}.jpg" for sign in "-_ (" for n in range(2)]  # once minutes for each
    assert len(read([*hostile, "y/1.jpg"], names__txt="1" + "," * 100_000).classes) == 2


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


def test_any_tree_and_any_table_give_classes_or_one_sentence() -> None:
    rng = np.random.default_rng(0)
    words = [
        "train",
        "Test",
        "val",
        "cat",
        "dog",
        "1",
        "images",
        "predict",
        "ä",
        "train_1",
        "x.y",
        " ",
        "n02085620-pug",
    ]
    cells = ["cat", "0", "1", "0.jpg", "", '"', "train/1.jpg", "x" * 50, "\x00", "7.5", "test", ";", "é"]
    for _ in range(150):
        depth = rng.integers(1, 5)
        paths = [
            "/".join([*rng.choice(words, rng.integers(0, depth)), f"{rng.choice(words)}{n}.jpg"]) for n in range(8)
        ]
        lines = ["".join(f"{cell}{rng.choice([',', ';', ' '])}" for cell in rng.choice(cells, 3)) for _ in range(6)]
        name = str(rng.choice(["labels.csv", "a/x.tsv", "metadata.jsonl", "m.json", "l.txt"]))
        try:
            source = labelled(
                tree(paths, **{name: "\n".join(lines).encode(str(rng.choice(["utf-8", "utf-16", "cp1252"])))})
            )
        except DatasetError as error:
            assert "\n" not in str(error)
            assert str(error).endswith(".")
            continue
        assert len(source.labels) == len(source.splits) == len(source.names) == len(set(source.names))
        assert set(source.labels.tolist()) == set(range(len(source.classes)))
        assert len(source.classes) >= 2
        assert source.layout.endswith(".")
        left = sum(each.count for each in source.skipped if "pictures" in each.what)
        assert len(source) + left == len(set(paths))
        for key, sentence in source.readings:
            assert sentence.endswith(".")
            try:
                assert len(labelled(tree(paths, **{name: "\n".join(lines)}), key).classes) >= 2
            except DatasetError as error:
                assert str(error).endswith(".")
