"""What belongs to a browser session: its jobs, which end some time after it, and the files that it sends."""

import secrets
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFile

from imgcls import jobs

_BEGUN = "jobs_begun"


def owner() -> str:
    """The name under which this session's jobs run; they end some time after its tab has closed (see runner.GRACE)."""
    name = st.session_state.setdefault("job_owner", secrets.token_hex(8))
    jobs.attend(name, presence())
    return name


def presence() -> Callable[[], bool]:
    """Whether this session's tab is connected, to be asked later and on any thread.

    Streamlit's hooks tell the end of every connection, but not that the same session has come back: so it is asked.
    """
    context = get_script_run_ctx()
    return partial(_connected, context.session_id if context else "")


def _connected(session_id: str) -> bool:
    return not runtime.exists() or bool(runtime.get_instance().is_active_session(session_id))


def start_here(target: str, settings: Mapping[str, Any], *, quick: bool, alone: bool = False) -> jobs.Job:
    """A job for this page. What this session has begun on other pages makes room, since nobody looks at it any more.

    Args:
        alone: what it has begun on this page, too.

    Raises:
        JobRefusedError: it cannot be had; the message is one sentence.
    """
    make_room(quick=quick, alone=alone)
    job = jobs.submit(target, dict(settings), owner=owner(), quick=quick)
    st.session_state.setdefault(_BEGUN, []).append((_page(), job))
    return job


def make_room(*, quick: bool, alone: bool = False) -> None:
    """Ends this session's jobs of other pages (`alone`: of this one, too): none of its own waits for them."""
    begun = [(page, job) for page, job in st.session_state.get(_BEGUN, ()) if not job.status.over]
    for page, job in begun:
        if job.quick == quick and job.owner == owner() and (alone or page != _page()):
            job.cancel()
    st.session_state[_BEGUN] = begun


def _page() -> str:
    context = get_script_run_ctx()
    return context.page_script_hash if context else ""


def arrived(sent: UploadedFile | DeletedFile | None) -> UploadedFile | None:
    """The file that an uploader holds; None also for one that a broken connection, or `drop_upload`, has taken away."""
    return None if isinstance(sent, DeletedFile) else sent


def drop_upload(file: UploadedFile | None) -> None:
    """Frees the memory of a file that has been read; Streamlit would keep it until the session ends."""
    context = get_script_run_ctx()
    if file and context and hasattr(context.uploaded_file_mgr, "remove_file"):  # that of a running server has it
        context.uploaded_file_mgr.remove_file(session_id=context.session_id, file_id=file.file_id)
