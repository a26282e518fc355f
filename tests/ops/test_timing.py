"""The stopwatch times what it says, for about as long as it may, and leaves the gradient mode alone."""

import time

import pytest
import torch

from imgcls.ops.timing import WORKS, device_name, devices, measure


@pytest.mark.parametrize("name", WORKS)
@pytest.mark.parametrize("device", devices(), ids=str)
def test_a_measurement_has_runs_and_a_positive_median(name: str, device: torch.device) -> None:
    timing = measure(name, device, budget=0.02)
    assert timing.runs >= 3
    assert timing.median > 0
    assert timing.spread >= 0
    assert (timing.operation, timing.device) == (name, device_name(device))
    assert torch.is_grad_enabled()


def test_the_median_is_of_one_run_not_of_all() -> None:
    start = time.perf_counter()
    timing = measure("matrix product", torch.device("cpu"), budget=0.05)
    assert timing.median * timing.runs <= 2 * (time.perf_counter() - start)


def test_the_cpu_is_always_there_and_comes_first() -> None:
    assert devices()[0].type == "cpu"
    assert device_name(devices()[0]) == "CPU"


def test_the_two_convolutions_give_the_same_numbers() -> None:
    torch.manual_seed(0)
    plain = WORKS["convolution"].prepare(torch.device("cpu"))()
    torch.manual_seed(0)
    last = WORKS["convolution, channels_last"].prepare(torch.device("cpu"))()
    torch.testing.assert_close(plain, last, rtol=1e-3, atol=1e-3)
    assert last.is_contiguous(memory_format=torch.channels_last)
