"""Taps read inner layers of a network and leave the shared one alone."""

import pytest
import torch
from torch import nn

from imgcls.models.taps import with_taps


@pytest.fixture
def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Sequential(nn.Linear(3, 4), nn.ReLU()), nn.Linear(4, 2)).eval()


def test_a_tap_sees_the_layers_output(network):
    seen, x = [], torch.randn(5, 3)
    output = with_taps(network, {"0.0": lambda y: seen.append(y) or y})(x)
    torch.testing.assert_close(seen, [network[0][0](x)])
    torch.testing.assert_close(output, network(x))


def test_the_network_goes_on_with_what_the_tap_returns(network):
    output = with_taps(network, {"0": lambda y: torch.zeros_like(y)})(torch.randn(5, 3))
    torch.testing.assert_close(output, network[1].bias.expand(5, 2))


def test_several_taps_run_in_network_order(network):
    seen = []
    taps = {name: lambda y, name=name: seen.append(name) or y for name in ("1", "0", "0.1", "0.0", "")}
    with_taps(network, taps)(torch.randn(1, 3))
    assert seen == ["0.0", "0.1", "0", "1", ""]


def test_the_shared_network_keeps_no_hook_and_shares_its_parameters(network):
    tapped = with_taps(network, {"0.0": lambda y: y, "1": lambda y: y})
    assert not any(module._forward_hooks for module in network.modules())
    assert [*map(id, tapped.parameters())] == [*map(id, network.parameters())]
    assert tapped[0][1] is network[0][1]


@pytest.mark.parametrize("name", ["2", "0.7", "0.0.weight"])
def test_an_unknown_layer_is_refused(network, name):
    with pytest.raises(AttributeError, match="has no layer"):
        with_taps(network, {name: lambda y: y})
