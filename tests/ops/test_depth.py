import math

import pytest
import torch

from imgcls.ops.activations import ACTIVATIONS
from imgcls.ops.depth import INITIALISATIONS, initial_std, through_layers
from imgcls.ops.verdicts import LEVEL


@pytest.mark.parametrize(("name", "expected"), [("small", 0.01), ("xavier", 0.125), ("he", math.sqrt(2) / 8)])
def test_initial_spread_worked_by_hand_for_64_inputs(name: str, expected: float) -> None:
    assert initial_std(name, 64) == pytest.approx(expected)


def test_one_relu_layer_equals_the_same_layer_of_torch() -> None:
    result = through_layers("relu", 1, "he", width=16, batch=8, seed=3)
    generator = torch.Generator().manual_seed(3)
    x = torch.randn(8, 16, generator=generator)
    layer = torch.nn.Linear(16, 16, bias=False)
    with torch.no_grad():
        layer.weight.copy_((torch.randn(16, 16, generator=generator) * initial_std("he", 16)).T)
    output = torch.relu(layer(x))
    torch.testing.assert_close(result.stds, torch.stack([x.std(), output.std()]).detach())
    torch.testing.assert_close(result.means, torch.stack([x.mean(), output.mean()]).detach())
    torch.testing.assert_close(result.gradient_norms[0], (2 * output / output.numel()).norm().detach())
    assert float(result.dead[0]) == (layer(x) <= 0).all(0).float().mean().item()


def test_he_keeps_relu_alive_over_thirty_layers_where_small_weights_let_it_vanish() -> None:
    he, small = (through_layers("relu", 30, init, seed=1) for init in ("he", "small"))
    assert 1e-2 < he.gradient_ratio < 1e2
    assert small.gradient_ratio < 1e-3 or math.isnan(small.gradient_ratio)
    assert he.verdict.startswith("Healthy (between 1/20 and 20 times)")
    assert not small.verdict.startswith("Healthy")


def test_sigmoid_vanishes_under_xavier() -> None:
    assert through_layers("sigmoid", 20, "xavier").verdict.startswith("Vanishing")


def test_large_weights_overflow_and_the_layer_is_named() -> None:
    result = through_layers("leaky_relu", 50, "he", slope=30.0)
    assert result.overflow_layer is not None
    assert not torch.isfinite(result.stds[result.overflow_layer])
    assert torch.isfinite(result.stds[: result.overflow_layer]).all()
    assert f"layer {result.overflow_layer}" in result.verdict


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("initialisation", INITIALISATIONS)
def test_every_pair_gives_one_number_a_layer_and_a_sentence(name: str, initialisation: str) -> None:
    result = through_layers(name, 4, initialisation, width=12, batch=6)
    assert len(result.means) == len(result.stds) == 5
    assert len(result.gradient_norms) == len(result.dead) == len(result.saturated) == 4
    assert result.verdict.endswith(".")
    assert ((result.dead >= 0) & (result.dead <= 1)).all()


def test_the_same_seed_gives_the_same_numbers() -> None:
    first, second = (through_layers("tanh", 5, "xavier", seed=7) for _ in range(2))
    torch.testing.assert_close(first.gradient_norms, second.gradient_norms, rtol=0, atol=0)


def test_no_layers_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        through_layers("relu", 0, "he")


def test_a_gradient_whose_square_is_no_float32_is_told_from_none() -> None:
    result = through_layers("sigmoid", 50, "xavier")
    assert float(result.gradient_norms[0]) ** 2 < 1e-45  # in float32 that is 0
    # Every layer takes about the same share of the gradient: the first layers' points lie on the others' line.
    steps = result.gradient_norms.double().log10().diff()
    torch.testing.assert_close(steps[:20].mean(), steps[20:].mean(), rtol=0.05, atol=0)
    assert "10⁻" in result.verdict


def test_when_no_gradient_at_all_is_left_the_verdict_says_so() -> None:
    result = through_layers("sigmoid", 50, "small")
    assert float(result.gradient_norms[0]) == 0 < float(result.gradient_norms[-1])
    assert "nothing of the last layer's gradient" in result.verdict


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize(
    ("name", "initialisation", "layers", "word"),
    [
        ("relu", "he", 20, "Healthy"), ("relu", "xavier", 20, "Vanishing"), ("sigmoid", "xavier", 5, "Vanishing"),
        ("tanh", "xavier", 20, "Healthy"),
    ],
)  # fmt: skip
def test_the_verdict_tells_the_initialisations_apart(
    name: str, initialisation: str, layers: int, word: str, seed: int
) -> None:
    result = through_layers(name, layers, initialisation, seed=seed)
    assert result.verdict.startswith(f"{word} (")
    ratio = float(result.gradient_norms[0] / result.gradient_norms[-1])
    assert (1 / LEVEL <= ratio <= LEVEL) == (word == "Healthy")
