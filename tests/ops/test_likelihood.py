"""The product of probabilities against a loop, its end in each number format, and the units of a loss."""

import math

import pytest
import torch

from imgcls.ops.likelihood import bits, likelihood, perplexity


def test_the_sum_of_logs_is_the_log_of_the_product() -> None:
    p = torch.tensor([0.9, 0.5, 0.25, 0.8], dtype=torch.float64)
    found = likelihood(p)
    assert found.products.tolist() == pytest.approx([0.9, 0.45, 0.1125, 0.09])
    torch.testing.assert_close(found.sums.exp(), found.products)
    assert found.vanished is None


@pytest.mark.parametrize(
    ("dtype", "halves"), [(torch.float16, 24), (torch.float32, 149), (torch.float64, 1074)], ids=str
)
def test_a_product_of_halves_ends_at_the_smallest_number_of_its_format(dtype: torch.dtype, halves: int) -> None:
    found = likelihood(torch.full((halves + 3,), 0.5, dtype=dtype))
    assert found.vanished == halves + 1  # 2^-24, 2^-149 and 2^-1074 are the last numbers above 0
    assert float(found.products[halves - 1]) > 0
    assert float(found.sums[-1]) == pytest.approx(-(halves + 3) * math.log(2), rel=1e-2), "the sum goes on"


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64], ids=str)
def test_products_are_rounded_one_by_one_as_a_loop_in_torch_does(dtype: torch.dtype) -> None:
    p = torch.rand(60, generator=torch.Generator().manual_seed(0)).clamp(min=0.3).to(dtype)
    found, product = likelihood(p), torch.ones((), dtype=dtype)
    for k, factor in enumerate(p):
        product = product * factor
        assert found.products[k] == product


@pytest.mark.parametrize("bad", [0.0, -0.1, 1.01, math.nan])
def test_what_is_no_probability_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        likelihood(torch.tensor([0.5, bad]))


def test_one_halving_is_one_bit_and_a_guess_among_six_has_perplexity_six() -> None:
    assert bits(-math.log(0.5)) == pytest.approx(1)
    assert bits(-math.log(1 / 8)) == pytest.approx(3)
    assert perplexity(-math.log(1 / 6)) == pytest.approx(6)
