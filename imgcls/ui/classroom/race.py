"""A race as the class sees it: for each name its best run, validation accuracy over the seconds of training."""

import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

from imgcls.classroom import Races
from imgcls.classroom.database import digest
from imgcls.classroom.races import Entry
from imgcls.classroom.store import Member
from imgcls.training.follow import Followed
from imgcls.training.runs import RunError, RunFiles, run_folder
from imgcls.ui.training.runs_in_use import elsewhere, job_of

EVERY = 1.0
"""Seconds for which what was read of a class's runs is told to all who ask."""
MOST_POINTS = 40
MOST_CLASSES = 50
Points = tuple[tuple[float, float], ...]
_kept: dict[str, tuple[float, tuple[Entry, ...], list["Lane"]]] = {}
_reading = threading.Lock()


@dataclass(frozen=True)
class Lane:
    """Somebody in a race: their best `run` so far with its `points` (seconds, validation accuracy from 0 to 1), the
    highest of these (`best`, None before the first), and how their newest run stands, with its place in the queue."""

    owner: str
    name: str
    run: str
    points: Points
    best: float | None
    state: Literal["waits", "runs", "over"]
    place: int | None


def lanes(entries: Sequence[Entry]) -> list[Lane]:
    """One for each name, the best first; whoever has learned nothing yet stands at the end."""
    found = []
    for owner, group in groupby(sorted(entries, key=lambda entry: entry.owner), key=lambda entry: entry.owner):
        runs = list(group)  # in the order in which they came: sorting keeps it
        points = {entry.run: written_of(entry.run)[0] for entry in runs}
        run = max(points, key=lambda run: max((accuracy for _, accuracy in points[run]), default=-1.0))
        best = max((accuracy for _, accuracy in points[run]), default=None)
        found.append(Lane(owner, runs[0].name, run, points[run], best, *_state(runs[-1].run)))
    return sorted(found, key=lambda lane: (1.0 if lane.best is None else -lane.best, lane.name))


def written_of(run: str) -> tuple[Points, bool]:
    """Seconds of training and validation accuracy after each epoch that a run has written down; whether it is over."""
    try:
        folder = run_folder(run)
        written = (folder / "history.jsonl").stat()
    except (RunError, OSError):
        return (), False
    return _written(folder, written.st_mtime_ns, written.st_size)


@lru_cache(maxsize=512)
def _written(folder: Path, changed: int, size: int) -> tuple[Points, bool]:
    followed = Followed.of_files(RunFiles(folder))
    points = tuple((record.seconds, record.val_accuracy) for record in followed.whole_evaluations)
    return points, followed.finished is not None


def thinned(points: Points) -> Points:
    """At most MOST_POINTS of them, with the first, the best and the last among them."""
    if len(points) <= MOST_POINTS:
        return points
    best = max(range(len(points)), key=lambda place: points[place][1])
    every = -(-len(points) // (MOST_POINTS - 2))
    return tuple(points[place] for place in sorted({*range(0, len(points), every), best, len(points) - 1}))


def _state(run: str) -> tuple[Literal["waits", "runs", "over"], int | None]:
    job = job_of(run)
    if job and not job.status.over:
        return ("waits", job.status.place) if job.status.state in ("queued", "parked") else ("runs", None)
    with suppress(RunError):
        if not written_of(run)[1] and elsewhere(RunFiles(run_folder(run))):
            return "runs", None  # in another process of this server
    return "over", None


def listing(races: Races, me: Member, token: str) -> dict[str, Any]:
    """What this person sees of their class's race; the runs of all are read once for all who ask within a moment."""
    room, mine = races.classes.room(me.code), digest(token)
    with _reading:
        entries = races.entries(me.code)
        since, of, found = _kept.get(me.code, (-EVERY, (), []))
        if of != entries or time.monotonic() - since >= EVERY:
            found = lanes(entries)
            _kept[me.code] = (time.monotonic(), entries, found)
            while len(_kept) > MOST_CLASSES:
                del _kept[next(iter(_kept))]
    runs = [
        {
            "name": lane.name, "mine": lane.owner == mine, "best": lane.best, "state": lane.state, "place": lane.place,
            "points": [(round(seconds, 2), round(accuracy, 4)) for seconds, accuracy in thinned(lane.points)],
            **({"run": lane.run} if me.teacher else {}),  # whoever knows its name can look at a run
        }
        for lane in found
    ]  # fmt: skip
    return {"seconds": room.race if room else 0, "runs": runs}
