"""A race as the class sees it: for each name its best run, validation accuracy over the seconds of training."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any, Literal

from imgcls.classroom import Races
from imgcls.classroom.database import digest
from imgcls.classroom.races import Entry
from imgcls.classroom.store import Member
from imgcls.training.follow import Followed
from imgcls.training.runs import RunError, RunFiles, run_folder
from imgcls.ui.training.runs_in_use import job_of

EVERY = 1.0
"""Seconds for which what was read of a class's runs is told to all who ask."""
MOST_POINTS = 40
MOST_CLASSES = 50
Points = tuple[tuple[float, float], ...]
_kept: dict[str, tuple[float, list["Lane"]]] = {}
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
        points = {entry.run: points_of(entry.run) for entry in runs}
        run = max(points, key=lambda run: max((accuracy for _, accuracy in points[run]), default=-1.0))
        best = max((accuracy for _, accuracy in points[run]), default=None)
        found.append(Lane(owner, runs[0].name, run, points[run], best, *_state(runs[-1].run)))
    return sorted(found, key=lambda lane: (1.0 if lane.best is None else -lane.best, lane.name))


def points_of(run: str) -> Points:
    """Seconds of training and validation accuracy after each epoch of a run that has been written down."""
    try:
        files = RunFiles(run_folder(run))
        written = (files.folder / "history.jsonl").stat()
    except (RunError, OSError):
        return ()
    return _points(files.folder, written.st_mtime_ns, written.st_size)


@lru_cache(maxsize=512)
def _points(folder: Any, changed: int, size: int) -> Points:
    seen = Followed.of_files(RunFiles(folder)).whole_evaluations
    return tuple((record.seconds, record.val_accuracy) for record in seen)


def thinned(points: Points) -> Points:
    """At most MOST_POINTS of them, with the first, the best and the last among them."""
    if len(points) <= MOST_POINTS:
        return points
    best = max(range(len(points)), key=lambda place: points[place][1])
    every = -(-len(points) // (MOST_POINTS - 2))
    return tuple(points[place] for place in sorted({*range(0, len(points), every), best, len(points) - 1}))


def _state(run: str) -> tuple[Literal["waits", "runs", "over"], int | None]:
    job = job_of(run)
    if job is None or job.status.over:
        return "over", None
    status = job.status
    return ("waits", status.place) if status.state in ("queued", "parked") else ("runs", None)


def listing(races: Races, me: Member, token: str) -> dict[str, Any]:
    """What this person sees of their class's race; the runs of all are read once for all who ask within a moment."""
    room, mine = races.classes.room(me.code), digest(token)
    with _reading:
        since, found = _kept.get(me.code, (-EVERY, []))
        if time.monotonic() - since >= EVERY:
            found = lanes(races.entries(me.code))
            _kept[me.code] = (time.monotonic(), found)
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
