"""Pooling against torch's unfold, CS231n's worked example, and finite differences."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from imgcls.ops.pooling import (
    HALVINGS,
    covered,
    global_average,
    halve,
    handed_back,
    pool,
    pool_backward,
    pooled_size,
    shuffled_places,
    sign_pair_volume,
    ties,
    window_places,
)

CS231N = torch.tensor([[[1.0, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]]])
SETTINGS = [(window, stride) for window in (1, 2, 3, 4) for stride in (1, 2, 3)]


def windows(values: Tensor, window: int, stride: int) -> Tensor:
    """(C, H, W) -> all windows (C, h, w, window * window), cut out without any pooling."""
    cut = values.unfold(1, window, stride).unfold(2, window, stride)
    return cut.reshape(*cut.shape[:3], -1)


@pytest.fixture
def volume() -> Tensor:
    return torch.randn(5, 9, 10, generator=torch.Generator().manual_seed(0))


def test_max_pooling_gives_cs231ns_worked_example() -> None:
    pooled = pool(CS231N, 2, 2, "max")
    assert pooled.output.tolist() == [[[6, 8], [3, 4]]]
    assert pooled.winners.tolist() == [[[5, 7], [8, 15]]]  # 6 and 8 in row 1, 3 in row 2, 4 in row 3
    assert pooled.wins.tolist() == [[[0, 0, 0, 0], [0, 1, 0, 1], [1, 0, 0, 0], [0, 0, 0, 1]]]


def test_average_pooling_gives_the_means_worked_by_hand() -> None:
    pooled = pool(CS231N, 2, 2, "average")
    assert pooled.output.tolist() == [[[3.25, 5.25], [2, 2]]]
    assert pooled.winners is None
    assert pooled.wins is None


@pytest.mark.parametrize(("window", "stride"), SETTINGS)
def test_pooling_equals_the_largest_and_the_mean_of_every_window(volume: Tensor, window: int, stride: int) -> None:
    expected = windows(volume, window, stride)
    torch.testing.assert_close(pool(volume, window, stride, "max").output, expected.amax(-1), rtol=0, atol=0)
    torch.testing.assert_close(pool(volume, window, stride, "average").output, expected.mean(-1))


@pytest.mark.parametrize(("window", "stride"), SETTINGS)
def test_winners_point_at_the_values_kept(volume: Tensor, window: int, stride: int) -> None:
    pooled = pool(volume, window, stride, "max")
    kept = volume.flatten(1).gather(1, pooled.winners.flatten(1))
    assert torch.equal(kept, pooled.output.flatten(1))
    assert int(pooled.wins.sum()) == pooled.output.numel()
    assert bool((pooled.wins <= pooled.uses).all())


@pytest.mark.parametrize("channels", [1, 16])
def test_of_equal_values_the_first_wins(channels: int) -> None:
    pooled = pool(torch.full((channels, 4, 4), 2.0), 2, 2, "max")
    assert pooled.winners.tolist() == [[[0, 2], [8, 10]]] * channels


@pytest.mark.parametrize(("window", "stride"), SETTINGS)
def test_uses_count_the_windows_over_each_place(window: int, stride: int) -> None:
    height, width = 7, 6
    expected = torch.zeros(height, width, dtype=torch.int64)
    for row in range(0, height - window + 1, stride):
        for column in range(0, width - window + 1, stride):
            expected[row : row + window, column : column + window] += 1
    assert torch.equal(pool(torch.zeros(1, height, width), window, stride, "average").uses, expected)


def test_a_window_of_3_at_stride_2_never_reaches_the_last_row_and_column_of_4() -> None:
    uses = pool(CS231N, 3, 2, "max").uses
    assert uses[:3, :3].tolist() == [[1] * 3] * 3
    assert not uses[3].any()
    assert not uses[:, 3].any()


def test_the_lectures_volume_keeps_its_depth_and_drops_three_quarters() -> None:
    pooled = pool(torch.zeros(64, 224, 224), 2, 2, "max").reduction
    assert pooled.shape_before == (64, 224, 224)
    assert pooled.shape_after == (64, 112, 112)
    assert (pooled.values_before, pooled.values_after) == (3_211_264, 802_816)
    assert pooled.dropped == 0.75
    assert (pooled.bytes_before, pooled.bytes_after) == (12_845_056, 3_211_264)  # four bytes a float32


@pytest.mark.parametrize("kind", ["max", "average"])
@pytest.mark.parametrize(("window", "stride"), [(2, 2), (2, 1), (3, 1), (3, 2), (2, 3)])
def test_gradients_equal_finite_differences(kind: str, window: int, stride: int) -> None:
    generator = torch.Generator().manual_seed(1)
    values = torch.randperm(36, generator=generator).double().view(1, 6, 6)  # no ties: there the maximum has a kink
    upstream = torch.randn(pool(values, window, stride, kind).output.shape, generator=generator, dtype=torch.float64)
    step = 1e-3
    expected = torch.zeros_like(values)
    for i in range(values.numel()):
        nudge = torch.zeros(values.numel(), dtype=torch.float64)
        nudge[i] = step
        ends = [
            (pool(values + sign * nudge.view_as(values), window, stride, kind).output * upstream).sum()
            for sign in (1, -1)
        ]
        expected.view(-1)[i] = (ends[0] - ends[1]) / (2 * step)
    torch.testing.assert_close(pool_backward(values, upstream, window, stride, kind), expected, rtol=0, atol=1e-8)


def test_max_pooling_sends_the_gradient_to_the_winner_alone() -> None:
    gradient = pool_backward(CS231N, torch.tensor([[[10.0, 20], [30, 40]]]), 2, 2, "max")
    assert gradient.tolist() == [[[0, 0, 0, 0], [0, 10, 0, 20], [30, 0, 0, 0], [0, 0, 0, 40]]]


def test_overlapping_windows_add_their_gradients_up() -> None:
    gradient = pool_backward(CS231N, torch.ones(1, 3, 3), 2, 1, "max")
    # By hand: 6 wins 2 windows, 7 two, 8 two, the 3 of row 2 one, the 3 of row 3 one, the 4 of row 3 one.
    assert gradient.tolist() == [[[0, 0, 0, 0], [0, 2, 2, 2], [1, 0, 0, 0], [0, 0, 1, 1]]]
    assert pool_backward(CS231N, torch.full((1, 2, 2), 9.0), 3, 1, "average")[0, 1].tolist() == [2, 4, 4, 2]


def test_the_first_of_equal_values_gets_the_gradient() -> None:
    assert pool_backward(torch.ones(1, 2, 2), torch.ones(1, 1, 1), 2, 2, "max").tolist() == [[[1, 0], [0, 0]]]


def test_gradients_flow_inside_inference_mode_too() -> None:
    with torch.inference_mode():
        assert pool_backward(CS231N, torch.ones(1, 2, 2), 2, 2, "max").sum() == 4


@pytest.mark.parametrize(
    ("size", "window", "stride", "expected"),
    [(224, 2, 2, 112), (224, 3, 2, 111), (4, 3, 2, 1), (5, 2, 3, 2), (3, 3, 9, 1)],
)
def test_the_pooled_size_is_the_formulas_rounded_down(size: int, window: int, stride: int, expected: int) -> None:
    assert pooled_size(size, window, stride) == expected


@pytest.mark.parametrize("kind", ["max", "average"])
@pytest.mark.parametrize(("window", "stride"), [(2, 2), (2, 1), (3, 2), (2, 3)])
def test_what_the_windows_hand_back_adds_up_to_the_gradient(kind: str, window: int, stride: int) -> None:
    generator = torch.Generator().manual_seed(window + stride)
    values = torch.randint(0, 4, (2, 7, 6), generator=generator).double()  # with ties
    pooled = pool(values, window, stride, kind)
    upstream = torch.randn(pooled.output.shape, generator=generator, dtype=torch.float64)
    parts, places = handed_back(pooled, upstream), window_places(pooled)
    added = torch.zeros(2, 42, dtype=torch.float64)
    added.scatter_add_(1, places.flatten().expand(2, -1), parts.flatten(1))
    torch.testing.assert_close(added.view(2, 7, 6), pool_backward(values, upstream, window, stride, kind))
    torch.testing.assert_close(parts.sum(dim=-1), upstream.flatten(1))


def test_windows_and_their_ties_by_hand() -> None:
    pooled = pool(torch.tensor([[[1.0, 1, 2, 5, 9], [1, 0, 4, 4, 9], [3, 3, 3, 3, 9]]]), 2, 2)
    assert window_places(pooled).tolist() == [[0, 1, 5, 6], [2, 3, 7, 8]]
    assert ties(pooled).tolist() == [[[True, False]]]
    assert covered(pooled) == (2, 4)
    assert covered(pool(torch.zeros(1, 8, 6), 2, 3)) == (8, 5)


def test_illegal_pooling_is_refused_with_a_reason() -> None:
    with pytest.raises(ValueError, match="does not fit into 4"):
        pool(CS231N, 5, 1)
    with pytest.raises(ValueError, match="at least 1"):
        pool(CS231N, 2, 0)
    with pytest.raises(ValueError, match="not 'median'"):
        pool(CS231N, 2, 2, "median")
    with pytest.raises(ValueError, match="volume"):
        pool(CS231N[0], 2, 2)
    with pytest.raises(ValueError, match="shape"):
        pool_backward(CS231N, torch.ones(1, 3, 3), 2, 2)


def test_a_volume_of_sign_pairs_holds_both_signs_of_every_response() -> None:
    generator = torch.Generator().manual_seed(2)
    picture = torch.randn(3, 8, 9, generator=generator)
    kernels = torch.randn(4, 3, 3, 3, generator=generator)
    volume = sign_pair_volume(picture, kernels)
    assert volume.shape == (8, 8, 9)
    assert bool((volume >= 0).all())
    # The convolution as a sum over cut-out windows: (3, 8, 9, 3, 3) with each kernel (3, 3, 3).
    cut = F.pad(picture, (1, 1, 1, 1)).unfold(1, 3, 1).unfold(2, 3, 1)
    response = torch.einsum("crsij,kcij->krs", cut, kernels)
    torch.testing.assert_close(volume[:4] - volume[4:], response, rtol=1e-5, atol=1e-5)
    assert not bool(((volume[:4] > 0) & (volume[4:] > 0)).any())


def test_kernels_of_an_even_side_are_refused() -> None:
    with pytest.raises(ValueError, match="odd"):
        sign_pair_volume(torch.zeros(3, 4, 4), torch.zeros(1, 3, 2, 2))


def test_global_average_forgets_where() -> None:
    volume = torch.randn(5, 4, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    torch.testing.assert_close(global_average(volume), F.adaptive_avg_pool2d(volume[None], 1).flatten())
    shuffled = shuffled_places(volume, 3)
    assert not torch.equal(shuffled, volume)
    torch.testing.assert_close(global_average(shuffled), global_average(volume))
    pairs = {tuple(place.tolist()) for place in volume.flatten(1).T}
    assert {tuple(place.tolist()) for place in shuffled.flatten(1).T} == pairs, "all slices in the same order"


def test_halving_keeps_the_largest_the_mean_or_the_first() -> None:
    sheet = torch.tensor([[1.0, 2, 5, 6, 0], [3, 4, 7, 8, 0], [9, 10, 13, 14, 0], [11, 12, 15, 16, 0]])
    once = {way: halve(sheet, way, 1).output.tolist() for way in HALVINGS}
    assert once == {"max": [[4, 8], [12, 16]], "average": [[2.5, 6.5], [10.5, 14.5]], "stride": [[1, 5], [9, 13]]}
    assert {way: halve(sheet, way, 2).output.tolist() for way in HALVINGS} == {
        "max": [[16]], "average": [[8.5]], "stride": [[1]],
    }  # fmt: skip
    found = halve(sheet, "average", 1)
    assert found.spread[0].tolist() == [2.5, 2.5, 6.5, 6.5]
    assert found.lost == pytest.approx((16 * 1.25) ** 0.5 / sum(n**2 for n in range(1, 17)) ** 0.5)
    assert halve(torch.zeros(4, 4), "max", 1).lost == 0
    with pytest.raises(ValueError, match="cannot be halved"):
        halve(sheet, "max", 3)
    with pytest.raises(ValueError, match="not 'min'"):
        halve(sheet, "min", 1)


def test_a_strided_convolution_is_the_unstrided_one_halved_and_average_pooling_is_a_strided_convolution() -> None:
    generator = torch.Generator().manual_seed(0)
    picture = torch.randn(1, 3, 13, 16, generator=generator, dtype=torch.float64)
    kernel = torch.randn(1, 3, 3, 3, generator=generator, dtype=torch.float64)
    dense = F.conv2d(picture, kernel)[0, 0]
    strided = F.conv2d(picture, kernel, stride=2)[0, 0]
    halved = halve(dense, "stride", 1).output
    torch.testing.assert_close(halved, strided[: halved.shape[0], : halved.shape[1]])
    quarters = torch.full((1, 1, 2, 2), 0.25, dtype=torch.float64)
    torch.testing.assert_close(halve(dense, "average", 1).output, F.conv2d(dense[None, None], quarters, stride=2)[0, 0])


def test_no_way_of_halving_that_keeps_one_number_a_window_loses_less_than_the_average() -> None:
    for seed in range(5):
        sheet = torch.randn(32, 32, generator=torch.Generator().manual_seed(seed)).relu()
        for times in (1, 2, 3):
            lost = {way: halve(sheet, way, times).lost for way in HALVINGS}
            assert lost["average"] == min(lost.values())
