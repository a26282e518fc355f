"""How far the photo is from the pictures that a network learned from, as a number on the page."""

import streamlit as st

from imgcls.models.world import SHARE, Distance
from imgcls.numbers import fixed, percent, sides


def distance_words(distance: Distance) -> str:
    """The number and what it is measured against."""
    like = percent(SHARE, 0)
    return f"Distance from {distance.of}: **{fixed(distance.value, 2)}**. {like} of pictures like those lie below 1."


def distance_note(distance: Distance | None) -> None:
    """The number with its explanation; nothing where it is not known."""
    if distance is not None:
        st.caption(
            distance_words(distance),
            help="A Mahalanobis distance. The first layers of EfficientNet-Lite0 see the picture at "
            f"{sides(distance.side, distance.side)} pixels; the mean and spread of their {distance.maps} maps are "
            "compared with those of the other pictures.",
        )
