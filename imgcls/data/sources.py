"""Where pictures come from, by name or path."""

import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from imgcls.data.archives import open_tree
from imgcls.data.datasets import DatasetError, Progress, Source, Task, check_task
from imgcls.data.drawn.tiny_breeds import ANIMALS, BREEDS, CAT
from imgcls.data.drawn.tiny_scene import Difficulty
from imgcls.data.drawn.tiny_set import drawn_animal, drawn_animals
from imgcls.data.layouts import Renamed, labelled
from imgcls.data.pictures import open_picture
from imgcls.numbers import whole
from imgcls.store.class_photos import is_of_class
from imgcls.store.download import DownloadError, cache_folder, fetch

DRAWN_DOGS, PETS, CIFAR10 = "drawn-dogs", "pets", "cifar10"
LONGEST_SIDE = 640  # a photograph is read no larger than this
# The archives of Oxford-IIIT Pet and their MD5 sums, as its authors serve them.
_PETS_FOLDER = "https://www.robots.ox.ac.uk/~vgg/data/pets/data"
PETS_FILES: Sequence[tuple[str, str]] = (
    (f"{_PETS_FOLDER}/images.tar.gz", "5c4f3ee8e5d25df40f4fd59a7f44e54c"),
    (f"{_PETS_FOLDER}/annotations.tar.gz", "95a8c909bbe2e81eed6a22bccdf3f68f"),
)
# What there is by name: title, and what has to be downloaded once.
SOURCES = {
    DRAWN_DOGS: ("Drawn dogs: six breeds and cats, drawn by this program", ""),
    PETS: ("Oxford-IIIT Pet: photographs of 37 breeds of cats and dogs", "810 MB"),
    CIFAR10: ("CIFAR-10: ten kinds of things on 60,000 tiny pictures", "170 MB"),
}


def drawn_dogs(
    task: Task = "breeds",
    count: int = 2500,
    seed: int = 0,
    level: float = 0.5,
    size: int = 64,
    progress: Progress | None = None,
) -> Source:
    """The embedded set: `count` drawn animals of `size` pixels.

    Args:
        task: "breeds" draws six breeds equally often; "binary" as many cats as dogs of all breeds together.
        level: difficulty from 0 to 1.
        progress: called now and then with the number of pictures drawn, and of all.

    Raises:
        DatasetError: unknown task, too few or too many pictures.
    """
    counts = drawn_counts(task, count)
    parts, done = [], 0
    for animal, number in counts.items():
        told = (lambda drawn, _, done=done: progress(done + drawn, count)) if progress else None
        parts.append(drawn_animals(animal, number, seed, Difficulty.level(level), size, told))
        done += number
    pictures = np.concatenate(parts)
    settings = f"{task} {count} {seed} {level} {size}"
    return _drawn_source(counts, lambda index: Image.fromarray(pictures[index]), settings)


def drawn_one_by_one(
    task: Task = "breeds", count: int = 2500, seed: int = 0, level: float = 0.5, size: int = 64
) -> Source:
    """The same set, but each picture is drawn when it is asked for: to look at some of them at once.

    Raises:
        DatasetError: unknown task, too few or too many pictures.
    """
    counts = drawn_counts(task, count)
    animals = [(animal, index) for animal, number in counts.items() for index in range(number)]
    difficulty = Difficulty.level(level)

    def image(index: int) -> Image.Image:
        return Image.fromarray(drawn_animal(*animals[index], seed, difficulty, size))

    return _drawn_source(counts, image, "")


def drawn_counts(task: Task, count: int) -> dict[str, int]:
    """How many of each animal `drawn_dogs` draws.

    Raises:
        DatasetError: unknown task, too few or too many pictures.
    """
    check_task(task)
    if not 2 * len(ANIMALS) <= count <= 50_000:
        raise DatasetError(f"Between {2 * len(ANIMALS)} and 50,000 animals can be drawn, not {whole(count)}.")
    dogs = count // 2 if task == "binary" else count
    counts = {breed: dogs // len(BREEDS) + (place < dogs % len(BREEDS)) for place, breed in enumerate(BREEDS)}
    return counts | ({CAT: count - dogs} if task == "binary" else {})


def _drawn_source(counts: dict[str, int], image: Callable[[int], Image.Image], settings: str) -> Source:
    return Source(
        name=DRAWN_DOGS,
        title="Drawn dogs",
        classes=tuple(counts),
        labels=np.repeat(np.arange(len(counts)), list(counts.values())),
        splits=np.full(sum(counts.values()), ""),
        names=[f"{animal} {index + 1}" for animal, number in counts.items() for index in range(number)],
        image=image,
        dogs=frozenset(range(len(BREEDS))),
        other="cat",
        breeds=tuple(range(len(BREEDS))),
        fingerprint=settings and f"{DRAWN_DOGS} {settings}",
        decoded=True,
    )


def pets(progress: Progress | None = None) -> Source:
    """Oxford-IIIT Pet: 37 breeds of cats and dogs, some 200 photographs each (Parkhi et al. 2012); 810 MB.

    Raises:
        DatasetError: it cannot be downloaded.
    """
    from torchvision.datasets import OxfordIIITPet

    root = downloaded("pets", "Oxford-IIIT Pet photographs", PETS_FILES, "oxford-iiit-pet", progress)
    parts = [OxfordIIITPet(root, split) for split in ("trainval", "test")]
    files = [path for part in parts for path in part._images]
    labels = np.array([label for part in parts for label in part._labels])
    dogs = {label for part in parts for label, dog in zip(part._labels, part._bin_labels, strict=True) if dog}
    return Source(
        name=PETS,
        title="Oxford-IIIT Pet",
        classes=tuple(parts[0].classes),
        labels=labels,
        splits=np.repeat(["train", "validation"], [len(part) for part in parts]),
        names=[path.name for path in files],
        image=lambda index: open_picture(files[index], longest_side=LONGEST_SIDE).image,
        dogs=frozenset(dogs),
        other="cat",
        fingerprint=PETS,
    )


def cifar10(progress: Progress | None = None) -> Source:
    """CIFAR-10: ten kinds of things, 6000 pictures of 32 x 32 pixels each (Krizhevsky 2009); 170 MB.

    Raises:
        DatasetError: it cannot be downloaded.
    """
    from torchvision import datasets

    resources = ((datasets.CIFAR10.url, datasets.CIFAR10.tgz_md5),)
    root = downloaded(CIFAR10, "CIFAR-10 pictures", resources, "", progress)
    parts = [datasets.CIFAR10(root, train) for train in (True, False)]
    pictures = np.concatenate([part.data for part in parts])
    return Source(
        name=CIFAR10,
        title="CIFAR-10",
        classes=tuple(parts[0].classes),
        labels=np.concatenate([part.targets for part in parts]),
        splits=np.repeat(["train", "validation"], [len(part.data) for part in parts]),
        names=[f"picture {number + 1}" for number in range(len(pictures))],
        image=lambda index: Image.fromarray(pictures[index]),
        dogs=frozenset([parts[0].classes.index("dog")]),
        fingerprint=CIFAR10,
        decoded=True,
    )


def downloaded(
    name: str,
    what: str,
    resources: Sequence[tuple[str, str]],
    subfolder: str,
    progress: Progress | None,
) -> Path:
    """The folder of a torchvision data set; downloaded, checked and unpacked beside it first if need be.

    Args:
        resources: address and MD5 of each archive, as torchvision lists them.
        subfolder: where torchvision looks for what they hold.

    Raises:
        DatasetError: no connection, or what came is not what was expected.
    """
    from torchvision.datasets.utils import check_integrity, extract_archive

    try:
        root = cache_folder() / "datasets" / name
        if root.is_dir():
            return root
        root.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=root.parent) as temporary:
            folder = Path(temporary) / name
            for url, md5 in resources:
                archive = folder / subfolder / url.rsplit("/", 1)[-1]
                fetch(url, archive, progress=_in_bytes(progress), what=what)
                if not check_integrity(str(archive), md5):
                    raise DatasetError(f"The {what} did not arrive whole (their checksum differs): try again.")
                extract_archive(archive, remove_finished=True)
            with suppress(OSError):  # another process was faster
                folder.replace(root)
            return root
    except DownloadError as error:
        raise DatasetError(str(error)) from error
    except OSError as error:
        raise DatasetError(f"The {what} cannot be unpacked ({error.strerror or error}).") from error


def is_downloaded(name: str) -> bool:
    """Whether a set that has to be downloaded is on this machine."""
    with suppress(DownloadError):
        return (cache_folder() / "datasets" / name).is_dir()
    return False


def _in_bytes(progress: Progress | None) -> Callable[[int, int | None], None] | None:
    return (lambda done, total: progress(done, total or done)) if progress else None


def open_source(
    name: str,
    task: Task = "breeds",
    size: int = 64,
    count: int = 2500,
    level: float = 0.5,
    seed: int = 0,
    progress: Progress | None = None,
    reading: str = "",
    renamed: Renamed = (),
) -> Source:
    """The set of that name, or in the zip or folder at that path.

    Args:
        size, count, level, seed: of drawn dogs; the other sets are what they are.
        reading, renamed: how a zip or folder is understood, see imgcls.data.layouts.labelled.
        progress: called now and then with how much is drawn or downloaded, and of how much.

    Raises:
        DatasetError: there is no such set, or it cannot be used or downloaded.
    """
    if name == DRAWN_DOGS:
        return drawn_dogs(task, count, seed, level, size, progress)
    if name in (PETS, CIFAR10):
        return (pets if name == PETS else cifar10)(progress)
    if os.path.exists(name):
        source = labelled(open_tree(name), reading, renamed)
        return replace(source, fingerprint="") if is_of_class(name) else source  # nothing of it stays in a cache
    if is_of_class(name):
        raise DatasetError("These photos of a class are no longer on the server: choose others.")
    raise DatasetError(f"There is no data set {name!r}: choose drawn-dogs, pets, cifar10, or a zip or folder.")
