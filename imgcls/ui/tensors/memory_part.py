"""Which byte goes where: a picture of a few pixels in five layouts, with the addresses that torch reports."""

import streamlit as st
from PIL import Image

from imgcls.ops.tensors import LAYOUTS, memory_order, photo_array
from imgcls.ui.photo import current_photo
from imgcls.ui.shell import choose, code_panel
from imgcls.ui.tensors.memory import memory

ROWS, COLUMNS = 3, 5
STORY = {
    "HWC": "The way image files, PIL and NumPy store it: the three colours of a pixel are adjacent.",
    "CHW, a view": "`permute` moves no byte. It only swaps the strides: the shape changes, the memory does not.",
    "CHW": "`.contiguous()` copies: first all the reds, then all the greens, then all the blues.",
    "NCHW": "A batch of one photo. PyTorch's layers take this shape: photos, channels, rows, columns.",
    "channels_last": "The same shape and the same numbers, in the memory order of HWC. Convolutions are often faster.",
}


def memory_part() -> None:
    """Choose a layout; point at a number in the picture or in memory."""
    layout = choose("Layout", list(LAYOUTS), key="tensors_layout")
    st.markdown(STORY[layout])
    small = current_photo().image.resize((COLUMNS, ROWS), Image.Resampling.BOX)
    array = photo_array(small)
    order = memory_order(array, layout)
    memory(array, order, key="tensors_memory")
    code_panel(
        f"""
        import numpy as np
        import torch
        from PIL import Image

        small = Image.open("photo.png").convert("RGB").resize(({COLUMNS}, {ROWS}), Image.Resampling.BOX)
        array = torch.from_numpy(np.array(small))   # (H, W, 3)
        tensor = {order.code}
        shape, stride = list(tensor.shape), list(tensor.stride())
        last = tensor[tuple(size - 1 for size in tensor.shape)]  # blue of the last pixel
        address = (last.data_ptr() - tensor.data_ptr()) // tensor.element_size()
        """,
        {
            "shape": list(order.facts.shape),
            "stride": list(order.facts.stride),
            "address": int(order.address[-1, -1, -1]),
        },
        functions=(memory_order,),
        photo=True,
        key="memory",
    )
