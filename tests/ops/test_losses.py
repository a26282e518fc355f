"""Cross-entropy against torch, worked values and finite differences; and the ways of computing it that break."""

import math

import pytest
import torch
import torch.nn.functional as F

from imgcls.ops.losses import (
    binary_cross_entropy,
    cross_entropy,
    log_loss,
    measure_slopes,
    measures,
    smoothed_curve,
    smoothed_targets,
    three_ways,
    twice_floor,
)


def random_batch(count=6, classes=5, seed=0):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(count, classes, generator=generator, dtype=torch.float64) * 4
    return logits, torch.randint(classes, (count,), generator=generator)


def test_cs231n_example_costs_1_04():
    result = cross_entropy(torch.tensor([[-2.85, 0.86, 0.28]]), torch.tensor([2]))
    assert float(result.loss) == pytest.approx(1.04, abs=5e-4)
    assert result.probabilities[0].tolist() == pytest.approx([0.016, 0.631, 0.353], abs=1e-3)


def test_indifference_costs_the_logarithm_of_the_number_of_classes():
    for classes in (2, 3, 1000):
        loss = cross_entropy(torch.zeros(1, classes, dtype=torch.float64), torch.tensor([1])).loss
        assert float(loss) == pytest.approx(math.log(classes))


def test_gradient_by_hand_is_p_minus_y():
    result = cross_entropy(torch.tensor([[3.0, 1.0]]).log(), torch.tensor([1]))  # p = 3/4, 1/4
    assert result.gradient[0].tolist() == pytest.approx([0.75, -0.75])


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
def test_losses_and_gradient_equal_torch(smoothing, temperature):
    logits, target = random_batch()
    leaf = logits.clone().requires_grad_()
    ours = cross_entropy(logits, target, smoothing, temperature)
    settings = {"label_smoothing": smoothing}
    torch.testing.assert_close(ours.losses, F.cross_entropy(logits / temperature, target, reduction="none", **settings))
    mean = F.cross_entropy(leaf / temperature, target, **settings)
    mean.backward()
    torch.testing.assert_close(ours.loss, mean.detach())
    torch.testing.assert_close(ours.mean_gradient, leaf.grad)
    torch.testing.assert_close(ours.contributions.sum(1), ours.losses)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("temperature", [1.0, 0.4])
def test_gradient_equals_central_differences(smoothing, temperature):
    logits, target = random_batch(3, 4, seed=2)
    gradient = cross_entropy(logits, target, smoothing, temperature).gradient
    step = 1e-5
    for j in range(4):
        nudge = torch.zeros(4, dtype=torch.float64)
        nudge[j] = step
        up = cross_entropy(logits + nudge, target, smoothing, temperature).losses
        down = cross_entropy(logits - nudge, target, smoothing, temperature).losses
        torch.testing.assert_close(gradient[:, j], (up - down) / (2 * step), atol=1e-8, rtol=1e-6)


def test_the_gradient_of_every_example_sums_to_0():
    logits, target = random_batch()
    torch.testing.assert_close(cross_entropy(logits, target, 0.1).gradient.sum(1), torch.zeros(6, dtype=torch.float64))


def test_a_step_against_the_gradient_lowers_the_loss():
    logits, target = random_batch()
    before = cross_entropy(logits, target)
    assert float(cross_entropy(logits - 0.1 * before.gradient, target).loss) < float(before.loss)


def test_smoothed_targets_by_hand():
    targets = smoothed_targets(torch.tensor([2]), 4, 0.2)
    assert targets[0].tolist() == pytest.approx([0.05, 0.05, 0.85, 0.05])


@pytest.mark.parametrize("smoothing", [-0.1, 1.1, float("nan")])
def test_smoothing_outside_0_to_1_is_refused(smoothing):
    with pytest.raises(ValueError, match="smoothing"):
        cross_entropy(torch.zeros(1, 2), torch.tensor([0]), smoothing)


@pytest.mark.parametrize("target", [-1, 3])
def test_a_class_that_is_not_there_is_refused(target):
    with pytest.raises(ValueError, match="from 0 to 2"):
        cross_entropy(torch.zeros(1, 3), torch.tensor([target]))


def test_an_impossible_wrong_class_costs_nothing():
    result = cross_entropy(torch.tensor([[0.0, -math.inf]]), torch.tensor([0]))
    assert float(result.loss) == 0


def test_being_ten_times_less_sure_of_the_truth_costs_ln_10_more():
    costs = log_loss(torch.tensor([0.9, 0.09, 0.0], dtype=torch.float64)).tolist()
    assert costs[1] - costs[0] == pytest.approx(math.log(10))
    assert costs[2] == math.inf


def test_binary_loss_and_gradient_equal_torch_on_both_branches():
    logits = torch.linspace(-40, 40, 81, dtype=torch.float64)
    for y in (0.0, 1.0):
        targets = torch.full_like(logits, y)
        leaf = logits.clone().requires_grad_()
        theirs = F.binary_cross_entropy_with_logits(leaf, targets, reduction="none")
        theirs.sum().backward()
        ours = binary_cross_entropy(logits, targets)
        torch.testing.assert_close(ours.loss, theirs.detach())
        torch.testing.assert_close(ours.gradient, leaf.grad)
        torch.testing.assert_close(ours.probability, torch.sigmoid(logits))
        torch.testing.assert_close(ours.loss, ours.if_one if y else ours.if_zero)


def test_a_coin_toss_costs_ln_2_whatever_comes_true():
    result = binary_cross_entropy(torch.zeros(2), torch.tensor([0.0, 1.0]))
    assert result.loss.tolist() == pytest.approx([math.log(2)] * 2)


def test_binary_loss_refuses_targets_of_another_shape():
    with pytest.raises(ValueError, match="as many targets"):
        binary_cross_entropy(torch.zeros(3), torch.zeros(2))


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_the_smoothed_curve_goes_through_the_present_loss(smoothing):
    logits, target = random_batch(1, 4, seed=7)
    example = cross_entropy(logits, target, smoothing)
    true = int(target)
    curve = smoothed_curve(example, true, example.probabilities[0, true : true + 1])
    torch.testing.assert_close(curve, example.losses)


def test_without_smoothing_the_curve_is_minus_ln_p():
    example = cross_entropy(torch.zeros(1, 3), torch.tensor([0]))
    values = torch.tensor([0.1, 0.5, 1.0])
    torch.testing.assert_close(smoothed_curve(example, 0, values), -values.log())


def test_label_smoothing_is_cheapest_at_the_smoothed_target():
    example = cross_entropy(torch.zeros(1, 3, dtype=torch.float64), torch.tensor([0]), 0.3)
    values = torch.linspace(0.01, 0.99, 99, dtype=torch.float64)
    assert float(values[smoothed_curve(example, 0, values).argmin()]) == pytest.approx(0.8)


def test_the_three_ways_agree_while_probabilities_are_moderate():
    logits, target = random_batch(4, 3)
    ways = three_ways(logits, target)
    torch.testing.assert_close(ways.from_probabilities.losses, ways.from_logits.losses)
    torch.testing.assert_close(ways.from_probabilities.gradient, ways.from_logits.gradient)
    twice = F.cross_entropy(torch.softmax(logits, 1), target, reduction="none")
    torch.testing.assert_close(ways.softmax_twice.losses, twice)


def test_autograd_of_the_right_way_is_p_minus_y():
    logits, target = random_batch(4, 3)
    torch.testing.assert_close(three_ways(logits, target).from_logits.gradient, cross_entropy(logits, target).gradient)


@pytest.mark.parametrize(
    ("dtype", "gap"), [(torch.float16, 20.0), (torch.float32, 120.0), (torch.float64, 800.0)], ids=str
)
def test_logarithm_of_a_finished_probability_breaks_where_logits_do_not(dtype, gap):
    logits, target = torch.tensor([[-gap, 0.0]], dtype=dtype), torch.tensor([0])
    ways = three_ways(logits, target)
    assert float(ways.from_probabilities.losses) == math.inf
    assert ways.from_probabilities.gradient.isnan().all()
    assert float(ways.from_logits.losses) == pytest.approx(gap, rel=1e-3)
    assert ways.from_logits.gradient[0].tolist() == [-1, 1]
    torch.testing.assert_close(ways.from_logits.losses, F.cross_entropy(logits, target, reduction="none"))


def test_the_gradient_breaks_before_the_loss_does():
    ways = three_ways(torch.tensor([[-11.5, 0.0]], dtype=torch.float16), torch.tensor([0]))
    assert ways.from_probabilities.losses.isfinite().all()
    assert ways.from_probabilities.gradient.isnan().any()


def test_softmax_twice_has_a_floor_and_stops_learning_when_surely_wrong():
    perfect = three_ways(torch.tensor([[100.0, 0.0, 0.0]], dtype=torch.float64), torch.tensor([0]))
    assert float(perfect.softmax_twice.losses) == pytest.approx(twice_floor(3))
    assert twice_floor(3) == pytest.approx(math.log(1 + 2 / math.e))
    wrong = three_ways(torch.tensor([[-20.0, 0.0, -1.0]], dtype=torch.float64), torch.tensor([0]))
    assert abs(float(wrong.softmax_twice.gradient[0, 0])) < 1e-8
    assert float(wrong.from_logits.gradient[0, 0]) == pytest.approx(-1)


def test_measures_are_those_of_torch_and_only_the_losses_have_a_slope() -> None:
    generator = torch.Generator().manual_seed(1)
    logits, target = torch.randn(7, 4, generator=generator, dtype=torch.float64), torch.tensor([0, 1, 2, 3, 0, 1, 2])
    found, slopes = measures(logits, target), measure_slopes(logits, target)
    torch.testing.assert_close(found.loss, F.cross_entropy(logits, target))
    p = torch.softmax(logits, 1)[torch.arange(7), target]
    torch.testing.assert_close(found.squared, ((1 - p) ** 2).mean())
    assert float(found.accuracy) == pytest.approx(float((logits.argmax(1) == target).float().mean()))
    torch.testing.assert_close(slopes.loss, (p - 1) / 7)
    torch.testing.assert_close(slopes.squared, -2 * (1 - p) * p * (1 - p) / 7)
    for i in range(7):  # nudge each true logit: the losses move as their slopes say, accuracy not at all
        nudged = logits.clone()
        nudged[i, target[i]] += 1e-6
        moved = measures(nudged, target)
        assert moved.accuracy - found.accuracy == 1e-6 * slopes.accuracy[i]
        torch.testing.assert_close(moved.loss - found.loss, 1e-6 * slopes.loss[i], rtol=1e-3, atol=0)
        torch.testing.assert_close(moved.squared - found.squared, 1e-6 * slopes.squared[i], rtol=1e-3, atol=0)


def test_many_batches_are_measured_at_once() -> None:
    batches = torch.randn(5, 4, 3, generator=torch.Generator().manual_seed(2))
    target = torch.tensor([2, 0, 1, 1])
    together = measures(batches, target)
    for k, batch in enumerate(batches):
        alone = measures(batch, target)
        assert (together.accuracy[k], together.loss[k]) == (alone.accuracy, pytest.approx(float(alone.loss)))


def test_squared_error_hardly_pulls_at_a_confident_mistake_where_log_loss_pulls_hardest() -> None:
    z = torch.zeros(2, 3, dtype=torch.float64)
    z[:, 0] = torch.tensor([-8.0, 0.0])
    slopes = measure_slopes(z, torch.tensor([0, 0]))
    sure, unsure = slopes.loss.abs().tolist()
    assert sure > unsure
    sure, unsure = slopes.squared.abs().tolist()
    assert sure < 0.01 * unsure


def test_a_tie_counts_as_argmax_takes_it() -> None:
    assert float(measures(torch.zeros(2, 3), torch.tensor([0, 2])).accuracy) == 0.5
