"""Results that take a worker process some seconds: computed once for all sessions, watched and cancelled by any."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from imgcls import jobs
from imgcls.plain import markdown
from imgcls.ui.dataset.waiting import progress_of
from imgcls.ui.session import owner, start_here

_POLL = 0.3  # seconds between two looks at a running job
_KEPT = 200
_results: OrderedDict[str, Any] = OrderedDict()
_jobs: dict[str, jobs.Job] = {}
_guard = threading.Lock()


def result_of(
    slot: str,
    target: str,
    settings: Mapping[str, Any],
    *,
    quick: bool = True,
    fresh: bool = False,
    grows: Callable[[Any], None] | None = None,
) -> Any:
    """The last record of the generator `target`; None, with a progress bar in its place, until it is there.

    The page reruns when it is. Settings are compared by their `repr`. Each `slot` of a page wants one result at a time:
    what it wanted before is cancelled. `quick` as in `imgcls.jobs.submit`. `fresh`: the kept result counts no
    more. `grows` shows the newest record below the progress bar.
    """
    wanted = f"{target} {settings!r}"
    _give_up(slot, wanted)
    with _guard:
        if not fresh and wanted in _results:
            _results.move_to_end(wanted)
            return _results[wanted]
        job = _jobs.get(wanted)
    stopped = st.session_state.get(f"{slot}:stopped") == wanted
    if job is None or (job.state in ("cancelled", "released") and not stopped):
        job = _submit(wanted, target, settings, quick)  # also when another session has cancelled it, or has gone
    if job is not None and job.state == "done":
        return _keep(wanted, job)
    if job is not None:
        _watch(slot, wanted, job, grows)
    return None


def forget() -> None:
    """Lets go of all results and jobs, as when the server starts."""
    with _guard:
        _results.clear()
        _jobs.clear()


def _keep(wanted: str, job: jobs.Job) -> Any:
    with _guard:
        _jobs.pop(wanted, None)
        _results[wanted] = job.records[-1]
        while len(_results) > _KEPT:
            _results.popitem(last=False)
        return _results[wanted]


def _submit(wanted: str, target: str, settings: Mapping[str, Any], quick: bool) -> jobs.Job | None:
    try:
        job = start_here(target, settings, quick=quick)
    except jobs.JobRefusedError as trouble:
        st.warning(markdown(str(trouble)))
        return None
    with _guard:
        for each in [each for each, old in _jobs.items() if old.status.over][:-_KEPT]:
            del _jobs[each]  # nobody looks at them any more
        _jobs[wanted] = job
    return job


def _give_up(slot: str, wanted: str) -> None:
    """Stops what this slot wanted before, unless somebody else's session has started it."""
    before = st.session_state.get(f"{slot}:wanted")
    st.session_state[f"{slot}:wanted"] = wanted
    if before not in (None, wanted) and (job := _jobs.get(before)) and job.owner == owner():
        job.cancel()
        _jobs.pop(before, None)


def _watch(slot: str, wanted: str, job: jobs.Job, grows: Callable[[Any], None] | None) -> None:
    running = not job.status.over

    @st.fragment(run_every=_POLL if running else None)
    def live() -> None:
        status = job.status
        jobs.adopt(job, owner())  # if who began it has gone: here somebody waits for it
        if running and status.over:
            st.rerun()
        row = st.container(  # predict/journey.js waits while there is one that is "working"
            horizontal=True, vertical_alignment="center", key=f"{slot}:{'over' if status.over else 'working'}"
        )
        if status.over:
            if status.sentence:
                row.error(markdown(status.sentence), icon=":material/error:")
            else:
                row.caption(":material/stop: Stopped.")
            if row.button("Try again", icon=":material/refresh:", key=f"{slot}:again"):
                st.session_state.pop(f"{slot}:stopped", None)
                _jobs.pop(wanted, None)
                st.rerun()
        else:
            with row:
                progress_of(job)
            row.button(
                "Cancel", icon=":material/close:", key=f"{slot}:cancel", on_click=_cancel, args=(slot, wanted, job)
            )
            if grows and (records := job.records):
                grows(records[-1])

    live()


def _cancel(slot: str, wanted: str, job: jobs.Job) -> None:
    st.session_state[f"{slot}:stopped"] = wanted
    job.cancel()
