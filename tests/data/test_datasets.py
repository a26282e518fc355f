"""Data sets: layouts, tasks, splits, broken pictures, downloads, and what people bring."""

import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from torchvision import datasets as tv

from imgcls.data import datasets, sources
from imgcls.data.archives import open_tree, open_zip
from imgcls.data.datasets import DatasetError, prepare, split, square, task_labels
from imgcls.data.dogs import is_dog
from imgcls.data.file_kinds import is_picture
from imgcls.data.layouts import labelled
from imgcls.data.own import keep_pictures, keep_zip
from imgcls.data.sources import SOURCES, drawn_dogs, open_source
from imgcls.store.download import DownloadError


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("IMGCLS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def picture(grey: int = 100, size: tuple[int, int] = (20, 16), kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, (grey, grey, grey)).save(buffer, kind)
    return buffer.getvalue()


def zipped(files: dict[str, bytes]) -> io.BytesIO:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer


def classes_of(*paths: str) -> dict[str, tuple[str, str]]:
    """Path -> (class, split) as a zip with these pictures is understood."""
    source = labelled(open_zip(zipped(dict.fromkeys(paths, picture())), "zip"))
    return {
        name: (source.classes[label], str(part))
        for name, label, part in zip(source.names, source.labels, source.splits, strict=True)
    }


def test_image_folders_name_the_classes() -> None:
    assert classes_of("cat/1.png", "dog/2.png", "dog/deep/3.png") == {
        "cat/1.png": ("cat", ""),
        "dog/2.png": ("dog", ""),
        "dog/deep/3.png": ("dog", ""),
    }


def test_a_folder_around_it_all_does_not_matter() -> None:
    assert classes_of("pets/all/cat/1.png", "pets/all/dog/2.png")["pets/all/dog/2.png"] == ("dog", "")


def test_splits_are_recognised_by_their_usual_names() -> None:
    found = classes_of("x/Train/cat/1.png", "x/Train/dog/2.png", "x/val/dog/3.png")
    assert found["x/Train/cat/1.png"] == ("cat", "train")
    assert found["x/val/dog/3.png"] == ("dog", "validation")


def test_a_test_part_validates_where_nothing_else_does_and_is_left_alone_otherwise() -> None:
    assert classes_of("train/a/1.png", "train/b/2.png", "test/a/3.png")["test/a/3.png"] == ("a", "validation")
    paths = ["train/a/1.png", "train/b/2.png", "test/a/3.png", "valid/a/4.png"]
    source = labelled(open_zip(zipped(dict.fromkeys(paths, picture())), "zip"))
    assert "test/a/3.png" not in source.names
    assert (source.skipped[0].what, source.skipped[0].count) == ("pictures of the test part", 1)


def test_kaggles_table_names_the_classes() -> None:
    table = b"id,breed\n01,boston_bull\n02,beagle\n03,beagle\n"
    files = {f"dogs/train/{name}.png": picture() for name in ("01", "02", "99")}
    files |= {"dogs/labels.csv": table, "dogs/test/04.png": picture(), "dogs/sample_submission.csv": b"id\n"}
    source = labelled(open_zip(zipped(files), "zip"))
    assert source.classes == ("beagle", "boston bull")
    assert dict(zip(source.names, source.labels.tolist(), strict=True)) == {
        "dogs/train/01.png": 1,
        "dogs/train/02.png": 0,
    }
    left = {skipped.what: (skipped.count, skipped.name) for skipped in source.skipped}
    assert left["pictures without a label"] == (2, "dogs/test/04.png")
    assert left["lines of a table without a picture"] == (1, "line 4 of “labels.csv”: 03 beagle")


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"1.png": b"x", "2.png": b"x"}, "folder of its own"),
        ({"a/1.png": b"x", "a/2.png": b"x"}, "There is 1 class,"),
        ({"labels.csv": b"id,breed\n", "train/1.png": b"x"}, "one line only.*names no picture"),
        ({"labels.csv": b"\xff\xfe\x00", "train/1.png": b"x"}, "cannot be read"),
        ({"labels.csv": b"id,breed\n7,pug\n", "train/1.png": b"x"}, "do not belong together"),
    ],
)
def test_layouts_that_are_none_get_a_sentence(files: dict[str, bytes], sentence: str) -> None:
    with pytest.raises(DatasetError, match=sentence):
        labelled(open_zip(zipped(files), "zip"))


def test_dogs_are_known_by_the_names_of_their_classes() -> None:
    assert all(
        map(is_dog, ("dog", "Dogs", "hot-dog", "Shih-Tzu", "golden_retriever", "Siberian husky", "Rough Collie"))
    )
    assert not any(map(is_dog, ("cat", "dogma", "hyena", "wolf", "")))


def test_broken_pictures_are_listed_and_skipped_and_the_rest_is_used(empty_cache: Path) -> None:
    files = {f"{label}/{number}.png": picture(40 * number) for label in "ab" for number in range(5)}
    files |= {"a/broken.png": b"no picture at all", "b/cut.png": picture()[:50], "b/text.jpg": b"%PDF-1.4"}
    source = labelled(open_zip(zipped(files), "zip"))
    dataset = prepare(source, size=8)
    assert {skipped.name for skipped in dataset.skipped} == {"a/broken.png", "b/cut.png", "b/text.jpg"}
    assert all(skipped.reason.endswith(".") for skipped in dataset.skipped)
    assert len(dataset.images) == len(dataset.labels) == len(dataset.names) == 10
    assert dataset.images[dataset.names.index("b/3.png")].mean() == 120
    assert sorted([*dataset.training, *dataset.validation]) == list(range(10))


def test_pictures_are_decoded_once_and_then_read_from_the_cache(tmp_path, monkeypatch, empty_cache: Path) -> None:
    for label in "ab":
        (tmp_path / "set" / label).mkdir(parents=True)
        for number in range(3):
            (tmp_path / "set" / label / f"{number}.png").write_bytes(picture(50 * number))
    (tmp_path / "set" / "a" / "broken.png").write_bytes(b"x")
    first = prepare(labelled(open_tree(tmp_path / "set")), size=8)
    monkeypatch.setattr(datasets, "square", lambda *_: pytest.fail("decoded again"))
    again = prepare(labelled(open_tree(tmp_path / "set")), size=8)
    assert np.array_equal(first.images, again.images)
    assert first.skipped == again.skipped
    (file,) = (empty_cache / "prepared").iterdir()
    file.write_bytes(b"damaged")
    monkeypatch.setattr(datasets, "square", square)
    assert np.array_equal(prepare(labelled(open_tree(tmp_path / "set")), size=8).images, first.images)


def test_a_picture_is_cut_to_its_middle_and_scaled() -> None:
    pixels = np.zeros((10, 30, 3), np.uint8)
    pixels[:, 10:20] = 200
    assert np.array_equal(square(Image.fromarray(pixels), 10), pixels[:, 10:20])
    assert square(Image.fromarray(pixels), 5).mean() == pytest.approx(200, abs=12)


def test_a_split_is_seeded_stratified_and_leaves_nobody_out() -> None:
    labels = np.array([0] * 50 + [1] * 10 + [2])
    none = np.full(61, "")
    training, validation = split(labels, none, 0.2, seed=1)
    assert sorted([*training, *validation]) == list(range(61))
    assert np.bincount(labels[validation]).tolist() == [10, 2]  # the only one of its class is learned from
    assert np.array_equal(split(labels, none, 0.2, seed=1)[1], validation)
    assert not np.array_equal(split(labels, none, 0.2, seed=2)[1], validation)
    with pytest.raises(DatasetError, match="between 0 and 1"):
        split(labels, none, 1.0, seed=0)


def test_a_given_split_holds_unless_another_share_is_asked_for() -> None:
    labels, given = np.array([0, 1, 0, 1]), np.array(["train", "train", "validation", "validation"])
    assert [part.tolist() for part in split(labels, given, None, 0)] == [[0, 1], [2, 3]]
    assert len(split(np.repeat(labels, 10), np.repeat(given, 10), 0.1, 0)[1]) == 4


def test_drawn_dogs_serve_both_tasks() -> None:
    breeds = prepare(drawn_dogs("breeds", count=30, size=16), "breeds", size=16)
    assert breeds.classes == ("Dalmatian", "Dachshund", "Husky", "Pug", "Poodle", "Shepherd")
    assert np.bincount(breeds.labels).tolist() == [5] * 6
    binary = prepare(drawn_dogs("binary", count=24, size=16), "binary", size=16)
    assert binary.classes == ("cat", "dog")
    assert np.bincount(binary.labels).tolist() == [12, 12]
    pug = breeds.names.index("Pug 1")
    assert np.array_equal(breeds.images[pug], binary.images[binary.names.index("Pug 1")])


def test_a_task_that_does_not_fit_gets_a_sentence() -> None:
    def source(*labels: str):
        return labelled(open_zip(zipped({f"{label}/1.png": picture() for label in labels}), "zip"))

    assert task_labels(source("cat", "dog"), "binary")[2] == ("cat", "dog")
    assert task_labels(source("cat", "bird", "beagle"), "binary")[2] == ("not a dog", "dog")
    for labels, sentence in ((("cat", "bird"), "is called a dog"), (("pug", "beagle"), "nothing but dogs")):
        with pytest.raises(DatasetError, match=sentence):
            task_labels(source(*labels), "binary")
    with pytest.raises(DatasetError, match="choose binary or breeds"):
        task_labels(source("cat", "dog"), "colours")


def test_too_few_or_too_many_pictures_get_a_sentence(monkeypatch) -> None:
    with pytest.raises(DatasetError, match="at least two for each class"):
        prepare(labelled(open_zip(zipped({"a/1.png": picture(), "b/2.png": picture()}), "zip")), size=8)
    with pytest.raises(DatasetError, match="Not one picture"):
        prepare(labelled(open_zip(zipped({"a/1.png": b"x", "b/2.png": b"x"}), "zip")), size=8)
    with pytest.raises(DatasetError, match="can be drawn"):
        drawn_dogs(count=3)
    monkeypatch.setattr(datasets, "MOST_BYTES", 1000)
    with pytest.raises(DatasetError, match="smaller size"):
        prepare(drawn_dogs(count=20, size=16), size=16)


def test_what_people_bring_is_kept_once_under_its_content(empty_cache: Path) -> None:
    pictures = {
        "my dog": [picture(10), picture(20)],
        "my cat": [picture(30, kind="JPEG"), b"broken", picture(40)],
        "none": [],
    }
    path, source = keep_pictures(pictures, "At home")
    assert source.classes == ("my cat", "my dog")
    assert source.title == "At home"
    assert path.parent == empty_cache / "own"
    assert keep_pictures(pictures, "At home")[0] == path
    again = open_source(str(path))
    assert again.classes == source.classes
    assert again.title == "At home"
    assert prepare(again, size=8, validation=0.4).skipped[0].name == "my cat/00002.jpg"
    data = zipped({"a/1.png": picture(), "b/1.png": picture()}).getvalue()
    assert open_source(str(keep_zip(data, "../../x.zip")[0])).classes == ("a", "b")


def test_files_that_are_no_pictures_are_told_by_their_first_bytes() -> None:
    assert all(is_picture(picture(kind=kind)) for kind in ("PNG", "JPEG", "GIF", "WebP"))
    assert not any(is_picture(data) for data in (b"", b"hello", b"PK\x03\x04"))


def test_a_class_whose_pictures_are_all_broken_is_told_with_the_reason() -> None:
    path, _ = keep_pictures({"a": [b"nope", b"nope, too"], "b": [picture(1), picture(2)]})
    with pytest.raises(DatasetError, match=r"No picture of 'a' is left.*a/00001\.jpg\. .+"):
        prepare(open_source(str(path)), size=8)
    data = zipped({"a/1.png": picture(), "a/2.png": picture(2)}).getvalue()
    with pytest.raises(DatasetError, match="There is 1 class, but it takes 2"):
        keep_zip(data)


def test_what_people_bring_is_refused_with_a_sentence(empty_cache: Path) -> None:
    for classes, sentence in (
        ({"a": [picture()]}, "two classes"),
        ({"a/b": [picture()], "a:b": [picture()]}, "same name"),
        ({" ": [picture()], "b": [picture()]}, "no name"),
    ):
        with pytest.raises(DatasetError, match=sentence):
            keep_pictures(classes)
    with pytest.raises(DatasetError, match="no zip archive"):
        keep_zip(b"nothing")
    assert not (empty_cache / "own").exists()


def test_unknown_names_get_a_sentence() -> None:
    with pytest.raises(DatasetError, match="choose drawn-dogs, pets, cifar10, or a zip or folder"):
        open_source("imagenet")
    assert set(SOURCES) == {"drawn-dogs", "pets", "cifar10"}


# Downloads: archives made here stand in for those of the servers


def tar(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


@pytest.fixture
def pets_server(monkeypatch) -> dict[str, int]:
    """Two archives as the real ones are laid out; counts downloads."""
    lines = {
        "trainval": "Abyssinian_1 1 1 1\nbasset_hound_1 2 2 1\n",
        "test": "Abyssinian_2 1 1 1\nbasset_hound_2 2 2 1\n",
    }
    images = {
        f"images/{name}_{n}.jpg": picture(100 * n, kind="JPEG")
        for name in ("Abyssinian", "basset_hound")
        for n in (1, 2)
    }
    archives = {
        "images.tar.gz": tar(images),
        "annotations.tar.gz": tar({f"annotations/{name}.txt": text.encode() for name, text in lines.items()}),
    }
    loads: dict[str, int] = {}

    def fetch(url: str, target: Path, progress=None, what: str = "") -> Path:
        data = archives[url.rsplit("/", 1)[-1]]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        loads[target.name] = loads.get(target.name, 0) + 1
        if progress:
            progress(len(data), len(data))
        return target

    resources = [(f"https://example.org/{name}", hashlib.md5(data).hexdigest()) for name, data in archives.items()]
    monkeypatch.setattr(sources, "PETS_FILES", resources)
    monkeypatch.setattr(sources, "fetch", fetch)
    return loads


def test_pets_are_downloaded_once_checked_and_split_as_their_authors_did(pets_server, empty_cache: Path) -> None:
    told = []
    for _ in range(2):
        source = open_source("pets", progress=lambda *numbers: told.append(numbers))
    assert pets_server == {"images.tar.gz": 1, "annotations.tar.gz": 1}
    assert told
    assert source.classes == ("Abyssinian", "Basset Hound")
    assert source.splits.tolist() == ["train", "train", "validation", "validation"]
    assert prepare(source, "binary", size=8).classes == ("cat", "dog")
    assert prepare(source, "breeds", size=8).labels.tolist() == [0, 1, 0, 1]
    assert not list(empty_cache.rglob("*.tar.gz"))


def test_an_archive_with_another_checksum_is_not_used(pets_server, monkeypatch, empty_cache: Path) -> None:
    monkeypatch.setattr(sources, "PETS_FILES", [("https://example.org/images.tar.gz", "0" * 32)])
    with pytest.raises(DatasetError, match="did not arrive whole"):
        open_source("pets")
    assert not list((empty_cache / "datasets").iterdir())


@pytest.mark.parametrize("name", ["pets", "cifar10"])
def test_offline_there_is_one_sentence(name: str, monkeypatch) -> None:
    def fetch(*_args: object, **_settings: object) -> None:
        raise DownloadError("The pictures could not be downloaded because this computer is offline; connect it.")

    monkeypatch.setattr(sources, "fetch", fetch)
    with pytest.raises(DatasetError, match="offline"):
        open_source(name)


def test_cifar_is_read_through_torchvision(monkeypatch) -> None:
    class FakeCIFAR10:
        url, tgz_md5 = "https://example.org/cifar-10-python.tar.gz", ""
        classes = ("airplane", "dog")

        def __init__(self, root: Path, train: bool = True, download: bool = False) -> None:
            count = 4 if train else 2
            self.data = np.arange(count * 32 * 32 * 3, dtype=np.uint8).reshape(count, 32, 32, 3)
            self.targets = [0, 1] * (count // 2)

    monkeypatch.setattr(tv, "CIFAR10", FakeCIFAR10)
    monkeypatch.setattr(sources, "downloaded", lambda *_: Path("somewhere"))
    dataset = prepare(open_source("cifar10"), "binary", size=32)
    assert dataset.classes == ("airplane", "dog")
    assert dataset.training.tolist() == [0, 1, 2, 3]
    assert np.array_equal(dataset.images[1], FakeCIFAR10(Path()).data[1])
