"""The autograd graph as a picture: nodes left to right, the backward pass step by step, the chain rule in numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st
from torch import Tensor

from imgcls.ops.autodiff import Trace
from imgcls.ui.components import declare, ignore, sent
from imgcls.ui.components.graph import words
from imgcls.ui.components.graph.layout import lay_out

_mount = declare("graph")


@dataclass(frozen=True)
class Choice:
    """What the student has chosen in the picture.

    `turn` is the backward step. `picked` is the node clicked (None: follow the backward pass). `cut` is a node whose
    detach button was just pressed, `cell` a (node, row, column) just clicked; both are None in later runs.
    """

    turn: int
    picked: int | None
    cut: int | None
    cell: tuple[int, int, int] | None


def choice(key: str, about: str, turns: int, nodes: int) -> Choice:
    """Read the choice for a picture with backward steps 0 to `turns` and that many `nodes`, and keep it in the address.

    A picture of something else (`about` changed) starts at the end of its backward pass again.
    """
    store = st.session_state.setdefault(f"{key}:choice", {})
    if store.get("about") != about:
        fresh = "about" not in store
        store.update(about=about, turn=None, picked=None)
        if fresh:  # the page was opened by its address
            store.update(
                turn=_number(st.query_params.get(f"{key}_step")), picked=_number(st.query_params.get(f"{key}_node"))
            )
    cut = cell = None
    news = sent(key)
    if news.get("seq") != store.get("seq"):
        store["seq"] = news.get("seq")
        turn = _number(news.get("turn"))
        store.update(turn=None if turn == turns else turn, picked=_number(news.get("selected")))
        cut = _number(news.get("cut"))
        cell = _cell(news.get("cell"))
    turn = turns if store["turn"] is None else min(max(store["turn"], 0), turns)
    picked = store["picked"] if store["picked"] is not None and 0 <= store["picked"] < nodes else None
    _to_address(f"{key}_step", None if turn == turns else turn)
    _to_address(f"{key}_node", picked)
    return Choice(turn, picked, cut if cut is not None and 0 <= cut < nodes else None, cell)


def graph(
    trace: Trace,
    chosen: Choice,
    *,
    key: str,
    alt: str,
    differences: Mapping[str, Tensor] | None = None,
    caption: str = "",
) -> None:
    """Show the trace of an expression at a backward step, with the leaves beside their central `differences`."""
    steps = [node.step for node in trace.nodes]
    heights = words.node_heights(steps)
    layout = lay_out([step.inputs for step in steps], heights)
    selected = words.selection(trace, chosen.turn) if chosen.picked is None else chosen.picked
    show(
        {
            "nodes": words.nodes(trace, chosen.turn, layout, heights),
            "edges": words.edges(trace, chosen.turn, layout),
            "height": layout.height,
            "chain": words.chain_rule(trace, selected, chosen.turn),
            "leaves": words.leaf_table(trace, differences) if differences is not None else None,
            "turns": trace.backward_steps,
            "caption": caption or words.step_caption(trace, chosen.turn),
            "selected": selected,
        },
        chosen,
        key=key,
        alt=alt,
    )


def show(picture: Mapping[str, Any], chosen: Choice, *, key: str, alt: str) -> None:
    """Mount the component with a picture made by `words` (numbers) or `grids` (small tensors)."""
    answers = {"turn": chosen.turn, "picked": chosen.picked, "alt": alt, "ack": sent(key).get("seq")}
    _mount(key=key, data={**picture, **answers}, default={"value": None}, on_value_change=ignore)


def _number(candidate: object) -> int | None:
    try:
        return int(candidate)  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError):
        return None


def _cell(candidate: object) -> tuple[int, int, int] | None:
    numbers = [_number(part) for part in candidate.split(",")] if isinstance(candidate, str) else []
    return tuple(numbers) if len(numbers) == 3 and None not in numbers else None  # type: ignore[return-value]


def _to_address(name: str, number: int | None) -> None:
    if number is None:
        if name in st.query_params:
            del st.query_params[name]
    elif st.query_params.get(name) != str(number):
        st.query_params[name] = str(number)
