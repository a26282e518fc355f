"""What an activation costs: everything is timed in turn, forward and back, and each is what it is called."""

import time

import pytest
import torch
from torch.nn import functional as F

from imgcls.ops import activation_cost
from imgcls.ops.activation_cost import BEFORE, CONVOLUTION, SHAPE, costs, products, works
from imgcls.ops.activations import ACTIVATIONS, activate
from imgcls.training.activation_times import Measured, activation_times
from imgcls.training.picture_work import Working

SMALL = (1, 4, 6, 6)


def test_medians_come_after_each_round_for_the_layers_and_all_functions() -> None:
    start = time.perf_counter()
    *_, last = rounds = list(costs(3, SMALL))
    spent = time.perf_counter() - start
    assert [found[0].runs for found in rounds] == [1, 2, 3]
    assert [each.name for each in last] == [*BEFORE, *ACTIVATIONS]
    assert all(each.forward > 0 and each.backward > 0 for each in last)
    assert sum(each.both for each in last) < spent, "a median of one run, not a sum of all"


def test_the_warm_up_is_not_counted_and_medians_are(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = iter(range(1000))

    def once(work: object, x: object, upstream: object) -> tuple[float, float]:
        turn = next(turns) // len(works(SMALL))
        return (100.0, 1.0, 9.0, 2.0)[turn], (100.0, 30.0, 10.0, 20.0)[turn]

    monkeypatch.setattr(activation_cost, "pass_times", once)
    *_, last = costs(3, SMALL)
    assert {(each.forward, each.backward, each.both) for each in last} == {(2.0, 20.0, 22.0)}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_what_is_timed_is_the_pages_function(name: str) -> None:
    x = torch.randn(SMALL)
    torch.testing.assert_close(works(SMALL)[name](x), activate(name, x), rtol=1e-4, atol=1e-5)


def test_the_convolution_makes_so_many_products_a_value() -> None:
    convolution = works(SMALL)[CONVOLUTION]
    x = torch.randn(SMALL)
    window = F.pad(x, (1, 1, 1, 1))[0, :, 2:5, 3:6]
    worked = (window * convolution.weight[1]).sum() + convolution.bias[1]
    torch.testing.assert_close(convolution(x)[0, 1, 2, 3], worked, rtol=1e-4, atol=1e-5)
    assert convolution.weight[1].numel() == products(SMALL[1]) == 36
    assert products() == 576
    assert convolution(x).shape == x.shape


@pytest.mark.parametrize("rounds", [3])
def test_an_early_layer_costs_more_than_relu(rounds: int) -> None:
    """What the lesson is about: 576 products a value against one comparison."""
    *_, last = costs(rounds, SHAPE)
    times = {each.name: each.both for each in last}
    assert times[CONVOLUTION] > 2 * times["relu"]


def test_the_job_says_how_far_it_is_and_ends_with_what_it_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imgcls.training.activation_times.costs", lambda rounds: costs(rounds, SMALL))
    *told, last = activation_times(4)
    assert told == [Working("Measuring", done, 4) for done in range(1, 5)]
    assert isinstance(last, Measured)
    assert last.costs[0].runs == 4
