"""Where the gradients of one convolution and one max-pool go."""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from torch import Tensor

from imgcls.ops.routes import IMAGES, KERNELS, NAMES, Routes, image_named, kernel_named, routes
from imgcls.ui.address import as_number, in_address, store_of, to_address
from imgcls.ui.autodiff.graph import choices, graph, grids, pressed, step_of
from imgcls.ui.shell import code_panel
from imgcls.ui.stage import Dial, Numbers, stage

KEY = "autodiff_routes"
LIMITS = {"image": (0, 9), "kernel": (-5, 5)}
SIDES = {"image": 6, "kernel": 3, "convolved": 4, "pooled": 2}
OUTPUTS = {
    "the sum": None, "pooled[0, 0]": (0, 0), "pooled[0, 1]": (0, 1), "pooled[1, 0]": (1, 0), "pooled[1, 1]": (1, 1)
}  # fmt: skip


def _cell_name(name: str, row: int, column: int) -> str:
    return f"autodiff_{name}_{row}{column}"


def _cells(name: str) -> list[tuple[int, int]]:
    return [(row, column) for row in range(SIDES[name]) for column in range(SIDES[name])]


def _edited(name: str, start: Tensor) -> Tensor:
    """`start` with the cells that the student has changed; they are kept by their sliders, and in the address."""
    values = start.clone()
    for row, column in _cells(name):
        key = _cell_name(name, row, column)
        text = in_address(key, store_of(key))
        number = as_number(st.session_state.get(store_of(key), text), *LIMITS[name])
        if number is not None:
            values[row, column] = round(number)
    return values


def _forget(name: str) -> None:
    """A new picture or kernel starts without the changes made to the old one."""
    for row, column in _cells(name):
        key = _cell_name(name, row, column)
        st.session_state.pop(store_of(key), None)
        to_address(key, None)


@st.fragment
def routes_part() -> None:
    """Choose picture, kernel and output; click a cell and move its number; the grids follow."""
    columns = st.columns(4)
    bound = {"bind": "query-params", "persist_state": "session"}
    tables = {"image": IMAGES, "kernel": KERNELS}
    names = {
        name: column.selectbox(name, list(table), key=f"autodiff_{name}", on_change=_forget, args=(name,), **bound)
        for column, (name, table) in zip(columns, tables.items(), strict=False)
    }
    picked = OUTPUTS[columns[2].selectbox("out (what we differentiate)", list(OUTPUTS), key="autodiff_out", **bound)]
    starts = {"image": image_named(names["image"]), "kernel": kernel_named(names["kernel"])}
    cell = pressed(KEY, "cell")
    if cell is not None and _exists(*cell):
        st.session_state[f"{KEY}:cell"] = cell
    chosen = st.session_state.get(f"{KEY}:cell", (1, 0, 0))
    dials = _dials(chosen, starts)
    values = {name: _edited(name, start) for name, start in starts.items()}
    alt = "An image, a kernel, their convolution and its max-pool, each with its values and its gradients"

    def picture(numbers: Numbers) -> dict[str, Any]:
        changed = {name: tensor.clone() for name, tensor in values.items()}
        for dial in dials:
            changed[NAMES[chosen[0]]][chosen[1:]] = numbers[dial.name]
        followed = routes(changed["image"], changed["kernel"], picked)
        return {
            KEY: graph(grids.picture(followed, numbers[step_of(KEY)], chosen), key=KEY, alt=alt),
            "routes": followed,
        }

    live = stage("autodiff_cells", [*dials, *choices(KEY, "routes", opens=None)], picture)
    for dial in dials:
        with columns[3]:
            live.show(dial.name)
    live.show(KEY)
    _code(live["routes"], picked)


def _dials(chosen: tuple[int, int, int], starts: Mapping[str, Tensor]) -> list[Dial]:
    """The slider of the chosen cell; none for a cell that is computed."""
    name, (row, column) = NAMES[chosen[0]], chosen[1:]
    if name not in starts:
        return []
    start = int(starts[name][row, column])
    return [Dial(_cell_name(name, row, column), f"{name}[{row}, {column}]", *LIMITS[name], 1, start, digits=0)]


def _code(followed: Routes, picked: tuple[int, int] | None) -> None:
    output = "pooled.sum()" if picked is None else f"pooled[0, 0, {picked[0]}, {picked[1]}]"
    code_panel(
        f"""
        import torch
        import torch.nn.functional as F

        image = torch.tensor({followed.value("image").tolist()}, requires_grad=True)
        kernel = torch.tensor({followed.value("kernel").tolist()}, requires_grad=True)
        convolved = F.conv2d(image[None, None], kernel[None, None])
        pooled = F.max_pool2d(convolved, 2)
        out = {output}
        out.backward()
        kernel_gradient = kernel.grad.flatten().tolist()
        image_gradient = image.grad.flatten().tolist()
        """,
        {f"{name}_gradient": followed.gradient(name).flatten().tolist() for name in ("kernel", "image")},
        functions=(routes,),
        key="routes",
    )


def _exists(node: int, row: int, column: int) -> bool:
    return node < len(NAMES) - 1 and max(row, column) < SIDES[NAMES[node]]
