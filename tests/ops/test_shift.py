"""What a moved photo does to features: against convolutions of really moved photos, and against what must be exact."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from imgcls.ops.shift import (
    BLURRED,
    EVERYWHERE,
    REACH,
    UNPOOLED,
    blurred_pooling,
    moved_along_pair,
    pooled_ways,
    relative_change,
    shift_study,
    shifted,
    tolerance,
)


@pytest.fixture(scope="module")
def photo() -> Tensor:
    """Something smooth but not flat, (1, 3, 48, 80)."""
    noise = torch.randn(1, 3, 48, 80, generator=torch.Generator().manual_seed(0))
    return F.avg_pool2d(noise, 5, 1, 2)


@pytest.fixture(scope="module")
def kernels() -> Tensor:
    return torch.randn(6, 3, 3, 3, generator=torch.Generator().manual_seed(1))


@pytest.fixture(scope="module")
def features(photo: Tensor, kernels: Tensor) -> Tensor:
    return F.conv2d(photo, kernels).relu()


@pytest.mark.parametrize("shift", [0, 1, 7, REACH])
def test_moved_features_are_the_features_of_the_moved_photo(
    photo: Tensor, kernels: Tensor, features: Tensor, shift: int
) -> None:
    width = photo.shape[-1] - 2 * REACH
    moved_photo = photo[..., REACH - shift : REACH - shift + width]
    torch.testing.assert_close(shifted(features, shift), F.conv2d(moved_photo, kernels).relu())


def test_a_relative_change_is_the_length_of_the_difference_by_hand() -> None:
    before = torch.tensor([[[[3.0, 4.0]], [[2.0, 0.0]], [[0.0, 0.0]]]])
    now = torch.tensor([[[[3.0, 1.0]], [[2.0, 2.0]], [[5.0, 0.0]]]])
    # 3 / 5 and 2 / 2; the third slice was all zero and is left out.
    assert relative_change(now, before) == pytest.approx((0.6 + 1) / 2)
    assert relative_change(before, before) == 0
    assert relative_change(now, torch.zeros_like(now)) == 0


@pytest.mark.parametrize("kind", ["max", "average"])
@pytest.mark.parametrize(("window", "stride"), [(2, 2), (3, 2), (3, 3)])
def test_pooled_features_follow_only_multiples_of_the_stride(
    features: Tensor, window: int, stride: int, kind: str
) -> None:
    study = shift_study(features, window, stride, kind)
    assert study.shifts == tuple(range(REACH + 1))
    assert max(study.moved_along[UNPOOLED]) == 0
    for shift, change in enumerate(study.moved_along["pooled 1×"]):
        assert change < 1e-6 if shift % stride == 0 else change > 0.05
    for shift, change in enumerate(study.moved_along["pooled 2×"]):
        assert change < 1e-6 if shift % stride**2 == 0 else change > 0.05


def test_without_a_stride_pooled_features_follow_every_shift(features: Tensor) -> None:
    study = shift_study(features, 2, 1, "max")
    assert max(max(changes) for changes in study.moved_along.values()) < 1e-6


def test_a_blur_before_the_skipping_makes_odd_shifts_less_harmful(features: Tensor) -> None:
    study = shift_study(features, 2, 2, "max")
    plain, blurred = study.moved_along["pooled 1×"], study.moved_along[BLURRED]
    assert all(blurred[shift] < 0.8 * plain[shift] for shift in range(1, REACH, 2))
    assert all(blurred[shift] < 1e-5 for shift in range(0, REACH, 2))


def test_every_further_pooling_makes_small_shifts_matter_less(features: Tensor) -> None:
    place = shift_study(features, 2, 2, "max").same_place
    order = [UNPOOLED, "pooled 1×", "pooled 2×", "pooled 3×", EVERYWHERE]
    changes = [place[name][1] for name in order]
    assert changes == sorted(changes, reverse=True)
    assert all(place[name][0] == 0 for name in order)


def test_flat_features_never_change() -> None:
    study = shift_study(torch.full((1, 2, 40, 80), 3.0))
    assert max(max(changes) for changes in study.same_place.values()) < 1e-6
    assert max(max(changes) for changes in study.moved_along.values()) < 1e-6


def test_a_study_holds_the_comparisons_of_its_parts(features: Tensor) -> None:
    study = shift_study(features, 2, 2, "max")
    moved, resting = (pooled_ways(shifted(features, n), 2, 2, "max") for n in (5, 0))
    assert study.same_place["pooled 2×"][5] == pytest.approx(
        relative_change(moved["pooled 2×"], resting["pooled 2×"]), rel=1e-5
    )
    pair = moved_along_pair(moved["pooled 1×"], resting["pooled 1×"], 5, 2)
    assert study.moved_along["pooled 1×"][5] == pytest.approx(relative_change(*pair), rel=1e-5)


def test_blurred_pooling_is_pooling_at_stride_1_then_a_blur_then_every_second_value() -> None:
    values = torch.randn(1, 2, 9, 9, generator=torch.Generator().manual_seed(3))
    dense = F.max_pool2d(values, 2, 1)  # 8 x 8
    weights = torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]]) / 16
    got = blurred_pooling(values, 2, 2, "max")
    assert got.shape == (1, 2, 4, 4)
    for row in (1, 2, 3):
        for column in (1, 2, 3):
            around = dense[0, 1, 2 * row - 1 : 2 * row + 2, 2 * column - 1 : 2 * column + 2]
            assert float(got[0, 1, row, column]) == pytest.approx(float((around * weights).sum()), rel=1e-5)


def test_impossible_shifts_are_refused_with_a_reason(features: Tensor) -> None:
    with pytest.raises(ValueError, match="between 0 and 16"):
        shifted(features, REACH + 1)
    with pytest.raises(ValueError, match="too narrow"):
        shifted(torch.zeros(1, 1, 8, 2 * REACH), 0)


def test_the_tolerance_is_two_points_of_the_study(features: Tensor) -> None:
    study = shift_study(features)
    found = tolerance(study)
    moved, resting = (pooled_ways(shifted(features, shift), 2, 2, "max") for shift in (1, 0))
    assert found.shift == 1
    assert found.unpooled == pytest.approx(relative_change(moved[UNPOOLED], resting[UNPOOLED]), rel=1e-5)
    assert found.pooled == pytest.approx(relative_change(moved["pooled 3×"], resting["pooled 3×"]), rel=1e-5)
