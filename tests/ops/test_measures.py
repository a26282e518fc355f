"""Measures of a classifier, against values worked by hand and against counting pairs."""

import math

import pytest
import torch

from imgcls.ops.measures import calibration, confusion, counts, roc

SCORES = torch.tensor([0.9, 0.8, 0.6, 0.4, 0.3, 0.1])
TRUTH = torch.tensor([True, False, True, True, False, False])


def test_four_outcomes_by_hand() -> None:
    # At 0.5 the first three are called yes: two rightly. One positive (0.4) is missed.
    found = counts(SCORES, TRUTH, 0.5)
    assert (found.true_yes, found.false_yes, found.true_no, found.false_no) == (2, 1, 2, 1)
    assert found.accuracy == pytest.approx(4 / 6)
    assert found.precision == pytest.approx(2 / 3)
    assert found.recall == pytest.approx(2 / 3)
    assert found.false_rate == pytest.approx(1 / 3)


def test_a_score_at_the_threshold_is_called_yes_and_what_is_not_there_has_no_share() -> None:
    assert counts(SCORES, TRUTH, 0.9).true_yes == 1
    assert math.isnan(counts(SCORES, TRUTH, 0.95).precision)
    assert math.isnan(counts(SCORES[:1], TRUTH[:1], 0.5).false_rate)
    with pytest.raises(ValueError, match="one truth"):
        counts(SCORES, TRUTH[:3], 0.5)


def test_the_curve_by_hand() -> None:
    curve = roc(SCORES, TRUTH)
    third = 1 / 3
    assert curve.recalls.tolist() == pytest.approx([0, third, third, 2 * third, 1, 1, 1])
    assert curve.false_rates.tolist() == pytest.approx([0, 0, third, third, third, 2 * third, 1])
    # Pairs with the positive higher: 0.9 beats 3, 0.6 beats 2, 0.4 beats 2: 7 of 9.
    assert curve.area == pytest.approx(7 / 9)


@pytest.mark.parametrize("seed", range(4))
def test_the_area_is_the_share_of_pairs_in_the_right_order_and_points_are_counts(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    truth = torch.rand(80, generator=generator) < 0.4
    scores = ((truth + torch.randn(80, generator=generator)) * 4).round() / 4  # with ties
    curve = roc(scores, truth)
    above = scores[truth][:, None] - scores[~truth][None]
    assert curve.area == pytest.approx(((above > 0).double() + 0.5 * (above == 0).double()).mean().item())
    points = zip(curve.thresholds[1:], curve.false_rates[1:], curve.recalls[1:], strict=True)
    for threshold, false_rate, recall in points:
        found = counts(scores.double(), truth, float(threshold))
        assert (found.false_rate, found.recall) == pytest.approx((float(false_rate), float(recall)))


def test_a_curve_needs_both_kinds() -> None:
    with pytest.raises(ValueError, match="both kinds"):
        roc(SCORES, torch.ones(6, dtype=torch.bool))


def test_calibration_by_hand() -> None:
    # 0.95 twice, right once: gap 0.45, weight 2 of 4. 0.55 right and 0.58 wrong: mean 0.565, gap 0.065.
    found = calibration(torch.tensor([0.95, 0.95, 0.55, 0.58]), torch.tensor([True, False, True, False]))
    assert found.sizes.tolist() == [0, 0, 0, 0, 0, 2, 0, 0, 0, 2]
    assert found.accuracy[9] == pytest.approx(0.5) and found.confidence[5] == pytest.approx(0.565)
    assert torch.isnan(found.accuracy[0])
    assert found.error == pytest.approx((0.45 * 2 + 0.065 * 2) / 4)
    assert calibration(torch.tensor([1.0]), torch.tensor([True])).sizes[9] == 1
    with pytest.raises(ValueError, match="no answers"):
        calibration(torch.empty(0), torch.empty(0, dtype=torch.bool))


def test_confusion_has_a_row_for_each_truth() -> None:
    assert confusion(torch.tensor([0, 1, 1, 2]), torch.tensor([0, 0, 1, 2]), 3).tolist() == [
        [1, 1, 0], [0, 1, 0], [0, 0, 1],
    ]  # fmt: skip
