"""What the page says about values and gradients that are no numbers, and about gradients and differences apart."""

import pytest

from imgcls.ops.autodiff import central_differences, trace
from imgcls.ops.diagnosis import disagreement, unusual_value
from imgcls.ops.expression import parse


@pytest.mark.parametrize(
    ("text", "x", "says"),
    [
        ("2 + log(x)", -1.0, "“log(x)” is nan: no real number has e to its power equal to −1"),
        ("log(x) * 2", 0.0, "“log(x)” is −inf"),
        ("1 / x", 0.0, "division by 0"),
        ("x / x", 0.0, "0 divided by 0"),
        ("x**-1", 0.0, "0 to a negative power"),
        ("x**0.5", -4.0, "−4 to a fractional power"),
        ("sqrt(x)", -4.0, "no real number squared gives −4"),
        ("exp(x*x)", 30.0, "e to the 900 passes the largest float64"),
        ("exp(x) * exp(x) * x", 400.0, "overflow"),
        ("sqrt(x) + 1", 0.0, "“sqrt(x)” is infinitely steep where “x” is 0"),
        ("(x - 3)**x", 2.0, "by its exponent needs the log"),
        ("exp(x) * 1e300 * x", -700.0, ""),
        ("x*x + 3", 2.0, ""),
    ],
)
def test_the_first_thing_that_is_no_number_is_named_with_its_reason(text: str, x: float, says: str) -> None:
    expression = parse(text)
    told = unusual_value(expression, trace(expression.steps, {"x": x}))
    assert says in told
    assert bool(told) == bool(says)


@pytest.mark.parametrize(
    ("text", "x", "learn", "no_grad", "says"),
    [
        ("x**3", 2.0, {"x"}, False, ""),
        ("x * detach(x)", 2.0, {"x"}, False, "detach hides a part"),
        ("relu(x)", 0.0, {"x"}, False, "kink"),
        ("max(x, 1)", 1.0, {"x"}, False, ""),
        ("x**2", 1.0, set(), False, "nothing was recorded"),
        ("x**2", 1.0, {"x"}, True, "nothing was recorded"),
        ("sqrt(x)", 0.0, {"x"}, False, "not a finite number"),
    ],
)
def test_a_gradient_that_is_not_the_difference_is_explained(
    text: str, x: float, learn: set[str], no_grad: bool, says: str
) -> None:
    steps = parse(text).steps
    recorded = trace(steps, {"x": x}, learn=learn, no_grad=no_grad)
    told = disagreement(recorded, "x", central_differences(steps, {"x": x})["x"])
    assert says in told
    assert bool(told) == bool(says)


def test_a_variable_that_does_not_learn_is_named_as_such() -> None:
    steps = parse("w*x").steps
    recorded = trace(steps, {"w": 2.0, "x": 3.0}, learn=["w"])
    differences = central_differences(steps, {"w": 2.0, "x": 3.0})
    assert disagreement(recorded, "w", differences["w"]) == ""
    assert "requires_grad is False" in disagreement(recorded, "x", differences["x"])
