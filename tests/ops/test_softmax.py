"""Softmax against torch, against worked values, and where a naive one overflows."""

import pytest
import torch

from imgcls.ops.softmax import (
    centred_logits,
    hardmax,
    largest_exponent,
    log_softmax,
    softmax,
    softmax_jacobian,
    softmax_terms,
    sweep,
)


def random_logits(*shape, seed=0, spread=3.0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64) * spread


def test_softmax_of_cs231n_example_is_70_4_26_percent():
    assert softmax(torch.tensor([1.0, -2.0, 0.0])).tolist() == pytest.approx([0.705, 0.035, 0.259], abs=5e-4)


def test_softmax_of_halved_logits_is_flatter_as_in_cs231n():
    assert softmax(torch.tensor([0.5, -1.0, 0.0])).tolist() == pytest.approx([0.55, 0.12, 0.33], abs=5e-3)


def test_temperature_two_equals_halved_logits():
    logits = torch.tensor([1.0, -2.0, 0.0])
    torch.testing.assert_close(softmax(logits, temperature=2.0), softmax(logits / 2))


def test_two_logits_by_hand():
    # log 3 against 0: e^0 = 1 and e^(log 3) = 3, so 3/4 and 1/4
    assert softmax(torch.tensor([3.0, 1.0]).log()).tolist() == pytest.approx([0.75, 0.25])


@pytest.mark.parametrize("dim", [-1, 0, 1, 2])
def test_softmax_equals_torch_along_every_dimension(dim):
    logits = torch.randn(4, 5, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 10
    torch.testing.assert_close(softmax(logits, dim), torch.softmax(logits, dim))


@pytest.mark.parametrize("shift", [1e4, -1e4])
def test_huge_logits_do_not_overflow(shift):
    logits = torch.tensor([0.0, 1.0, 2.0]) + shift
    torch.testing.assert_close(softmax(logits), torch.softmax(torch.tensor([0.0, 1.0, 2.0]), 0), atol=1e-3, rtol=0)


def test_gradient_equals_torch():
    logits = torch.randn(3, 7, generator=torch.Generator().manual_seed(1), dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(softmax, (logits,))
    weights = torch.arange(7.0, dtype=torch.float64)
    (ours,) = torch.autograd.grad((softmax(logits) * weights).sum(), logits)
    (theirs,) = torch.autograd.grad((torch.softmax(logits, -1) * weights).sum(), logits)
    torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan")])
def test_temperature_must_be_positive(temperature):
    with pytest.raises(ValueError, match="above 0"):
        softmax(torch.zeros(2), temperature=temperature)


def test_the_terms_of_cs231n_example_are_e_e_to_minus_2_and_1():
    worked = softmax_terms(torch.tensor([1.0, -2.0, 0.0], dtype=torch.float64), subtract_maximum=False)
    assert worked.terms.tolist() == pytest.approx([2.718281828, 0.135335283, 1.0])
    assert float(worked.total) == pytest.approx(3.853617111)
    assert worked.trouble == ""


@pytest.mark.parametrize("subtract", [True, False])
def test_quotients_of_the_terms_are_the_probabilities_with_and_without_the_maximum(subtract):
    logits = random_logits(5, 7)
    worked = softmax_terms(logits, temperature=0.7, subtract_maximum=subtract)
    torch.testing.assert_close(worked.terms / worked.terms.sum(-1, keepdim=True), worked.probabilities)
    torch.testing.assert_close(worked.probabilities, torch.softmax(logits / 0.7, -1))
    torch.testing.assert_close(worked.exponents.exp(), worked.terms)


@pytest.mark.parametrize("constant", [-500.0, -3.0, 0.25, 120.0])
def test_adding_a_constant_to_every_logit_moves_no_probability(constant):
    logits = random_logits(10)
    torch.testing.assert_close(softmax(logits + constant), softmax(logits))


@pytest.mark.parametrize(
    ("dtype", "fits", "breaks"),
    [(torch.float16, 11.0, 11.2), (torch.float32, 88.0, 89.0), (torch.float64, 709.0, 710.0)],
)
def test_the_plain_formula_overflows_at_the_logarithm_of_the_largest_number(dtype, fits, breaks):
    assert fits < largest_exponent(dtype) < breaks
    good = softmax_terms(torch.tensor([fits, 0.0], dtype=dtype), subtract_maximum=False)
    assert good.trouble in {"", "vanished"}
    assert good.probabilities.isfinite().all()
    bad = softmax_terms(torch.tensor([breaks, 0.0], dtype=dtype), subtract_maximum=False)
    assert bad.trouble == "overflow"
    assert bad.terms[0].isinf()
    assert bad.probabilities[0].isnan()
    safe = softmax_terms(torch.tensor([breaks, 0.0], dtype=dtype))
    torch.testing.assert_close(safe.probabilities, torch.softmax(torch.tensor([breaks, 0.0], dtype=dtype), 0))


def test_terms_that_fit_can_overflow_in_their_sum_only():
    worked = softmax_terms(torch.tensor([11.0, 11.0], dtype=torch.float16), subtract_maximum=False)
    assert worked.terms.isfinite().all()
    assert worked.trouble == "overflow"
    assert worked.probabilities.tolist() == [0, 0]


def test_logits_far_below_zero_leave_a_sum_of_nothing():
    worked = softmax_terms(torch.tensor([-30.0, -31.0], dtype=torch.float16), subtract_maximum=False)
    assert worked.trouble == "underflow"
    assert worked.probabilities.isnan().all()
    safe = softmax_terms(torch.tensor([-30.0, -31.0], dtype=torch.float16))
    assert safe.probabilities.tolist() == pytest.approx([0.731, 0.269], abs=1e-3)


def test_a_term_that_vanished_beside_others_is_named():
    assert softmax_terms(torch.tensor([0.0, -200.0], dtype=torch.float32)).trouble == "vanished"


def test_a_tiny_temperature_does_not_overflow_the_exponents():
    assert softmax(torch.tensor([3.0, 1.0]), temperature=1e-38).tolist() == [1.0, 0.0]


def test_many_temperatures_at_once_equal_one_at_a_time():
    logits, temperatures = random_logits(4), torch.tensor([0.1, 1.0, 7.0], dtype=torch.float64)
    together = softmax(logits, temperature=temperatures[:, None])
    for row, temperature in zip(together, temperatures.tolist(), strict=True):
        torch.testing.assert_close(row, softmax(logits, temperature=temperature))


def test_one_bad_temperature_among_many_is_refused():
    with pytest.raises(ValueError, match="above 0"):
        softmax(torch.zeros(2), temperature=torch.tensor([[1.0], [0.0]]))


def test_log_softmax_equals_torch_also_where_the_probability_is_0():
    logits = random_logits(6, 5)
    torch.testing.assert_close(log_softmax(logits, temperature=0.5), torch.log_softmax(logits / 0.5, -1))
    far = torch.tensor([0.0, -1000.0])
    torch.testing.assert_close(log_softmax(far), torch.log_softmax(far, 0))
    assert float(softmax(far)[1]) == 0


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_jacobian_equals_autograd_and_finite_differences(temperature):
    logits = random_logits(5, seed=3)
    jacobian = softmax_jacobian(softmax(logits, temperature=temperature), temperature)
    automatic = torch.autograd.functional.jacobian(lambda z: torch.softmax(z / temperature, 0), logits)
    torch.testing.assert_close(jacobian, automatic)
    step = 1e-5
    for j in range(5):
        nudge = torch.zeros(5, dtype=torch.float64)
        nudge[j] = step
        up, down = softmax(logits + nudge, temperature=temperature), softmax(logits - nudge, temperature=temperature)
        torch.testing.assert_close(jacobian[:, j], (up - down) / (2 * step), atol=1e-8, rtol=1e-6)


def test_jacobian_by_hand_for_two_equal_classes():
    expected = torch.tensor([[0.25, -0.25], [-0.25, 0.25]])
    torch.testing.assert_close(softmax_jacobian(torch.tensor([0.5, 0.5])), expected)


def test_hardmax_is_the_limit_of_a_cooling_softmax():
    logits = random_logits(8, 6, seed=5)
    torch.testing.assert_close(softmax(logits, temperature=1e-4), hardmax(logits))
    one_hot = torch.nn.functional.one_hot(logits.argmax(-1), 6).double()
    torch.testing.assert_close(hardmax(logits), one_hot)


def test_hardmax_of_a_tie_takes_the_first_and_softmax_splits_it():
    tie = torch.tensor([3.0, 3.0, 0.0])
    assert hardmax(tie).tolist() == [1, 0, 0]
    assert float(softmax(tie)[0]) == float(softmax(tie)[1])


def test_sweep_moves_one_entry_and_leaves_the_given_tensor_alone():
    logits = torch.tensor([1.0, 2.0, 3.0])
    assert sweep(logits, 1, torch.tensor([7.0, 8.0])).tolist() == [[1, 7, 3], [1, 8, 3]]
    assert logits.tolist() == [1, 2, 3]


def test_centred_logits_undo_softmax_up_to_a_constant():
    logits = random_logits(3, seed=9)
    back = centred_logits(softmax(logits))
    torch.testing.assert_close(back, logits - logits.mean())
    torch.testing.assert_close(softmax(back), softmax(logits))


def test_a_probability_of_0_has_no_logit():
    with pytest.raises(ValueError, match="minus infinity"):
        centred_logits(torch.tensor([1.0, 0.0]))
