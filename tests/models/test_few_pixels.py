"""The search that narrows a change down: its slopes against finite differences, and what it leaves by hand."""

import pytest
import torch

from imgcls.models.few_pixels import SIGMA, _count_slope, lead, narrowed, put_back
from imgcls.models.registry import load
from tests.models.test_adversarial import linear


def test_the_slope_of_the_smooth_count_agrees_with_nudging() -> None:
    change = 0.1 * torch.randn(3, 2, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)

    def count(moved: torch.Tensor) -> float:
        squared = moved.square().sum(dim=0)
        return float((squared / (squared + SIGMA)).mean())

    slope = _count_slope(change)
    for place in range(12):
        step = torch.zeros(12, dtype=torch.float64)
        step[place] = 1e-6
        step = step.view(3, 2, 2)
        difference = (count(change + step) - count(change - step)) / 2e-6
        assert slope.flatten()[place].item() == pytest.approx(difference, rel=1e-4, abs=1e-6)


def test_the_lead_is_over_the_largest_other_logit() -> None:
    weights = torch.randn(2, 12, generator=torch.Generator().manual_seed(0))
    values = torch.rand(3, 2, 2, generator=torch.Generator().manual_seed(1))
    ahead, gradient, said = lead(linear(weights), values, 1)
    assert ahead == pytest.approx(float((weights[1] - weights[0]) @ values.flatten()), abs=1e-5)
    torch.testing.assert_close(gradient, (weights[1] - weights[0]).view(3, 2, 2))
    assert said.probabilities.sum().item() == pytest.approx(1)


def test_the_one_pixel_that_counts_is_left() -> None:
    """Class b leads by 3 times one pixel's red, less 1, and by a little of the others: that pixel alone is enough."""
    weights = torch.full((2, 12), 0.01)
    weights[0] = 0
    weights[1, 2] = 3.0
    network, pixels = linear(weights), torch.zeros(3, 2, 2, dtype=torch.uint8)
    network.module[1].bias = torch.nn.Parameter(torch.tensor([1.0, 0.0]))
    fewest = min(int((now != pixels).any(dim=0).sum()) for now, _, won in narrowed(network, pixels, 1) if won)
    assert fewest == 1


def test_pixels_that_do_not_help_go_back() -> None:
    weights = torch.zeros(2, 12)
    weights[1, 0], weights[1, 1] = 3.0, -1.0
    network, pixels = linear(weights), torch.zeros(3, 2, 2, dtype=torch.uint8)
    network.module[1].bias = torch.nn.Parameter(torch.tensor([1.0, 0.0]))
    changed = torch.full_like(pixels, 255)
    *_, last = put_back(network, pixels, changed, 1)
    assert (last != pixels).any(dim=0).flatten().tolist() == [True, False, False, False]


def test_no_gradient_is_left_on_the_network() -> None:
    network = load()
    lead(network, torch.rand(3, 224, 224, generator=torch.Generator().manual_seed(0)), 3)
    assert all(parameter.grad is None for parameter in network.module.parameters())
