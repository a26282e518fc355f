"""First weights: each kind is what its name says, and what the page says of each is so, over several seeds."""

import math
from itertools import pairwise

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from imgcls.models.first_weights import FIRST_WEIGHTS, draw_first_weights
from imgcls.models.presets import PRESETS
from imgcls.models.small import ACTIVATIONS, SmallCNN, SmallConfig

SEEDS = range(3)
TINY = PRESETS["tinyvgg"].config.with_(classes=6)
LINEAR = PRESETS["linear"].config.with_(classes=6, size=16)
NORMED = SmallConfig(classes=6, size=16, channels=(8, 8), padding="same", batch_norm=True)


def pictures(seed: int, size: int, count: int = 48) -> tuple[torch.Tensor, torch.Tensor]:
    """Noise around another pattern for each of six classes; not too easy, so that nothing is learned in one step."""
    patterns = torch.randn(6, 3, size, size, generator=torch.Generator().manual_seed(77))
    labels = torch.arange(count) % 6
    noise = torch.randn(count, 3, size, size, generator=torch.Generator().manual_seed(seed))
    return 0.5 * patterns[labels] + noise, labels


def trained(config: SmallConfig, name: str, seed: int, steps: int = 25, rate: float = 3e-3) -> SmallCNN:
    module, (x, labels) = SmallCNN(config, seed, name), pictures(seed, config.size)
    optimiser = torch.optim.Adam(module.parameters(), lr=rate)
    for _ in range(steps):
        optimiser.zero_grad()
        F.cross_entropy(module(x), labels).backward()
        optimiser.step()
    return module


def accuracy(module: SmallCNN, seed: int = 100) -> float:
    x, labels = pictures(seed, module.config.size, 120)
    with torch.inference_mode():
        return float((module.eval()(x).argmax(1) == labels).float().mean())


def weights(module: nn.Module) -> list[nn.Module]:
    return [layer for layer in module.modules() if isinstance(layer, (nn.Conv2d, nn.Linear))]


@torch.no_grad()
def signal(module: SmallCNN, x: torch.Tensor) -> list[float]:
    """Root mean square behind each layer with weights."""
    found = []
    for layer in module.layers:
        x = layer(x)
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            found.append(float(x.square().mean().sqrt()))
    return found


@pytest.mark.parametrize("name", FIRST_WEIGHTS)
def test_the_same_seed_draws_the_same_weights(name: str) -> None:
    first, second, other = (SmallCNN(TINY, seed, name).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(first[key], second[key]) for key in first)
    assert any(not torch.equal(first[key], other[key]) for key in first) == (name != "zeros")


def test_the_default_is_what_torch_draws() -> None:
    layer, bound = nn.Linear(100, 300), 1 / math.sqrt(100)
    draw_first_weights(layer, "default", 0)
    for parameter in map(torch.Tensor.detach, layer.parameters()):
        assert parameter.abs().max() <= bound
        assert parameter.std() == pytest.approx(bound / math.sqrt(3), rel=0.1)
        assert parameter.std() == pytest.approx(nn.Linear(100, 300).weight.std().item(), rel=0.1)


def test_xavier_and_he_have_the_published_spread_and_too_small_and_too_large_follow_from_he() -> None:
    drawn = {name: nn.Conv2d(20, 50, 3) for name in FIRST_WEIGHTS}
    for name, layer in drawn.items():
        draw_first_weights(layer.requires_grad_(False), name, 0)
    inputs, outputs = 20 * 9, 50 * 9
    assert drawn["xavier"].weight.abs().max() <= math.sqrt(6 / (inputs + outputs))
    assert drawn["xavier"].weight.std() == pytest.approx(math.sqrt(2 / (inputs + outputs)), rel=0.03)
    assert drawn["he"].weight.std() == pytest.approx(math.sqrt(2 / inputs), rel=0.03)
    assert torch.allclose(drawn["small"].weight * 100, drawn["he"].weight)
    assert torch.allclose(drawn["large"].weight / 10, drawn["he"].weight)
    assert all(not drawn[name].bias.any() for name in drawn if name != "default")


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name != "sigmoid"])
@pytest.mark.parametrize("more", [{}, {"batch_norm": True}, {"dense": (12,), "dropout": 0.3}], ids=str)
def test_from_zeros_only_the_last_biases_learn(name: str, more: dict) -> None:
    config = SmallConfig(classes=6, size=16, channels=(6, 6), convolutions=1, activation=name, **more)
    module = trained(config, "zeros", 0, steps=5)
    assert all(not layer.weight.any() for layer in weights(module))
    assert module.layers.logits.bias.any()
    logits = module.eval()(pictures(1, 16)[0])
    assert torch.equal(logits, logits[:1].expand_as(logits))


def test_from_zeros_all_kernels_stay_alike_under_the_sigmoid() -> None:
    config = SmallConfig(classes=6, size=16, channels=(6, 6), convolutions=1, activation="sigmoid")
    module = trained(config, "zeros", 0, steps=5)
    for layer in weights(module)[:-1]:
        assert layer.weight.any()
        assert torch.allclose(layer.weight, layer.weight[:1].expand_as(layer.weight), atol=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_too_small_weights_give_all_pictures_the_same_answer(seed: int) -> None:
    sizes = signal(SmallCNN(TINY, seed, "small"), pictures(seed, 64, 8)[0])
    assert all(after < 0.1 * before for before, after in pairwise(sizes))
    logits = SmallCNN(TINY, seed, "small")(pictures(seed, 64, 12)[0]).detach()
    assert logits.std(dim=0).max() < 1e-6
    assert logits.softmax(1) == pytest.approx(1 / 6, abs=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_too_large_weights_make_certain_answers_and_an_enormous_loss(seed: int) -> None:
    x, labels = pictures(seed, 64, 24)
    module = SmallCNN(TINY, seed, "large")
    sizes, before = signal(module, x), signal(SmallCNN(TINY, seed, "he"), x)
    for place, (large, he) in enumerate(zip(sizes, before, strict=True), start=1):
        assert large == pytest.approx(10**place * he, rel=1e-3)  # ten times as large in each layer
    logits = module(x)
    assert logits.softmax(1).max(1).values.min() > 0.99
    assert F.cross_entropy(logits, labels) > 1000


@pytest.mark.parametrize(("name", "activation"), [("he", "relu"), ("xavier", "tanh")])
def test_he_keeps_the_signal_through_relu_and_xavier_through_small_tanh(name: str, activation: str) -> None:
    config = SmallConfig(classes=256, size=8, channels=(), dense=(256,) * 8, activation=activation)
    for seed in SEEDS:
        x = torch.randn(64, 3, 8, 8, generator=torch.Generator().manual_seed(seed)) * (1 if name == "he" else 0.05)
        sizes = signal(SmallCNN(config, seed, name), x)
        assert sizes[-1] == pytest.approx(sizes[1], rel=0.35)
        assert signal(SmallCNN(config, seed, "small"), x)[-1] < 1e-9 * sizes[-1]


@pytest.mark.parametrize("name", ["small", "large"])
def test_batch_norm_evens_the_size_of_the_weights_out_before_the_last_layer(name: str) -> None:
    x = pictures(0, 16)[0]
    features = {each: SmallCNN(NORMED, 0, each).layers[:-1](x) for each in ("he", name)}
    difference = (features[name] - features["he"]).abs().mean() / features["he"].abs().mean()
    assert difference < 0.15  # not 99% or ninefold, as the weights


def test_without_a_hidden_layer_zeros_and_small_weights_are_a_good_start_and_large_ones_a_bad_one() -> None:
    for seed in SEEDS:
        reached = {name: accuracy(trained(LINEAR, name, seed)) for name in ("default", "zeros", "small", "large")}
        assert min(reached["zeros"], reached["small"]) >= reached["default"] - 0.02
        assert reached["large"] < reached["default"] - 0.1
        x = pictures(seed, 16)[0]
        assert SmallCNN(LINEAR, seed, "large")(x).softmax(1).max(1).values.mean() > 0.9
