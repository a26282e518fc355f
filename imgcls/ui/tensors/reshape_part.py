"""Reshape against permute: the same numbers in another shape, and what becomes of the photo."""

from typing import Any

import streamlit as st
import torch
from PIL import Image
from torch import Tensor

from imgcls.numbers import fixed, whole
from imgcls.ops.rearrange import OPERATIONS, Rearranged, byte_traps, rearrange
from imgcls.ops.tensors import facts, photo_array
from imgcls.plain import markdown
from imgcls.ui.components.map_table import MapRow, map_table
from imgcls.ui.components.words import words
from imgcls.ui.memo import remember
from imgcls.ui.photo import current_photo
from imgcls.ui.shell import code_panel
from imgcls.ui.stage import Dial, Numbers, stage
from imgcls.ui.tensors.dealt import dealt

HEIGHT, MOST = 128, 192  # the photo's rows, and the most columns
TINY = torch.arange(18).reshape(2, 3, 3)  # 2 x 3 pixels
START = "reshape"


@st.fragment
def reshape_part() -> None:
    """Choose an operation: the photo that comes out, its facts, and where every number went."""
    array: Tensor = remember("tensors_array", current_photo().digest, lambda: small_array(current_photo().image))
    height, columns = array.shape[:2]
    name = st.selectbox(
        "What is done with `array`, the photo (H, W, 3)", list(OPERATIONS), index=list(OPERATIONS).index(START),
        format_func=lambda each: OPERATIONS[each].code, key="tensors_operation", bind="query-params",
        persist_state="session",
    )  # fmt: skip
    by_rows = name == "row length"
    dial = Dial("tensors_row", "w, pixels to a row", 1, min(2 * columns, height * columns), 1, columns + 1, 0)

    def picture(numbers: Numbers) -> dict[str, Any]:
        width = numbers.get(dial.name, columns)
        made = rearrange(array, name, width)
        tiny = rearrange(TINY, name, 3 + (width > columns) - (width < columns))
        return {
            "tensors_rearranged": _photos(array, made),
            "tensors_dealt": _dealt(tiny),
            "tensors_moved": words(_told(array, made)),
            "made": made,
        }

    live = stage("tensors_reshape", [dial] if by_rows else [], picture)
    if by_rows:
        live.show(dial.name)
    left, right = st.columns([1.1, 1], gap="medium")
    with left:
        live.show("tensors_rearranged", "tensors_moved")
    with right:
        st.markdown("The same on 2 × 3 pixels: **G4** is the green of pixel 4.")
        live.show("tensors_dealt")
    if trouble := live["made"].trouble:
        st.error(f"torch refuses: “{markdown(trouble)}”", icon=":material/block:")
    st.markdown(OPERATIONS[name].says)
    st.markdown(traps())
    _code(array, live["made"])


def traps() -> str:
    """One line on pixels of one byte, with the numbers that torch gives."""
    divided, whole, _, below = byte_traps()
    return (
        f":material/warning: The photo's numbers are uint8. For a pixel of 100, `{divided.code}` is "
        f"{fixed(divided.value, 3)} ({divided.dtype}), but `{whole.code}` is {whole.value:g}, and `{below.code}` is "
        f"{below.value:g}: bytes wrap round below 0. So divide first, then subtract."
    )


def small_array(image: Image.Image) -> Tensor:
    """The photo (H, W, 3) as the part has it: 128 rows."""
    height = HEIGHT
    width = min(MOST, max(2, round(image.width * HEIGHT / image.height)))
    return photo_array(image.resize((width, height), Image.Resampling.BICUBIC))


def _photos(array: Tensor, made: Rearranged) -> Any:
    before = facts(array)
    texts = [f"array\nshape **{before.shape}**, stride **{before.stride}**"]
    pictures = [array.numpy()]
    if made.facts is not None and made.picture is not None:
        pictures.append(made.picture.contiguous().numpy())
        texts.append(f"result\nshape **{made.facts.shape}**, stride **{made.facts.stride}**")
    texts = [text.replace("\n", ": ") for text in texts]
    alt = f"The photo, and what {made.code} makes of it"
    return map_table(
        [MapRow("", pictures, texts=texts)], [""] * len(pictures), quantity="pixel", side=HEIGHT + 32, alt=alt
    )


def _dealt(tiny: Rearranged) -> Any:
    memory = list(range(TINY.numel()))
    if tiny.tensor is not None and not tiny.is_view:
        memory = tiny.tensor.flatten().tolist()  # a copy lies as it is read
    alt = "The numbers of 2 × 3 pixels as the result has them, and as they lie in memory."
    return dealt(tiny.tensor, memory, channels_first=OPERATIONS[tiny.operation].channels_first, alt=alt)


def _told(array: Tensor, made: Rearranged) -> str:
    """View or copy, and how many numbers moved."""
    if made.tensor is None:
        return "There is no result."
    count = array.numel()
    text = (
        f"**A view**: it shares the memory of the array, and none of the {whole(count)} numbers moved."
        if made.is_view
        else f"**A copy**: {whole(made.moved)} of the {whole(count)} numbers lie in another place of the new memory."
    )
    if made.kept is not None and made.operation != "permute":
        text += f" Read by index, {whole(made.kept)} of them are where permute would put them."
    return text


def _code(array: Tensor, made: Rearranged) -> None:
    height, width = array.shape[:2]
    start = f"""
import numpy as np
import torch
from PIL import Image

photo = Image.open("photo.png").convert("RGB").resize(({width}, {height}), Image.Resampling.BICUBIC)
array = torch.from_numpy(np.array(photo))  # ({height}, {width}, 3)
"""
    if made.facts is None:
        code_panel(
            f"{start}\nnumbers = array.numel()\n# {made.code}  raises RuntimeError",
            {"numbers": array.numel()}, functions=(rearrange,), photo=True, key="reshape",
        )  # fmt: skip
        return
    code_panel(
        f"{start}result = {made.code}\nshape, stride = list(result.shape), list(result.stride())\n"
        "is_view = result.untyped_storage().data_ptr() == array.untyped_storage().data_ptr()\n"
        "mean = result[0].float().mean().item()",
        {
            "shape": list(made.facts.shape),
            "stride": list(made.facts.stride),
            "is_view": int(made.is_view),
            "mean": made.tensor[0].float().mean().item(),
        },
        functions=(rearrange,),
        photo=True,
        key="reshape",
    )
