"""Histograms count every value, those outside too."""

import numpy as np
import pytest
import torch

from imgcls.ops.histogram import histogram


def test_it_equals_numpy_and_its_counts_add_up_to_all_values() -> None:
    values = torch.randn(3, 40, 40, generator=torch.Generator().manual_seed(0))
    counted = histogram(values, -1, 1, 16)
    expected, edges = np.histogram(values.clamp(-1, 1).numpy(), 16, (-1, 1))
    assert counted.counts.tolist() == expected.tolist()
    assert counted.edges.tolist() == pytest.approx(edges.tolist())
    assert int(counted.counts.sum()) == values.numel()
    assert (counted.below, counted.above) == (int((values < -1).sum()), int((values > 1).sum()))


def test_whole_pixels_are_counted_too() -> None:
    counted = histogram(torch.tensor([0, 0, 255], dtype=torch.uint8), 0, 255, 2)
    assert counted.counts.tolist() == [2, 1]


def test_an_empty_range_is_refused() -> None:
    with pytest.raises(ValueError, match="lower"):
        histogram(torch.zeros(3), 1, 1)
