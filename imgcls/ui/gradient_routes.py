"""The part of the autodiff lesson that follows the gradients of one convolution and one max-pool."""

import math

import streamlit as st
from torch import Tensor

from imgcls.ops.routes import IMAGES, KERNELS, NAMES, Routes, image_named, kernel_named, routes
from imgcls.ui.components.graph import choice, grids, show
from imgcls.ui.components.slider import live_slider
from imgcls.ui.shell import code_panel

KEY = "autodiff_routes"
LIMITS = {"image": (0, 9), "kernel": (-5, 5)}
OUTPUTS = {
    "the sum": None, "pooled[0, 0]": (0, 0), "pooled[0, 1]": (0, 1), "pooled[1, 0]": (1, 0), "pooled[1, 1]": (1, 1)
}  # fmt: skip


def _cell_key(name: str, row: int, column: int) -> str:
    return f"autodiff_{name}_{row}{column}"


def _edited(name: str, start: Tensor) -> Tensor:
    """`start` with the cells that the student has changed; they are kept by their sliders, and in the address."""
    values = start.clone()
    low, high = LIMITS[name]
    for row in range(start.shape[0]):
        for column in range(start.shape[1]):
            key = _cell_key(name, row, column)
            try:
                number = float(st.session_state.get(f"{key}:slider", st.query_params.get(key, math.nan)))
            except ValueError:
                continue
            if low <= number <= high:
                values[row, column] = round(number)
    return values


def _forget(name: str, side: int) -> None:
    """A new picture or kernel starts without the changes made to the old one."""
    for row in range(side):
        for column in range(side):
            key = _cell_key(name, row, column)
            st.session_state.pop(f"{key}:slider", None)
            st.query_params.pop(key, None)


@st.fragment
def routes_part() -> None:
    """Choose picture, kernel and output; click a cell and move its number; the grids follow."""
    columns = st.columns(4, vertical_alignment="bottom")
    bound = {"bind": "query-params", "persist_state": "session"}
    names = {
        name: columns[i].selectbox(
            name, list(table), key=f"autodiff_{name}", on_change=_forget, args=(name, side), **bound
        )
        for i, (name, table, side) in enumerate((("image", IMAGES, 6), ("kernel", KERNELS, 3)))
    }
    picked = OUTPUTS[columns[2].selectbox("out, the number differentiated", OUTPUTS, key="autodiff_out", **bound)]
    starts = {"image": image_named(names["image"]), "kernel": kernel_named(names["kernel"])}
    choosing = choice(KEY, "routes", 4, len(NAMES))
    if choosing.cell is not None and _exists(*choosing.cell):
        st.session_state[f"{KEY}:cell"] = choosing.cell
    chosen = st.session_state.get(f"{KEY}:cell", (1, 0, 0))
    with columns[3]:
        _cell_slider(chosen, starts)
    followed = routes(_edited("image", starts["image"]), _edited("kernel", starts["kernel"]), picked)
    alt = "An image, a kernel, their convolution and its max-pool, each with its values and its gradients"
    show(grids.picture(followed, choosing.turn, chosen), choosing, key=KEY, alt=alt)
    st.caption(_check(followed))
    _code(followed, picked)


def _cell_slider(chosen: tuple[int, int, int], starts: dict[str, Tensor]) -> None:
    name, row, column = NAMES[chosen[0]], *chosen[1:]
    if name not in starts:
        st.caption("Click a cell of the image or the kernel to change its number.")
        return
    low, high = LIMITS[name]
    start = int(starts[name][row, column])
    live_slider(f"{name}[{row}, {column}]", low, high, start, step=1, digits=0, key=_cell_key(name, row, column))


def _check(followed: Routes) -> str:
    told = f"All 45 gradients against central differences: the largest disagreement is {followed.disagreement:.1e}."
    if followed.ties:
        windows = " and ".join(f"pooled[{row}, {column}]" for row, column in followed.ties)
        told += (
            f" In the window of {windows} the largest value occurs twice: autograd sends all to the first, "
            "while a nudge up and a nudge down each find another winner."
        )
    return told


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
    sides = (6, 3, 4, 2)
    return 0 <= node < len(sides) and 0 <= row < sides[node] and 0 <= column < sides[node]
