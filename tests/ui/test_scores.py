"""What the lessons on logits share."""

import math

import pytest
import torch

from imgcls.ops.softmax import softmax_terms
from imgcls.ui.scores import including, lengths
from imgcls.ui.softmax.pictures import overflow_words, rounding_words


def test_bars_are_relative_to_the_longest_and_none_is_drawn_for_what_is_not_a_number():
    assert lengths([1.0, -2.0, math.inf, math.nan]) == [0.5, -1.0, 0.0, 0.0]
    assert lengths([0.0]) == [0.0]


def test_an_axis_includes_the_point_exactly_and_stays_sorted():
    axis = including(torch.linspace(0, 1, 11, dtype=torch.float64), 0.123456789012345).tolist()
    assert 0.123456789012345 in axis
    assert axis == sorted(axis)


@pytest.mark.parametrize(
    ("logits", "said"),
    [
        ([12.0, 0.0], "inf / inf is **nan**"),
        ([11.0, 11.0], "their sum is **inf**"),
        ([-30.0, -31.0], "0 / 0 is **nan**"),
        ([0.0, -20.0], "harmless in a sum"),
        ([1.0, 0.0], "every term fits"),
    ],
)
def test_every_kind_of_overflow_is_explained_in_words(logits, said):
    plain = softmax_terms(torch.tensor(logits, dtype=torch.float16), subtract_maximum=False)
    assert said in overflow_words(plain, "float16")


def test_rounding_that_moves_a_probability_is_admitted():
    exact = torch.tensor([0.7, 0.3], dtype=torch.float64)
    assert "no probability is off by 0.1% or more" in rounding_words(exact.float(), exact, "float32")
    assert "changes one probability by 2.0%" in rounding_words(exact + torch.tensor([0.02, -0.02]), exact, "bfloat16")
