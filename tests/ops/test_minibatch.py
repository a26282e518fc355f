"""Descent by mini-batches: what torch.optim.SGD does with the same examples."""

import pytest
import torch

from imgcls.ops.autodiff import run
from imgcls.ops.minibatch import XS, YS, draws, spread, walks, whole_loss

START, RATE, STEPS = (-1.4, 0.2), 0.1, 30
x, y = torch.tensor((XS, YS), dtype=torch.float64)


@pytest.mark.parametrize("size", [1, 4, 16])
def test_a_walk_is_what_torch_does_with_the_same_examples(size: int) -> None:
    found = walks(START, RATE, size, STEPS, (3, 7))
    for k, seed in enumerate((3, 7)):
        w, b = leaves = [torch.tensor(number, dtype=torch.float64, requires_grad=True) for number in START]
        optimiser = torch.optim.SGD(leaves, lr=RATE)
        generator = torch.Generator().manual_seed(seed)
        path = found.path(k, RATE, "mini-batches")
        for turn, point in enumerate(path.points):
            assert point.variables == pytest.approx({"w": w.item(), "b": b.item()})
            assert point.value == pytest.approx(((w * x + b - y) ** 2).mean().item())
            batch = torch.randperm(len(XS), generator=generator)[:size]
            assert batch.tolist() == found.examples[k, turn].tolist()
            optimiser.zero_grad()
            ((w * x[batch] + b - y[batch]) ** 2).mean().backward()
            assert point.gradient == pytest.approx({"w": w.grad.item(), "b": b.grad.item()})
            optimiser.step()


def test_all_examples_make_one_path_whatever_is_drawn_and_no_step_looks_twice_at_one() -> None:
    whole = walks(START, RATE, len(XS), STEPS, range(1, 5))
    torch.testing.assert_close(whole.w, whole.w[:1].expand(4, -1))
    assert sorted(whole.examples[0, 0].tolist()) == list(range(len(XS)))
    assert all(len(set(row)) == 5 for row in draws(5, STEPS, 2).tolist())


def test_the_expression_is_the_mean_over_all_examples() -> None:
    for w, b in ((0.0, 0.0), (-1.5, 1.6), (2.0, -3.0)):
        leaves = {name: torch.tensor(number, dtype=torch.float64) for name, number in (("w", w), ("b", b))}
        assert run(whole_loss().steps, leaves)[-1].item() == pytest.approx(((w * x + b - y) ** 2).mean().item())


def test_larger_batches_wander_less() -> None:
    """What the page says: over twenty draws the paths end nearer to each other, the more examples a step looks at."""
    ends = [spread(walks(START, RATE, size, STEPS, range(1, 21)).w[:, -1]).std for size in (1, 2, 4, 8, 16)]
    assert ends == sorted(ends, reverse=True)
    assert ends[-1] < 1e-12


def test_the_noise_of_one_example_is_the_spread_of_the_examples() -> None:
    """The mean of one example's gradients over all of them is the full gradient: unbiased."""
    w, b = START
    off = w * x + b - y
    full = walks(START, RATE, len(XS), 0, (1,))
    assert full.by_w.item() == pytest.approx((2 * off * x).mean().item())
    assert spread(torch.tensor([1.0, 3.0])).std == 1.0


@pytest.mark.parametrize("size", [0, 17])
def test_a_batch_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="1 to 16"):
        walks(START, RATE, size, 1, (1,))
