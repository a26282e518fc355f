"""The forecasts of the ordering exercise."""

import math
from itertools import pairwise

import pytest

from imgcls.ops.forecasts import by_price, forecasts


def test_every_forecast_is_a_distribution_and_costs_minus_ln_of_the_truth():
    for seed in range(200):
        for forecast in forecasts(seed):
            assert sum(forecast.probabilities) == pytest.approx(1)
            assert min(forecast.probabilities) > 0
            assert forecast.loss == pytest.approx(-math.log(forecast.probabilities[forecast.true]))


def test_some_wrong_forecast_is_always_cheaper_than_a_right_one():
    for seed in range(200):
        made = forecasts(seed)
        right = [made[place].right for place in by_price(made)]
        assert right == [True, True, False, True, False, False]


def test_prices_rise_strictly_in_the_order_of_price():
    for seed in range(200):
        made = forecasts(seed)
        losses = [made[place].loss for place in by_price(made)]
        assert all(a < b for a, b in pairwise(losses))


def test_the_same_seed_gives_the_same_round_and_another_seed_another():
    assert forecasts(7) == forecasts(7)
    assert forecasts(7) != forecasts(8)
