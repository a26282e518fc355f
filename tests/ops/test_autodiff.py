"""The displayed gradients against autograd on the plain expression, central differences, and a hand-worked neuron."""

import math
import random

import pytest
import torch

from imgcls.ops.autodiff import Trace, central_differences, trace
from imgcls.ops.expression import parse
from imgcls.ops.program import OPERATIONS
from tests.ops.random_expressions import NAMES, plainly, random_text

KINKS = {"relu", "abs", "max", "min"}


def recorded(text: str, learn: set[str] | None = None, no_grad: bool = False, **leaves: float) -> Trace:
    return trace(parse(text).steps, leaves, learn=learn, no_grad=no_grad)


def random_case(seed: int) -> tuple[str, dict[str, float]]:
    rng = random.Random(seed)
    text = random_text(rng)
    variables = parse(text).variables
    return text, {name: round(rng.uniform(-2, 2), 3) or 0.1 for name in variables}


def test_the_two_input_neuron_has_the_gradients_worked_out_by_hand() -> None:
    # tanh(n) = 1/sqrt(2) at n = 0.8813735870195432, so 1 - tanh² = 0.5.
    neuron = recorded("tanh(x1*w1 + x2*w2 + b)", x1=2, w1=-3, x2=0, w2=1, b=6.8813735870195432)
    assert float(neuron.output.value) == pytest.approx(math.sqrt(0.5))
    gradients = {name: float(neuron.leaf(name).gradient) for name in ("x1", "w1", "x2", "w2", "b")}
    assert gradients == pytest.approx({"x1": -1.5, "w1": 1.0, "x2": 0.5, "w2": 0.0, "b": 0.5})


@pytest.mark.parametrize("seed", range(150))
def test_displayed_gradients_are_autograds_on_the_plain_expression(seed: int) -> None:
    text, leaves = random_case(seed)
    ours = recorded(text, **leaves)
    plain = {name: torch.tensor(value, dtype=torch.float64, requires_grad=True) for name, value in leaves.items()}
    output = plainly(text, plain)
    output.backward()
    assert float(ours.output.value) == pytest.approx(float(output.detach()), rel=1e-12, nan_ok=True)
    for name, leaf in plain.items():
        shown = ours.leaf(name).gradient
        assert (shown is None) == (leaf.grad is None)
        if shown is not None:
            assert float(shown) == pytest.approx(float(leaf.grad), rel=1e-9, abs=1e-300, nan_ok=True)


def smooth(ours: Trace) -> bool:
    """Whether central differences can be trusted here: no kink or pole near, and all values finite."""
    for node in ours.nodes:
        inputs = [float(ours.nodes[i].value) for i in node.step.inputs]
        if node.step.name in KINKS and abs(inputs[0] - (inputs[1] if len(inputs) > 1 else 0)) < 1e-3:
            return False
        if not math.isfinite(float(node.value)) or (node.step.name == "/" and abs(inputs[1]) < 1e-2):
            return False
    return True


def test_displayed_gradients_equal_central_differences_away_from_kinks() -> None:
    compared = 0
    for seed in range(200):
        text, leaves = random_case(seed)
        ours = recorded(text, **leaves)
        if not smooth(ours):
            continue
        tolerance = 1e-5 * (1 + abs(float(ours.output.value)))
        for name, slope in central_differences([node.step for node in ours.nodes], leaves).items():
            gradient = ours.leaf(name).gradient
            shown = 0.0 if gradient is None else float(gradient)
            assert shown == pytest.approx(float(slope), rel=1e-5, abs=tolerance), (text, leaves, name)
            compared += 1
    assert compared > 300


@pytest.mark.parametrize("seed", range(60))
def test_the_backward_pass_adds_up_edge_by_edge(seed: int) -> None:
    text, leaves = random_case(seed)
    ours = recorded(text, **leaves)
    for edge in ours.edges:
        product = float(ours.nodes[edge.target].gradient) * float(edge.local)
        if math.isfinite(product):  # relu and max pick rather than multiply, so that infinity times 0 is 0 there
            assert float(edge.passed) == pytest.approx(product, rel=1e-12, abs=1e-300)
        assert edge.source in ours.nodes[edge.target].step.inputs
    last = len(ours.nodes) - 1
    for i, node in enumerate(ours.nodes):
        assert ours.gradient_at(i, 0) is None
        if node.reached:
            at_the_end = float(ours.gradient_at(i, ours.backward_steps))
            assert at_the_end == float(node.gradient) or math.isnan(at_the_end), "the last sum is it, to the bit"
    assert ours.order[0] == last
    turns = {target: turn for turn, target in enumerate(ours.order, start=2)}
    for edge in ours.edges:
        if edge.source in turns:
            assert turns[edge.source] > turns[edge.target], "a node hands on only after all has arrived"


def test_only_recorded_operations_are_in_the_order() -> None:
    ours = recorded("w*x + detach(w)*b", {"w"}, w=2.0, x=3.0, b=4.0)
    by_name = {node.step.name: node for node in ours.nodes}
    assert not by_name["detach"].reached
    assert by_name["detach"].grad_fn == ""
    assert [ours.nodes[i].grad_fn for i in ours.order] == ["AddBackward0", "MulBackward0"]
    assert float(ours.leaf("w").gradient) == 3.0, "only the way that is not detached"
    assert ours.leaf("x").gradient is None
    assert ours.leaf("b").gradient is None


def test_a_variable_used_twice_collects_both_gradients_one_after_the_other() -> None:
    ours = recorded("x*x + 3*x", x=2.0)
    index = [node.step.name for node in ours.nodes].index("x")
    assert sorted(float(edge.passed) for edge in ours.arrivals(index)) == [2.0, 2.0, 3.0]
    totals = [float(ours.gradient_at(index, turn)) for turn in range(3, ours.backward_steps + 1)]
    assert totals == [3.0, 7.0], "the later multiplication first: 3, then 2 + 2 more"
    assert float(ours.leaf("x").gradient) == 7.0


def test_a_named_part_read_three_times_is_one_node() -> None:
    ours = recorded("p = w*w; p*p + p", w=1.5)
    assert float(ours.leaf("w").gradient) == pytest.approx((2 * 1.5**2 + 1) * 2 * 1.5)


def test_without_recording_pytorch_refuses_the_backward_pass_and_its_words_are_kept() -> None:
    for ours in (recorded("w*x", no_grad=True, w=1.0, x=2.0), recorded("detach(w*x)", w=1.0, x=2.0)):
        assert "does not require grad" in ours.trouble
        assert ours.backward_steps == 0
        assert ours.edges == ()
        assert all(not node.reached and node.gradient is None for node in ours.nodes)
        assert float(ours.output.value) == 2.0


def test_tracing_leaves_the_gradient_mode_as_it_was() -> None:
    with torch.no_grad():
        assert float(recorded("w*x", w=1.0, x=2.0).leaf("w").gradient) == 2.0
        assert not torch.is_grad_enabled()


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name != "detach"])
@pytest.mark.parametrize("a", [0.37, 1.6])
def test_every_written_rule_gives_the_local_derivative_of_autograd(name: str, a: float) -> None:
    operation = OPERATIONS[name]
    b = 0.81
    text = {"negate": "-a"}.get(name, f"{name}(a, b)" if operation.arity == 2 else f"{name}(a)")
    if name in {"+", "-", "*", "/", "**"}:
        text = f"a {name} b"
    ours = recorded(text, **dict(zip("ab", (a, b)[: operation.arity], strict=False)))
    scope = {"a": a, "b": b, "v": float(ours.output.value), "sign": lambda x: (x > 0) - (x < 0)}
    scope |= {"log": math.log, "cos": math.cos, "sin": math.sin}
    for edge in ours.edges:
        assert float(edge.local) == pytest.approx(eval(operation.rules[edge.slot], scope), rel=1e-12)


def test_differences_of_tensors_have_their_shapes_and_values() -> None:
    ours = parse("w*w*x")
    slopes = central_differences(ours.steps, {"w": torch.tensor(3.0), "x": torch.tensor(0.5)})
    assert slopes["w"].shape == ()
    assert float(slopes["w"]) == pytest.approx(3.0, rel=1e-8)
    assert float(slopes["x"]) == pytest.approx(9.0, rel=1e-8)


def test_all_names_of_the_random_expressions_occur() -> None:
    seen = {name for seed in range(150) for name in random_case(seed)[1]}
    assert seen == set(NAMES)
