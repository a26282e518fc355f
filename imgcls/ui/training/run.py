"""The run on the page: its job while it trains, its files for good, and its name in the page's address."""

from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st

from imgcls.data.pictures import Picture
from imgcls.training import jobs
from imgcls.training.config import TrainConfig
from imgcls.training.follow import Followed
from imgcls.training.kept_pictures import KeptPictures
from imgcls.training.runs import RunError, RunFiles, RunInfo, new_run_folder, run_folder, run_id
from imgcls.ui.address import to_address, went_back
from imgcls.ui.photo import current_photo
from imgcls.ui.session import owner

TARGET = "imgcls.training.trainer:train"
RUN, RUNS = "train_run", "train_runs"
"""Names in the page's address, and in the session: the run shown, and all runs of the session with commas between."""
MOST_RUNS = 12  # of a session in the address
_PROBE_SIDE = 256  # the networks here look at 224 pixels at most

# Which job does a run: kept for all sessions, since a page that is reloaded is a new session.
_jobs: OrderedDict[str, str] = OrderedDict()


@dataclass
class PageRun:
    """A run and what was heard of it so far."""

    id: str
    files: RunFiles
    job: jobs.Job | None
    followed: Followed = field(default_factory=Followed)
    heard: int = 0
    probe: str = ""
    asked: TrainConfig | None = None
    own: bool = True
    _info: RunInfo | None = None
    _pictures: KeptPictures | None = None

    @property
    def active(self) -> bool:
        """Whether it waits or runs."""
        return self.job is not None and not self.job.status.over

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
        return self.info.classes if self.info else ()

    @property
    def can_go_on(self) -> bool:
        """Whether it ended early and has a checkpoint."""
        ended = self.followed.finished
        early = ended is None or ended.reason == "stopped"
        return early and not self.active and (self.files.folder / "checkpoint.pt").is_file()

    def send(self, message: Mapping[str, Any]) -> None:
        """Tells the running job something."""
        if self.job and self.own:
            self.job.send(message)

    def listen(self) -> None:
        """Hears what is new, and shows the network the photo if that has changed."""
        if self.job is None:
            return
        records, self.heard = self.job.records_since(self.heard)
        self.followed.hear(records)
        if not self.active:
            return
        if not self.own:
            self.own = jobs.adopt(self.job, owner())
        photo = current_photo()
        if self.own and self.followed.started and self.probe != photo.digest:
            self.probe = photo.digest
            self.send({"probe": probe_of(photo)})


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
    job = jobs.find(_jobs[name]) if name in _jobs else None
    try:
        files = RunFiles(run_folder(name))
    except RunError:
        return None
    if job is None and not files.exists:
        to_address(RUN, None)
        return None
    run = PageRun(name, files, job, own=job is not None and jobs.adopt(job, owner()))
    if job is None or job.status.over:
        run.followed, run.job = Followed.of_files(files), job if job and job.state in ("lost", "failed") else None
        run.heard = job.status.count if run.job else 0
    _show(run)
    return run


def start(config: TrainConfig) -> str:
    """A new run with these choices; returns one sentence if it cannot be had."""
    stop(page_run())
    try:
        files = RunFiles(new_run_folder())
    except OSError as error:
        return f"The server has no room for a run ({error.strerror})."
    return _submit(PageRun(run_id(files), files, None, asked=config), config, resume=False)


def go_on(run: PageRun) -> str:
    """From the last checkpoint of a run that ended early; returns one sentence if that cannot be."""
    config = run.config
    if config is None:
        return "The settings of this run cannot be read any more."
    return _submit(PageRun(run.id, run.files, None, Followed.of_files(run.files), asked=config), config, resume=True)


def _submit(run: PageRun, config: TrainConfig, *, resume: bool) -> str:
    photo = current_photo()
    run.probe = photo.digest
    settings = {"config": config, "folder": str(run.files.folder), "resume": resume, "probe": probe_of(photo)}
    try:
        run.job = jobs.submit(TARGET, settings, owner=owner())
    except jobs.JobRefusedError as trouble:
        return str(trouble)
    _jobs[run.id] = run.job.id
    while len(_jobs) > 200:
        _jobs.popitem(last=False)
    _show(run)
    return ""


def stop(run: PageRun | None) -> None:
    """Ends a run where it is; what it has learned stays."""
    if run is None or not run.active or not run.own:
        return
    if run.followed.started:
        run.send({"stop": True})
    else:
        run.job.cancel()


def _show(run: PageRun) -> None:
    st.session_state[RUN] = run
    to_address(RUN, run.id)
    _remember_run(run.id)


def _remember_run(name: str) -> None:
    names = session_runs()
    if name not in names:
        names = [name, *names][:MOST_RUNS]
    st.session_state[RUNS] = names
    to_address(RUNS, ",".join(names) if len(names) > 1 else None)


def session_runs() -> list[str]:
    """The names of this session's runs, the newest first; after a reload those in the page's address."""
    if RUNS not in st.session_state:
        st.session_state[RUNS] = [name for name in st.query_params.get(RUNS, "").split(",") if name][:MOST_RUNS]
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
