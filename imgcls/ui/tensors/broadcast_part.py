"""Broadcasting drawn: two shapes, aligned at the right, and the axes that are stretched."""

import math

import streamlit as st

from imgcls.ops.broadcasting import ShapeError, broadcast, parse_shape
from imgcls.plain import markdown
from imgcls.ui.shell import code_panel
from imgcls.ui.tensors.broadcast import broadcast_picture

PAIRS = {
    "column + row": ("3, 1", "1, 4"),
    "matrix + vector": ("3, 4", "4"),
    "photo − its channels' means": ("3, 2, 4", "3, 1, 1"),
    "batch + one bias a channel": ("2, 3, 2, 2", "3, 1, 1"),
    "everything + one number": ("2, 3", ""),
    "a clash": ("3, 4", "3"),
}
MOST = 100  # cells that can be drawn


def _take() -> None:
    if pair := PAIRS.get(st.session_state["tensors_pair"] or ""):
        st.session_state["tensors_a"], st.session_state["tensors_b"] = pair


def broadcast_part() -> None:
    """Type two shapes or choose a pair; then the picture, or PyTorch's own refusal."""
    left, middle, right = st.columns([1, 1, 1.4], vertical_alignment="bottom")
    bound = {"bind": "query-params", "persist_state": "session", "max_chars": 24}
    a_text = left.text_input("shape of a", "3, 1", key="tensors_a", **bound)
    b_text = middle.text_input("shape of b", "1, 4", key="tensors_b", **bound)
    chosen = next((name for name, pair in PAIRS.items() if pair == (a_text, b_text)), None)
    st.session_state["tensors_pair"] = chosen
    right.selectbox(
        "Examples", list(PAIRS), key="tensors_pair", on_change=_take, index=None, placeholder="Examples",
        label_visibility="collapsed",
    )  # fmt: skip
    try:
        a_shape, b_shape = parse_shape(a_text), parse_shape(b_text)
    except ShapeError as trouble:
        st.error(markdown(str(trouble)), icon=":material/edit:")
        return
    made = broadcast(a_shape, b_shape)
    if made.total is not None and made.total.numel() > MOST:
        st.error(f"The sum would have {made.total.numel()} cells; at most {MOST} can be drawn. Choose smaller sizes.")
        return
    broadcast_picture(made, key="tensors_broadcast")
    sizes = f"a = torch.arange({math.prod(a_shape)}).reshape({a_shape})\nb = 10 * torch.arange({math.prod(b_shape)})"
    code = f"import torch\n\n{sizes}.reshape({b_shape})\n"
    if made.total is None:
        code_panel(
            f"{code}sizes = [a.numel(), b.numel()]\n# a + b  raises RuntimeError: {made.trouble}",
            {"sizes": [made.a.numel(), made.b.numel()]}, functions=(broadcast,), key="broadcast",
        )  # fmt: skip
        return
    code_panel(
        f"{code}total = a + b\nshape = list(total.shape)\nnumbers = total.flatten().tolist()\n"
        "stride_of_a = list(a.expand(total.shape).stride())  # 0: the same number again",
        {
            "shape": list(made.total.shape),
            "numbers": made.total.flatten().tolist(),
            "stride_of_a": list(made.strides[0]) if made.strides else [],
        },
        functions=(broadcast,),
        key="broadcast",
    )
