"""The run on the page: its job while it trains, its files for good, and its name in the page's address."""

import os
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from imgcls import jobs
from imgcls.data.pictures import Picture
from imgcls.store.download import DownloadError
from imgcls.store.files import why
from imgcls.training.config import TrainConfig
from imgcls.training.evaluate import KeptPictures
from imgcls.training.follow import Followed
from imgcls.training.records import Finished, Started
from imgcls.training.runs import RunError, RunFiles, RunInfo, new_run_folder, new_run_id, run_folder, run_id
from imgcls.ui.address import to_address, went_back
from imgcls.ui.photo import current_photo
from imgcls.ui.session import make_room, owner
from imgcls.ui.training import race
from imgcls.ui.training.runs_in_use import elsewhere, held_here, job_of, look_at, set_job

TARGET = "imgcls.training.trainer:train"
RUN, RUNS = "train_run", "train_runs"
"""Names in the page's address, and in the session: the run shown, and all runs of the session with commas between."""
MOST_RUNS = 12  # of a session in the address
_PROBE_SIDE = 256  # the networks here look at 224 pixels at most
_LOOK_ELSEWHERE = 2.0  # seconds between two looks at the files of a run that another server trains
_NOWHERE = Path(os.devnull)  # there are never files below it


@dataclass
class PageRun:
    """A run and what was heard of it so far.

    `own`: this session may command it. `elsewhere`: another server trains it, or a terminal. `unkept` says why it has
    had no files from the start, "" if it has some.
    """

    id: str
    files: RunFiles
    job: jobs.Job | None
    followed: Followed = field(default_factory=Followed)
    heard: int = 0
    probe: str = ""
    asked: TrainConfig | None = None
    own: bool = True
    elsewhere: bool = False
    unkept: str = ""
    _looked: float = 0.0
    _info: RunInfo | None = None
    _pictures: KeptPictures | None = None

    @property
    def active(self) -> bool:
        """Whether it waits or runs."""
        return self.job is not None and not self.job.status.over

    @property
    def waits(self) -> bool:
        """Whether it has no place: not yet, or not again."""
        return self.job is not None and self.job.state in ("queued", "parked")

    @property
    def config(self) -> TrainConfig | None:
        """What the run was told; None where that cannot be read any more."""
        return self.info.config if self.info else self.asked

    @property
    def info(self) -> RunInfo | None:
        """What belongs to its weights; None before its first step."""
        if self._info is None:
            with suppress(RunError):
                self._info = self.files.info()
        return self._info

    @property
    def pictures(self) -> KeptPictures | None:
        """The validation pictures that were kept with it."""
        if self._pictures is None:
            self._pictures = self.files.pictures()
        return self._pictures

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes; empty before its first step."""
        if self.info:
            return self.info.classes
        return self.followed.started.classes if self.followed.started else ()

    @property
    def can_go_on(self) -> bool:
        """Whether it ended early and has a checkpoint."""
        ended = self.followed.finished
        early = ended is None or ended.reason == "stopped"
        return early and not self.active and not self.elsewhere and (self.files.folder / "checkpoint.pt").is_file()

    @property
    def unsaved(self) -> str:
        """Why the run's files are not written, or not any more; "" while they are."""
        return self.unkept or (self.followed.unsaved.why if self.followed.unsaved else "")

    def send(self, message: Mapping[str, Any], wake: bool = False) -> None:
        """Tells the running job something; `wake`: a run that has given its place away queues for one."""
        if self.job and self.own:
            self.job.send(message, wake)

    def listen(self) -> None:
        """Hears what is new, and shows the network the photo if that has changed."""
        if self.job is None:
            self._look_elsewhere()
            return
        records, self.heard = self.job.records_since(self.heard)
        self.followed.hear(records)
        if not self.active:
            return
        if not self.own:
            self.own = jobs.adopt(self.job, owner())
        if any(isinstance(record, Started) and record.step for record in records):
            self.probe = ""  # it went on in another process, which knows the photo of its start only
        photo = current_photo()
        if self.own and self.followed.started and self.probe != photo.digest:
            self.probe = photo.digest
            self.send({"probe": probe_of(photo)})

    def _look_elsewhere(self) -> None:
        """What another server writes is read now and then."""
        now = time.monotonic()
        if self.elsewhere and now - self._looked >= _LOOK_ELSEWHERE:
            self._looked, self.elsewhere = now, elsewhere(self.files)
            self.followed, self._pictures = Followed.of_files(self.files), None


def probe_of(photo: Picture) -> np.ndarray:
    """The photo, uint8 (H, W, 3), as small as a network here looks at it."""
    small = photo.image.copy()
    small.thumbnail((_PROBE_SIDE, _PROBE_SIDE))
    return np.asarray(small)


def page_run() -> PageRun | None:
    """The run that the session or else the page's address names; None if there is none.

    After Back it is the one that the address names. An address that names none leaves the run on the page: it goes on.
    """
    kept: PageRun | None = st.session_state.get(RUN)
    name = st.query_params.get(RUN)
    if name and (kept is None or (went_back() and name != kept.id)):
        return open_run(name) or kept
    if kept:
        to_address(RUN, kept.id)
        _remember_run(kept.id)
    return kept


def open_run(name: str) -> PageRun | None:
    """Shows another run; None if it is there no more."""
    job = job_of(name)
    try:
        files = RunFiles(run_folder(name))
    except RunError:
        files = RunFiles(_NOWHERE / name)
    if job is None and not files.exists:
        to_address(RUN, None)
        return None
    run = PageRun(name, files, job, own=job is not None and jobs.adopt(job, owner()))
    if job is None or job.status.over:
        run.elsewhere = elsewhere(files)
        run.followed, run.job = Followed.of_files(files), job if job and job.status.sentence else None
        run.heard = job.status.count if run.job else 0
        if job and not files.exists:  # it had none to write: what it said is all there is
            run.followed.hear(job.records)
    _show(run)
    return run


def start(config: TrainConfig) -> str:
    """A new run with these choices in place of the one that is shown; returns one sentence if it cannot be had."""
    before = page_run()
    seconds = race.host.seconds()
    if seconds:
        config = replace(config, seconds=float(seconds))
    try:
        folder, reason = new_run_folder(held_here()), ""
    except (OSError, DownloadError) as error:
        folder, reason = None, why(error) if isinstance(error, OSError) else "it has no folder for runs"
    files = RunFiles(folder or _NOWHERE / new_run_id())
    trouble = _submit(PageRun(run_id(files), files, None, asked=config, unkept=reason), config)
    if not trouble:
        stop(before)
        if seconds:
            race.host.entered(run_id(files))
    elif folder:
        shutil.rmtree(folder, ignore_errors=True)
    return trouble


def go_on(run: PageRun) -> str:
    """From the last checkpoint of a run that ended early; returns one sentence if that cannot be."""
    config = run.config
    if config is None:
        return "The settings of this run cannot be read any more: train anew."
    if elsewhere(run.files):
        run.elsewhere, run.job = True, None
        return "This run is being trained by another server: here you can watch it."
    return _submit(PageRun(run.id, run.files, None, Followed.of_files(run.files), asked=config), config, resume=True)


def _submit(run: PageRun, config: TrainConfig, *, resume: bool = False) -> str:
    photo = current_photo()
    run.probe = photo.digest
    settings = {
        "config": config, "folder": None if run.unkept else str(run.files.folder), "resume": resume,
        "need_files": False, "probe": probe_of(photo),
    }  # fmt: skip
    make_room(quick=False)
    again = None if run.unkept else {"resume": True, "paused": True}
    try:
        run.job = jobs.submit(TARGET, settings, owner=owner(), again=again)
    except jobs.JobRefusedError as trouble:
        return str(trouble)
    set_job(run.id, run.job)
    _show(run)
    return ""


def stop(run: PageRun | None) -> None:
    """Ends a run where it is; what it has learned stays."""
    if run is None or not run.active or not run.own:
        return
    if run.followed.started and not run.waits:
        run.send({"stop": True})
        return
    run.job.cancel()
    if run.followed.steps:  # no process has it: its end is written here
        last, best = run.followed.steps[-1], run.followed.best
        accuracy = best.val_accuracy if best else 0.0
        finished = Finished(last.step, last.epoch, last.seconds, "stopped", accuracy, str(run.files.folder))
        run.followed.hear([finished])
        with suppress(OSError):
            run.files.append(finished)


def _show(run: PageRun) -> None:
    st.session_state[RUN] = run
    to_address(RUN, run.id)
    _remember_run(run.id)


def _remember_run(name: str) -> None:
    names = session_runs()
    if name not in names:
        names = [name, *names][:MOST_RUNS]
        look_at(names)
    st.session_state[RUNS] = names
    to_address(RUNS, ",".join(names) if len(names) > 1 else None)


def session_runs() -> list[str]:
    """The names of this session's runs, the newest first; after a reload those in the page's address."""
    if RUNS not in st.session_state:
        st.session_state[RUNS] = [name for name in st.query_params.get(RUNS, "").split(",") if name][:MOST_RUNS]
    look_at(st.session_state[RUNS])
    return st.session_state[RUNS]


def session_files() -> dict[str, RunFiles]:
    """The files of the session's runs that are still there, by name."""
    found = {}
    for name in session_runs():
        try:
            files = RunFiles(run_folder(name))
        except RunError:
            continue
        if files.exists:
            found[name] = files
    return found
