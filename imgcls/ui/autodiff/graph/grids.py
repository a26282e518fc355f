"""The trace of one convolution and one max-pool, written for the graph's picture: every layer a grid of numbers."""

from typing import Any

from torch import Tensor

from imgcls.numbers import bracketed, written
from imgcls.ops.routes import NAMES, Routes
from imgcls.palette import HUES, colour_table, text_on
from imgcls.ui.autodiff.graph import Cell, words
from imgcls.ui.autodiff.graph.layout import lay_out

CELL, HEAD, GAP = 25, 46, 12
QUANTITY = {"image": "pixel", "kernel": "weight", "convolved": "activation", "pooled": "activation"}


def picture(routes: Routes, turn: int | None, chosen: Cell) -> dict[str, Any]:
    """Everything the component draws after backward step `turn` (None: the last), the chosen cell's routes marked."""
    trace = routes.trace
    turn = trace.backward_steps if turn is None else min(turn, trace.backward_steps)
    heights = [_height(routes.value(name)) for name in NAMES]
    layout = lay_out([node.step.inputs for node in trace.nodes], heights)
    nodes = words.nodes(trace, turn, layout, heights)
    edges = words.edges(trace, turn, layout)
    routed = {term.cell for term in _terms(routes, chosen) if term.arriving}
    reader = trace.arrivals(chosen[0])[0].target
    for i, name in enumerate(NAMES[:-1]):
        value, gradient = routes.value(name), trace.gradient_at(i, turn)
        rows, columns = value.shape
        marks = {chosen[1:]: "chosen"} if i == chosen[0] else dict.fromkeys(routed, "route") if i == reader else {}
        if name == "convolved":
            marks = dict.fromkeys(map(tuple, routes.winners.reshape(-1, 2).tolist()), "winner") | marks
        parts = [
            {"name": "value", "cells": _cells(value, QUANTITY[name], marks)},
            {
                "name": "gradient",
                "cells": _cells(None if gradient is None else gradient[0, 0], "gradient", marks, value),
            },
        ]
        nodes[i] |= {
            "grid": {"cell": CELL, "rows": rows, "columns": columns, "parts": parts},
            "width": 2 * columns * CELL + GAP + 12, "title": name, "name": "", "value": "", "gradient": "",
        }  # fmt: skip
    return {
        "nodes": nodes, "edges": edges, "height": layout.height, "chain": _chain(routes, turn, chosen), "leaves": None,
        "turn": turn, "turns": trace.backward_steps, "caption": caption(routes, turn), "selected": chosen[0],
        "picked": None, "grids": True, "warning": "", "note": _check(routes),
    }  # fmt: skip


def _height(value: Tensor) -> float:
    return HEAD + value.shape[0] * CELL + 8 if value.ndim == 2 else words.NODE_HEIGHT


def _cells(values: Tensor | None, quantity: str, marks: dict, like: Tensor | None = None) -> list[list[str]]:
    """(text, fill, ink, mark) of every cell, rows first; dots where no gradient has arrived."""
    shape = (values if values is not None else like).shape
    table = colour_table(quantity)
    largest = 1.0 if values is None else max(1.0, float(values.abs().max()))
    cells = []
    for row in range(shape[0]):
        for column in range(shape[1]):
            mark = marks.get((row, column), "")
            if values is None:
                cells.append(["·", "transparent", "currentColor", mark])
                continue
            number = float(values[row, column])
            share = (number / largest + 1) / 2 if HUES[quantity].signed else number / largest
            rgb = tuple(int(c) for c in table[round(255 * min(max(share, 0.0), 1.0))])
            cells.append([words.short(number), f"rgb{rgb}", text_on(rgb), mark])
    return cells


def _terms(routes: Routes, chosen: Cell) -> tuple:
    return routes.terms(NAMES[chosen[0]], *chosen[1:])


def _chain(routes: Routes, turn: int, chosen: Cell) -> dict[str, Any]:
    """The chain rule of one cell: the products of what arrives and what it was multiplied with."""
    node, row, column = chosen
    name, next_name = NAMES[node], NAMES[routes.trace.arrivals(node)[0].target]
    cell = f"{name}[{row}, {column}]"
    arrived = routes.trace.gradient_at(node, turn) is not None
    live = [term for term in _terms(routes, chosen) if term.arriving]
    gradient = float(routes.gradient(name)[row, column])
    shown = words.products_added([(term.arriving, term.local) for term in live], gradient)
    factors = list(map(bracketed, shown.operands))
    products = " + ".join(f"{a} · {b}" for a, b in zip(factors[::2], factors[1::2], strict=True)) or "0"
    factors = {
        "image": "kernel value that lay on it",
        "kernel": "image value that lay under it",
        "convolved": "1 if it won its window, else 0",
        "pooled": "1 if it is counted, else 0",
    }
    many = len(_terms(routes, chosen))
    worked = f" = {products} {shown.sign} {shown.result}" if arrived else ": nothing has arrived yet."
    return {
        "heading": f"{cell} = {written(float(routes.value(name)[row, column]))}",
        "plain": f"∂out / ∂{cell}{worked}",
        "terms": [], "recorded": routes.trace.nodes[node].grad_fn, "cut": "",
        "note": f"Each product: the gradient at a cell of {next_name} times the {factors[name]}. "
        f"It takes part in {many} cell{'s' if many > 1 else ''} of {next_name}; gradients arrived at {len(live)}.",
    }  # fmt: skip


def _check(routes: Routes) -> str:
    """How the gradients compare with central differences, and what ties have to do with it."""
    told = (
        f"All 45 gradients were checked numerically: the largest difference is {written(routes.disagreement, 1)}. "
        "No step builds a whole Jacobian: it multiplies what arrives by it at once (a vector-Jacobian product)."
    )
    if routes.ties:
        windows = " and ".join(f"pooled[{row}, {column}]" for row, column in routes.ties)
        told += (
            f" In the window of {windows} the largest value occurs twice: autograd sends the whole gradient to the "
            "first, while a small change up or down makes one or the other the winner."
        )
    return told


def caption(routes: Routes, turn: int) -> str:
    """One sentence about the backward step."""
    places = [f"[{r}, {c}]" for r, c in routes.winners.reshape(-1, 2).tolist()]
    return (
        "Forward pass: 4 × 4 sums, and the largest of each 2 × 2 window is passed on.",
        "Start: the derivative of out with respect to itself is 1.",
        "out passes 1 back to every pooled cell that it counts, and 0 to the others.",
        f"Max-pool passes each gradient back to one winner only: {', '.join(places)}.",
        "The convolution passes each gradient back to the 9 image cells and 9 kernel cells it came from.",
    )[turn]
