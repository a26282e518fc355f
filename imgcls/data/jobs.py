"""Long work on data sets, for worker processes: generators that say how far they are and end with what they found."""

import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Literal, TypeVar

from imgcls.data.datasets import Progress
from imgcls.data.hardest import Hardest, Judge, hardest
from imgcls.data.shelf import Recipe, open_shelf, put_on_shelf
from imgcls.data.sources import open_source
from imgcls.data.statistics import Duplicate, Summary, duplicates, summarise

Result = TypeVar("Result")
_TELL_SECONDS = 0.15
THREAD = "work on pictures"


@dataclass(frozen=True)
class Working:
    """What is being done, and how much of it is done."""

    what: str
    done: int
    total: int
    unit: Literal["pictures", "bytes"] = "pictures"

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return min(1.0, self.done / max(1, self.total))


@dataclass(frozen=True)
class Shelved:
    """The pictures of a recipe lie ready: `open_shelf` finds them."""

    recipe: Recipe


@dataclass(frozen=True, eq=False)
class Survey:
    """Counts and means of a split, and the pictures that are in both parts."""

    summary: Summary
    duplicates: tuple[Duplicate, ...]


class _StoppedError(Exception):
    """Raised inside the work when nobody waits for it any more."""


def download(name: str) -> Iterator[Working]:
    """Downloads one of imgcls.data.sources.SOURCES.

    Raises:
        DatasetError: no connection, or what came is not what was expected.
    """
    yield from _told("Downloading", lambda progress: open_source(name, progress=progress), "bytes")


def shelve(recipe: Recipe) -> Iterator[Working | Shelved]:
    """Draws, reads or downloads the pictures of a recipe and puts them on the shelf.

    Raises:
        DatasetError: the set cannot be used.
    """
    what = "Drawing pictures" if recipe.drawn else "Reading pictures"
    yield from _told(what, lambda progress: put_on_shelf(recipe, progress))
    yield Shelved(recipe)


def survey(recipe: Recipe, validation: float | None, seed: int) -> Iterator[Working | Survey]:
    """Counts, means and duplicates of a split.

    Raises:
        DatasetError: the set cannot be used.
    """
    yield from _on_shelf(recipe)
    dataset = open_shelf(recipe, validation, seed)
    summary = summarise(dataset)
    found = yield from _told("Comparing", lambda progress: duplicates(dataset, progress))
    yield Survey(summary, found)


def find_hardest(
    recipe: Recipe, validation: float | None, seed: int, judge: Judge, run: str = "", changed: float = 0.0
) -> Iterator[Working | Hardest]:
    """The validation pictures that a judge gets most wrong.

    Args:
        run: the folder of the run that judges; `changed`: when its weights did, so that a longer run is another judge.

    Raises:
        DatasetError: the set cannot be used.
        ValueError: the judge cannot judge it.
    """
    yield from _on_shelf(recipe)
    dataset = open_shelf(recipe, validation, seed)
    yield (yield from _told("Judging", lambda progress: hardest(dataset, recipe, judge, run, progress)))


def _on_shelf(recipe: Recipe) -> Iterator[Working]:
    if not recipe.ready:
        yield from (record for record in shelve(recipe) if isinstance(record, Working))


def _told(
    what: str, work: Callable[[Progress], Result], unit: Literal["pictures", "bytes"] = "pictures"
) -> Generator[Working, None, Result]:
    """Does `work` on a thread and yields meanwhile how far it is; when nobody listens any more, the work ends, too."""
    state: dict[str, object] = {}
    over, unwanted = threading.Event(), threading.Event()

    def progress(done: int, total: int) -> None:
        if unwanted.is_set():
            raise _StoppedError
        state["at"] = (done, total)

    def run() -> None:
        try:
            state["result"] = work(progress)
        except BaseException as error:
            state["error"] = error
        finally:
            over.set()

    threading.Thread(target=run, name=THREAD, daemon=True).start()
    told_at = None
    try:
        while not over.wait(_TELL_SECONDS):
            if (at := state.get("at")) and at != told_at:
                told_at = at
                finished = unit == "bytes" and at[0] >= at[1]
                yield Working("Checking and unpacking" if finished else what, *at, unit)
    finally:
        unwanted.set()
    if "error" in state:
        raise state["error"]  # type: ignore[misc]
    return state["result"]  # type: ignore[return-value]
