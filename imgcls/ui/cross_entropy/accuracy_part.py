"""A part of the cross-entropy lesson: why accuracy is no loss. It stands still where the loss slopes."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import plotly.graph_objects as go
import streamlit as st
import torch
from torch import Tensor

from imgcls.figures.likelihood_curves import accuracy_curve, accuracy_mark, slope_curves, slope_mark
from imgcls.numbers import all_written, percent, written
from imgcls.ops.losses import measure_slopes, measures
from imgcls.ops.softmax import sweep
from imgcls.ui.components.plot import plot
from imgcls.ui.components.sliders import Column, Drawing, Rows, SliderRows, sliders
from imgcls.ui.cross_entropy.parts import photo_names
from imgcls.ui.cross_entropy.pictures import worked_batch
from imgcls.ui.scores import LOW, including
from imgcls.ui.shell import code_panel
from imgcls.ui.stage import Numbers, stage

ROWS = Rows("ce_accuracy", (3.0, 1.0, 0.5, -1.5), LOW, 10.0)
NUDGE = 0.1


def batch_of(numbers: Tensor) -> tuple[Tensor, Tensor]:
    """Logits (..., N, 3): the first, true class has the `numbers` (..., N), the others 0; and the true classes (N,)."""
    logits = torch.zeros(*numbers.shape, 3, dtype=torch.float64)
    logits[..., 0] = numbers
    return logits, torch.zeros(numbers.shape[-1], dtype=torch.int64)


def accuracy_picture(rows: SliderRows) -> Drawing:
    """Each photo, right or wrong, and what its logit does to both losses."""
    logits, true = batch_of(torch.tensor(rows.numbers, dtype=torch.float64))
    slopes, p = measure_slopes(logits, true), worked_batch(rows).probabilities[:, 0].tolist()
    right = (logits.argmax(1) == true).tolist()
    loss, squared = slopes.loss.tolist(), slopes.squared.tolist()
    most = max(map(abs, loss))  # the same scale for both columns
    answers = ["✓ right" if good else "✗ wrong" for good in right]
    return Drawing(
        [
            Column("p of the true class", [percent(share) for share in p], p),
            Column("answer", answers, total=f"accuracy {percent(sum(right) / len(right))}"),
            Column("slope of the loss", all_written(loss), [x / most for x in loss], "gradient", signed=True),
            Column("of squared error", all_written(squared), [x / most for x in squared], "gradient", signed=True),
        ],
        note=nudge_words(rows),
    )


def nudge_words(rows: SliderRows) -> str:
    """What a small change of the logit last touched does to accuracy and to the loss."""
    before = torch.tensor(rows.numbers, dtype=torch.float64)
    after = before.clone()
    after[rows.active] += NUDGE
    old, new = measures(*batch_of(before)), measures(*batch_of(after))
    moved = "stays at" if old.accuracy == new.accuracy else "jumps to"
    return (
        f"Raise photo {rows.active + 1}'s logit by {NUDGE}: accuracy {moved} **{percent(float(new.accuracy))}**, and "
        f"the loss falls by **{written(float(old.loss - new.loss))}** to {written(float(new.loss))}. Between its jumps "
        "accuracy is flat: its slope is 0."
    )


def accuracy_figures(rows: SliderRows) -> tuple[go.Figure, go.Figure]:
    """Accuracy, and both losses, over the logit last touched: the same wherever that one stands."""
    others = tuple(0.0 if place == rows.active else number for place, number in enumerate(rows.numbers))
    return _figures(others, rows.active)


@lru_cache(maxsize=64)
def _figures(others: tuple[float, ...], active: int) -> tuple[go.Figure, go.Figure]:
    # Both sides of the jump, which is where the true logit is as large as the others.
    axis = including(torch.linspace(LOW, ROWS.high, 101, dtype=torch.float64), -1e-6, 0.0)
    along = measures(*batch_of(sweep(torch.tensor(others, dtype=torch.float64), active, axis)))
    xs, title = axis.tolist(), f"logit of photo {active + 1}'s true class"
    return (
        accuracy_curve(xs, along.accuracy.tolist(), title),
        slope_curves(xs, along.loss.tolist(), along.squared.tolist(), title),
    )


def accuracy_marks(rows: SliderRows) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Where the four photos stand in both figures."""
    now, here = measures(*batch_of(torch.tensor(rows.numbers, dtype=torch.float64))), rows.numbers[rows.active]
    return accuracy_mark(here, float(now.accuracy)), slope_mark(here, float(now.loss), float(now.squared))


@st.fragment
def accuracy_part() -> None:
    """Four photos, their accuracy and their losses, as one logit moves."""

    def drawn(numbers: Numbers) -> dict[str, Any]:
        rows = ROWS.of(numbers)
        steps, slopes = accuracy_figures(rows)
        step_mark, slopes_mark = accuracy_marks(rows)
        alt = "One photo a row: the true class's logit, its probability, right or wrong, and two slopes"
        title = "true logit (others: 0)"
        return {
            ROWS.key: sliders(rows, photo_names(rows), accuracy_picture(rows), title=title, head="photo", alt=alt),
            "ce_steps_plot": plot(
                steps, alt="Accuracy over one logit: flat, one step up where the logit passes 0", mark=step_mark
            ),
            "ce_slopes_plot": plot(
                slopes, alt="Log loss falls all the way; squared error is flat far on the left", mark=slopes_mark
            ),
            "rows": rows,
        }

    live = stage("ce_why", ROWS.table(), drawn)
    live.show(ROWS.key)
    left, right = st.columns([1, 1.3], gap="medium")
    with left:
        live.show("ce_steps_plot")
    with right:
        live.show("ce_slopes_plot")
    rows: SliderRows = live["rows"]
    found = measures(*batch_of(torch.tensor(rows.numbers, dtype=torch.float64)))
    code_panel(
        f"""
        import torch
        import torch.nn.functional as F

        logits = torch.zeros({len(rows.numbers)}, 3, dtype=torch.float64)
        logits[:, 0] = torch.tensor({list(rows.numbers)}, dtype=torch.float64)
        target = torch.zeros({len(rows.numbers)}, dtype=torch.int64)
        accuracy = (logits.argmax(dim=1) == target).double().mean().item()    # argmax has no gradient
        loss = F.cross_entropy(logits, target).item()
        squared = (1 - torch.softmax(logits, dim=1)[:, 0]).square().mean().item()
        """,
        {"accuracy": float(found.accuracy), "loss": float(found.loss), "squared": float(found.squared)},
        functions=(measures, measure_slopes),
        key="ce",
    )
