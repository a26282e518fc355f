"""The page's address as the lesson's state: what widgets of our own read from it and write to it."""

import math

import streamlit as st


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
