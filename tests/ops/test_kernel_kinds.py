"""What special kernels cost, against torch's own layers, and what they mix."""

import pytest
import torch
from torch import nn

from imgcls.ops.kernel_kinds import KINDS, cost, depthwise, pointwise, separable_as_full


def maps(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@pytest.mark.parametrize(("channels", "filters", "side"), [(32, 16, 3), (3, 32, 5), (7, 7, 1)])
def test_the_parameters_are_those_of_torchs_layers(channels: int, filters: int, side: int) -> None:
    layers = {
        "full": [nn.Conv2d(channels, filters, side, bias=False)],
        "depthwise": [nn.Conv2d(channels, channels, side, groups=channels, bias=False)],
        "pointwise": [nn.Conv2d(channels, filters, 1, bias=False)],
    }
    layers["separable"] = layers["depthwise"] + layers["pointwise"]
    assert layers.keys() == KINDS.keys()
    for kind, made in layers.items():
        found = cost(kind, channels, filters, side, places=100)
        assert found.parameters == sum(layer.weight.numel() for layer in made)
        assert found.multiplications == 100 * found.parameters


def test_the_costs_worked_out_by_hand() -> None:
    assert cost("full", 32, 16, 3, 12_544).parameters == 4_608
    assert cost("separable", 32, 16, 3, 12_544).parameters == 288 + 512
    assert cost("full", 32, 16, 3, 12_544).multiplications == 57_802_752


def test_both_are_torchs_convolutions() -> None:
    given, kernels, weights = maps(5, 9, 8), maps(5, 3, 3), maps(4, 5)
    grouped = nn.Conv2d(5, 5, 3, padding=1, groups=5, bias=False, dtype=torch.float64)
    grouped.weight.data = kernels[:, None]
    torch.testing.assert_close(depthwise(given, kernels), grouped(given[None])[0])
    torch.testing.assert_close(pointwise(given, weights), torch.einsum("kc,chw->khw", weights, given))
    full = nn.functional.conv2d(given[None], separable_as_full(kernels, weights), padding=1)[0]
    torch.testing.assert_close(pointwise(depthwise(given, kernels), weights), full)


@pytest.mark.parametrize("kind", ["depthwise", "pointwise"])
def test_what_is_said_to_be_mixed_is_what_is_mixed(kind: str) -> None:
    kernels, weights = maps(5, 3, 3), maps(5, 5)
    given = maps(5, 9, 8)

    def output(volume: torch.Tensor) -> torch.Tensor:
        return depthwise(volume, kernels) if kind == "depthwise" else pointwise(volume, weights)

    nudged = given.clone()
    nudged[2, 4, 4] += 1
    changed = (output(nudged) - output(given)).abs() > 1e-12
    assert (changed.sum((1, 2)) > 0).tolist() == ([True] * 5 if KINDS[kind].channels else [k == 2 for k in range(5)])
    assert int(changed.any(0).sum()) == (9 if KINDS[kind].places else 1)


@pytest.mark.parametrize(("filters", "side"), [(16, 3), (64, 5)])
def test_a_separable_convolution_needs_one_over_k_plus_one_over_f_squared(filters: int, side: int) -> None:
    full, pair = (cost(kind, 32, filters, side, 10).multiplications for kind in ("full", "separable"))
    assert pair / full == pytest.approx(1 / filters + 1 / side**2)
