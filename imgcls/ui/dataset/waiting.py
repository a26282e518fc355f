"""How far a job on pictures is."""

import streamlit as st

from imgcls.jobs import Job
from imgcls.numbers import whole
from imgcls.training.picture_work import Working

_MEGA = 1_000_000


def progress_of(job: Job) -> None:
    """One progress bar with what is being done, or the place in the queue."""
    status = job.status
    if status.state == "queued":
        place = f": number {status.place} in the queue" if status.place else ""
        st.caption(f":material/hourglass_top: Waiting for a free worker{place}.")
        return
    told = next((record for record in reversed(job.records) if isinstance(record, Working)), None)
    if told is None:
        st.progress(0.0, "Getting ready")
    elif told.unit == "bytes":
        share = f"{whole(told.done / _MEGA)} of {whole(told.total / _MEGA)} MB"
        st.progress(told.share, f"{told.what}: {share}")
    else:
        st.progress(told.share, f"{told.what}: {whole(told.done)} of {whole(told.total)}")
