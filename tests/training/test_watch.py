"""What snapshots measure, by hand."""

import torch

from imgcls.training.watch import BINS, Pace, dead_share, histogram


def test_a_histogram_counts_every_value_around_zero() -> None:
    result = histogram([torch.tensor([[-2.0, 0.1]]), torch.tensor([0.1, 1.9])])
    assert (result.low, result.high) == (-2, 2)
    assert result.counts.sum() == 4
    width = 4 / BINS
    assert result.counts[0] == 1
    assert result.counts[int((0.1 + 2) / width)] == 2
    assert result.counts[int((1.9 + 2) / width)] == 1


def test_a_histogram_of_nothing_or_of_no_numbers_is_none_and_zeros_have_one() -> None:
    assert histogram([]) is None
    assert histogram([torch.tensor([1.0, float("nan")])]) is None
    assert histogram([torch.zeros(5)]).counts.sum() == 5


def test_units_are_dead_if_they_are_zero_everywhere_for_every_picture() -> None:
    output = torch.zeros(3, 4, 2, 2)
    output[1, 0, 1, 1] = 0.5
    output[2, 2] = 1.0
    assert dead_share(output) == 0.5
    assert dead_share(torch.tensor([[0.0, 1.0], [0.0, 0.0]])) == 0.5


def test_looking_waits_so_long_that_it_takes_its_share_of_time_only() -> None:
    pace = Pace(least=0, share=0.5)
    assert pace.due
    pace.took(60.0)
    assert not pace.due
    pace.took(0.0)
    assert pace.due


def test_pace_keeps_the_least_pause_between_two_looks() -> None:
    pace = Pace(least=60)
    pace.took(0.0)
    assert not pace.due
