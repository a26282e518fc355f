import ast
import functools
import math

import pytest
import torch
from torch.nn import functional as F

from imgcls.ops.activations import ACTIVATIONS, activate, activation_curve
from imgcls.ops.verdicts import SATURATED

X = torch.linspace(-6, 6, 481, dtype=torch.float64)
REFERENCES = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": F.relu,
    "leaky_relu": lambda x: F.leaky_relu(x, 0.1),
    "elu": F.elu,
    "gelu": F.gelu,
    "silu": F.silu,
    "softplus": F.softplus,
}


@pytest.mark.parametrize("name", REFERENCES)
def test_values_equal_torchs_own_function(name: str) -> None:
    torch.testing.assert_close(activate(name, X), REFERENCES[name](X))


@pytest.mark.parametrize(
    ("name", "x", "expected"),
    [
        ("sigmoid", 0.0, 0.5),
        ("sigmoid", math.log(3), 0.75),
        ("tanh", math.log(2), 0.6),
        ("relu", -2.0, 0.0),
        ("leaky_relu", -2.0, -0.2),
        ("elu", -math.log(2), -0.5),
        ("maxout", 2.0, 2.0),
        ("maxout", -2.0, 1.0),
        ("softplus", 0.0, math.log(2)),
        ("silu", 0.0, 0.0),
        ("gelu", 0.0, 0.0),
    ],
)
def test_values_worked_by_hand(name: str, x: float, expected: float) -> None:
    assert float(activate(name, torch.tensor(x, dtype=torch.float64))) == pytest.approx(expected)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_slopes_equal_central_differences_away_from_the_kink(name: str) -> None:
    x = X[X.abs() > 0.02]
    slope = activation_curve(name, x).slope
    h = 1e-6
    differences = (activate(name, x + h) - activate(name, x - h)) / (2 * h)
    torch.testing.assert_close(slope, differences, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("slope", [0.0, 0.01, 0.5, 1.0, 1.5])
def test_leaky_relu_follows_its_slope(slope: float) -> None:
    torch.testing.assert_close(activate("leaky_relu", X, slope=slope), F.leaky_relu(X, slope))


@pytest.mark.parametrize("alpha", [0.1, 1.0, 3.0])
def test_elu_follows_its_alpha(alpha: float) -> None:
    torch.testing.assert_close(activate("elu", X, alpha=alpha), F.elu(X, alpha))


def test_maxout_of_two_fitting_lines_is_relu_and_of_three_is_convex() -> None:
    torch.testing.assert_close(activate("maxout", X, lines=((0.0, 0.0), (1.0, 0.0))), F.relu(X))
    y = activate("maxout", X, lines=((-1.0, -1.0), (0.0, 0.0), (2.0, -3.0)))
    assert (y[2:] - 2 * y[1:-1] + y[:-2] >= -1e-9).all()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_neither_value_nor_slope_breaks_far_out(name: str) -> None:
    curve = activation_curve(name, torch.tensor([-200.0, -90.0, 90.0, 200.0]))
    assert torch.isfinite(curve.y).all()
    assert torch.isfinite(curve.slope).all()


def test_relu_is_off_below_zero_and_nowhere_else() -> None:
    (zone,) = activation_curve("relu", X).zones()
    assert (zone.kind, zone.low) == ("off", -6.0)
    assert zone.high == pytest.approx(0.0, abs=0.026)


def test_sigmoid_saturates_where_its_slope_falls_below_the_limit() -> None:
    left, right = activation_curve("sigmoid", X).zones()
    # s (1 - s) = 0.05 has the solution s = (1 + sqrt(0.8)) / 2.
    s = (1 + math.sqrt(1 - 4 * SATURATED)) / 2
    edge = math.log(s / (1 - s))
    assert (left.kind, right.kind) == ("saturated", "saturated")
    assert right.low == pytest.approx(edge, abs=0.026)
    assert left.high == pytest.approx(-edge, abs=0.026)


@pytest.mark.parametrize("name", ["leaky_relu", "maxout"])
def test_functions_without_flat_parts_have_no_zones(name: str) -> None:
    assert activation_curve(name, X).zones() == ()


@pytest.mark.parametrize("name", [name for name, each in ACTIVATIONS.items() if each.layer])
def test_the_layer_and_the_code_are_the_function(name: str) -> None:
    each = ACTIVATIONS[name]
    assert torch.allclose(each.layer()(X), activate(name, X), atol=1e-6)
    called = ast.parse(each.code.format(**each.parameters), mode="eval").body
    function = functools.reduce(getattr, ast.unparse(called.func).split(".")[1:], torch)
    settings = [ast.literal_eval(argument) for argument in called.args[1:]]
    assert torch.allclose(function(X, *settings), activate(name, X), atol=1e-6)


def test_an_unknown_function_is_named_in_the_message() -> None:
    with pytest.raises(ValueError, match="no activation 'swish2'"):
        activate("swish2", X)
