"""Gradient descent against the closed form, torch's own optimiser, and the Hessian."""

import math

import pytest
import torch

from imgcls.numbers import written
from imgcls.ops.descent import PLAIN, Method, along_step, curvature, descend, descents
from imgcls.ops.diagnosis import verdict
from imgcls.ops.expression import parse

PARABOLA = parse("(x - 2)**2").steps
LINE = parse("(w*x + b - y)**2").steps
START = {"w": 0.5, "x": 2.0, "b": 0.2, "y": 3.0}


@pytest.mark.parametrize("rate", [0.05, 0.5, 0.9, 1.0, 1.2])
def test_on_a_parabola_each_step_multiplies_the_distance_by_one_minus_twice_the_rate(rate: float) -> None:
    path = descend(PARABOLA, {"x": 5.0}, learn=["x"], rate=rate, count=12)
    assert len(path.points) == 13
    for k, point in enumerate(path.points):
        assert point.variables["x"] == pytest.approx(2 + 3 * (1 - 2 * rate) ** k, rel=1e-9, abs=1e-12)
        assert point.gradient["x"] == pytest.approx(2 * (point.variables["x"] - 2))
    assert path.diverges == (rate > 1)


def test_the_limit_of_a_parabola_is_two_over_its_bend() -> None:
    path = descend(PARABOLA, {"x": 5.0}, learn=["x"], rate=1.1, count=5)
    assert path.first_rise == 1
    assert path.curvature == pytest.approx(2.0)
    assert path.limit == pytest.approx(1.0)
    # For the straight line's error the bend is 2 (x² + 1) = 10 in (w, b), so rates below 0.2 fall.
    over = descend(LINE, START, learn=["w", "b"], rate=0.21, count=20)
    under = descend(LINE, START, learn=["w", "b"], rate=0.19, count=20)
    assert over.limit == pytest.approx(0.2)
    assert over.diverges
    assert under.first_rise is None


def test_at_the_limit_the_value_stays_whatever_the_last_digits_say() -> None:
    path = descend(LINE, START, learn=["w", "b"], rate=0.2, count=30)
    assert len({point.value for point in path.points}) > 1, "the last digits differ"
    assert path.stays
    assert path.first_rise is None
    assert not path.diverges
    assert verdict(path) == (
        f"The value stays at {written(path.points[0].value)} after 30 steps: each lands exactly as high on the other "
        "side of the valley."
    )
    still = descend(LINE, START, learn=["w", "b"], rate=1e-13, count=3)
    assert still.stays
    assert "too small to tell" in verdict(still)


@pytest.mark.parametrize("zero_grad", [True, False])
def test_the_path_is_that_of_torchs_sgd(zero_grad: bool) -> None:
    path = descend(LINE, START, learn=["w", "b"], rate=0.03, count=8, zero_grad=zero_grad)
    leaves = {name: torch.tensor(value, dtype=torch.float64) for name, value in START.items()}
    learning = [leaves[name].requires_grad_() for name in ("w", "b")]
    optimizer = torch.optim.SGD(learning, lr=0.03)
    for point in path.points:
        assert point.variables["w"] == pytest.approx(float(leaves["w"].detach()), rel=1e-12)
        assert point.variables["b"] == pytest.approx(float(leaves["b"].detach()), rel=1e-12)
        if zero_grad:
            optimizer.zero_grad()
        ((leaves["w"] * leaves["x"] + leaves["b"] - leaves["y"]) ** 2).backward()
        optimizer.step()
    assert path.points[-1].variables["x"] == START["x"], "what does not learn stays"


@pytest.mark.parametrize("text", ["sin(a*b) + a**2", "exp(a) / (exp(a) + exp(b))", "(a**2 - 1)**2 + a*b"])
def test_curvature_is_the_hessian_along_the_gradient(text: str) -> None:
    steps = parse(text).steps
    values = {"a": 0.7, "b": -0.4}
    point = descend(steps, values, learn=["a", "b"], rate=0.1, count=0).points[0]

    def value(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        scope = {"sin": torch.sin, "exp": torch.exp, "a": a, "b": b}
        return eval(text, scope)

    inputs = tuple(torch.tensor(values[name], dtype=torch.float64) for name in "ab")
    hessian = torch.tensor(torch.autograd.functional.hessian(value, inputs), dtype=torch.float64)
    g = torch.tensor([point.gradient[name] for name in "ab"], dtype=torch.float64)
    assert curvature(steps, point, ["a", "b"]) == pytest.approx(float(g @ hessian @ g / (g @ g)), rel=1e-9)


def test_a_straight_line_has_no_curvature_and_a_flat_place_none_to_speak_of() -> None:
    line = descend(parse("3*x + 1").steps, {"x": 1.0}, learn=["x"], rate=0.1, count=0).points[0]
    assert curvature(parse("3*x + 1").steps, line, ["x"]) == 0.0
    flat = descend(parse("relu(x)").steps, {"x": -1.0}, learn=["x"], rate=0.1, count=0).points[0]
    assert curvature(parse("relu(x)").steps, flat, ["x"]) is None


def test_a_path_ends_where_the_value_is_no_number() -> None:
    path = descend(parse("log(x)").steps, {"x": 0.5}, learn=["x"], rate=1.0, count=20)
    assert len(path.points) == 2
    assert not path.finite
    assert path.diverges
    assert math.isnan(path.points[-1].value)


def test_along_a_step_the_value_starts_here_and_lands_where_the_step_lands() -> None:
    path = descend(LINE, START, learn=["w", "b"], rate=0.15, count=1)
    here, there = path.points
    along = along_step(LINE, here, 0.15, low=0.0, high=1.0, count=3)
    assert along.shares == (0.0, 0.5, 1.0)
    assert along.values[0] == pytest.approx(here.value)
    assert along.values[-1] == pytest.approx(there.value)
    assert along.slope == pytest.approx(-0.15 * here.steepness**2)


def test_along_a_step_a_constant_is_a_level_line() -> None:
    steps = parse("detach(x) + 1").steps
    point = descend(steps, {"x": 2.0}, learn=["x"], rate=0.1, count=1).points[0]
    along = along_step(steps, point, 0.1)
    assert set(along.values) == {3.0}
    assert along.slope == 0.0


@pytest.mark.parametrize(
    ("text", "x", "rate", "says"),
    [
        ("(x - 2)**2", 5.0, 0.1, "falls at every step"),
        ("(x - 2)**2", 5.0, 1.1, "rates below 2 / 2 = 1;"),
        ("(x - 2)**2", 5.0, 1.1, "step 1 raises the value from 9 to 12.96"),
        ("sin(x)", 1.0, 8.0, "It zigzags: step 3"),
        ("log(x)", 0.5, 1.0, "left the region"),
        ("log(x)", -1.0, 1.0, "not a finite number at the start"),
        ("relu(x)", -1.0, 0.1, "gradient is exactly 0"),
        ("detach(x) * 2", 1.0, 0.1, "No gradient reaches any variable"),
        ("3*x", 1.0, 0.1, "no minimum nearby"),
    ],
)
def test_the_verdict_says_what_happened_and_why(text: str, x: float, rate: float, says: str) -> None:
    path = descend(parse(text).steps, {"x": x}, learn=["x"], rate=rate, count=30)
    assert says in verdict(path)


def test_forgetting_zero_grad_is_named_as_the_reason() -> None:
    path = descend(PARABOLA, {"x": 5.0}, learn=["x"], rate=0.1, count=20, zero_grad=False)
    assert path.first_rise is not None
    assert "nothing sets them back to zero" in verdict(path, zero_grad=False)


@pytest.mark.parametrize("momentum", [0.5, 0.9])
def test_momentum_is_that_of_torchs_sgd(momentum: float) -> None:
    path = descend(LINE, START, learn=["w", "b"], rate=0.03, count=8, method=Method("momentum", momentum))
    leaves = {name: torch.tensor(value, dtype=torch.float64) for name, value in START.items()}
    learning = [leaves[name].requires_grad_() for name in ("w", "b")]
    optimizer = torch.optim.SGD(learning, lr=0.03, momentum=momentum)
    for point in path.points:
        assert point.variables["w"] == pytest.approx(float(leaves["w"].detach()), rel=1e-12)
        assert point.variables["b"] == pytest.approx(float(leaves["b"].detach()), rel=1e-12)
        optimizer.zero_grad()
        ((leaves["w"] * leaves["x"] + leaves["b"] - leaves["y"]) ** 2).backward()
        optimizer.step()


def test_methods_in_one_batch_go_the_ways_that_each_goes_alone() -> None:
    methods = (PLAIN, Method("momentum", 0.9), Method("noisy", 0.0, 0.5, seed=3), Method("both", 0.5, 0.2, seed=4))
    together = descents(PARABOLA, {"x": 5.0}, methods, learn=["x"], rate=0.1, count=12)
    for path, method in zip(together, methods, strict=True):
        alone = descend(PARABOLA, {"x": 5.0}, learn=["x"], rate=0.1, count=12, method=method)
        assert path.method == method
        assert [point.value for point in path.points] == pytest.approx([point.value for point in alone.points])
    assert [path.limit for path in together[1:]] == [None] * 3
    # One that leaves the numbers takes no other with it: x ← x − 0.6 / x ends below 0 here, and at once with momentum.
    log = descents(parse("log(x)").steps, {"x": 2.0}, (PLAIN, Method("m", 0.9)), learn=["x"], rate=0.6, count=30)
    assert [path.finite for path in log] == [False, False]
    assert len(log[1].points) < len(log[0].points)


def test_the_noise_of_a_step_has_the_chosen_spread_and_no_bias() -> None:
    starts = [
        descend(PARABOLA, {"x": 5.0}, learn=["x"], rate=0.1, count=1, method=Method("noisy", 0.0, 0.5, seed))
        for seed in range(400)
    ]
    moved = torch.tensor([path.points[1].variables["x"] for path in starts])  # 5 - 0.1 (6 + noise)
    assert float(moved.mean()) == pytest.approx(4.4, abs=4 * 0.05 / math.sqrt(400))
    assert float(moved.std()) == pytest.approx(0.05, rel=0.15)
    assert starts[0].points[0].gradient["x"] == 6.0, "the gradient on the page is the true one"
