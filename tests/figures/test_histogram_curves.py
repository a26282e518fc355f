"""The curves carry the counts that were given."""

import torch

from imgcls.figures.histogram import histogram_curves
from imgcls.ops.histogram import histogram


def test_each_curve_holds_the_shares_at_the_middles_of_the_bins() -> None:
    values = torch.tensor([0.1, 0.1, 0.6, 0.9])
    drawn = histogram_curves({"a": histogram(values, 0, 1, 2), "b": histogram(values, 0, 1, 4)})
    assert [trace.name for trace in drawn.data] == ["a", "b"]
    assert list(drawn.data[0].x) == [0.25, 0.75]
    assert list(drawn.data[0].y) == [0.5, 0.5]
    assert list(drawn.data[1].y) == [0.5, 0.0, 0.25, 0.25]
    assert drawn.data[0].line.dash != drawn.data[1].line.dash  # told apart without colour
