"""Sets of photographs that are downloaded once, for everyone on this server."""

import streamlit as st

from imgcls import jobs
from imgcls.data.sources import SOURCES, is_downloaded
from imgcls.plain import markdown
from imgcls.ui.dataset.waiting import progress_of

downloads: dict[str, jobs.Job] = {}  # shared by all sessions: one is enough
_POLL = 0.4  # seconds


def on_this_machine(name: str) -> bool:
    """Whether a set of SOURCES is here; if it is not, a button that downloads it, or how far the download is."""
    if is_downloaded(name):
        return True
    title, megabytes = SOURCES[name]
    job = downloads.get(name)
    running = job is not None and not job.status.over

    @st.fragment(run_every=_POLL if running else None)
    def watch() -> None:
        row = st.container(horizontal=True, vertical_alignment="center")
        if job is None or job.status.over:
            if row.button(
                f"Download it ({megabytes})", icon=":material/download:", type="primary", key=f"download_{name}"
            ):
                _begin(name)
                st.rerun()
            row.caption(f"{title}. It is not on this server yet; once downloaded it is there for everybody.")
        else:
            with row:
                progress_of(job)
            if st.session_state.get(f"download_{name}:mine"):
                row.button("Cancel", icon=":material/close:", key=f"cancel_{name}", on_click=job.cancel)
        if trouble := st.session_state.pop(f"download_{name}:trouble", None):
            st.error(markdown(trouble), icon=":material/block:")
        if job and job.status.sentence:
            st.error(markdown(job.status.sentence), icon=":material/cloud_off:")
        if running and job.status.over:
            st.rerun()

    watch()
    return False


def _begin(name: str) -> None:
    job = downloads.get(name)
    if job is not None and not job.status.over:  # somebody else was faster
        return
    try:
        downloads[name] = jobs.submit(
            "imgcls.training.picture_work:download", {"name": name}, owner=f"download of {name}"
        )
        st.session_state[f"download_{name}:mine"] = True
    except jobs.JobRefusedError as trouble:
        st.session_state[f"download_{name}:trouble"] = str(trouble)
