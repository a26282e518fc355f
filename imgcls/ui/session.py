"""What belongs to a browser session: its jobs, which end with it, and the files that it sends."""

import secrets

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFile

from imgcls.training import jobs

GRACE = 15.0  # seconds: a phone that loses its network for a moment keeps its run


def owner() -> str:
    """The name under which this session's jobs run; they are released some seconds after its tab has closed."""
    name = st.session_state.setdefault("job_owner", secrets.token_hex(8))
    _present(name)
    return name


def _left(name: str) -> None:
    jobs.release(name, after=GRACE)


@st.cache_resource(scope="session", on_release=_left, show_spinner=False)
def _present(name: str) -> str:
    jobs.keep(name)  # the hook also fires when the connection breaks for a moment: take the end back
    return name


def arrived(sent: UploadedFile | DeletedFile | None) -> UploadedFile | None:
    """The file that an uploader holds; None also for one that a broken connection, or `drop_upload`, has taken away."""
    return None if isinstance(sent, DeletedFile) else sent


def drop_upload(file: UploadedFile | None) -> None:
    """Frees the memory of a file that has been read; Streamlit would keep it until the session ends."""
    context = get_script_run_ctx()
    if file and context and hasattr(context.uploaded_file_mgr, "remove_file"):  # that of a running server has it
        context.uploaded_file_mgr.remove_file(session_id=context.session_id, file_id=file.file_id)
