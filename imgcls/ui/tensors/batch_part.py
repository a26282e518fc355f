"""A batch: photos stacked along a new first dimension, and why they must have one size."""

import streamlit as st
from PIL import Image

from imgcls.data.samples import SAMPLES, load_sample
from imgcls.numbers import whole
from imgcls.ops.batches import Batch, squared, stack
from imgcls.plain import markdown
from imgcls.ui.components.cards import cards
from imgcls.ui.components.slider import live_slider
from imgcls.ui.memo import remember
from imgcls.ui.photo import current_photo
from imgcls.ui.shell import code_panel

COMPANY = ("cat", "coffee", "drawn-dalmatian", "motorcycle", "rocket", "drawn-husky", "coins")
SIDE = 64


@st.fragment
def batch_part() -> None:
    """How many photos, which of them is looked at, and whether they were made one size first."""
    left, middle, right = st.columns([1, 1, 1], gap="small", vertical_alignment="center")
    with left:
        count = live_slider("photos in the batch", 1, 8, 5, step=1, digits=0, key="tensors_n")
    with middle:
        chosen = live_slider("look at photo", 0, max(count - 1, 1), 0, step=1, digits=0, key="tensors_i")
    with right:
        resize = st.toggle(
            f"resize all to {SIDE} × {SIDE}", value=True, key="tensors_resize", bind="query-params",
            persist_state="session",
        )  # fmt: skip
    chosen = min(chosen, count - 1)
    picture = current_photo()
    images = remember("tensors_company", picture.digest, lambda: _company(picture.image))[:count]
    made: Batch = remember(
        "tensors_batch", (picture.digest, count, resize), lambda: stack(images, SIDE if resize else None)
    )
    labels = [
        f"{'batch' if made.stacked is not None else 'photos'}[{i}]  {tuple(photo.shape)}"
        for i, photo in enumerate(made.photos)
    ]
    shown = [squared(image, 2 * SIDE) for image in images] if resize else images
    cards(shown, labels, chosen, key="tensors_cards", alt=f"{count} photos; in front {labels[chosen]}")
    if made.stacked is None or made.facts is None:
        st.error(f"torch.stack refuses: “{markdown(str(made.trouble))}”. Resize them first.", icon=":material/block:")
    else:
        size, apart = made.facts.bytes, made.facts.stride[0]
        st.markdown(
            f"`batch.shape` = **{made.facts.shape}**: photos, channels, rows, columns. "
            f"`batch.stride()` = **{made.facts.stride}**: the next photo begins {whole(apart)} numbers further. "
            f"{whole(size)} bytes as uint8, {whole(4 * size)} as float32. `batch[{chosen}]` is a view: no number "
            "is copied."
        )
    _code(made, count, resize)


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
