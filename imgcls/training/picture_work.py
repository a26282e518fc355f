"""Long work on data sets, for worker processes: generators that say how far they are and end with what they found."""

import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, wait
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeVar

from imgcls.data.datasets import Progress
from imgcls.data.picture_cache import Recipe, cache_pictures, open_cached
from imgcls.data.sources import open_source
from imgcls.data.statistics import Duplicate, Summary, duplicates, summarise, with_copy
from imgcls.training.hardest import Hardest, Judge, hardest
from imgcls.training.measured import ALONE, Measured, Measurer, measure, measure_alone

Record = TypeVar("Record")
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
class Cached:
    """The pictures of a recipe lie ready: `open_cached` finds them."""

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
    yield from told(_downloading, lambda progress: open_source(name, progress=progress))


def cache(recipe: Recipe) -> Iterator[Working | Cached]:
    """Draws, reads or downloads the pictures of a recipe and puts them into the cache.

    Raises:
        DatasetError: the set cannot be used.
    """
    what = "Drawing pictures" if recipe.drawn else "Reading pictures"
    yield from told(partial(Working, what), lambda progress: cache_pictures(recipe, progress))
    yield Cached(recipe)


def survey(recipe: Recipe, validation: float | None, seed: int, plant: bool = False) -> Iterator[Working | Survey]:
    """Counts, means and duplicates of a split; with `plant`, of one into which a duplicate was put.

    Raises:
        DatasetError: the set cannot be used.
    """
    yield from _cached(recipe)
    dataset = open_cached(recipe, validation, seed)
    if plant:
        dataset = with_copy(dataset, seed)
    summary = summarise(dataset)
    found = yield from told(partial(Working, "Comparing"), lambda progress: duplicates(dataset, progress))
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
    yield from _cached(recipe)
    dataset = open_cached(recipe, validation, seed)
    judging = partial(Working, "Judging")
    yield (yield from told(judging, lambda progress: hardest(dataset, recipe, judge, run, progress)))


def measure_judge(
    recipe: Recipe, validation: float | None, seed: int, judge: Measurer, run: str = "", changed: float = 0.0
) -> Iterator[Working | Measured]:
    """The answers of a judge on pictures that it has not learned from. Arguments and errors as of `find_hardest`."""
    if judge in ALONE:
        answering = partial(Working, "Answering")
        yield (yield from told(answering, lambda progress: measure_alone(recipe, judge, progress)))
        return
    yield from _cached(recipe)
    dataset = open_cached(recipe, validation, seed)
    answering = partial(Working, "Answering")
    yield (yield from told(answering, lambda progress: measure(dataset, recipe, judge, run, progress)))


def told(record: Callable[[int, int], Record], work: Callable[[Progress], Result]) -> Generator[Record, None, Result]:
    """Does `work` on a thread, yields meanwhile a `record` of how far it is; returns its result, raises its exception.

    When nobody listens any more, the work ends, too.
    """
    outcome: Future[Result] = Future()
    unwanted = threading.Event()
    at: tuple[int, int] | None = None

    def progress(done: int, total: int) -> None:
        nonlocal at
        if unwanted.is_set():
            raise _StoppedError
        at = (done, total)

    def run() -> None:
        try:
            outcome.set_result(work(progress))
        except BaseException as error:
            outcome.set_exception(error)

    threading.Thread(target=run, name=THREAD, daemon=True).start()
    told_at = None
    try:
        while wait([outcome], _TELL_SECONDS).not_done:
            if (now := at) != told_at:
                told_at = now
                yield record(*now)
    finally:
        unwanted.set()
    return outcome.result()


def _downloading(done: int, total: int) -> Working:
    return Working("Checking and unpacking" if done >= total else "Downloading", done, total, "bytes")


def _cached(recipe: Recipe) -> Iterator[Working]:
    if not recipe.ready:
        yield from (record for record in cache(recipe) if isinstance(record, Working))
