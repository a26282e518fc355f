"""A batch: photos stacked along a new first dimension, and why they must have one size."""

from functools import lru_cache
from typing import Any

import streamlit as st
from PIL import Image

from imgcls.data.samples import SAMPLES, load_sample
from imgcls.numbers import whole
from imgcls.ops.batches import Batch, squared, stack
from imgcls.plain import markdown
from imgcls.ui.components.words import words
from imgcls.ui.memo import remember
from imgcls.ui.photo import current_photo
from imgcls.ui.shell import code_panel
from imgcls.ui.stage import Dial, Numbers, stage
from imgcls.ui.tensors.cards import cards

COMPANY = ("cat", "coffee", "drawn-dalmatian", "motorcycle", "rocket", "drawn-husky", "coins")
SIDE = 64


TABLE = (
    Dial("tensors_n", "photos in the batch", 1, 8, 1, 5, 0),
    Dial("tensors_i", "look at photo", 0, lambda numbers: max(numbers["tensors_n"] - 1, 1), 1, 0, 0),
)


@st.fragment
def batch_part() -> None:
    """How many photos, which of them is looked at, and whether they were made one size first."""
    columns = st.columns([1, 1, 1], gap="small", vertical_alignment="center")
    with columns[2]:
        resize = st.toggle(
            f"resize all to {SIDE} × {SIDE}", value=True, key="tensors_resize", bind="query-params",
            persist_state="session",
        )  # fmt: skip
    digest, image = current_photo().digest, current_photo().image
    company: list[Image.Image] = remember("tensors_company", digest, lambda: _company(image))
    batch_of = remember(
        "tensors_batch",
        (digest, resize),
        lambda: lru_cache(8)(lambda count: stack(company[:count], SIDE if resize else None)),
    )

    def picture(numbers: Numbers) -> dict[str, Any]:
        count = numbers["tensors_n"]
        chosen, made = min(numbers["tensors_i"], count - 1), batch_of(count)
        labels = [
            f"{'batch' if made.stacked is not None else 'photos'}[{i}]  {tuple(photo.shape)}"
            for i, photo in enumerate(made.photos)
        ]
        shown = [squared(each, 2 * SIDE) for each in company[:count]] if resize else company[:count]
        alt = f"{count} photos; in front {labels[chosen]}"
        return {
            "tensors_cards": cards(shown, labels, chosen, alt=alt),
            "tensors_batch_words": words(_told(made, chosen)),
            "made": made,
        }

    live = stage("tensors_batch", TABLE, picture)
    for column, dial in zip(columns, TABLE, strict=False):
        with column:
            live.show(dial.name)
    live.show()
    made: Batch = live["made"]
    if made.trouble:
        st.error(f"torch.stack refuses: “{markdown(made.trouble)}”. Resize them first.", icon=":material/block:")
    _code(made, live.numbers["tensors_n"], resize)


def _told(made: Batch, chosen: int) -> str:
    """Shape and strides of the batch, its size, and what indexing it costs."""
    if made.facts is None:
        return "There is no batch: the photos do not have one size."
    size, apart = made.facts.bytes, made.facts.stride[0]
    return (
        f"batch.shape = **{made.facts.shape}**: photos, channels, rows, columns. batch.stride() = "
        f"**{made.facts.stride}**: the next photo begins {whole(apart)} numbers further on. {whole(size)} bytes as "
        "uint8, "
        f"{whole(4 * size)} as float32. batch[{chosen}] is a view: no number is copied."
    )


def _company(image: Image.Image) -> list[Image.Image]:
    """The current photo and samples of several sizes, none above 256 pixels."""
    images = [image.copy(), *(load_sample(slug).image.copy() for slug in COMPANY if slug in SAMPLES)]
    for each in images:
        each.thumbnail((256, 256))
    return images


def _code(made: Batch, count: int, resize: bool) -> None:
    if made.stacked is None:
        sizes = ", ".join(str(tuple(photo.shape)) for photo in made.photos)
        code_panel(
            f"import torch\n\nphotos = [torch.zeros(shape) for shape in [{sizes}]]\ncount = len(photos)\n"
            f"# torch.stack(photos)  raises RuntimeError: {made.trouble}",
            {"count": count}, functions=(stack,), key="batch",
        )  # fmt: skip
        return
    first = made.stacked[0].float().mean().item()
    cutting = f"""edge = min(image.size)
left, top = (image.width - edge) // 2, (image.height - edge) // 2
image = image.resize(({SIDE}, {SIDE}), Image.Resampling.BICUBIC, (left, top, left + edge, top + edge))
"""
    code_panel(
        "import numpy as np\nimport torch\nfrom PIL import Image\n\n"
        'image = Image.open("photo.png").convert("RGB")\nimage.thumbnail((256, 256))\n'
        + (cutting if resize else "")
        + "photo = torch.from_numpy(np.array(image)).permute(2, 0, 1)\n"
        f"batch = torch.stack([photo] * {count})      # here {count} times the same photo\n"
        "shape, stride = list(batch.shape), list(batch.stride())\nmean = batch[0].float().mean().item()",
        {"shape": list(made.stacked.shape), "stride": list(made.stacked.stride()), "mean": first},
        functions=(stack,),
        photo=True,
        key="batch",
    )
