"""Prepared data sets on disk, opened without being read: a page shows a hundred pictures of sixty thousand at once."""

import hashlib
import json
import os
import shutil
from collections import OrderedDict
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from imgcls.data.datasets import Dataset, DatasetError, Progress, Skipped, Source, Task, learnable, prepare, split
from imgcls.data.sources import DRAWN_DOGS, open_source
from imgcls.store.class_photos import is_of_class
from imgcls.store.download import DownloadError, cache_folder
from imgcls.store.files import prune, replaced

VERSION = 2
KEPT_FILES, KEPT_BYTES = 60, 4 * 2**30


@dataclass(frozen=True)
class Recipe:
    """What makes the pictures of a data set, apart from their split; see imgcls.data.sources.open_source.

    `count`, `level` and `seed` are of drawn dogs and mean nothing for other sets; `reading` and `renamed` are of
    zips and folders, see imgcls.data.layouts.labelled.
    """

    source: str = DRAWN_DOGS
    task: Task = "breeds"
    size: int = 64
    count: int = 2500
    level: float = 0.5
    seed: int = 0
    reading: str = ""
    renamed: tuple[tuple[str, str], ...] = ()

    @property
    def drawn(self) -> bool:
        """Whether the pictures are drawn by this program."""
        return self.source == DRAWN_DOGS

    @property
    def ready(self) -> bool:
        """Whether the pictures lie in the cache."""
        return all(file.is_file() for file in self._files)

    @property
    def digest(self) -> str:
        """A name for these pictures that changes when they do."""
        facts = asdict(self) | ({} if self.drawn else {"count": 0, "level": 0, "seed": 0})
        with suppress(OSError):  # a zip or folder
            facts["changed"] = stamp(Path(self.source))
        text = json.dumps([VERSION, facts], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    @property
    def _files(self) -> tuple[Path, Path]:
        """The pictures, and what there is to know about them; the second is written last."""
        try:
            folder = Path(self.source).parent if is_of_class(self.source) else cache_folder() / "shelf"
        except DownloadError as error:
            raise DatasetError(str(error)) from error
        return folder / f"{self.digest}.npy", folder / f"{self.digest}.json"

    def read(self, progress: Progress | None = None) -> Source:
        """The source of these pictures."""
        facts = asdict(self) | {"renamed": self.renamed}
        return open_source(facts.pop("source"), **facts, progress=progress)


def stamp(path: Path) -> tuple[int, ...]:
    """Changes when a zip does, or a folder or one of the folders in it. OSError: there is no such path."""
    facts = path.stat()
    if not path.is_dir():
        kept = path.parent == cache_folder() / "own"  # named by its content, and touched whenever it is used
        return facts.st_size, 0 if kept else facts.st_mtime_ns
    with os.scandir(path) as entries:
        inner = [(entry.name, entry.stat().st_mtime_ns) for entry in entries if entry.is_dir(follow_symlinks=False)]
    return facts.st_mtime_ns, int.from_bytes(
        hashlib.sha256(repr(sorted(inner)).encode("utf-8", "replace")).digest()[:8]
    )


def cache_pictures(recipe: Recipe, progress: Progress | None = None) -> None:
    """Makes the pictures of a recipe and keeps them.

    Raises:
        DatasetError: the set cannot be used, or there is no room on the disk.
    """
    if recipe.ready:
        return
    source = recipe.read(progress)
    dataset = prepare(source, recipe.task, recipe.size, None, recipe.seed, progress)
    pictures, facts = recipe._files
    about = {
        "name": dataset.name,
        "title": dataset.title,
        "classes": dataset.classes,
        "labels": dataset.labels.tolist(),
        "splits": source.splits[dataset.chosen].tolist(),
        "names": list(dataset.names),
        "chosen": dataset.chosen.tolist(),
        "skipped": [asdict(skipped) for skipped in dataset.skipped],
    }
    try:
        with replaced(pictures) as part:
            np.save(part, dataset.images, allow_pickle=False)
        with replaced(facts) as part:
            part.write(json.dumps(about).encode())
    except OSError as error:
        raise DatasetError("The server's disk has no room for these pictures.") from error
    if is_of_class(recipe.source) and not Path(recipe.source).is_file():
        shutil.rmtree(pictures.parent, ignore_errors=True)  # the class has ended meanwhile
        raise DatasetError("These photos of a class are no longer on the server: choose others.")
    prune(pictures.parent, "*.npy", KEPT_FILES, KEPT_BYTES)
    for file in facts.parent.glob("*.json"):
        if not file.with_suffix(".npy").is_file():
            file.unlink(missing_ok=True)


def open_cached(recipe: Recipe, validation: float | None = None, seed: int = 0) -> Dataset:
    """The data set with its pictures mapped into memory, split as `prepare` does it with the same numbers.

    `source.image(i)` reads picture i of the set anew, as large as it is.

    Raises:
        DatasetError: the pictures are not there (any more), or the split leaves a part empty.
    """
    whole = _opened(recipe)
    training, held_out = split(whole.labels, whole.source.splits, validation, seed)
    return learnable(replace(whole, training=training, validation=held_out))


_open: OrderedDict[str, Dataset] = OrderedDict()
_MOST_OPEN = 24


def _opened(recipe: Recipe) -> Dataset:
    digest = recipe.digest
    if digest in _open:
        with suppress(KeyError):
            _open.move_to_end(digest)
            return _open[digest]
    pictures, facts = recipe._files
    try:
        images = np.load(pictures, mmap_mode="r", allow_pickle=False)
        about = json.loads(facts.read_bytes())
        os.utime(pictures)
    except (OSError, ValueError, EOFError) as error:
        raise DatasetError("These pictures are no longer on the server: choose them once more.") from error
    labels, names = np.array(about["labels"], np.int64), about["names"]
    chosen = about["chosen"]
    source = Source(
        name=about["name"],
        title=about["title"],
        classes=tuple(about["classes"]),
        labels=labels,
        splits=np.array(about["splits"], str),
        names=names,
        image=lambda index: _source(recipe, digest).image(chosen[index]),
    )
    none = np.empty(0, int)
    skipped = tuple(Skipped(**each) for each in about["skipped"])
    dataset = Dataset(
        source.name, source.title, recipe.task, source.classes, images, labels, none, none, names, skipped, source,
        np.arange(len(labels)),
    )  # fmt: skip
    _open[digest] = dataset
    while len(_open) > _MOST_OPEN:
        _open.popitem(last=False)
    return dataset


@lru_cache(maxsize=12)
def _source(recipe: Recipe, digest: str) -> Source:
    """`digest`: what is on the disk now may be another set than before."""
    return recipe.read()
