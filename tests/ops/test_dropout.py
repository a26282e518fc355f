import math

import pytest
import torch
from torch import nn

from imgcls.ops.dropout import dropout, dropout_maps, many_passes, thinned


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("p", [0.0, 0.2, 0.5, 0.9])
def test_kept_values_are_scaled_by_one_over_the_keep_probability_and_the_others_are_zero(p: float) -> None:
    x = torch.randn(40, 50, generator=seeded(1))
    result = dropout(x, p, seeded())
    torch.testing.assert_close(result.output[result.mask == 1], x[result.mask == 1] / (1 - p))
    assert (result.output[result.mask == 0] == 0).all()
    assert result.kept == pytest.approx(1 - p, abs=0.04)


def test_torchs_own_layer_drops_and_scales_alike() -> None:
    x = torch.ones(200_000)
    torch.manual_seed(0)
    theirs = nn.Dropout(0.3)(x)
    ours = dropout(x, 0.3, seeded()).output
    assert sorted(theirs.unique().tolist()) == sorted(ours.unique().tolist())
    assert ours.mean() == pytest.approx(theirs.mean().item(), abs=0.01)


def test_by_hand_a_kept_three_becomes_six_at_one_half() -> None:
    result = dropout(torch.full((64,), 3.0), 0.5, seeded())
    assert result.scale == 2.0
    assert set(result.output.tolist()) == {0.0, 6.0}


def test_evaluation_changes_nothing() -> None:
    x = torch.randn(10, generator=seeded(1))
    result = dropout(x, 0.5, seeded(), training=False)
    assert result.output is x
    assert result.kept == 1
    assert dropout_maps(x.view(10, 1, 1), 0.5, seeded(), training=False).kept == 1


def test_dropping_everything_leaves_zeros_and_no_nan() -> None:
    assert (dropout(torch.ones(9), 1.0, seeded()).output == 0).all()


def test_dropout2d_drops_whole_maps_as_torch_does() -> None:
    x = torch.rand(500, 4, 5, generator=seeded(1)) + 0.1
    result = dropout_maps(x, 0.4, seeded())
    a_map = result.mask.flatten(1)
    assert ((a_map == 0).all(1) | (a_map == 1).all(1)).all()
    torch.manual_seed(0)
    theirs = nn.Dropout2d(0.4)(x[None])[0]
    kept = theirs.flatten(1).abs().sum(1) > 0
    torch.testing.assert_close(theirs[kept] / x[kept], torch.full_like(x[kept], result.scale))
    assert result.kept == pytest.approx(float(kept.float().mean()), abs=0.08)


def test_the_same_seed_gives_the_same_mask() -> None:
    x = torch.ones(100)
    torch.testing.assert_close(dropout(x, 0.5, seeded(4)).mask, dropout(x, 0.5, seeded(4)).mask)


def test_spread_of_one_pass_is_the_formulas_and_by_hand() -> None:
    x, weights = torch.tensor([1.0, 2.0]), torch.tensor([[0.0, 0.0], [3.0, -1.0]])
    result = many_passes(x, weights, torch.tensor([0.0, 0.5]), 1, 0.5, 20_000, seeded())
    assert result.exact == pytest.approx(1.5)
    assert result.spread == pytest.approx(math.sqrt(9 + 4))
    assert float(result.outputs.std()) == pytest.approx(result.spread, rel=0.02)
    assert set(result.outputs.tolist()) == {0.5, 6.5, -3.5, 2.5}


def test_running_means_end_at_the_mean_and_close_in_on_the_output_without_dropout() -> None:
    generator = seeded(2)
    x, weights = torch.rand(300, generator=generator), torch.randn(3, 300, generator=generator)
    result = many_passes(x, weights, torch.tensor([0.1, 0.0, 0.0]), 0, 0.3, 4000, generator)
    assert float(result.means[-1]) == pytest.approx(float(result.outputs.mean()), abs=1e-4)
    low, high = result.band(4)
    assert (result.means >= low).all()
    assert (result.means <= high).all()
    assert float(high[-1] - low[-1]) == pytest.approx(8 * result.spread / math.sqrt(4000), rel=1e-4)


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_a_probability_outside_zero_and_one_is_refused(p: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        dropout(torch.ones(3), p, seeded())


def test_the_mean_probability_is_not_that_without_dropout_by_hand() -> None:
    """One value 2 at p = 1/2: the logit is 4 or 0, so p is sigmoid(4) or 1/2; without dropout it is sigmoid(2)."""
    result = many_passes(torch.tensor([2.0]), torch.tensor([[0.0], [1.0]]), torch.zeros(2), 1, 0.5, 20_000, seeded())
    expected = (torch.sigmoid(torch.tensor(4.0)) + 0.5) / 2
    assert float(result.chance_means[-1]) == pytest.approx(float(expected), abs=0.005)
    assert result.exact_chance == pytest.approx(float(torch.sigmoid(torch.tensor(2.0))))
    assert set(result.outputs.tolist()) == {0.0, 4.0}


def test_a_thinned_network_has_the_weights_between_its_kept_nodes() -> None:
    result = thinned((3, 4, 5, 2), 0.5, seeded(1))
    inputs, first, second, outputs = (int(each.sum()) for each in result.kept)
    assert (inputs, outputs) == (3, 2)
    mask = torch.ones(3, 4) * result.kept[1]
    assert result.weights == int(mask.sum()) + first * second + second * 2
    assert (result.of, result.networks) == (3 * 4 + 4 * 5 + 5 * 2, 2**9)
    assert thinned((3, 4, 5, 2), 0.0, seeded()).weights == result.of
    assert thinned((3, 4, 5, 2), 1.0, seeded()).weights == 0


def test_over_many_steps_each_hidden_node_is_dropped_with_probability_p() -> None:
    steps = [thinned((2, 6, 2), 0.3, seeded(seed)).kept[1] for seed in range(2000)]
    share = torch.stack(steps).float().mean(0)
    assert torch.allclose(share, torch.tensor(0.7), atol=0.04)
    with pytest.raises(ValueError, match="between 0 and 1"):
        thinned((2, 2), 2.0, seeded())
