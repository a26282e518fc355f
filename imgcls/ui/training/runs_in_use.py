"""Which runs this server has in hand: those with a job, and those that a session looks at; other servers are told."""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable

from imgcls import jobs
from imgcls.store.claims import claims
from imgcls.store.download import DownloadError
from imgcls.training.runs import RunFiles, runs_folder
from imgcls.ui.session import owner

_TELL_SECONDS = 1.0
_MOST_JOBS = 200

# Which job does a run: kept for all sessions, since a page that is reloaded is a new session.
_jobs: OrderedDict[str, str] = OrderedDict()
_open: dict[str, frozenset[str]] = {}  # by session
_guard = threading.Lock()
_telling: threading.Thread | None = None


def job_of(name: str) -> jobs.Job | None:
    """The job that does a run, or did it lately."""
    return jobs.find(_jobs[name]) if name in _jobs else None


def set_job(name: str, job: jobs.Job) -> None:
    """From now on `job` does the run."""
    with _guard:
        _jobs[name] = job.id
        _jobs.move_to_end(name)
        for old in list(_jobs)[:-_MOST_JOBS]:
            if (found := job_of(old)) is None or found.status.over:
                del _jobs[old]
    _tell()


def look_at(names: Iterable[str]) -> None:
    """This session has these runs open."""
    seen = frozenset(names)
    if seen and _open.get(owner()) != seen:
        with _guard:
            _open[owner()] = seen
        _tell()


def held_here() -> frozenset[str]:
    """The names of all runs that must not be removed while this server lives."""
    live, opened = _in_hand()
    return live | opened


def elsewhere(files: RunFiles) -> bool:
    """Whether another server, or a program on a terminal, has the run in hand: queued, running or paused."""
    name = files.folder.name
    if (job := job_of(name)) and not job.status.over:
        return False
    return files.taken or name in claims.others(files.folder.parent).live


def _in_hand() -> tuple[frozenset[str], frozenset[str]]:
    with _guard:
        for session in [session for session in _open if not jobs.attendance.known(session)]:
            del _open[session]
        live = frozenset(name for name in _jobs if (job := job_of(name)) and not job.status.over)
        return live, frozenset().union(*_open.values())


def _tell() -> None:
    """Tells other servers at once, and from now on whenever something has changed: jobs end without a page."""
    global _telling
    try:
        claims.tell(runs_folder(), *_in_hand())
    except DownloadError:  # no folder, no other servers
        return
    with _guard:
        if _telling is None:
            _telling = threading.Thread(target=_keep_telling, name="claims", daemon=True)
            _telling.start()


def _keep_telling() -> None:
    while True:
        time.sleep(_TELL_SECONDS)
        try:
            claims.tell(runs_folder(), *_in_hand())
        except DownloadError:
            continue
