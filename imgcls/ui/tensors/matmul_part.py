"""A part of the tensors lesson: a matrix product cell by cell, with numbers to change, and a dense layer as one."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st
import torch
from PIL import Image
from streamlit.delta_generator import DeltaGenerator
from torch import Tensor

from imgcls.data.samples import load_sample
from imgcls.numbers import sides, whole
from imgcls.ops.batches import squared
from imgcls.ops.matmul import Product, grey_rows, matmul
from imgcls.ui.address import as_number
from imgcls.ui.components.words import words
from imgcls.ui.memo import remember
from imgcls.ui.photo import current_photo
from imgcls.ui.shell import choose, code_panel
from imgcls.ui.stage import Dial, Numbers, Setting, stage
from imgcls.ui.tensors.matmul import Entries, matmul_picture

VIEW, WAY = "tensors_product", "tensors_matmul"
NUMBERS, LAYER = "two matrices", "a dense layer on photos"
MOST_ROWS, MOST_INNER, LIMIT = 4, 6, 9
A = ((1, 2, 0, 1, -1, 2), (3, -1, 2, 0, 1, 1), (0, 4, -2, 1, 2, 0), (2, 1, 1, -3, 0, 1))
B = ((2, 0, 1, -1), (1, 3, -2, 2), (4, 1, 0, 2), (1, -1, 2, 0), (0, 2, 1, 1), (-2, 1, 0, 3))
SIZES = (
    Dial("tensors_rows", "rows of A", 1, MOST_ROWS, 1, 2, 0),
    Dial("tensors_inner", "columns of A", 1, MOST_INNER, 1, 3, 0),
    Dial("tensors_brows", "rows of B", 1, MOST_INNER, 1, 3, 0),
    Dial("tensors_columns", "columns of B", 1, MOST_ROWS, 1, 4, 0),
)
PHOTOS = Dial("tensors_photos", "photos in the batch", 1, 4, 1, 3, 0)
COMPANY, SIDE = ("cat", "coffee", "rocket"), 2
CLASSES = ("light above", "light at the left")
WEIGHTS = ((1, 1), (1, -1), (-1, 1), (-1, -1))  # W.T: above minus below, left minus right
BIAS = (0.1, -0.1)
THUMBNAIL = 72


def entries(name: str, start: Sequence[Sequence[float]], digits: int = 0) -> Setting:
    """The numbers of a matrix as a row of a stage's table, row after row, in the address as "1_0_-2"."""
    first = tuple(float(number) for row in start for number in row)

    def read(told: object) -> tuple[float, ...] | None:
        told = told[:300].split("_") if isinstance(told, str) else told
        if not isinstance(told, list | tuple) or len(told) != len(first):
            return None
        numbers = [number for each in told if (number := as_number(each, -LIMIT, LIMIT)) is not None]
        return tuple(round(number, digits) + 0.0 for number in numbers) if len(numbers) == len(told) else None

    return Setting(name, VIEW, first, read, lambda numbers: "_".join(f"{number:g}" for number in numbers))


def _place(told: object) -> tuple[int, int] | None:
    """Row and column of a cell of the result, in a message or as "1_0" in the address."""
    told = told[:9].split("_") if isinstance(told, str) else told
    if not isinstance(told, list | tuple) or len(told) != 2:
        return None
    row, column = (as_number(each, 0, MOST_ROWS - 1) for each in told)
    return None if row is None or column is None else (int(row), int(column))


CELL = Setting("tensors_cell", VIEW, (0, 0), _place, lambda cell: f"{cell[0]}_{cell[1]}")
ENTRIES = (entries("tensors_ma", A), entries("tensors_mb", B))
LAYER_ENTRIES = (entries("tensors_mw", WEIGHTS, 1), entries("tensors_mbias", (BIAS,), 1))


@st.fragment
def matmul_part() -> None:
    """Two matrices of whole numbers, or photos times the weights of a dense layer."""
    with st.container(horizontal=True, vertical_alignment="center"):
        way = choose("What is multiplied", [NUMBERS, LAYER], key=WAY)
        beside = st.container(width=300)
    if way == NUMBERS:
        _two_matrices()
    else:
        _layer(beside)


def two_matrices(numbers: Mapping[str, Any]) -> Product:
    """A @ B in the sizes, and with the numbers, of the moment."""
    rows, inner, b_rows, columns = (numbers[dial.name] for dial in SIZES)
    a = torch.tensor(numbers["tensors_ma"], dtype=torch.float64).reshape(MOST_ROWS, MOST_INNER)[:rows, :inner]
    b = torch.tensor(numbers["tensors_mb"], dtype=torch.float64).reshape(MOST_INNER, MOST_ROWS)[:b_rows, :columns]
    return matmul(a, b)


def _two_matrices() -> None:
    def picture(numbers: Numbers) -> dict[str, Any]:
        made = two_matrices(numbers)
        edited = [
            Entries(row.name, numbers[row.name], width, -LIMIT, LIMIT, 1)
            for row, width in zip(ENTRIES, (MOST_INNER, MOST_ROWS), strict=True)
        ]
        cell = inside(numbers[CELL.name], made)
        drawn = matmul_picture(made, *edited, None, cell=cell, sets=CELL.name, titles=("A", "B", "A @ B"))
        return {VIEW: drawn, f"{VIEW}_words": words(_about(made)), "made": made}

    live = stage("tensors_mm", (*SIZES, *ENTRIES, CELL), picture)
    with st.container(key="two_abreast"):
        for column, dial in zip(st.columns(4), SIZES, strict=True):
            with column:
                live.show(dial.name)
    live.show()
    _code(live["made"], inside(live.numbers[CELL.name], live["made"]))


def _about(made: Product) -> str:
    if made.terms is None:
        return (
            f"A has **{made.a.shape[1]}** columns and B **{made.b.shape[0]}** rows. A row of A and a column of B must "
            "have the same length, or their numbers cannot be paired."
        )
    rows, columns, inner = made.terms.shape
    return (
        f"({rows}, **{inner}**) @ (**{inner}**, {columns}) → ({rows}, {columns}): the inner sizes agree and vanish. "
        f"Each cell of the result is a row of A times a column of B. In all that takes {sides(rows, columns, inner)} "
        f"= {whole(made.terms.numel())} multiplications."
    )


def _layer(beside: DeltaGenerator) -> None:
    photo = current_photo()
    company: list[Image.Image] = remember(
        "tensors_layer_photos", photo.digest, lambda: [photo.image, *(load_sample(each).image for each in COMPANY)]
    )
    x = grey_rows(company, SIDE)
    small = [np.asarray(squared(each, THUMBNAIL).convert("RGB")) for each in company]

    def picture(numbers: Numbers) -> dict[str, Any]:
        count = numbers[PHOTOS.name]
        weights, bias = (torch.tensor(numbers[row.name], dtype=torch.float64) for row in LAYER_ENTRIES)
        made = matmul(x[:count], weights.reshape(-1, len(CLASSES)), bias)
        edited = [Entries(row.name, numbers[row.name], len(CLASSES), -LIMIT, LIMIT, 0.1) for row in LAYER_ENTRIES]
        drawn = matmul_picture(
            made, None, *edited, cell=inside(numbers[CELL.name], made), sets=CELL.name,
            titles=("x", "W.T", "x @ W.T + b"), rows=["your photo", *COMPANY][:count], columns=CLASSES,
            photos=small[:count],
        )  # fmt: skip
        return {VIEW: drawn, f"{VIEW}_words": words(_about_layer(count)), "made": made}

    live = stage("tensors_mm_layer", (PHOTOS, *LAYER_ENTRIES, CELL), picture)
    with beside:
        live.show(PHOTOS.name)
    live.show()
    _layer_code(live["made"])


def _about_layer(count: int) -> str:
    pixels, classes = SIDE * SIDE, len(CLASSES)
    return (
        f"Each photo is shrunk to {sides(SIDE, SIDE)} grey pixels and laid out in **one row of x**. **nn.Linear("
        f"{pixels}, {classes})** keeps its weights as W with the shape ({classes}, {pixels}), one row for each class, "
        f"and computes **x @ W.T + b**: ({count}, {pixels}) @ ({pixels}, {classes}) → ({count}, {classes}). These two "
        "classes are made by hand: one adds the upper pixels and takes off the lower ones, the other does so with left "
        "and right. Training finds such weights by itself."
    )


def _rows(numbers: Tensor) -> str:
    """A matrix as Python writes it, a row a line."""
    lines = [f"[{', '.join(f'{number:.4g}' for number in row)}]" for row in numbers.tolist()]
    return "[" + ",\n    ".join(lines) + "]"


def inside(cell: tuple[int, int], made: Product) -> tuple[int, int]:
    """The cell, or the nearest to it that the result has."""
    return min(cell[0], made.a.shape[0] - 1), min(cell[1], made.b.shape[1] - 1)


def _code(made: Product, cell: tuple[int, int]) -> None:
    code = f"import torch\n\nA = torch.tensor({_rows(made.a)}).float()\nB = torch.tensor({_rows(made.b)}).float()\n"
    if made.result is None:
        code += f"inner = [A.shape[1], B.shape[0]]\n# A @ B  raises RuntimeError: {made.trouble}"
        _panel(code, {"inner": [made.a.shape[1], made.b.shape[0]]}, matmul)
        return
    row, column = cell
    code += (
        "C = A @ B  # torch.matmul(A, B)\n"
        f"cell = (A[{row}] * B[:, {column}]).sum().item()  # one cell: a row of A times a column of B\n"
        "shape, numbers = list(C.shape), C.flatten().tolist()"
    )
    numbers = made.result.flatten().tolist()
    shows = {"shape": list(made.result.shape), "numbers": numbers, "cell": float(made.result[cell])}
    _panel(code, shows, matmul)


def _layer_code(made: Product) -> None:
    if made.result is None or made.bias is None:
        raise ValueError("A layer's sizes agree, and it has a bias.")
    bias = ", ".join(f"{number:.4g}" for number in made.bias.tolist())
    code = (
        f"import torch\n\nx = torch.tensor({_rows(made.a)})   # a photo a row, grey pixels from 0 to 1\n"
        f"W = torch.tensor({_rows(made.b.T)}).float()   # a class a row, as nn.Linear keeps it\n"
        f"b = torch.tensor([{bias}])\n"
        "scores = (x @ W.T + b).flatten().tolist()\n\n"
        f"layer = torch.nn.Linear({made.a.shape[1]}, {made.b.shape[1]})\n"
        "layer.weight.data, layer.bias.data = W, b\n"
        "by_the_layer = layer(x).flatten().tolist()   # the same"
    )
    scores = made.result.flatten().tolist()
    _panel(code, {"scores": scores, "by_the_layer": scores}, matmul, grey_rows)


def _panel(code: str, shows: Mapping[str, Any], *functions: Callable) -> None:
    code_panel(code, shows, functions=functions, key="matmul")
