"""The triangle of the softmax lesson: its point follows the sliders, and dragging it sets them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st
import torch

from imgcls.ops.softmax import centred_logits
from imgcls.ui.components.sliders import Drawing, SliderRows, drawing_fields, set_sliders
from imgcls.ui.live import offer
from imgcls.ui.packet import pack
from imgcls.ui.softmax.pictures import SIMPLEX, temperature_of, triangle
from imgcls.ui.softmax.simplex import point_of, simplex, simplex_dragged


def follow_triangle(rows: SliderRows) -> bool:
    """Set the sliders to logits whose softmax is where the triangle's point was dragged; whether it was."""
    dragged = simplex_dragged(SIMPLEX)
    if dragged is None or len(rows.numbers) != 3:
        return False
    point, final = dragged
    set_sliders(rows.key, logits_at(point, rows), final=final)
    return True


def triangle_part(rows: SliderRows, names: list[str], drawing: Drawing) -> None:
    """The triangle for three classes, or a way to have three."""
    if len(names) != 3:
        st.info(
            f"Three probabilities that add up to 1 are a point in a triangle; {len(names)} classes need "
            f"{len(names) - 1} dimensions.",
            icon=":material/change_history:",
        )
        three = [*rows.numbers, 0.0][:3]
        st.button("Use three classes", on_click=set_sliders, args=(rows.key, three), type="primary")
        return
    simplex(
        names,
        **drawing.beside[SIMPLEX],
        key=SIMPLEX,
        ask=offer(SIMPLEX, _answer(rows, names)),
        alt="A triangle with one class at each corner; drag the point, or move it with the arrow keys.",
    )
    st.caption(
        "Drag the point. Violet: its path as T goes from ∞ (middle) to 0 (a corner). Dashed: where argmax changes."
    )


def logits_at(point: Sequence[float], rows: SliderRows) -> list[float]:
    """Logits within the sliders' limits whose softmax, at the present temperature, is `point`; their mean stays."""
    middle = sum(rows.numbers) / 3  # softmax forgets a constant, so the logits may keep theirs
    logits = temperature_of(rows) * centred_logits(torch.tensor(point, dtype=torch.float64)) + middle
    return [round(z, 2) for z in logits.clamp(rows.low, rows.high).tolist()]


def _answer(rows: SliderRows, names: list[str]) -> Callable[[Mapping[str, Any]], bytes]:
    def answer(question: Mapping[str, Any]) -> bytes:
        point = point_of(question)
        if point is None:
            raise ValueError("These are not three probabilities.")
        moved = replace(rows, numbers=tuple(logits_at(point, rows)))
        drawing = triangle(moved, names)
        news = {rows.key: drawing_fields(drawing) | {"numbers": list(moved.numbers), "beside": {}}}
        return pack({"beside": news | drawing.beside})

    return answer
