"""A part of the cross-entropy lesson: the product of all probabilities, which underflows, and the sum of their logs."""

import math
from collections.abc import Mapping
from typing import Any

import streamlit as st
from torch import Tensor

from imgcls.numbers import all_written, equation, percent, written
from imgcls.ops.likelihood import Likelihood, bits, likelihood, perplexity
from imgcls.ui.components.chart import charts
from imgcls.ui.components.sliders import Column, Drawing, Rows, SliderRows, sliders
from imgcls.ui.components.words import words
from imgcls.ui.cross_entropy.likelihood_chart import Falling, likelihood_chart
from imgcls.ui.cross_entropy.parts import photo_names
from imgcls.ui.cross_entropy.pictures import KINDS, priced, worked_batch
from imgcls.ui.scores import LOW
from imgcls.ui.shell import code_panel
from imgcls.ui.stage import Dial, Numbers, stage

MOST = 900
ROWS = Rows("ce_likely", (2.0, 0.5, -1.0), LOW, 10.0)
PHOTOS = Dial("ce_photos", "photos (these three repeated)", 3, MOST, 3, 3, 0)


def probabilities(rows: SliderRows, count: int) -> Tensor:
    """What the true classes of `count` photos get: the rows' own, again and again (count,), float64."""
    own = worked_batch(rows).probabilities[:, 0]
    return own.repeat(math.ceil(count / len(own)))[:count]


def in_formats(p: Tensor) -> Mapping[str, Likelihood]:
    """The same likelihood, multiplied up in each number format."""
    return {name: likelihood(p.to(dtype)) for name, dtype in KINDS.items()}


def likelihood_picture(rows: SliderRows) -> Drawing:
    """Each photo's probability and its logarithm; the product and the sum over them."""
    own = probabilities(rows, len(rows.numbers))
    exact, logs = likelihood(own), own.log().tolist()
    return Drawing(
        [
            Column(
                "p of the true class", [percent(p) for p in own.tolist()], own.tolist(),
                total=f"product {written(float(exact.products[-1]))}",
            ),
            Column("ln p", all_written(logs), priced([-log for log in logs]), "loss",
                   total=f"sum {written(float(exact.sums[-1]))}"),
        ],
    )  # fmt: skip


def falling(rows: SliderRows) -> Falling:
    """What the likelihood falls to over MOST photos, and where each number format ends."""
    all_of_them = probabilities(rows, MOST)
    sums = (likelihood(all_of_them).sums / math.log(10)).tolist()
    ends = tuple(
        (name, found.vanished - 1, sums[found.vanished - 2])
        for name, found in in_formats(all_of_them).items()
        if found.vanished and found.vanished > 1
    )
    step = len(rows.numbers)  # what lies between would not be seen
    counts = tuple(range(step, MOST + 1, step))
    return Falling(counts, tuple(sums[photos - 1] for photos in counts), ends)


def likelihood_words(rows: SliderRows) -> str:
    """The product and the sum over all photos, and the loss that comes of the sum."""
    count = rows.settings[PHOTOS.name]
    formats = in_formats(probabilities(rows, count))
    products = {name: float(found.products[count - 1]) for name, found in formats.items()}
    gone = [name for name, product in products.items() if product == 0]
    total = float(formats["float64"].sums[count - 1])
    loss = -total / count
    shared = equation([total], lambda summed: -summed / count)
    product = f"**{written(products['float32'])}** in float32"
    if gone:
        product += f", because it is too small for {' and '.join(gone)}"
    return (
        f"**Likelihood**, the probability of all {count} true answers together: {product}. "
        f"The **sum of logs** is {written(total)}. Divided by −{count} it is the **loss**: "
        f"{shared.operands[0]} / (−{count}) {shared.sign} **{shared.result}**.\n\n"
        f"In bits that is {written(bits(loss))} per photo. Its perplexity is e^{{{written(loss)}}} ≈ "
        f"{written(perplexity(loss))}: as unsure as a fair choice among that many classes."
    )


@st.fragment
def likelihood_part() -> None:
    """Three photos' probabilities, multiplied and added up over as many photos as one likes."""

    def drawn(numbers: Numbers) -> dict[str, Any]:
        rows = ROWS.of(numbers)
        drawing = likelihood_picture(rows)
        alt = "Three photos: the true class's logit, its probability and the logarithm; their product and sum"
        title = "true logit (two others: 0)"
        return {
            ROWS.key: sliders(rows, photo_names(rows), drawing, title=title, head="photo", alt=alt),
            "ce_likely_plot": charts(likelihood_chart(falling(rows), rows.settings[PHOTOS.name])),
            "ce_likely_words": words(likelihood_words(rows)),
            "rows": rows,
        }

    live = stage("ce_likelihood", [PHOTOS, *ROWS.table()], drawn)
    live.show(ROWS.key)
    left, right = st.columns([1.4, 1], gap="medium")
    with left:
        live.show("ce_likely_plot")
    with right:
        live.show(PHOTOS.name, "ce_likely_words")
    rows: SliderRows = live["rows"]
    count = rows.settings[PHOTOS.name]
    found = likelihood(probabilities(rows, count))
    code_panel(
        f"""
        import torch
        import torch.nn.functional as F

        logits = torch.zeros(3, 3, dtype=torch.float64)
        logits[:, 0] = torch.tensor({list(rows.numbers)}, dtype=torch.float64)
        p = torch.softmax(logits, dim=1)[:, 0].repeat({count // 3})
        product = p.prod().item()                     # 0.0 once it is too small
        sum_of_logs = p.log().sum().item()
        loss = F.cross_entropy(logits, torch.zeros(3, dtype=torch.int64)).item()    # -sum_of_logs / {count}
        """,
        {
            "product": float(found.products[-1]),
            "sum_of_logs": float(found.sums[-1]),
            "loss": -float(found.sums[-1]) / count,
        },
        functions=(likelihood, bits, perplexity),
        key="ce",
    )
