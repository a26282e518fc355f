"""Softmax against torch, against worked values, and where a naive one overflows."""

import pytest
import torch

from imgcls.ops.softmax import softmax


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
