"""Who owns a job: one name a browser session, and the end of its jobs when the session ends."""

import secrets

import streamlit as st

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
