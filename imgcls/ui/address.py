"""The page's address: where the server is found, and what widgets of our own read from it and write to it.

In the browser the app's own files have names from where the page is served (`served` in components/shared.js): a proxy
may have put a path in front that the server never sees. Only what is printed needs a full address made here.
"""

import math

import streamlit as st


def base_path() -> str:
    """Where the app is served by `server.baseUrlPath`: "" or "/lab"."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"/{base}" if base else ""


def full_address(host: str) -> str:
    """The address of the first page of this server under the name `host`, as the options say; ends with a slash."""
    scheme = "https" if st.get_option("server.sslCertFile") else "http"
    return f"{scheme}://{host}:{st.get_option('server.port')}{base_path()}/"


def number_in_address(name: str, low: float, high: float, default: float) -> float:
    """The number under `name` in the address, or `default` if there is none within the limits."""
    number = as_number(st.query_params.get(name), low, high)
    return default if number is None else number


def as_number(candidate: object, low: float, high: float) -> float | None:
    """A finite number within the limits, else None."""
    try:
        number = float(candidate)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):  # the last for a whole number beyond 10^308
        return None
    return number if math.isfinite(number) and low <= number <= high else None


def to_address(name: str, text: str | None) -> None:
    """Write `text` under `name` into the address; None takes it out, as for a default."""
    if text is None:
        if name in st.query_params:
            del st.query_params[name]
    elif st.query_params.get(name) != text:
        st.query_params[name] = text
