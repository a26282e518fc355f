import numpy as np
import pytest
import torch
from torch import nn

from imgcls.ops.activations import ACTIVATIONS, activation_curve
from imgcls.ops.mlp import (
    BENDS,
    MOMENTUM,
    MOST_WIDTH,
    Plan,
    collapsed,
    first_parameters,
    gradient,
    measure,
    outputs,
    sigmoid,
    train,
)
from imgcls.ops.points import own_points, pattern

SHAPES = [(), (1,), (4,), (8, 8), (3, 8, 2, 5)]
X = np.linspace(-4, 4, 81, dtype=np.float32) + 0.01  # not at a kink


class Activation(nn.Module):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x if self.name == "none" else ACTIVATIONS[self.name].function(x)


def in_torch(plan: Plan, flat: np.ndarray) -> nn.Sequential:
    modules: list[nn.Module] = []
    for weight, bias in plan.layers(flat):
        layer = nn.Linear(weight.shape[1], weight.shape[0])
        layer.weight.data, layer.bias.data = torch.tensor(weight), torch.tensor(bias)
        modules += [layer, Activation(plan.activation)]
    return nn.Sequential(*modules[:-1])


def some(plan: Plan, seed: int) -> np.ndarray:
    """Parameters with biases, too."""
    return np.random.default_rng(seed).normal(0, 0.7, plan.parameters).astype(np.float32)


@pytest.mark.parametrize("name", [name for name in BENDS if name != "none"])
def test_the_activations_and_their_slopes_are_those_of_the_lesson(name: str) -> None:
    curve = activation_curve(name, torch.from_numpy(X))
    y = BENDS[name].forward(X)
    assert np.allclose(y, curve.y, atol=1e-6)
    assert np.allclose(BENDS[name].slope(y), curve.slope, atol=1e-6)


@pytest.mark.parametrize("name", BENDS)
@pytest.mark.parametrize("hidden", SHAPES)
def test_answers_loss_and_gradients_are_those_of_autograd(name: str, hidden: tuple[int, ...]) -> None:
    plan, points = Plan(hidden, name), pattern("XOR", 3)
    flat = some(plan, len(hidden))
    network = in_torch(plan, flat)
    logits = network(torch.from_numpy(points.places))[:, 0]
    loss = nn.functional.binary_cross_entropy_with_logits(logits, torch.from_numpy(points.classes))
    loss.backward()
    assert np.allclose(outputs(plan, flat, points.places)[-1][:, 0], logits.detach(), atol=1e-5)
    assert measure(plan, flat, points)[0] == pytest.approx(loss.item(), rel=1e-5)
    expected = torch.cat([parameter.grad.flatten() for parameter in network.parameters()])
    assert np.allclose(gradient(plan, flat, points), expected, atol=1e-6, rtol=1e-4)


@pytest.mark.parametrize("name", ["tanh", "relu", "none"])
def test_forty_steps_are_those_of_torch_with_momentum(name: str) -> None:
    plan, points = Plan((4, 3), name), pattern("circle", 0)
    flat = first_parameters(plan, 1)
    network = in_torch(plan, flat)
    optimiser = torch.optim.SGD(network.parameters(), lr=0.1, momentum=MOMENTUM)
    for _ in range(40):
        logits = network(torch.from_numpy(points.places))[:, 0]
        optimiser.zero_grad()
        nn.functional.binary_cross_entropy_with_logits(logits, torch.from_numpy(points.classes)).backward()
        optimiser.step()
    expected = torch.cat([parameter.detach().flatten() for parameter in network.parameters()])
    trained, _ = train(plan, flat, np.zeros_like(flat), points, 0.1, 40)
    assert np.allclose(trained, expected, atol=1e-4)
    assert np.array_equal(flat, first_parameters(plan, 1)), "the start is left as it was"


def test_one_step_by_hand() -> None:
    """No hidden layer, weights 0: p = 1/2, so at (0.5, -1) of class 1 the gradient is -0.5 * (0.5, -1, 1)."""
    plan, points = Plan((), "none"), own_points([(0.5, -1.0, 1)])
    start = np.zeros(3, np.float32)
    assert measure(plan, start, points) == (pytest.approx(np.log(2)), 0.0)
    after, velocity = train(plan, start, np.zeros(3, np.float32), points, 0.2, 1)
    assert np.allclose(velocity, [-0.25, 0.5, -0.5])
    assert np.allclose(after, [0.05, -0.1, 0.1])


@pytest.mark.parametrize("hidden", SHAPES)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_without_a_bend_any_number_of_layers_is_one_layer_and_its_boundary_a_straight_line(
    hidden: tuple[int, ...], seed: int
) -> None:
    plan = Plan(hidden, "none")
    flat = some(plan, seed)
    slope, shift = collapsed(plan, flat)
    places = np.random.default_rng(seed).uniform(-1, 1, (300, 2)).astype(np.float32)
    assert np.allclose(outputs(plan, flat, places)[-1][:, 0], places @ slope + shift, atol=1e-4)


@pytest.mark.parametrize("name", [name for name in BENDS if name != "none"])
def test_with_a_bend_there_is_no_such_layer(name: str) -> None:
    plan = Plan((8,), name)
    flat = some(plan, 0)
    with pytest.raises(ValueError, match="bend"):
        collapsed(plan, flat)
    places = np.random.default_rng(0).uniform(-1, 1, (300, 2)).astype(np.float32)
    logits = outputs(plan, flat, places)[-1][:, 0]
    design = np.column_stack([places, np.ones(len(places))])
    best = design @ np.linalg.lstsq(design, logits, rcond=None)[0]
    assert np.abs(best - logits).max() > 0.01 * np.ptp(logits)


# What the page says about its patterns, over several seeds.
@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize(
    ("name", "hidden", "steps"),
    [("line", (4,), 100), ("circle", (4,), 600), ("XOR", (4,), 600), ("spiral", (8, 8), 2000)],
)
def test_with_a_bend_each_pattern_is_learned_and_without_only_the_line(
    name: str, hidden: tuple[int, ...], steps: int, seed: int
) -> None:
    points, reached = pattern(name, seed), {}
    for activation in ("tanh", "none"):
        plan = Plan(hidden, activation)
        flat = first_parameters(plan, seed)
        reached[activation] = measure(plan, train(plan, flat, np.zeros_like(flat), points, 0.1, steps)[0], points)[1]
    assert reached["tanh"] >= 0.97
    assert reached["none"] >= 0.97 if name == "line" else reached["none"] <= 0.8


def test_networks_with_and_without_a_bend_begin_alike_up_to_the_gain() -> None:
    first = {name: first_parameters(Plan((4, 2), name), 5) for name in ("tanh", "none", "relu")}
    assert np.array_equal(first["tanh"], first["none"])
    assert np.allclose(first["relu"], first["tanh"] * np.sqrt(2))


def test_a_sigmoid_far_out_is_0_or_1_and_not_a_warning() -> None:
    with np.errstate(all="raise"):
        assert sigmoid(np.float32([-1e4, 0, 1e4])).tolist() == [0, 0.5, 1]


@pytest.mark.parametrize(
    ("hidden", "name"), [((MOST_WIDTH + 1,), "tanh"), ((0,), "tanh"), ((2,) * 5, "tanh"), ((2,), "cos")]
)
def test_impossible_networks_are_refused(hidden: tuple[int, ...], name: str) -> None:
    with pytest.raises(ValueError, match=r"at most|no activation"):
        Plan(hidden, name)
