"""How sets are understood: parts, classes in folders and in file names, and what is left out of each."""

import numpy as np
import pytest

from imgcls.data.datasets import DatasetError
from imgcls.data.layouts import labelled
from tests.data.trees import counts, read, some, tree

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


def test_numbers_in_front_of_the_names_of_all_classes_are_no_part_of_them() -> None:
    paths = [path for label in ("001.Black_footed_Albatross", "002.Laysan_Albatross") for path in some(label)]
    assert read(paths).classes == ("Black footed Albatross", "Laysan Albatross")
    assert read([path for label in ("1.5 ml", "2.5 ml") for path in some(label)]).classes == ("1.5 ml", "2.5 ml")
    assert read([path for label in ("1. Hund", "Katze") for path in some(label)]).classes == ("1. Hund", "Katze")


def test_names_of_any_length_are_read_at_once() -> None:
    hostile = [f"x/{sign * 20_000}{n}.jpg" for sign in ("1-", "-", "a_", "mask_", "1") for n in range(2)]
    hostile += [f"x/1{sign * 20_000}{n}.jpg" for sign in "-_ (" for n in range(2)]  # once minutes for each
    assert len(read([*hostile, "y/1.jpg"], names__txt="1" + "," * 100_000).classes) == 2


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
