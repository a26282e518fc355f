"""A part of the cross-entropy lesson: why accuracy is no loss. It stands still where the loss slopes."""

import torch
from torch import Tensor

from imgcls.figures.likelihood_curves import accuracy_curve, slope_curves
from imgcls.numbers import all_written, percent
from imgcls.ops.losses import measure_slopes, measures
from imgcls.ops.softmax import sweep
from imgcls.ui.components.plot import figure_news
from imgcls.ui.components.sliders import Column, Drawing, SliderRows
from imgcls.ui.cross_entropy.pictures import worked_batch
from imgcls.ui.scores import LOW, including

START = (3.0, 1.5, 1.0, 0.5, -1.5)
HIGH = 10.0
NUDGE = 0.1
STEPS, SLOPES = "ce_steps_plot", "ce_slopes_plot"


def batch_of(numbers: Tensor) -> tuple[Tensor, Tensor]:
    """Logits (..., N, 3) whose true class, the first, has the `numbers` (..., N) and the others 0; true classes "
    "(N,)."""
    logits = torch.zeros(*numbers.shape, 3, dtype=torch.float64)
    logits[..., 0] = numbers
    return logits, torch.zeros(numbers.shape[-1], dtype=torch.int64)


def accuracy_picture(rows: SliderRows) -> Drawing:
    """Each photo, right or wrong, with what its logit does to both losses; the three measures over the one touched."""
    numbers, i = torch.tensor(rows.numbers, dtype=torch.float64), rows.active
    logits, true = batch_of(numbers)
    slopes, p = measure_slopes(logits, true), worked_batch(rows).probabilities[:, 0].tolist()
    right = (logits.argmax(1) == true).tolist()
    # Both sides of the jump, which is where the true logit is as large as the others.
    axis = including(torch.linspace(LOW, HIGH, 101, dtype=torch.float64), rows.numbers[i], -1e-6, 0.0)
    along = measures(*batch_of(sweep(numbers, i, axis)))
    xs, here, title = axis.tolist(), rows.numbers[i], f"logit of photo {i + 1}'s true class"
    return Drawing(
        [
            Column("p of the true class", [percent(share) for share in p], p),
            Column("answer", ["✓ right" if good else "✗ wrong" for good in right],
                   total=f"accuracy {percent(sum(right) / len(right))}"),
            Column("slope of the loss", all_written(slopes.loss.tolist()), slopes.loss.tolist(), "gradient", signed=True),
            Column("of squared error", all_written(slopes.squared.tolist()), slopes.squared.tolist(), "gradient",
                   signed=True),
        ],
        note=nudge_words(rows),
        beside={
            STEPS: figure_news(accuracy_curve(xs, along.accuracy.tolist(), here)),
            SLOPES: figure_news(slope_curves(xs, along.loss.tolist(), along.squared.tolist(), here, title)),
        },
    )  # fmt: skip
