"""Index and slice the photo: the code, the facts, and the crop follow the finger."""

from typing import Any

import streamlit as st

from imgcls.ops.tensors import cut, facts, photo_tensor
from imgcls.ui.photo import current_photo
from imgcls.ui.shell import code_panel
from imgcls.ui.stage import Numbers, stage
from imgcls.ui.tensors.slicer import slice_setting, slicer

KEY = "tensors_slice"


@st.fragment
def slicing() -> None:
    """The photo as a tensor (3, H, W), a rectangle on it, and the slice that it stands for."""
    image = current_photo().image
    photo = photo_tensor(image)
    height, width = photo.shape[1:]

    def picture(numbers: Numbers) -> dict[str, Any]:
        ranges = numbers[KEY]
        made = cut(photo, ranges.rows, ranges.columns, ranges.step, ranges.channel)
        return {KEY: slicer(None if numbers.moved else image, ranges, made, photo, sets=KEY), "made": made}

    live = stage("tensors_slicing", [slice_setting(KEY, height, width)], picture)
    live.show()
    made = live["made"]
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
