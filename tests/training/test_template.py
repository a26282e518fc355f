from collections.abc import Iterator

import pytest
import torch

from imgcls.training import experiments as module
from imgcls.training.experiments import PENALTY, learned_template


@pytest.fixture(scope="module", autouse=True)
def few_drawings() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "EACH", 18)
        yield


def test_the_weights_are_those_of_ridge_regression_in_its_primal_form() -> None:
    side = 5
    result = learned_template(side)
    inputs, targets = module._pictures(side, 0)
    x, y = (inputs - inputs.mean(0)).double(), (targets - targets.mean()).double()
    penalty = PENALTY * x.shape[1] * torch.eye(x.shape[1], dtype=torch.float64)
    expected = torch.linalg.solve(x.T @ x + penalty, x.T @ y)
    torch.testing.assert_close(result.weights.flatten().double(), expected, atol=1e-5, rtol=1e-3)
    mean = (inputs @ result.weights.flatten() + result.bias).mean()
    assert float(mean) == pytest.approx(float(targets.mean()), abs=1e-5)


def test_it_is_judged_on_other_drawings_and_knows_its_own_better_than_by_guessing() -> None:
    inputs, targets = module._pictures(8, 0)
    result = learned_template(8)
    right = (torch.sign(inputs @ result.weights.flatten() + result.bias) == targets).float().mean()
    assert right > 0.75
    unseen, truth = module._pictures(8, 1)
    assert not unseen.equal(inputs)
    share = (torch.sign(unseen @ result.weights.flatten() + result.bias) == truth).float().mean()
    assert result.accuracy == pytest.approx(float(share))
