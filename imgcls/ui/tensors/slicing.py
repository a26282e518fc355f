"""Index and slice the photo: the code, the facts, and the crop follow the finger."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from imgcls.ops.tensors import cut, facts, photo_tensor
from imgcls.ui.components.slicer import ranges_from, read_slicer, slicer, slicer_answer
from imgcls.ui.live import offer
from imgcls.ui.packet import pack
from imgcls.ui.photo import current_photo
from imgcls.ui.shell import code_panel

KEY = "tensors_slice"


@st.fragment
def slicing() -> None:
    """The photo as a tensor (3, H, W), a rectangle on it, and the slice that it stands for."""
    image = current_photo().image
    photo = photo_tensor(image)
    height, width = photo.shape[1:]

    def answer(question: Mapping[str, Any]) -> bytes:
        asked = ranges_from(question, height, width)
        if asked is None:
            raise ValueError("These ranges do not fit the photo.")
        made = slicer_answer(cut(photo, asked.rows, asked.columns, asked.step, asked.channel), photo)
        return pack(made["fields"], crop=made["crop"])

    ranges = read_slicer(KEY, height, width)
    made = cut(photo, ranges.rows, ranges.columns, ranges.step, ranges.channel)
    slicer(image, ranges, slicer_answer(made, photo), ask=offer(KEY, answer), key=KEY)
    code_panel(
        f"""
        import numpy as np
        import torch
        from PIL import Image

        array = torch.from_numpy(np.array(Image.open("photo.png").convert("RGB")))  # (H, W, 3), as files hold it
        photo = array.permute(2, 0, 1)                                             # (3, H, W), the same memory
        part = {made.code}
        shape, stride = list(part.shape), list(part.stride())
        offset = part.storage_offset()
        mean = part.float().mean().item()
        """,
        {
            "shape": list(made.facts.shape),
            "stride": list(made.facts.stride),
            "offset": made.facts.storage_offset,
            "mean": made.view.float().mean().item(),
        },
        functions=(cut, facts),
        photo=True,
        key="slice",
    )
