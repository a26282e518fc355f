"""A small training beside the server, on a page: start it, watch it live, stop it, run it again."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from imgcls import jobs
from imgcls.numbers import whole
from imgcls.plain import markdown
from imgcls.ui.session import start_here

POLL = 0.4  # seconds between two looks at a running job


def experiment(
    label: str,
    target: str,
    settings: Mapping[str, Any],
    draw: Callable[[Sequence[Any]], None],
    *,
    key: str,
    step: str = "epoch",
    idle: str = "It trains on this server, in a process of its own, for a few seconds.",
) -> None:
    """A start button for the generator `target` ("module:function") with `settings`; `draw` shows its records so far.

    The job runs in a worker process. Its records stay when it is over, until it is started again. Records must have
    `epoch` and `of`, for the progress bar; `step` is what they count. `idle` stands beside the button before a start.
    """
    job: jobs.Job | None = st.session_state.get(f"{key}:job")
    running = job is not None and not job.status.over

    @st.fragment(run_every=POLL if running else None)
    def live() -> None:
        status = job.status if job else None
        row = st.container(horizontal=True, vertical_alignment="center", key=f"{key}:buttons")
        if row.button(label, icon=":material/play_arrow:", type="primary", disabled=running, key=f"{key}:go"):
            _start(target, settings, key)
        if row.button("Stop", icon=":material/stop:", disabled=not running, key=f"{key}:stop") and job:
            job.cancel()
        records = job.records if job else []
        with row:
            _say(status, records, step, idle)
        if trouble := st.session_state.pop(f"{key}:trouble", None):
            st.warning(markdown(trouble))
        if records:
            draw(records)
        if running and status and status.over:
            st.rerun()  # no more looking

    live()


def _start(target: str, settings: Mapping[str, Any], key: str) -> None:
    try:
        st.session_state[f"{key}:job"] = start_here(target, settings, quick=True, alone=True)
    except jobs.JobRefusedError as trouble:
        st.session_state[f"{key}:trouble"] = str(trouble)
    st.rerun()


def _say(status: jobs.JobStatus | None, records: Sequence[Any], step: str, idle: str) -> None:
    """One line on where the job stands."""
    if status is None:
        st.caption(idle)
    elif status.state == "queued":
        place = f": number {status.place} in the queue" if status.place else ""
        st.caption(f":material/hourglass_top: Waiting for a free worker{place}.")
    elif status.state == "running":
        last = records[-1] if records else None
        share = last.epoch / last.of if last else 0.0
        st.progress(share, f"{step} {last.epoch} of {last.of}" if last else "getting ready")
    elif status.state == "done":
        st.caption(f":material/check: Done in {whole(status.seconds)} s.")
    elif status.state == "cancelled":
        st.caption(":material/stop: Stopped.")
    elif status.state == "released":
        st.caption(f":material/stop: {status.sentence}")
    else:
        st.error(markdown(status.sentence))
