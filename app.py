"""The entry point: `streamlit run app.py` finds this ASGI app and serves it."""

import os

import streamlit as st

from imgcls.jobs.workers import SPINS

os.environ.setdefault("GOMP_SPINCOUNT", SPINS)  # read when torch is loaded, which the next line does

from imgcls.ui.server import explain, lifespan, middleware, routes

app = st.App(
    "imgcls/ui/navigation.py",
    lifespan=lifespan,
    routes=routes(),
    middleware=middleware(),
    on_script_error=explain,
)
