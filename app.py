"""The entry point: `streamlit run app.py` finds this ASGI app and serves it."""

import streamlit as st

from imgcls.ui.server import explain, lifespan, middleware, routes

app = st.App(
    "imgcls/ui/navigation.py",
    lifespan=lifespan,
    routes=routes(),
    middleware=middleware(),
    on_script_error=explain,
)
